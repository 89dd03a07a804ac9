#include "records.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "record/blend.h"
#include "record/bytes.h"
#include "record/outcome.h"
#include "stats/stream.h"

#define NEAR(a, b) assert_float_equal((float)(a), (float)(b), 1e-6f)

static struct label
by(enum label_kind kind, uint32_t ordinal)
{
    return label_with(label_total, kind, ordinal);
}

/* ---- metrics and names ---- */

static void
test_every_metric_is_complete_and_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < METRICS; i++) {
        const struct metric *m = &metric_table[i];

        assert_non_null(m->name);
        assert_non_null(m->unit);
        assert_non_null(m->about);
        assert_int_equal(metric_find(m->name), i); /* so no name stands twice */
        if (strncmp(m->name, "latency", 7) == 0)
            assert_true(m->absent_is_unknown && m->plane == PLANE_TRAFFIC);
        if (m->summary == SUMMARY_ANY)
            assert_string_equal(m->unit, "probability");
    }
    assert_int_equal(metric_find("latency.p42"), METRICS);
    assert_string_equal(metric_nearest("exposure.content.anny"), "exposure.content.any");
    assert_string_equal(metric_table[METRIC_LATENCY_P999].name, "latency.p999");
    assert_string_equal(metric_table[METRIC_CIPHERTEXT_ACCOUNT_DAYS].name,
                        "exposure.ciphertext.account_days");
}

static void
test_a_total_comes_before_its_parts(void **state)
{
    (void)state;
    assert_true(label_compare(label_total, by(LABEL_AUTHORITY, 0)) < 0);
    assert_true(label_compare(by(LABEL_AUTHORITY, 0), by(LABEL_AUTHORITY, 1)) < 0);
    assert_true(label_compare(by(LABEL_PERIOD, 3), by(LABEL_AUTHORITY, 0)) < 0);
    assert_int_equal(label_compare(by(LABEL_DATA, 3), by(LABEL_DATA, 3)), 0);
}

static void
test_a_series_is_named_with_its_labels(void **state)
{
    (void)state;
    struct text text = {0};
    struct label label = label_with(by(LABEL_AUTHORITY, 0), LABEL_PERIOD, 3);

    legend_series_name(records_legend(), METRIC_REQUESTS_CONTENT, label, &text);
    assert_string_equal(text.s, "requests.content{authority=police,period=2014-H2}");
    text_clear(&text);
    label = label_with(by(LABEL_AUTHORITY, 1), LABEL_STREAM, 0);
    legend_series_name(records_legend(), METRIC_REQUESTS_CONTENT, label, &text);
    assert_string_equal(text.s, "requests.content{authority=court,stream=orders}");
    text_clear(&text);
    label = label_with(by(LABEL_ADVERSARY, 1), LABEL_COHORT, 1);
    legend_series_name(records_legend(), METRIC_CONTENT_ACCOUNTS, label, &text);
    assert_string_equal(text.s, "exposure.content.accounts{adversary=foreign,cohort=abroad}");
    text_clear(&text);
    legend_series_name(records_legend(), METRIC_AVAILABILITY, label_total, &text);
    assert_string_equal(text.s, "availability");
    text_release(&text);
}

/* ---- recordings ---- */

static void
test_absence_is_left_out_whatever_it_means(void **state)
{
    (void)state;
    struct recording r = {0};

    records_value(&r, 0, METRIC_CONTENT_ACCOUNTS, label_total, 0);
    records_value(&r, 0, METRIC_CONTENT_FIRST, label_total, (double)NAN);
    records_value(&r, 0, METRIC_DISCLOSURE_DELAY, label_total, (double)NAN);
    assert_int_equal(r.observations.count, 0);
    records_value(&r, 0, METRIC_CONTENT_FIRST, label_total, 0); /* at once */
    records_value(&r, 0, METRIC_DISCLOSURE_DELAY, label_total, -0.0);
    assert_int_equal(r.observations.count, 2);
    assert_false(signbit(r.observations.item[1].value));
    recording_release(&r);
}

static void
test_repeated_values_are_joined_by_what_they_mean(void **state)
{
    (void)state;
    struct recording r = {0};

    records_value(&r, 1, METRIC_CONTENT_ACCOUNTS, label_total, 5);
    records_value(&r, 0, METRIC_CONTENT_FIRST, label_total, 30);
    records_value(&r, 0, METRIC_CONTENT_ANY, label_total, 1);
    records_value(&r, 1, METRIC_CONTENT_ACCOUNTS, label_total, 2);
    records_value(&r, 0, METRIC_CONTENT_FIRST, label_total, 20);
    records_value(&r, 0, METRIC_CONTENT_ANY, label_total, 1);
    recording_sort(&r);
    assert_int_equal(r.observations.count, 3);
    NEAR(r.observations.item[0].value, 1);  /* any: at all */
    NEAR(r.observations.item[1].value, 20); /* first: the earlier */
    NEAR(r.observations.item[2].value, 7);  /* accounts: together */
    recording_release(&r);
}

