#include "report/claims.h"
#include <string.h>

void
claims_add(struct claims_told *told, const char *strategy, const char *verdict, const char *text)
{
    if (strcmp(verdict, "holds") == 0) {
        told->holds++;
        return;
    }
    if (strcmp(verdict, "fails") == 0)
        told->fails++;
    else
        told->undecided++;
    text_addf(&told->failed, "  %s: %s\n", strategy, text);
}

void
claims_write(const struct claims_told *told, struct text *out)
{
    if (told->holds + told->fails + told->undecided == 0)
        return;
    text_addf(out, "\nClaims of the scenario: %zu hold, %zu fail, %zu undecided\n", told->holds,
              told->fails, told->undecided);
    text_add(out, text_str(&told->failed));
    out->lost |= told->failed.lost;
}

void
claims_release(struct claims_told *told)
{
    text_release(&told->failed);
    *told = (struct claims_told){0};
}
