#ifndef REPORT_CLAIMS_H
#define REPORT_CLAIMS_H

/* The verdicts on a scenario's claims in a few lines: how many hold, and each that does not. */
#include "base/text.h"

struct claims_told {
    struct text failed; /* lines of those that do not hold or are undecided */
    size_t holds, fails, undecided;
};

/* Adds one; words as stored: kind "expect" or "require", verdict "holds", "fails", "undecided". */
void claims_add(struct claims_told *told, const char *strategy, const char *verdict,
                const char *text);

/* "Claims: 20 hold, 3 fail, 1 undecided" and the lines; nothing when there are no claims. */
void claims_write(const struct claims_told *told, struct text *out);
void claims_release(struct claims_told *told);

#endif