/* Exchanges entries at random, so that only sorting can bring them back. */
static void
shuffle(void *items, size_t count, size_t bytes, struct stream *stream)
{
    unsigned char *base = items, swap[1024];

    assert_true(bytes <= sizeof swap);
    for (size_t i = count; i > 1; i--) {
        const size_t k = (size_t)stream_below(stream, i);

        memcpy(swap, base + (i - 1) * bytes, bytes);
        memmove(base + (i - 1) * bytes, base + k * bytes, bytes);
        memcpy(base + k * bytes, swap, bytes);
    }
}

static void
test_sorting_makes_the_same_trial_the_same_bytes(void **state)
{
    (void)state;
    struct stream stream;

    stream_open(&stream, 1, 1, PURPOSE_TEST, 0, 0);
    for (uint64_t i = 0; i < 20; i++) {
        struct recording r = {0};
        size_t size, again;

        records_make(&r, i % 2 == 0 ? PLANE_LEGAL : PLANE_TRAFFIC, i);
        unsigned char *bytes = records_bytes(&r, &size);

        shuffle(r.observations.item, r.observations.count, sizeof *r.observations.item, &stream);
        shuffle(r.windows.item, r.windows.count, sizeof *r.windows.item, &stream);
        shuffle(r.curves.item, r.curves.count, sizeof *r.curves.item, &stream);
        recording_sort(&r);
        unsigned char *sorted = records_bytes(&r, &again);

        assert_int_equal(size, again);
        assert_memory_equal(bytes, sorted, size);
        free(bytes);
        free(sorted);
        recording_release(&r);
    }
}

static void
test_a_packed_recording_reads_back_equal(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 10; i++) {
        struct recording r = {0}, back = {0};
        size_t size, again;

        records_make(&r, i % 2 == 0 ? PLANE_LEGAL : PLANE_TRAFFIC, UINT64_MAX - i);
        unsigned char *bytes = records_bytes(&r, &size);

        assert_int_equal(recording_unpack(&back, bytes, size), 0);
        assert_int_equal(back.replication, r.replication);
        assert_int_equal(back.windows.count, r.windows.count);
        assert_memory_equal(back.observations.item, r.observations.item,
                            r.observations.count * sizeof *r.observations.item);
        unsigned char *packed = records_bytes(&back, &again);

        assert_int_equal(size, again);
        assert_memory_equal(bytes, packed, size);
        free(bytes);
        free(packed);
        recording_release(&r);
        recording_release(&back);
    }
}

static void
test_damaged_bytes_are_refused(void **state)
{
    (void)state;
    struct recording r = {0}, back = {0};
    size_t size;

    for (unsigned plane = 0; plane < 2; plane++) {
        records_make(&r, (enum plane)plane, 5);
        unsigned char *bytes = records_bytes(&r, &size);

        for (size_t cut = 0; cut < size; cut++) {
            /* A copy of its own, so that a sanitizer sees a byte read too far. */
            unsigned char *part = malloc(cut + 1);

            assert_non_null(part);
            memcpy(part, bytes, cut);
            recording_clear(&back);
            assert_int_equal(recording_unpack(&back, part, cut), ERR_INPUT);
            free(part);
        }
        for (size_t i = 0; i < size; i++) {
            bytes[i] ^= 0xff; /* some other trial, or an error; never a crash */
            recording_clear(&back);
            const int rc = recording_unpack(&back, bytes, size);

            assert_true(rc == 0 || rc == ERR_INPUT);
            bytes[i] ^= 0xff;
        }
        free(bytes);
    }
    recording_release(&r);
    recording_release(&back);
}

static void
test_numbers_of_any_size_pack_and_read_back(void **state)
{
    (void)state;
    unsigned char bytes[32];
    const uint64_t whole[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};
    static const unsigned char too_long[] = {0xff, 0xff, 0xff, 0xff, 0xff,
                                             0xff, 0xff, 0xff, 0xff, 0x02};

    for (size_t i = 0; i < COUNT(whole); i++) {
        struct byte_writer writer = {.out = bytes};

        bytes_put_whole(&writer, whole[i]);
        struct byte_reader reader = {.at = bytes, .end = bytes + writer.size};

        assert_int_equal(bytes_get_whole(&reader), whole[i]);
        assert_false(reader.bad);
        assert_ptr_equal(reader.at, reader.end);
    }
    struct byte_reader reader = {.at = too_long, .end = too_long + sizeof too_long};

    assert_int_equal(bytes_get_whole(&reader), 0);
    assert_true(reader.bad);
}

static void
test_curves_of_counts_are_short_and_all_read_back_equal(void **state)
{
    (void)state;
    double curve[CURVE_POINTS + 1], back[CURVE_POINTS + 1];
    unsigned char bytes[CURVE_BYTES_MAX];

    for (unsigned kind = 0; kind < 7; kind++) {
        for (unsigned i = 0; i <= CURVE_POINTS; i++) {
            const double value[] = {
                i / 10,  i / 10.0, 20.0 - i, i < 50 ? 0 : 0x1p52 + i, i == 7 ? (double)NAN : 3,
                i + 1.0, 0};

            curve[i] = value[kind];
        }
        const size_t size = curve_pack(curve, bytes);

        assert_true(size <= sizeof bytes);
        if (kind == 0)
            assert_int_equal(size, 2 + 9 * 2); /* the nine times that it grows */
        else if (kind == 3 || kind == 5)
            assert_in_range(size, CURVE_POINTS + 2, CURVE_POINTS + 2 + 8);
        else
            assert_int_equal(size, kind == 6 ? 2 : 1 + (CURVE_POINTS + 1) * 8);
        assert_int_equal(curve_unpack(back, bytes, size), 0);
        assert_memory_equal(curve, back, sizeof curve);
        assert_int_equal(curve_unpack(back, bytes, size - 1), ERR_INPUT);
    }
}

