#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "base/mem.h"
#include "stats/stream.h"
#include "traffic/transfer.h"

static void
check_near(const char *what, double got, double expected, double relative)
{
    if (!(fabs(got - expected) <= relative * fabs(expected)))
        fail_msg("%s: expected %.12g within %g, got %.12g", what, expected, relative, got);
}

static struct transfer
transfer_of(double rtt_s, double loss, double bandwidth_bit_s)
{
    const struct link link = {
        .known = true, .rtt_s = rtt_s, .loss = loss, .bandwidth_bit_s = bandwidth_bit_s};
    struct transfer t;

    transfer_init(&t, &link);
    return t;
}

static void
test_no_round_trip_and_no_bandwidth_bound_take_no_time(void **state)
{
    const struct transfer t = transfer_of(0, 0, (double)INFINITY);
    struct transfer inside;

    (void)state;
    transfer_init_free(&inside);
    assert_true(transfer_s(&t, 1e12) == 0);
    assert_true(transfer_s(&inside, 1e12) == 0);
}

/* 10, 20, 40 ... segments a round: what fits the first window comes with the first byte. */
static void
test_without_loss_each_further_round_costs_a_round_trip(void **state)
{
    static const struct {
        double segments, rounds;
    } t[] = {{0.5, 0}, {1, 0},  {10, 0}, {10.01, 1}, {30, 1},
             {31, 2},  {70, 2}, {71, 3}, {10230, 9}, {10231, 10}};
    const struct transfer transfer = transfer_of(0.25, 0, (double)INFINITY);

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++)
        check_near("round trips", transfer_s(&transfer, t[i].segments * 1460), 0.25 * t[i].rounds,
                   1e-12);
}

static void
test_a_narrow_link_takes_bytes_by_bandwidth(void **state)
{
    /* 1460 bytes take 11.68 ms at 1 Mbit/s: ten of them outlast the round trip of 100 ms */
    const struct transfer t = transfer_of(0.1, 0, 1e6);

    (void)state;
    check_near("1 MiB", transfer_s(&t, 1048576), 1048576 * 8 / 1e6, 1e-12);
    check_near("100 bytes", transfer_s(&t, 100), 100 * 8 / 1e6, 1e-12);
}

static void
test_mean_jitter_lengthens_each_round_trip(void **state)
{
    const struct link link = {.known = true,
                              .rtt_s = 0.2,
                              .jitter = {.kind = DIST_EXPONENTIAL, .p = {0.05}},
                              .bandwidth_bit_s = (double)INFINITY};
    struct transfer t;

    (void)state;
    transfer_init(&t, &link);
    check_near("two rounds", transfer_s(&t, 20 * 1460), 0.25, 1e-12);
}

/* When segment k (from 0) arrives after the first byte when nothing is lost, by sending round after
 * round; at `segments` itself: when the last has arrived. */
static double
arrival_s(uint64_t k, double rtt_s, double segment_s)
{
    double window = 10, first = 0, start = 0;

    while ((double)k > first + window) {
        start += fmax(rtt_s, window * segment_s);
        first += window;
        window *= 2;
    }
    return start + ((double)k - first) * segment_s;
}

/* The first phase against its definition: the sum over which segment is lost first. */
static void
test_slow_start_is_the_expectation_over_the_first_loss(void **state)
{
    static const double loss[] = {0.0005, 0.01, 0.2};
    static const double bandwidth[] = {(double)INFINITY, 2e7};
    static const uint64_t size[] = {1, 10, 11, 57, 400};

    (void)state;
    for (size_t i = 0; i < COUNT(loss) * COUNT(bandwidth) * COUNT(size); i++) {
        const double p = loss[i % 3], rtt = 0.12, rate = bandwidth[i / 3 % 2];
        const uint64_t d = size[i / 6];
        struct transfer t = transfer_of(rtt, p, rate);
        double expected = 0, reached = 1;

        for (uint64_t k = 0; k < d; k++, reached *= 1 - p)
            expected += reached * p * arrival_s(k + 1, rtt, t.segment_s);
        expected += reached * arrival_s(d, rtt, t.segment_s);

        /* leave out the other phases: timeouts and the rest cost nothing, and what recovery by
         * duplicate acknowledgements costs is what is left without any waiting or sending */
        t.timeout_s = t.steady_s = 0;
        struct transfer recovery = t;

        recovery.keep_window = recovery.segment_s = 0;
        check_near("slow start",
                   transfer_s(&t, (double)d * 1460) - transfer_s(&recovery, (double)d * 1460),
                   expected, 1e-9);
    }
}

/* Table of f(p) = 1 / (R X) of the simplified formula (RFC 3448, 3.1; b = 1, t_RTO = 4 R) in Linux,
 * net/dccp/ccids/lib/tfrc_equation.c. The full formula lies below it, the less the rarer loss is.
 */
