/* The chance that a watched gateway sees an account's plaintext in use. */
#include "model/lever.h"
#include <math.h>

double
lever_watch_chance(const struct world *w, const struct cohort *cohort, struct class_id class,
                   double holds_for_s)
{
    const double per_s = cohort->operations_per_s * w->class[class.i].weight;
    double sum = 0;

    for (unsigned h = 0; h < COUNT(cohort->hour); h++)
        sum += -expm1(-per_s * cohort->hour[h] * holds_for_s);
    return sum / COUNT(cohort->hour);
}