/* A curve that grows past its end, or says too often that it grows, or is cut off. */
static void
test_damaged_curves_are_refused(void **state)
{
    static const unsigned char bytes[][6] = {
        {2, 1, 97, 1},               /* at the point after the last */
        {2, 2, 96, 1, 0, 1},         /* a second time after the last */
        {2, 2, 50, 1, 46, 1},        /* likewise */
        {2, 2, 1, 1},                /* one missing */
        {3, 0},                      /* no such form */
        {2, 0, 0},                   /* one byte too many */
        {2, 1, 0xff, 0xff, 0x7f, 1}, /* far past */
    };
    static const size_t size[] = {4, 6, 6, 4, 2, 3, 6};
    static const unsigned char last[] = {2, 1, 96, 5};
    double value[CURVE_POINTS + 1];
    struct stream stream;

    (void)state;
    for (size_t i = 0; i < COUNT(bytes); i++)
        assert_int_equal(curve_unpack(value, bytes[i], size[i]), ERR_INPUT);
    assert_int_equal(curve_unpack(value, last, sizeof last), 0);
    assert_true(value[CURVE_POINTS - 1] == 0 && value[CURVE_POINTS] == 5);
    /* any bytes at all give values or an error */
    stream_open(&stream, 3, 0, PURPOSE_TEST, 0, 0);
    for (unsigned i = 0; i < 20000; i++) {
        unsigned char any[12];

        for (size_t k = 0; k < sizeof any; k++)
            any[k] = (unsigned char)stream_below(&stream, k < 2 ? 4 : 100);
        const int rc = curve_unpack(value, any, 1 + stream_below(&stream, sizeof any));

        assert_true(rc == 0 || rc == ERR_INPUT);
    }
}

/* ---- outcomes ---- */

/* Adds a legal trial with one value; NAN: none. */
static void
add_value(struct outcome *o, uint64_t replication, uint32_t strategy, enum metric_id metric,
          struct label label, double value)
{
    struct recording r = {.plane = metric_table[metric].plane, .replication = replication};

    if (!isnan(value))
        records_value(&r, strategy, metric, label, value);
    assert_int_equal(outcome_add(o, &r), 0);
    recording_release(&r);
}

static void
begin(struct outcome *o, const struct legend *legend)
{
    assert_int_equal(outcome_init(o, legend), 0);
}

static void
finish(struct outcome *o)
{
    assert_int_equal(outcome_finish(o), 0);
}

static void
test_a_mean_counts_absent_values_as_zero(void **state)
{
    (void)state;
    struct outcome o;

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 5; i++)
        add_value(&o, i, 1, METRIC_CONTENT_ACCOUNTS, by(LABEL_AUTHORITY, 1), (double)i);
    finish(&o);
    const struct estimate e =
        outcome_estimate(&o, 1, METRIC_CONTENT_ACCOUNTS, by(LABEL_AUTHORITY, 1));

    /* 0..4: t with 4 degrees of freedom is 2.7764451, sd / sqrt(5) is sqrt(0.5). */
    NEAR(e.mean, 2);
    NEAR(e.low, 2 - 2.7764451052 * sqrt(0.5));
    NEAR(e.high, 2 + 2.7764451052 * sqrt(0.5));
    const struct series *s = outcome_find(&o, 1, METRIC_CONTENT_ACCOUNTS, by(LABEL_AUTHORITY, 1));

    assert_non_null(s);
    assert_int_equal(s->count, 5);
    NEAR(s->value[0], 0);
    assert_null(outcome_find(&o, 0, METRIC_CONTENT_ACCOUNTS, by(LABEL_AUTHORITY, 1)));
    assert_int_equal(o.strategies, 2);
    outcome_release(&o);
}

static void
test_a_share_has_the_exact_binomial_interval(void **state)
{
    (void)state;
    struct outcome o;

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 20; i++)
        add_value(&o, i, 0, METRIC_CONTENT_ANY, label_total, i % 7 == 3 ? 1 : (double)NAN);
    finish(&o);
    const struct estimate e = outcome_estimate(&o, 0, METRIC_CONTENT_ANY, label_total);

    /* 3 of 20, Clopper and Pearson: 0.032070937 to 0.378926827 (R's binom.test). */
    NEAR(e.mean, 0.15);
    NEAR(e.low, 0.032070937);
    NEAR(e.high, 0.378926827);
    outcome_release(&o);
}

