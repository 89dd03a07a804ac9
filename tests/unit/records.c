#include "records.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "base/mem.h"
#include "stats/stream.h"

static const char *const strategies[] = {"near", "far"};
static const char *const authorities[] = {"police", "court"};
static const char *const streams[] = {"police/orders", "police/direct", "court/orders"};
static const char *const custodians[] = {"acme", "state-cloud"};
static const char *const cohorts[] = {"home", "abroad"};
static const char *const classes[] = {"mail", "photos"};
static const char *const jurisdictions[] = {"CN", "US"};
static const char *const stations[] = {"east", "west", "hsm"};
static const char *const periods[] = {"2013-H1", "2013-H2", "2014-H1", "2014-H2"};
static const char *const adversaries[] = {"home", "foreign", "criminal", "insider"};
static const uint32_t first_stream[] = {0, 2};
static const double accounts[] = {900, 100};
static const double kin_named[] = {12, 2, 0, 40};
static const double stream_named[] = {1, 250, 3};
static const struct legend_change changes[] = {
    {.day = 100.25, .strategy = NONE, .text = "a new law"},
    {.day = 365, .strategy = 1, .text = "keys move"},
};

static const struct legend legend = {
    .title = "A small run",
    .starts_unix_s = 1356998400, /* 2013-01-01 */
    .horizon_days = 730,
    .strategy = strategies,
    .strategies = 2,
    .name = {authorities, streams, adversaries, custodians, cohorts, classes, jurisdictions,
             stations, periods},
    .names = {2, 3, 4, 2, 2, 2, 2, 3, 4},
    .first_stream = first_stream,
    .accounts = accounts,
    .kin_named = kin_named,
    .stream_named = stream_named,
    .threats = 1,
    .change = changes,
    .changes = 2,
    .legal = 10,
    .traffic = 3,
    .seed = UINT64_MAX,
    .baseline = 0,
    .front_latency = "latency.p95",
    .front_exposure = "exposure.content.fraction",
    .front_to = 1,
};

const struct legend *
records_legend(void)
{
    return &legend;
}

void
records_value(struct recording *recording, uint32_t strategy, enum metric_id metric,
              struct label label, double value)
{
    assert_int_equal(record_value(recording, strategy, metric, label, value), 0);
}

struct window_result *
records_window(struct recording *recording, uint32_t strategy, uint32_t regime, uint32_t cohort,
               uint32_t class, double weight, uint64_t operations, const double *ms, size_t served)
{
    struct window_result *w = record_window(recording);

    assert_non_null(w);
    w->strategy = (uint16_t)strategy;
    w->regime = (uint16_t)regime;
    w->cohort = (uint16_t)cohort;
    w->class = (uint16_t) class;
    w->weight = weight;
    w->operations = operations;
    w->served = served;
    for (size_t i = 0; i < served; i++)
        assert_int_equal(hist_add(&w->latency, (sim_ns)(ms[i] * 1e6)), 0);
    return w;
}

/* By anyone, an authority and a class of adversary, of all cohorts and of one; of every kind. */
static void
make_curves(struct recording *out, uint32_t strategy, struct stream *stream)
{
    static const struct {
        uint16_t authority, adversary, cohort, kind;
    } of[] = {
        {LABEL_ALL, LABEL_ALL, LABEL_ALL, CURVE_CONTENT},
        {1, LABEL_ALL, LABEL_ALL, CURVE_METADATA},
        {LABEL_ALL, 1, 1, CURVE_CONTENT},
        {LABEL_ALL, 3, LABEL_ALL, CURVE_CONTENT},
        {LABEL_ALL, LABEL_ALL, 0, CURVE_CIPHERTEXT},
    };

    for (size_t c = 0; c < COUNT(of); c++) {
        struct curve *curve = record_curve(out);
        double sum = 0;

        assert_non_null(curve);
        curve->strategy = (uint16_t)strategy;
        curve->authority = of[c].authority;
        curve->adversary = of[c].adversary;
        curve->cohort = of[c].cohort;
        curve->kind = of[c].kind;
        for (unsigned i = 0; i <= CURVE_POINTS; i++) {
            /* some grow at most points, some seldom */
            sum += floor((c < 3 ? 3 : 1.2) * stream_uniform(stream) * stream_uniform(stream) *
                         (c < 4 ? 1 : 100));
            curve->value[i] = sum;
        }
    }
}

static void
make_legal(struct recording *out, struct stream *stream)
{
    for (uint32_t s = 0; s < 2; s++) {
        const double exposed = floor(50 * stream_uniform(stream));

        records_value(out, s, METRIC_CONTENT_ANY, label_total, exposed > 10);
        records_value(out, s, METRIC_CONTENT_ACCOUNTS, label_total, exposed);
        records_value(out, s, METRIC_CONTENT_FRACTION, label_total, exposed / 1000);
        records_value(out, s, METRIC_CONTENT_FIRST, label_total,
                      exposed > 10 ? 700 * stream_uniform(stream) : (double)NAN);
        records_value(out, s, METRIC_REACH_UNILATERAL,
                      label_with(label_total, LABEL_JURISDICTION, s), 1 / 3.0);
        for (uint32_t p = 0; p < 4; p++) {
            struct label label = label_with(label_total, LABEL_AUTHORITY, p % 2);

            label = label_with(label_with(label, LABEL_STREAM, 0), LABEL_PERIOD, p);
            records_value(out, s, METRIC_REQUESTS_RECEIVED, label,
                          floor(9 * stream_uniform(stream)));
        }
        for (uint32_t of = 0; of < 2; of++)
            records_value(
                out, s, METRIC_CONTENT_ACCOUNTS,
                label_with(label_with(label_total, LABEL_ADVERSARY, 1 + 2 * of), LABEL_COHORT, of),
                floor(4 * stream_uniform(stream)));
        make_curves(out, s, stream);
    }
}

static void
make_traffic(struct recording *out, struct stream *stream)
{
    double ms[40];

    for (uint32_t s = 0; s < 2; s++) {
        for (uint32_t i = 0; i < 8; i++) {
            for (size_t k = 0; k < 40; k++)
                ms[k] = 20 * stream_exponential(stream) + (s + 1) * 30;
            struct window_result *w =
                records_window(out, s, i / 4, i / 2 % 2, i % 2, 0.1 + stream_uniform(stream), 40,
                               ms, 40 - stream_below(stream, 5));

            w->key_reads = w->served / 2;
            w->key_hits = stream_below(stream, w->key_reads);
        }
        records_value(out, s, METRIC_THROUGHPUT, label_total, 100 * stream_uniform(stream));
        records_value(out, s, METRIC_STATION_UTILISATION, label_with(label_total, LABEL_STATION, 2),
                      stream_uniform(stream));
    }
}

void
records_make(struct recording *out, enum plane plane, uint64_t replication)
{
    struct stream stream;

    stream_open(&stream, 7, replication, PURPOSE_TEST, plane, 0);
    recording_clear(out);
    out->plane = plane;
    out->replication = replication;
    if (plane == PLANE_LEGAL)
        make_legal(out, &stream);
    else
        make_traffic(out, &stream);
    recording_sort(out);
}

unsigned char *
records_bytes(const struct recording *recording, size_t *size)
{
    *size = recording_pack(recording, NULL);
    unsigned char *bytes = malloc(*size);

    assert_non_null(bytes);
    assert_int_equal(recording_pack(recording, bytes), *size);
    return bytes;
}
