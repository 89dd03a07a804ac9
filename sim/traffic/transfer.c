#include "traffic/transfer.h"

#include <math.h>

/*
 * Probability that a loss in a window of w segments ends in a timeout (Padhye eq. 22, with its
 * denominator written as a product; 1 up to three segments, where three duplicate
 * acknowledgements cannot come back). `log_keep` is log(1 - p).
 */
static double
timeout_probability(double log_keep, double w)
{
    if (w <= 3)
        return 1;
    const double keep3 = exp(3 * log_keep);
    const double q = (1 - keep3) * (1 + keep3 * -expm1((w - 3) * log_keep)) / -expm1(w * log_keep);

    return q < 1 ? q : 1;
}

/* Expected length of a row of timeouts, each twice the last up to 64 times the first: G(p) T0 /
 * (1 - p), Padhye eq. 27. */
static double
timeout_cost(double p, double rto_s)
{
    const double g = 1 + p * (1 + p * (2 + p * (4 + p * (8 + p * (16 + p * 32)))));

    return g * rto_s / (1 - p);
}

/* Expected window at the end of congestion avoidance: Padhye eq. 13 with b = 1. */
static double
steady_window(double p)
{
    return 1 + sqrt(8 * (1 - p) / (3 * p) + 1);
}

double
transfer_padhye(double p, double rtt_s, double rto_s)
{
    const double w = steady_window(p);
    const double q = timeout_probability(log1p(-p), w);
    const double segments = (1 - p) / p + w / 2 + q;

    return segments / (rtt_s * (w / 2 + 1) + q * timeout_cost(p, rto_s));
}

void
transfer_init_free(struct transfer *t)
{
    *t = (struct transfer){.free = true};
}

void
transfer_init(struct transfer *t, const struct link *link)
{
    const double jitter_s = dist_mean(&link->jitter);
    /* smoothed round trip (the mean, rtt + jitter) and 4 mean deviations (jitter) */
    const double rto_s = fmax(TRANSFER_RTO_LEAST_S, link->rtt_s + jitter_s + 4 * jitter_s);

    *t = (struct transfer){.rtt_s = link->rtt_s + jitter_s, .loss = link->loss, .keep_window = 1};
    if (isfinite(link->bandwidth_bit_s))
        t->segment_s = TRANSFER_SEGMENT_BYTES * 8 / link->bandwidth_bit_s;
    t->free = t->rtt_s == 0 && t->segment_s == 0 && t->loss == 0;
    if (t->loss <= 0 || t->loss >= 1)
        return;
    t->log_keep = log1p(-t->loss);
    t->keep_window = exp(TRANSFER_INITIAL_WINDOW * t->log_keep);
    t->timeout_s = timeout_cost(t->loss, rto_s);
    t->steady_s = fmax(t->segment_s, 1 / transfer_padhye(t->loss, t->rtt_s, rto_s));
}

void
transfer_init_hour(struct transfer *t, const struct link *link, unsigned hour)
{
    struct link now = *link;

    if (link->loss_hour != NULL)
        now.loss *= link->loss_hour[hour];
    if (link->bandwidth_hour != NULL)
        now.bandwidth_bit_s *= link->bandwidth_hour[hour];
    transfer_init(t, &now);
}

/*
 * Round trips spent waiting in slow start: each round but the last costs what is left of a round
 * trip after its window was sent, if it is reached. `reached` is q^N_r, which a square and a
 * product carry to the next round since N_(r+1) = 2 N_r + 10.
 */
static double
slow_start_waits(const struct transfer *t, double segments)
{
    double window = TRANSFER_INITIAL_WINDOW, sent = window, reached = t->keep_window, sum = 0;

    while (sent < segments) {
        const double wait = t->rtt_s - window * t->segment_s;

        if (wait <= 0)
            break;
        sum += reached * wait;
        window *= 2;
        sent += window;
        reached *= reached * t->keep_window;
    }
    return sum;
}

/* Expected window when slow start ends (Cardwell eq. 11, gamma 2); no more than fills the pipe. */
static double
window_at_loss(const struct transfer *t, double segments)
{
    double window = segments / 2 + TRANSFER_INITIAL_WINDOW / 2;

    if (t->segment_s > 0)
        window = fmin(window, t->rtt_s / t->segment_s);
    return fmax(window, 1);
}

double
transfer_s(const struct transfer *t, double bytes)
{
    if (t->free || bytes <= 0)
        return 0;
    if (t->loss >= 1)
        return (double)INFINITY;

    const double exact = bytes / TRANSFER_SEGMENT_BYTES, segments = ceil(exact);
    const double waits = slow_start_waits(t, segments);

    if (t->loss <= 0)
        return waits + exact * t->segment_s;

    const double lost = -expm1(segments * t->log_keep); /* some segment is: 1 - q^d */
    const double early = lost / t->loss;                /* segments up to and with the first loss */
    const double timeout = timeout_probability(t->log_keep, window_at_loss(t, early));

    return waits + early * t->segment_s * (exact / segments) +
           lost * (timeout * t->timeout_s + (1 - timeout) * t->rtt_s) +
           (segments - early) * t->steady_s;
}