static void
test_what_was_never_seen_still_has_an_upper_bound(void **state)
{
    (void)state;
    struct outcome o;
    const double share = 1 - pow(0.025, 1 / 20.0);

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 20; i++)
        add_value(&o, i, 0, METRIC_REACH_UNILATERAL, label_total, 1);
    finish(&o);
    const struct {
        enum metric_id metric;
        struct label label;
        double one;
    } zero[] = {
        {METRIC_CONTENT_ANY, label_total, 1},
        {METRIC_CONTENT_ACCOUNTS, label_total, 1},
        {METRIC_REQUESTS_CONTENT, by(LABEL_AUTHORITY, 1), 1},
        {METRIC_CONTENT_FRACTION, label_total, 1 / 1000.0},
        {METRIC_CONTENT_FRACTION, by(LABEL_COHORT, 1), 1 / 100.0},
        {METRIC_CONTENT_ACCOUNT_DAYS, label_total, 730},
    };
    for (size_t i = 0; i < COUNT(zero); i++) {
        const struct estimate e = outcome_estimate(&o, 0, zero[i].metric, zero[i].label);

        NEAR(e.mean, 0);
        NEAR(e.low, 0);
        NEAR(e.high, zero[i].one * share);
    }
    const struct estimate first = outcome_estimate(&o, 0, METRIC_CONTENT_FIRST, label_total);

    NEAR(first.mean, 730);
    NEAR(first.high, 730);
    NEAR(first.low, 730 * (1 - share));
    assert_true(isnan(outcome_estimate(&o, 0, METRIC_DISCLOSURE_DELAY, label_total).mean));
    assert_true(isnan(outcome_estimate(&o, 0, METRIC_LATENCY_P95, label_total).mean));
    assert_true(isnan(outcome_estimate(&o, 0, METRIC_THROUGHPUT, label_total).mean));
    outcome_release(&o);
}

static void
test_a_first_time_that_did_not_come_is_censored_at_the_horizon(void **state)
{
    (void)state;
    struct outcome o;
    const double day[] = {10, (double)NAN, 20, (double)NAN};

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 4; i++)
        add_value(&o, i, 0, METRIC_CONTENT_FIRST, label_total, day[i]);
    finish(&o);
    const struct estimate e = outcome_estimate(&o, 0, METRIC_CONTENT_FIRST, label_total);

    NEAR(e.mean, (10 + 20 + 730 + 730) / 4.0);
    assert_true(e.low < e.mean && e.high > e.mean && e.high <= 730);
    outcome_release(&o);
}

static void
test_unknown_values_are_left_out_of_a_mean(void **state)
{
    (void)state;
    struct outcome o;
    const double delay[] = {(double)NAN, 4, (double)NAN, 6};

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 4; i++)
        add_value(&o, i, 0, METRIC_DISCLOSURE_DELAY, label_total, delay[i]);
    finish(&o);
    NEAR(outcome_estimate(&o, 0, METRIC_DISCLOSURE_DELAY, label_total).mean, 5);
    outcome_release(&o);
}

static void
test_differences_are_paired_by_replication(void **state)
{
    (void)state;
    struct outcome o;

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 4; i++) {
        struct recording r = {.plane = PLANE_LEGAL, .replication = i};

        /* They vary between replications much more than they differ: 1, 2, 1, 2. */
        records_value(&r, 0, METRIC_CONTENT_ACCOUNTS, label_total, 1000.0 * (double)i);
        records_value(&r, 1, METRIC_CONTENT_ACCOUNTS, label_total,
                      1000.0 * (double)i + 1 + (double)(i % 2));
        records_value(&r, 1, METRIC_CONTENT_FIRST, label_total, 331);
        assert_int_equal(outcome_add(&o, &r), 0);
        recording_release(&r);
    }
    finish(&o);
    const struct estimate e = outcome_difference(&o, 1, 0, METRIC_CONTENT_ACCOUNTS, label_total);

    /* mean 1.5, sd 1/sqrt(3), t(3) 3.1824463 */
    NEAR(e.mean, 1.5);
    NEAR(e.high - e.mean, 3.1824463053 / sqrt(3) / 2);
    NEAR(e.mean - e.low, 3.1824463053 / sqrt(3) / 2);
    NEAR(outcome_difference(&o, 1, 0, METRIC_CONTENT_FIRST, label_total).mean, 331 - 730);
    const struct estimate none = outcome_difference(&o, 1, 0, METRIC_METADATA_ANY, label_total);

    NEAR(none.mean, 0);
    NEAR(none.high, 1 - pow(0.025, 1 / 4.0));
    NEAR(none.low, -none.high);
    const struct estimate self = outcome_difference(&o, 1, 1, METRIC_METADATA_ANY, label_total);

    NEAR(self.low, 0);
    NEAR(self.high, 0);
    outcome_release(&o);
}

static void
test_replications_of_one_world_do_not_count_as_independent(void **state)
{
    (void)state;
    struct outcome o;
    struct legend legend = *records_legend();
    const double world[] = {2, 4, 9};

    legend.worlds = 3;
    begin(&o, &legend);
    for (uint64_t i = 0; i < 30; i++)
        add_value(&o, i, 0, METRIC_CONTENT_ACCOUNTS, label_total,
                  world[i % 3] + (i / 3 % 2 == 0 ? 1 : -1) * (i < 6 ? 1 : 0));
    finish(&o);
    const struct estimate e = outcome_estimate(&o, 0, METRIC_CONTENT_ACCOUNTS, label_total);

    /* Three values 2, 4, 9: mean 5, sd sqrt(13), t(2) 4.3026527. */
    NEAR(e.mean, 5);
    NEAR(e.high - 5, 4.3026527297 * sqrt(13 / 3.0));
    /* And never seen in three worlds bounds the share of worlds where it is certain. */
    NEAR(outcome_estimate(&o, 0, METRIC_CONTENT_ANY, label_total).high, 1 - pow(0.025, 1 / 3.0));
    NEAR(outcome_estimate(&o, 0, METRIC_CONTENT_FIRST, label_total).low, 730 * pow(0.025, 1 / 3.0));
    outcome_release(&o);
}