static void
test_padhye_agrees_with_the_published_table_of_its_simple_form(void **state)
{
    static const struct {
        double p, f, within;
    } t[] = {{0.0001, 0.008172, 0.015},
             {0.001, 0.026052, 0.035},
             {0.002, 0.037172, 0.05},
             {0.01, 0.089021, 0.09}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++)
        check_near("segments a second", transfer_padhye(t[i].p, 0.25, 1), 1 / (0.25 * t[i].f),
                   t[i].within);
}

/* Values of section IV of the paper worked out apart, in another language. */
static void
test_padhye_gives_the_values_worked_out_by_hand(void **state)
{
    static const struct {
        double p, rate;
    } t[] = {{0.001, 185.6301128635083},
             {0.02, 31.424950600086035},
             {0.1, 7.619620379198083},
             {0.2, 3.3498228211832526},
             {0.4, 0.8894020087351305}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++)
        check_near("segments a second", transfer_padhye(t[i].p, 0.2, 1), t[i].rate, 1e-12);
}

/* Mathis et al. 1997: rate x RTT x sqrt(p) tends to sqrt(3/2) when every segment is acknowledged.
 */
static void
test_padhye_tends_to_the_square_root_law_when_loss_is_rare(void **state)
{
    (void)state;
    check_near("constant", transfer_padhye(1e-9, 0.2, 1) * 0.2 * sqrt(1e-9), sqrt(1.5), 1e-3);
}

/* Segments sent before the next loss. */
static uint64_t
until_loss(double p, struct stream *s)
{
    return (uint64_t)(log(stream_uniform_open(s)) / log1p(-p));
}

/*
 * TCP Reno as the paper assumes it, played round by round: a loss takes the rest of its round with
 * it; the next round is as long as what got through; fewer than three of that arrive: a timeout,
 * doubled up to 64 times. Returns segments that arrived per second.
 */
static double
play_reno(double p, double rtt_s, double rto_s, uint64_t segments)
{
    struct stream s;
    double window = 1, time_s = 0;
    uint64_t arrived = 0;

    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    for (uint64_t clear = until_loss(p, &s); arrived < segments;) {
        const uint64_t sent = (uint64_t)window;

        time_s += rtt_s;
        if (clear >= sent) {
            clear -= sent;
            arrived += sent;
            window++;
            continue;
        }
        const uint64_t next = until_loss(p, &s), last = next < clear ? next : clear;

        arrived += clear + last;
        window = fmax(1, window / 2);
        if (last < 3) {
            double timeout = rto_s;

            time_s += timeout;
            for (int k = 0; stream_chance(&s, p); k++) {
                timeout *= k < 6 ? 2 : 1;
                time_s += timeout;
            }
            arrived++;
        }
        time_s += rtt_s;
        clear = until_loss(p, &s);
    }
    return (double)arrived / time_s;
}

static void
test_padhye_agrees_with_reno_played_round_by_round(void **state)
{
    static const double loss[] = {0.001, 0.003, 0.01, 0.02};

    (void)state;
    for (size_t i = 0; i < COUNT(loss); i++)
        check_near("segments a second", transfer_padhye(loss[i], 0.2, 1),
                   play_reno(loss[i], 0.2, 1, 1000000), 0.12);
}

/*
 * One transfer as Cardwell et al. assume it, played round by round: slow start from ten segments,
 * doubling, until the first loss, which takes the rest of its round with it; a time-out where fewer
 * than three come after it, else a round trip; then Reno as above. Seconds from first to last byte.
 */
static double
play_transfer(double p, double rtt_s, double rto_s, uint64_t segments, struct stream *s)
{
    double window = TRANSFER_INITIAL_WINDOW, time_s = 0;
    bool starting = true;
    uint64_t left = segments, clear = until_loss(p, s);

    for (;;) {
        const uint64_t sent = (uint64_t)window < left ? (uint64_t)window : left;

        if (clear >= sent) {
            clear -= sent;
            left -= sent;
            if (left == 0)
                return time_s;
            time_s += rtt_s;
            window = starting ? 2 * window : window + 1;
            continue;
        }
        /* what was acknowledged lets as many new ones go: duplicates of the lost one's answer */
        const uint64_t next = until_loss(p, s), most = next < clear ? next : clear;
        const uint64_t last = most < left - clear - 1 ? most : left - clear - 1;

        left -= clear + last;
        window = fmax(1, window / 2);
        starting = false;
        time_s += rtt_s;
        if (last < 3) {
            double timeout = rto_s;

            time_s += timeout;
            for (int k = 0; stream_chance(s, p); k++) {
                timeout *= k < 6 ? 2 : 1;
                time_s += timeout;
            }
        }
        left--; /* the lost one again */
        if (left == 0)
            return time_s;
        time_s += rtt_s;
        clear = until_loss(p, s);
    }
}

