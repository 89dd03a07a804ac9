#ifndef TRAFFIC_TRANSFER_H
#define TRAFFIC_TRANSFER_H

/*
 * How long the bytes of one object take on a warm TCP connection, beyond the round trip that the
 * operation counts anyway.
 *
 * transfer_s is the expected time from the arrival of the first byte to the arrival of the last.
 * The round trip RTT(from, to) of DESIGN section 4 covers the request and the first byte's way
 * back (for an upload: the first byte's way and the last acknowledgement's way back), so the two
 * add up and nothing is counted twice. An object that fits the initial window costs only its own
 * bytes at the bandwidth.
 *
 * Three phases, after Cardwell, Savage, Anderson: "Modeling TCP latency", INFOCOM 2000 (eq. 5-25):
 *
 *  1. Slow start until the first loss or the last segment. The paper's logarithm is the continuous
 *     form of whole rounds; here the expectation over the first loss is summed exactly, round by
 *     round: with q = 1 - p, windows w_r = 10 * 2^r, N_r segments before round r, s seconds for a
 *     segment at the bandwidth,
 *         T_ss = s * (1 - q^d) / p + sum over r with N_(r+1) < d of q^N_(r+1) * max(0, RTT - w_r s)
 *     which is ceil(log2(d / 10 + 1)) - 1 round trips when nothing is lost and bandwidth does not
 *     bind. The segments sent up to and with the first loss, (1 - q^d) / p, stand for the paper's
 *     eq. 5 (which adds one more when none is lost).
 *  2. Recovery from that loss with probability 1 - q^d: a timeout with Padhye's probability
 *     Q(p, w), w the expected window of eq. 11, else one round trip (eq. 16-20).
 *  3. The rest at the loss-limited rate of Padhye, Firoiu, Towsley, Kurose: "Modeling TCP
 *     throughput", SIGCOMM 1998: its full form with timeouts, as throughput (the segments that
 *     arrive), not send rate; at most the bandwidth.
 *
 * Against Reno played round by round, from its first window on, with losses of 0.05 % to 15 %:
 * within 27 % up to 300 segments; long objects that lose some tenths of a percent take up to 47 %
 * too long (test_transfer), since the steady rate counts from the first loss on. The papers' tables
 * of measured traces are not compared: they were not to be had in a form that can be cited.
 *
 * Constants: segment 1460 bytes (1500 less IPv4 and TCP headers); initial window 10 segments (RFC
 * 6928); window doubles each round and b = 1: bytes are counted, not acknowledgements (RFC 3465),
 * so delayed acknowledgements do not slow growth; timeout max(1 s, RTT + 4 deviations) (RFC 6298,
 * the deviation taken as the mean jitter). The receiver's window never binds. Lost requests, and
 * hand-shakes, are not part of it.
 */
#include "base/err.h"
#include "model/world.h"

#define TRANSFER_SEGMENT_BYTES  1460.0
#define TRANSFER_INITIAL_WINDOW 10.0
#define TRANSFER_RTO_LEAST_S    1.0

/* One direction of one link, prepared. */
struct transfer {
    bool free;          /* takes no time at all */
    double rtt_s;       /* with mean jitter */
    double segment_s;   /* of one segment at the bandwidth; 0: unbound */
    double loss;        /* p */
    double log_keep;    /* log(1 - p) */
    double keep_window; /* (1 - p)^initial window */
    double timeout_s;   /* expected cost of a row of timeouts */
    double steady_s;    /* of one segment at the loss-limited rate; 0 when nothing is lost */
};

/* Bytes flowing along `link`. */
void transfer_init(struct transfer *t, const struct link *link);

/* The same in a UTC hour of the day, with the link's multipliers of that hour. */
void transfer_init_hour(struct transfer *t, const struct link *link, unsigned hour);

/* A transfer that takes no time: inside one site. */
void transfer_init_free(struct transfer *t);

/* Seconds from first byte to last; infinity when every packet is lost. */
double transfer_s(const struct transfer *t, double bytes);

/*
 * Padhye's throughput in segments per second for loss p in (0, 1), round trip and timeout in
 * seconds, no window limit (eq. 23 and section IV of the paper, b = 1).
 */
double transfer_padhye(double p, double rtt_s, double rto_s);

#endif