static void
test_replications_come_in_order_or_not_at_all(void **state)
{
    (void)state;
    struct outcome o;
    struct recording r = {.plane = PLANE_LEGAL, .replication = 4};

    begin(&o, records_legend());
    assert_int_equal(outcome_add(&o, &r), 0);
    assert_int_equal(outcome_add(&o, &r), ERR_INPUT);
    r.replication = 3;
    assert_int_equal(outcome_add(&o, &r), ERR_INPUT);
    r.plane = PLANE_TRAFFIC; /* counted apart */
    assert_int_equal(outcome_add(&o, &r), 0);
    assert_int_equal(outcome_replication(&o, PLANE_LEGAL, 0), 4);
    records_value(&r, 7, METRIC_THROUGHPUT, label_total, 1);
    r.replication = 9;
    assert_int_equal(outcome_add(&o, &r), ERR_INPUT); /* there is no eighth strategy */
    recording_release(&r);
    outcome_release(&o);
}

static void
test_latency_weighs_operations_by_their_window(void **state)
{
    (void)state;
    struct outcome o;
    struct recording r = {.plane = PLANE_TRAFFIC};
    const double fast[] = {10, 10, 10, 10}, slow[] = {100, 100}, other[] = {50};

    begin(&o, records_legend());
    /* Regime 0 stands for 4 x 2 operations a second, regime 1 for 4 x 1 of which half fail. */
    records_window(&r, 0, 0, 0, 0, 2, 4, fast, 4)->key_reads = 4;
    r.windows.item[0].key_hits = 3;
    records_window(&r, 0, 1, 0, 0, 1, 4, slow, 2)->key_reads = 2;
    records_window(&r, 0, 0, 1, 1, 6, 1, other, 1);
    assert_int_equal(outcome_add(&o, &r), 0);
    recording_release(&r);
    finish(&o);

    const struct label home = by(LABEL_COHORT, 0), mail = by(LABEL_DATA, 0);
    const struct label both = label_with(home, LABEL_DATA, 0);
    const struct label levels[] = {home, mail, both};
    const struct {
        struct label label;
        double mean, p50, p95, served;
    } t[] = {
        {label_total, (8 * 10 + 2 * 100 + 6 * 50) / 16.0, 10, 100, 16 / 18.0},
        {home, (8 * 10 + 2 * 100) / 10.0, 10, 100, 10 / 12.0},
        {by(LABEL_DATA, 1), 50, 50, 50, 1},
    };
    for (size_t i = 0; i < COUNT(t); i++) {
        NEAR(outcome_estimate(&o, 0, METRIC_LATENCY_MEAN, t[i].label).mean, t[i].mean);
        NEAR(outcome_estimate(&o, 0, METRIC_AVAILABILITY, t[i].label).mean, t[i].served);
        const double p50 = outcome_estimate(&o, 0, METRIC_LATENCY_P50, t[i].label).mean;
        const double p95 = outcome_estimate(&o, 0, METRIC_LATENCY_P95, t[i].label).mean;

        assert_true(fabs(p50 / t[i].p50 - 1) < 1 / 256.0);
        assert_true(fabs(p95 / t[i].p95 - 1) < 1 / 256.0);
    }
    /* The three levels that hold the same two windows agree to the last bit. */
    for (size_t i = 0; i < COUNT(levels); i++)
        assert_true(outcome_estimate(&o, 0, METRIC_LATENCY_MEAN, levels[i]).mean ==
                    outcome_estimate(&o, 0, METRIC_LATENCY_MEAN, home).mean);
    NEAR(outcome_estimate(&o, 0, METRIC_KEY_HIT_RATIO, label_total).mean, 6 / 10.0);
    assert_true(isnan(outcome_estimate(&o, 0, METRIC_KEY_HIT_RATIO, by(LABEL_COHORT, 1)).mean));
    outcome_release(&o);
}

static void
test_nothing_served_is_unavailable_and_has_no_latency(void **state)
{
    (void)state;
    struct outcome o;
    const double ms[] = {10};

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 2; i++) {
        struct recording r = {.plane = PLANE_TRAFFIC, .replication = i};

        records_window(&r, 0, 0, 0, 0, 1, 5, ms, i);
        assert_int_equal(outcome_add(&o, &r), 0);
        recording_release(&r);
    }
    finish(&o);
    NEAR(outcome_estimate(&o, 0, METRIC_AVAILABILITY, label_total).mean, 0.1);
    const struct series *s = outcome_find(&o, 0, METRIC_LATENCY_MEAN, label_total);

    assert_true(isnan(s->value[0]));
    NEAR(s->estimate.mean, 10); /* of the replication that had any */
    assert_true(isnan(outcome_latency_quantile(&o, 1, NONE, 0.5)));
    outcome_release(&o);
}

