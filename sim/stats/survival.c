#include "stats/survival.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stats/special.h"

static int
by_time(const void *a, const void *b)
{
    const struct lifetime *x = a, *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return y->event - x->event;
}

static int
check_and_sort(struct lifetime *life, size_t count, double level)
{
    if (!(level > 0 && level < 1))
        return ERR_INPUT;
    for (size_t i = 0; i < count; i++)
        if (!(life[i].time >= 0))
            return ERR_INPUT;
    /* callers with many lifetimes often have them in order: looking costs less than sorting */
    for (size_t i = 1; i < count; i++)
        if (by_time(&life[i - 1], &life[i]) > 0) {
            qsort(life, count, sizeof *life, by_time);
            break;
        }
    return 0;
}

/* Walks sorted lifetimes from one event time to the next. */
struct walk {
    const struct lifetime *life;
    size_t count, next;
    double survival, greenwood; /* the sum of d / (n (n - d)) so far */
    size_t at_risk, events;     /* at the step stood on */
    double time;
};

static bool
walk_step(struct walk *w)
{
    while (w->next < w->count && !w->life[w->next].event)
        w->next++;
    if (w->next == w->count)
        return false;
    w->time = w->life[w->next].time;
    w->at_risk = w->count - w->next;
    w->events = 0;
    while (w->next < w->count && w->life[w->next].event && w->life[w->next].time == w->time) {
        w->events++;
        w->next++;
    }
    double n = (double)w->at_risk, d = (double)w->events;
    w->survival *= (n - d) / n;
    w->greenwood += d / (n * (n - d)); /* infinite when none is left */
    return true;
}

static void
set_band(struct survival_step *step, double greenwood, double z, double high_before)
{
    step->low = 0;
    step->high = high_before;
    if (!(step->survival > 0))
        return;
    double reach = z * sqrt(greenwood) / -log(step->survival); /* of ln(-ln survival) */
    step->low = pow(step->survival, exp(reach));
    step->high = pow(step->survival, exp(-reach));
}

int
survival_curve(struct lifetime *life, size_t count, double level, struct survival_step **step,
               size_t *steps)
{
    struct walk w = {.life = life, .count = count, .survival = 1};
    size_t capacity = 0;
    double high = 1, z = special_normal_inverse((1 + level) / 2);
    int rc = check_and_sort(life, count, level);

    *step = NULL;
    *steps = 0;
    while (rc == 0 && walk_step(&w)) {
        rc = mem_grow(step, &capacity, *steps + 1, sizeof **step);
        if (rc < 0)
            break;
        struct survival_step *s = &(*step)[(*steps)++];
        *s = (struct survival_step){
            .time = w.time, .at_risk = w.at_risk, .events = w.events, .survival = w.survival};
        set_band(s, w.greenwood, z, high);
        high = s->high;
    }
    if (rc < 0) {
        free(*step);
        *step = NULL;
        *steps = 0;
    }
    return rc;
}

/*
 * The area's variance: the sum over event times of (area beyond)^2 d / (n (n - d)). The area beyond
 * a time is known once the whole is, so the first walk takes the area, the second the variance.
 * Where n = d nothing lies beyond, and the term is 0.
 */
static double
area_to(struct walk w, double horizon, double whole, double *variance)
{
    double area = 0, from = 0, height = 1;

    *variance = 0;
    while (walk_step(&w) && w.time < horizon) {
        double n = (double)w.at_risk, d = (double)w.events;

        area += height * (w.time - from);
        from = w.time;
        height = w.survival;
        if (n > d)
            *variance += (whole - area) * (whole - area) * d / (n * (n - d));
    }
    return area + height * (horizon - from);
}

int
survival_restricted_mean(struct lifetime *life, size_t count, double horizon, double level,
                         struct estimate *out)
{
    int rc = check_and_sort(life, count, level);
    struct walk start = {.life = life, .count = count, .survival = 1};
    double variance;
    size_t lived = 0, events = 0;

    *out = (struct estimate){(double)NAN, (double)NAN, (double)NAN};
    if (rc < 0)
        return rc;
    if (!(horizon > 0) || isinf(horizon))
        return ERR_INPUT;
    if (count == 0)
        return 0;
    out->mean = area_to(start, horizon, 0, &variance);
    if (count == 1)
        return 0;
    for (size_t i = 0; i < count; i++) {
        lived += life[i].time >= horizon;
        events += life[i].event && life[i].time < horizon;
    }
    if (events == 0) {
        out->low = horizon * (1 - estimate_share(0, lived, level).high);
        out->high = horizon;
        return 0;
    }
    area_to(start, horizon, out->mean, &variance);
    double reach = special_normal_inverse((1 + level) / 2) * sqrt(variance);
    out->low = fmax(out->mean - reach, 0);
    out->high = fmin(out->mean + reach, horizon);
    return 0;
}
