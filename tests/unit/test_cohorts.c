/* Rare cohorts in the traffic plane: topped up so that their numbers are known, by their own hours.
 */
#include "tiny.h"
#include "traffic/traffic.h"
#include <math.h>

static const char scenario[] =
    "jurisim: 1\n"
    "title: a rare cohort\n"
    "horizon: {from: 2021-01-01, to: 2022-01-01}\n"
    "jurisdictions: {AA: {instruments: {}}}\n"
    "instruments: {}\n"
    "places: {pa: {in: AA}}\n"
    "network: {within: 0 ms}\n"
    "custodians: {ann: {home: AA}}\n"
    "sites: {sa: {at: pa, operator: ann, servers: 1, service: 0 s}}\n"
    "key-stores: {ka: {at: pa, operator: ann, kind: software, servers: 1, service: 0 s}}\n"
    "crypto: {open: 0 s, seal: 0 s}\n"
    "data: {notes: {weight: 1, size: 1 B}}\n"
    "users:\n"
    "  big: {at: pa, resident-of: AA, accounts: 1 M, operations: 1 per 100 s, reads: 1}\n"
    "  rare: {at: pa, resident-of: AA, accounts: 1 k, operations: 1 per 100 s, reads: 1,\n"
    "         hours: [1.9,1.9,1.9,1.9,1.9,1.9,1.9,1.9,1.9,1.9,1.9,1.9,\n"
    "                 0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1]}\n"
    "strategies: {s: {placement: [{replicas: [sa], keys: [ka], key-cache: {ttl: 100 s}}]}}\n"
    "study: {replications: {legal: 1, traffic: 24}, seed: 1, window: 20 k}\n";

/*
 * At multiplier m an account reads m times in 100 s, the life of a cached key, so the hit ratio is
 * m / (1 + m), and its operations count m. Over the day: (1.9 x 1.9 / 2.9 + 0.1 x 0.1 / 1.1) / 2.
 */
static void
test_a_rare_cohort_keeps_the_weight_of_its_own_hours(void **state)
{
    const double theory = (1.9 * 1.9 / 2.9 + 0.1 * 0.1 / 1.1) / 2;
    struct model *model = tiny_model(scenario);
    double sum = 0, squares = 0;

    (void)state;
    for (uint64_t r = 0; r < 24; r++) {
        struct recording out = {.plane = PLANE_TRAFFIC, .replication = r};
        double reads = 0, hits = 0;

        assert_int_equal(traffic_run(model, (struct strategy_id){0}, r, &out, NULL), 0);
        for (size_t i = 0; i < out.windows.count; i++) {
            const struct window_result *w = &out.windows.item[i];

            if (w->cohort != 1)
                continue;
            reads += w->weight * (double)w->key_reads;
            hits += w->weight * (double)w->key_hits;
        }
        sum += hits / reads;
        squares += hits / reads * (hits / reads);
        recording_release(&out);
    }
    const double mean = sum / 24, error = sqrt((squares / 24 - mean * mean) / 23);

    /* 5 standard errors: false alarms below one in a million */
    if (fabs(mean - theory) > 5 * error)
        fail_msg("hit ratio %.4f +- %.4f, theory %.4f", mean, error, theory);
    assert_true(error < 0.02); /* and the test is sharp: equal weights of hours would give 0.373 */
    model_free(model);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rare_cohort_keeps_the_weight_of_its_own_hours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