/* Beyond the first window. The formulas go over to the steady rate at once where Reno comes down to
 * it from slow start's window: they are slow for long objects that lose little. */
static void
test_a_transfer_takes_what_reno_played_from_its_start_does(void **state)
{
    enum { PLAYS = 20000 };
    static const double loss[] = {0.0005, 0.002, 0.01, 0.05, 0.15};
    static const uint64_t size[] = {12, 30, 100, 300, 1600};

    (void)state;
    for (size_t i = 0; i < COUNT(loss) * COUNT(size); i++) {
        const double p = loss[i % COUNT(loss)];
        const uint64_t d = size[i / COUNT(loss)];
        const struct transfer t = transfer_of(0.2, p, (double)INFINITY);
        struct stream s;
        double played = 0;

        stream_open(&s, 2, i, PURPOSE_TEST, 0, 0);
        for (int k = 0; k < PLAYS; k++)
            played += play_transfer(p, 0.2, 1, d, &s) / PLAYS;
        check_near("seconds", transfer_s(&t, (double)d * TRANSFER_SEGMENT_BYTES), played,
                   d < 1000 ? 0.27 : 0.47);
    }
}

static void
test_a_long_flow_runs_at_the_loss_limited_rate(void **state)
{
    const struct transfer t = transfer_of(0.2, 0.15, (double)INFINITY);

    (void)state;
    check_near("seconds", transfer_s(&t, 1e6 * 1460), 1e6 / transfer_padhye(0.15, 0.2, 1), 1e-3);
}

static void
test_a_long_flow_is_no_faster_than_the_link(void **state)
{
    const struct transfer t = transfer_of(0.01, 0.0001, 1e6);

    (void)state;
    assert_true(transfer_s(&t, 1e8) >= 1e8 * 8 / 1e6);
    check_near("seconds", transfer_s(&t, 1e8), 1e8 * 8 / 1e6, 0.01);
}

static void
test_time_grows_with_size_loss_and_round_trip(void **state)
{
    static const double sizes[] = {1, 1000, 20000, 75000, 4e5, 2.4e6, 1e8};
    static const double losses[] = {0, 1e-6, 1e-3, 0.02, 0.15, 0.4, 0.9};

    (void)state;
    for (size_t l = 0; l < COUNT(losses); l++)
        for (size_t i = 0; i < COUNT(sizes); i++) {
            const struct transfer near = transfer_of(0.05, losses[l], 1e9);
            const struct transfer far = transfer_of(0.25, losses[l], 1e9);
            const double s = transfer_s(&far, sizes[i]);

            assert_true(isfinite(s) && s > 0);
            assert_true(s >= transfer_s(&near, sizes[i]));
            if (i > 0)
                assert_true(s >= transfer_s(&far, sizes[i - 1]));
            if (l > 0) {
                const struct transfer cleaner = transfer_of(0.25, losses[l - 1], 1e9);

                assert_true(s >= transfer_s(&cleaner, sizes[i]));
            }
        }
}

static void
test_tiny_loss_is_the_limit_of_no_loss(void **state)
{
    const struct transfer none = transfer_of(0.2, 0, 1e8), tiny = transfer_of(0.2, 1e-12, 1e8);

    (void)state;
    check_near("seconds", transfer_s(&tiny, 3e6), transfer_s(&none, 3e6), 1e-6);
}

static void
test_nothing_arrives_when_all_is_lost(void **state)
{
    const struct transfer t = transfer_of(0.2, 1, (double)INFINITY);

    (void)state;
    assert_true(isinf(transfer_s(&t, 1)));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_round_trip_and_no_bandwidth_bound_take_no_time),
        cmocka_unit_test(test_without_loss_each_further_round_costs_a_round_trip),
        cmocka_unit_test(test_a_narrow_link_takes_bytes_by_bandwidth),
        cmocka_unit_test(test_mean_jitter_lengthens_each_round_trip),
        cmocka_unit_test(test_slow_start_is_the_expectation_over_the_first_loss),
        cmocka_unit_test(test_padhye_agrees_with_the_published_table_of_its_simple_form),
        cmocka_unit_test(test_padhye_gives_the_values_worked_out_by_hand),
        cmocka_unit_test(test_padhye_tends_to_the_square_root_law_when_loss_is_rare),
        cmocka_unit_test(test_padhye_agrees_with_reno_played_round_by_round),
        cmocka_unit_test(test_a_transfer_takes_what_reno_played_from_its_start_does),
        cmocka_unit_test(test_a_long_flow_runs_at_the_loss_limited_rate),
        cmocka_unit_test(test_a_long_flow_is_no_faster_than_the_link),
        cmocka_unit_test(test_time_grows_with_size_loss_and_round_trip),
        cmocka_unit_test(test_tiny_loss_is_the_limit_of_no_loss),
        cmocka_unit_test(test_nothing_arrives_when_all_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
