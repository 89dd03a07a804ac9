#include "model/meeting.h"
#include <math.h>

struct seen
seen_split(double seen, double captured, double reads)
{
    const double apart = captured > 0 && seen < 1 ? -expm1(log1p(-seen) * (1 - reads)) : seen;
    struct seen s = {apart, seen};

    if (captured > 0)
        s.too = fmin(fmax((seen - (1 - captured) * apart) / captured, 0), 1);
    return s;
}

/* Nothing is seen by who takes the key from there where the account's draw for it is `draw`. */
static double
unseen(const struct meeting *meeting, uint32_t meetings, double draw)
{
    double none = 1;

    for (uint32_t c = 0; c < CLASSES_MAX; c++) {
        double most = 0;

        for (uint32_t i = 0; i < meetings; i++)
            most = fmax(most, draw < meeting[i].capture ? meeting[i].seen[c].too
                                                        : meeting[i].seen[c].apart);
        none *= 1 - most;
    }
    return none;
}

double
meetings_chance(const struct meeting *meeting, uint32_t meetings, bool by_key)
{
    double none = 0, from = 0;

    /* From one chance to the next, the draw for the key decides the same for all levers. */
    while (from < 1) {
        double to = 1;
        bool taken = false;

        for (uint32_t i = 0; i < meetings; i++)
            if (meeting[i].capture > from) {
                to = fmin(to, meeting[i].capture);
                taken = true;
            }
        if (!taken || !by_key)
            none += (to - from) * unseen(meeting, meetings, from);
        from = to;
    }
    return 1 - none;
}