static void
test_derived_metrics_take_the_place_of_recorded_ones(void **state)
{
    (void)state;
    struct outcome o;
    struct recording r = {.plane = PLANE_TRAFFIC};
    const double ms[] = {10, 20};

    begin(&o, records_legend());
    records_value(&r, 0, METRIC_KEY_HIT_RATIO, label_total, 0.9);
    records_value(&r, 1, METRIC_KEY_HIT_RATIO, label_total, 0.8);
    records_window(&r, 0, 0, 0, 0, 1, 2, ms, 2)->key_reads = 2;
    r.windows.item[0].key_hits = 1;
    assert_int_equal(outcome_add(&o, &r), 0);
    recording_release(&r);
    finish(&o);
    NEAR(outcome_estimate(&o, 0, METRIC_KEY_HIT_RATIO, label_total).mean, 0.5);
    NEAR(outcome_estimate(&o, 1, METRIC_KEY_HIT_RATIO, label_total).mean, 0.8);
    outcome_release(&o);
}

static void
test_a_blend_agrees_with_the_mixture_of_its_histograms(void **state)
{
    (void)state;
    struct stream stream;
    struct hist hist[5] = {{0}};
    const struct hist *each[5];
    const double q[] = {0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1};

    stream_open(&stream, 3, 0, PURPOSE_TEST, 0, 0);
    for (unsigned round = 0; round < 50; round++) {
        struct blend blend = {0};
        double weight[5], ns[COUNT(q)];

        for (size_t i = 0; i < 5; i++) {
            const uint64_t count = stream_below(&stream, 400);
            const double per_count = 1 + stream_uniform(&stream);

            hist_release(&hist[i]);
            for (uint64_t k = 0; k < count; k++)
                assert_int_equal(hist_add(&hist[i], (sim_ns)(1e7 * stream_exponential(&stream))),
                                 0);
            each[i] = &hist[i];
            weight[i] = per_count * (double)count;
            assert_int_equal(blend_add(&blend, &hist[i], per_count), 0);
        }
        blend_quantiles(&blend, q, COUNT(q), ns);
        for (size_t i = 0; i < COUNT(q); i++)
            assert_true(ns[i] == hist_mixture_quantile(each, weight, 5, q[i]));
        blend_release(&blend);
    }
    for (size_t i = 0; i < 5; i++)
        hist_release(&hist[i]);
}

static void
test_the_latency_of_a_figure_pools_replications(void **state)
{
    (void)state;
    struct outcome o;
    const double ms[] = {10, 30};

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 2; i++) {
        struct recording r = {.plane = PLANE_TRAFFIC, .replication = i};

        records_window(&r, 0, 0, 0, 0, 1, 1, &ms[i], 1);
        records_window(&r, 0, 0, 1, 0, 1, 1, &ms[0], 1);
        assert_int_equal(outcome_add(&o, &r), 0);
        recording_release(&r);
    }
    finish(&o);
    assert_true(fabs(outcome_latency_quantile(&o, 0, NONE, 0.75) / 10 - 1) < 1 / 256.0);
    assert_true(fabs(outcome_latency_quantile(&o, 0, NONE, 0.76) / 30 - 1) < 1 / 256.0);
    assert_true(fabs(outcome_latency_quantile(&o, 0, 0, 0.51) / 30 - 1) < 1 / 256.0);
    assert_true(fabs(outcome_latency_quantile(&o, 0, 1, 1) / 10 - 1) < 1 / 256.0);
    outcome_release(&o);
}

static void
test_a_curve_is_zero_where_a_trial_has_none(void **state)
{
    (void)state;
    struct outcome o;
    double value[4];

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 4; i++) {
        struct recording r = {.plane = PLANE_LEGAL, .replication = i};

        if (i % 2 == 1) {
            struct curve *c = record_curve(&r);

            assert_non_null(c);
            c->strategy = 1;
            c->authority = LABEL_ALL;
            for (unsigned k = 0; k <= CURVE_POINTS; k++)
                c->value[k] = (double)(i * k);
        }
        assert_int_equal(outcome_add(&o, &r), 0);
        recording_release(&r);
    }
    finish(&o);
    assert_int_equal(o.curves, 1);
    /* At point 10: 0, 10, 0, 30. Type 7 quantiles: 0 at 0.025, 10 + 0.925 x 20 at 0.975. */
    NEAR(o.curve[0].point[10].mean, 10);
    NEAR(o.curve[0].point[10].low, 0);
    NEAR(o.curve[0].point[10].high, 28.5);
    outcome_curve_values(&o, 1, LABEL_ALL, CURVE_CONTENT, 10, value);
    NEAR(value[2], 0);
    NEAR(value[3], 30);
    outcome_curve_values(&o, 0, LABEL_ALL, CURVE_CONTENT, 10, value);
    NEAR(value[3], 0);
    outcome_release(&o);
}

/* A curve of one value throughout. */
static void
flat_curve(struct recording *r, struct label label, double value)
{
    struct curve *c = record_curve(r);

    assert_non_null(c);
    c->authority = label.of[LABEL_AUTHORITY];
    c->adversary = label.of[LABEL_ADVERSARY];
    c->cohort = label.of[LABEL_COHORT];
    for (unsigned k = 0; k <= CURVE_POINTS; k++)
        c->value[k] = value;
}

