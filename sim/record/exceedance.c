#include "record/exceedance.h"

#include <math.h>
#include <stdlib.h>

static int
by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

int
exceedance_make(struct exceedance *out, const double *value, size_t count, double level)
{
    size_t known = 0;

    *out = (struct exceedance){
        .at = calloc(count + 1, sizeof *out->at),
        .p = calloc(count + 1, sizeof *out->p),
    };
    if (out->at == NULL || out->p == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (!isnan(value[i]))
            out->at[known++] = value[i];
    if (known > 1)
        qsort(out->at, known, sizeof *out->at, by_value);
    /* The i-th of the sorted values has known - i at or above it; of equals the first counts. */
    for (size_t i = 0; i < known; i++) {
        if (i > 0 && out->at[i] == out->at[out->count - 1])
            continue;
        out->at[out->count] = out->at[i];
        out->p[out->count++] = estimate_share(known - i, known, level);
    }
    return 0;
}

void
exceedance_release(struct exceedance *exceedance)
{
    free(exceedance->at);
    free(exceedance->p);
    *exceedance = (struct exceedance){0};
}