static void
test_curves_are_found_by_authority_adversary_and_cohort(void **state)
{
    const struct label to = by(LABEL_ADVERSARY, 2), of = label_with(to, LABEL_COHORT, 1);
    struct legend legend = *records_legend();
    struct recording r = {.plane = PLANE_LEGAL};
    struct outcome o;
    double value;

    (void)state;
    begin(&o, &legend);
    flat_curve(&r, of, 3);
    flat_curve(&r, to, 5);
    flat_curve(&r, label_total, 7);
    flat_curve(&r, by(LABEL_AUTHORITY, 1), 11);
    flat_curve(&r, by(LABEL_COHORT, 0), 13);
    assert_int_equal(outcome_add(&o, &r), 0);
    finish(&o);
    assert_int_equal(o.curves, 5);
    const struct {
        struct label label;
        double value; /* 0: none; NAN: not told apart */
    } t[] = {
        {label_total, 7},
        {to, 5},
        {of, 3},
        {label_with(to, LABEL_COHORT, 0), 0},
        {by(LABEL_AUTHORITY, 1), 11},
        {by(LABEL_AUTHORITY, 0), 0},
        {by(LABEL_COHORT, 0), 13},
        {by(LABEL_DATA, 0), (double)NAN},
        {label_with(to, LABEL_AUTHORITY, 0), (double)NAN},
    };
    for (size_t i = 0; i < COUNT(t); i++) {
        const struct curve_estimate *c = outcome_find_curve(&o, 0, t[i].label, CURVE_CONTENT);

        outcome_label_curve_values(&o, 0, t[i].label, CURVE_CONTENT, 50, &value);
        assert_true(isnan(t[i].value) ? isnan(value) : value == t[i].value);
        assert_int_equal(c != NULL, t[i].value > 0);
        if (c != NULL)
            assert_true(c->point[50].mean == t[i].value);
    }
    assert_null(outcome_find_curve(&o, 0, label_total, CURVE_METADATA));
    outcome_curve_values(&o, 0, NONE, CURVE_CONTENT, 0, &value);
    assert_true(value == 7);
    outcome_curve_values(&o, 0, 1, CURVE_CONTENT, 0, &value);
    assert_true(value == 11);
    outcome_release(&o);

    /* Of a single cohort the curve of all is its own. */
    legend.names[LABEL_COHORT] = 1;
    begin(&o, &legend);
    r.curves.count = 0;
    flat_curve(&r, to, 5);
    assert_int_equal(outcome_add(&o, &r), 0);
    finish(&o);
    outcome_label_curve_values(&o, 0, label_with(to, LABEL_COHORT, 0), CURVE_CONTENT, 0, &value);
    assert_true(value == 5);
    outcome_release(&o);
    recording_release(&r);
}

static void
test_curves_of_what_the_legend_does_not_have_are_refused(void **state)
{
    const struct label t[] = {
        by(LABEL_AUTHORITY, 2),
        by(LABEL_ADVERSARY, 4),
        by(LABEL_COHORT, 2),
        label_with(by(LABEL_AUTHORITY, 0), LABEL_ADVERSARY, 0),
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct recording r = {.plane = PLANE_LEGAL};
        struct outcome o;

        begin(&o, records_legend());
        flat_curve(&r, t[i], 1);
        assert_int_equal(outcome_add(&o, &r), ERR_INPUT);
        outcome_release(&o);
        recording_release(&r);
    }
}

/* All that an outcome concludes, as one number a series: to compare bit by bit. */
static void
assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->series[i].metric, b->series[i].metric);
        assert_memory_equal(&a->series[i].label, &b->series[i].label, sizeof(struct label));
        assert_memory_equal(a->series[i].value, b->series[i].value,
                            a->series[i].count * sizeof(double));
        assert_memory_equal(&a->series[i].estimate, &b->series[i].estimate,
                            sizeof(struct estimate));
    }
}

static void
test_series_are_in_order_and_the_same_from_bytes(void **state)
{
    (void)state;
    struct outcome direct, packed;
    struct recording r = {0}, back = {0};

    begin(&direct, records_legend());
    begin(&packed, records_legend());
    for (uint64_t i = 0; i < 40; i++) {
        size_t size;

        records_make(&r, i % 4 == 0 ? PLANE_TRAFFIC : PLANE_LEGAL, i);
        unsigned char *bytes = records_bytes(&r, &size);

        recording_clear(&back);
        assert_int_equal(recording_unpack(&back, bytes, size), 0);
        assert_int_equal(outcome_add(&direct, &r), 0);
        assert_int_equal(outcome_add(&packed, &back), 0);
        free(bytes);
    }
    finish(&direct);
    finish(&packed);
    assert_same(&direct, &packed);
    assert_int_equal(direct.legal, 30);
    assert_int_equal(direct.traffic, 10);
    for (size_t i = 1; i < direct.count; i++) {
        const struct series *a = &direct.series[i - 1], *b = &direct.series[i];

        assert_true(a->strategy < b->strategy ||
                    (a->strategy == b->strategy &&
                     (a->metric < b->metric ||
                      (a->metric == b->metric && label_compare(a->label, b->label) < 0))));
    }
    recording_release(&r);
    recording_release(&back);
    outcome_release(&direct);
    outcome_release(&packed);
}

static void
test_no_interval_passes_all_accounts(void **state)
{
    (void)state;
    struct outcome o;

    begin(&o, records_legend());
    for (uint64_t i = 0; i < 4; i++) {
        struct recording r = {.plane = PLANE_LEGAL, .replication = i};

        records_value(&r, 0, METRIC_CONTENT_ACCOUNTS, label_total, i == 0 ? 1000 : 0);
        records_value(&r, 0, METRIC_CONTENT_ACCOUNT_DAYS, label_total,
                      i == 0 ? 1000 * records_legend()->horizon_days : 0);
        recording_sort(&r);
        assert_int_equal(outcome_add(&o, &r), 0);
        recording_release(&r);
    }
    finish(&o);
    const struct estimate accounts = outcome_estimate(&o, 0, METRIC_CONTENT_ACCOUNTS, label_total);
    const struct estimate days = outcome_estimate(&o, 0, METRIC_CONTENT_ACCOUNT_DAYS, label_total);

    NEAR(accounts.mean, 250);
    NEAR(accounts.high, 1000);
    assert_true(days.high == 1000 * records_legend()->horizon_days);
    outcome_release(&o);
}

static void
test_the_bound_on_what_was_never_seen_counts_all_that_one_request_names(void **state)
{
    static const double named[] = {250, 3};
    struct legend legend = *records_legend();
    struct outcome o;

    (void)state;
    legend.named = named;
    begin(&o, &legend);
    const struct label first = label_with(label_total, LABEL_AUTHORITY, 0);
    const struct label other = label_with(label_total, LABEL_AUTHORITY, 1);

    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, first) == 250);
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, other) == 3);
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, label_total) == 250);
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNT_DAYS, other) == 3 * legend.horizon_days);
    assert_true(outcome_one(&o, METRIC_REQUESTS_CONTENT, first) == 1);
    /* Of a stream its own: the first names one account, though its authority has a larger one. */
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, label_with(first, LABEL_STREAM, 0)) == 1);
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, label_with(first, LABEL_STREAM, 1)) ==
                250);
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, label_with(other, LABEL_STREAM, 0)) == 3);
    legend.stream_named = NULL; /* a database that does not tell them */
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, label_with(first, LABEL_STREAM, 0)) ==
                250);
    /* A block lasts as long as it lasts, for all residents: accounts say nothing of it. */
    assert_true(outcome_one(&o, METRIC_BLOCKED_DAYS, label_total) == 0);
    /* Of a class of adversary what its members name; of one that there is not, nothing. */
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, by(LABEL_ADVERSARY, 0)) == 12);
    assert_true(outcome_one(&o, METRIC_CONTENT_RISK, by(LABEL_ADVERSARY, 3)) == 40.0 / 1000);
    assert_true(outcome_one(&o, METRIC_CONTENT_ACCOUNTS, by(LABEL_ADVERSARY, 2)) == 0);
    outcome_release(&o);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_metric_is_complete_and_found_by_its_name),
        cmocka_unit_test(test_a_total_comes_before_its_parts),
        cmocka_unit_test(test_a_series_is_named_with_its_labels),
        cmocka_unit_test(test_absence_is_left_out_whatever_it_means),
        cmocka_unit_test(test_the_bound_on_what_was_never_seen_counts_all_that_one_request_names),
        cmocka_unit_test(test_no_interval_passes_all_accounts),
        cmocka_unit_test(test_repeated_values_are_joined_by_what_they_mean),
        cmocka_unit_test(test_sorting_makes_the_same_trial_the_same_bytes),
        cmocka_unit_test(test_a_packed_recording_reads_back_equal),
        cmocka_unit_test(test_damaged_bytes_are_refused),
        cmocka_unit_test(test_numbers_of_any_size_pack_and_read_back),
        cmocka_unit_test(test_curves_of_counts_are_short_and_all_read_back_equal),
        cmocka_unit_test(test_damaged_curves_are_refused),
        cmocka_unit_test(test_a_mean_counts_absent_values_as_zero),
        cmocka_unit_test(test_a_share_has_the_exact_binomial_interval),
        cmocka_unit_test(test_what_was_never_seen_still_has_an_upper_bound),
        cmocka_unit_test(test_a_first_time_that_did_not_come_is_censored_at_the_horizon),
        cmocka_unit_test(test_unknown_values_are_left_out_of_a_mean),
        cmocka_unit_test(test_differences_are_paired_by_replication),
        cmocka_unit_test(test_replications_of_one_world_do_not_count_as_independent),
        cmocka_unit_test(test_replications_come_in_order_or_not_at_all),
        cmocka_unit_test(test_latency_weighs_operations_by_their_window),
        cmocka_unit_test(test_nothing_served_is_unavailable_and_has_no_latency),
        cmocka_unit_test(test_derived_metrics_take_the_place_of_recorded_ones),
        cmocka_unit_test(test_a_blend_agrees_with_the_mixture_of_its_histograms),
        cmocka_unit_test(test_the_latency_of_a_figure_pools_replications),
        cmocka_unit_test(test_a_curve_is_zero_where_a_trial_has_none),
        cmocka_unit_test(test_curves_are_found_by_authority_adversary_and_cohort),
        cmocka_unit_test(test_curves_of_what_the_legend_does_not_have_are_refused),
        cmocka_unit_test(test_series_are_in_order_and_the_same_from_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
