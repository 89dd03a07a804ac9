/* When requests arrive: the processes, and what two strategies have in common. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "goodness.h"
#include "legal/arrivals.h"

#define DAY ((double)NS_PER_DAY / NS_PER_S)

/* One authority, one stream; two epochs, of which the second may state other facts. */
struct facts {
    struct request_stream stream[2];
    struct authority authority[2];
    struct world world[2];
    struct epoch epoch[2];
    struct strategy strategy;
    struct model model;
};

static void
facts_init(struct facts *f, double horizon_days, double rate_per_day)
{
    memset(f, 0, sizeof *f);
    for (int i = 0; i < 2; i++) {
        f->stream[i] = (struct request_stream){
            .is.name = "s", .rate_per_s = rate_per_day / DAY, .concerns = 1};
        f->authority[i] = (struct authority){.stream = &f->stream[i], .streams = 1, .entity = i};
        f->world[i] = (struct world){.authority = &f->authority[i], .authorities = 1};
        f->epoch[i].world = &f->world[i];
    }
    f->strategy = (struct strategy){.epoch = f->epoch, .epochs = 1};
    f->model =
        (struct model){.horizon = (sim_ns)(horizon_days * (double)NS_PER_DAY), .study.seed = 3};
    f->epoch[0].to = f->model.horizon;
}

/* A second epoch from that day on. */
static void
facts_split(struct facts *f, double day)
{
    f->strategy.epochs = 2;
    f->epoch[0].to = f->epoch[1].from = (sim_ns)(day * (double)NS_PER_DAY);
    f->epoch[1].to = f->model.horizon;
}

static void
make(const struct facts *f, uint64_t replication, struct arrival_list *out)
{
    assert_int_equal(
        arrivals_make(out, &f->model, &f->strategy, replication, (struct authority_id){0}, 0, NULL),
        0);
    for (size_t i = 1; i < out->count; i++)
        assert_true(out->item[i].key >= out->item[i - 1].key);
    for (size_t i = 0; i < out->count; i++)
        assert_true(out->item[i].value >> ARRIVAL_NUMBER_BITS == 0 &&
                    (sim_ns)out->item[i].key < f->model.horizon);
}

static int
compare_values(const void *a, const void *b)
{
    const uint64_t x = ((const struct keyed *)a)->value, y = ((const struct keyed *)b)->value;

    return (x > y) - (x < y);
}

static void
test_a_rate_makes_exponential_gaps(void **state)
{
    static struct facts f;
    struct arrival_list list = {0};
    double *p;

    (void)state;
    facts_init(&f, 40000, 0.7);
    make(&f, 0, &list);
    p = calloc(list.count, sizeof *p);
    assert_non_null(p);
    for (size_t i = 0; i < list.count; i++) {
        const double gap = (double)(list.item[i].key - (i > 0 ? list.item[i - 1].key : 0));

        p[i] = 1 - exp(-0.7 * gap / (double)NS_PER_DAY);
    }
    CHECK_NEAR((double)list.count, 28000, 0.03);
    CHECK_FIT(ks_probability(p, list.count));
    free(p);
    arrival_list_release(&list);
}

static void
test_requests_of_a_stream_have_different_numbers(void **state)
{
    static struct facts f;
    static const struct period_count series[] = {{0, 100 * NS_PER_DAY, 5000},
                                                 {100 * NS_PER_DAY, 200 * NS_PER_DAY, 3000}};
    struct arrival_list list = {0};

    (void)state;
    facts_init(&f, 5000, 2);
    facts_split(&f, 2000);
    f.stream[1].rate_per_s = 3 / DAY;
    for (int i = 0; i < 2; i++) {
        make(&f, 0, &list);
        qsort(list.item, list.count, sizeof *list.item, compare_values);
        for (size_t k = 1; k < list.count; k++)
            assert_true(list.item[k].value != list.item[k - 1].value);
        f.stream[0].series = f.stream[1].series = series; /* and a series then */
        f.stream[0].periods = f.stream[1].periods = 2;
    }
    assert_true(list.count > 7000);
    arrival_list_release(&list);
}

static void
test_an_exact_series_has_its_counts_at_uniform_instants(void **state)
{
    static struct facts f;
    static const struct period_count series[] = {{0, 100 * NS_PER_DAY, 300},
                                                 {100 * NS_PER_DAY, 250 * NS_PER_DAY, 9000},
                                                 {250 * NS_PER_DAY, 300 * NS_PER_DAY, 0}};
    struct arrival_list list = {0};
    double p[9000];
    size_t n = 0;

    (void)state;
    facts_init(&f, 400, 0);
    f.stream[0].series = series;
    f.stream[0].periods = 3;
    f.stream[0].exact = true;
    make(&f, 0, &list);
    assert_int_equal(list.count, 9300);
    for (size_t i = 0; i < list.count; i++) {
        const double day = (double)list.item[i].key / (double)NS_PER_DAY;

        assert_true(day < 250);
        if (day >= 100)
            p[n++] = (day - 100) / 150;
    }
    assert_int_equal(n, 9000);
    CHECK_FIT(ks_probability(p, n));
    arrival_list_release(&list);
}

static void
test_a_horizon_scales_a_period_in_proportion(void **state)
{
    static struct facts f;
    /* 70 of its 200 days lie inside */
    static const struct period_count series[] = {{-50 * NS_PER_DAY, 150 * NS_PER_DAY, 10}};
    struct arrival_list list = {0};

    (void)state;
    facts_init(&f, 70, 0);
    f.stream[0].series = series;
    f.stream[0].periods = 1;
    for (int exact = 0; exact < 2; exact++) {
        uint64_t sum = 0;

        f.stream[0].exact = exact;
        for (uint64_t i = 0; i < 20000; i++) {
            make(&f, i, &list);
            sum += list.count;
            assert_true(!exact || list.count == 3 || list.count == 4); /* 3.5 of 10 */
        }
        /* Poisson: deviation of the mean 0.013; exact: 0.0035 */
        CHECK_WITHIN((double)sum / 20000, 3.5, exact ? 0.018 : 0.065);
    }
    arrival_list_release(&list);
}

static void
test_a_poisson_series_varies_like_a_poisson_count(void **state)
{
    static struct facts f;
    static const struct period_count series[] = {{0, 100 * NS_PER_DAY, 8}};
    struct arrival_list list = {0};
    uint64_t seen[17] = {0};
    double expected[17], left = 1, p = exp(-8);

    (void)state;
    facts_init(&f, 100, 0);
    f.stream[0].series = series;
    f.stream[0].periods = 1;
    for (uint64_t i = 0; i < 10000; i++) {
        make(&f, i, &list);
        seen[list.count < 16 ? list.count : 16]++;
    }
    for (int k = 0; k < 16; k++) {
        expected[k] = 10000 * p;
        left -= p;
        p *= 8.0 / (k + 1);
    }
    expected[16] = 10000 * left;
    /* the first two cells are joined: fewer than five are expected in one */
    seen[1] += seen[0];
    expected[1] += expected[0];
    CHECK_FIT(chi_square_probability(seen + 1, expected + 1, 16, 15));
    arrival_list_release(&list);
}

/* The same arrivals in [from, to). */
static void
check_same(const struct arrival_list *a, const struct arrival_list *b, sim_ns from, sim_ns to)
{
    size_t i = 0, k = 0;

    for (;; i++, k++) {
        while (i < a->count && (sim_ns)a->item[i].key < from)
            i++;
        while (k < b->count && (sim_ns)b->item[k].key < from)
            k++;
        const bool more = i < a->count && (sim_ns)a->item[i].key < to;

        assert_int_equal(more, k < b->count && (sim_ns)b->item[k].key < to);
        if (!more)
            return;
        assert_memory_equal(&a->item[i], &b->item[k], sizeof a->item[i]);
    }
}

static void
test_a_change_of_something_else_moves_no_arrival(void **state)
{
    static struct facts f;
    struct arrival_list whole = {0}, split = {0};

    (void)state;
    facts_init(&f, 3000, 1.3);
    make(&f, 4, &whole);
    facts_split(&f, 1234.5);
    make(&f, 4, &split);
    check_same(&whole, &split, 0, f.model.horizon);
    assert_true(whole.count > 3500);
    arrival_list_release(&whole);
    arrival_list_release(&split);
}

static void
test_a_change_of_rate_thins_and_leaves_the_rest_alone(void **state)
{
    static struct facts f;
    struct arrival_list same = {0}, changed = {0};
    const sim_ns at = 1000 * NS_PER_DAY;
    size_t k = 0, before = 0;

    (void)state;
    facts_init(&f, 3000, 4);
    make(&f, 4, &same);
    facts_split(&f, 1000);
    f.stream[1].rate_per_s = 1.5 / DAY;
    make(&f, 4, &changed);
    check_same(&same, &changed, 0, at);
    /* a lower rate from then on keeps some and adds none */
    for (size_t i = 0; i < changed.count; i++) {
        while (k < same.count && same.item[k].value != changed.item[i].value)
            k++;
        assert_true(k < same.count && same.item[k].key == changed.item[i].key);
        before += (sim_ns)changed.item[i].key < at;
    }
    CHECK_NEAR((double)before, 4000, 0.08);
    CHECK_NEAR((double)(changed.count - before), 3000, 0.08);
    arrival_list_release(&same);
    arrival_list_release(&changed);
}

static void
test_requests_about_others_are_left_out_one_by_one(void **state)
{
    static struct facts f;
    struct arrival_list all = {0}, some = {0}, fewer = {0};
    size_t k = 0, before = 0;

    (void)state;
    facts_init(&f, 3000, 4);
    make(&f, 2, &all);
    f.stream[0].concerns = 0.3;
    make(&f, 2, &some);
    CHECK_NEAR((double)some.count, 3600, 0.09);
    facts_split(&f, 1000); /* fewer concern us from then on: a part of the same */
    f.stream[1].concerns = 0.1;
    make(&f, 2, &fewer);
    check_same(&some, &fewer, 0, 1000 * NS_PER_DAY);
    for (size_t i = 0; i < fewer.count; i++) {
        while (k < some.count && some.item[k].value != fewer.item[i].value)
            k++;
        assert_true(k < some.count);
        before += (sim_ns)fewer.item[i].key < 1000 * NS_PER_DAY;
    }
    CHECK_NEAR((double)(fewer.count - before), 800, 0.17);
    arrival_list_release(&all);
    arrival_list_release(&some);
    arrival_list_release(&fewer);
}

static void
test_replications_and_streams_differ(void **state)
{
    static struct facts f;
    struct arrival_list a = {0}, b = {0};

    (void)state;
    facts_init(&f, 3000, 1);
    make(&f, 0, &a);
    make(&f, 1, &b);
    assert_true(a.item[0].key != b.item[0].key);
    f.model.study.seed++;
    make(&f, 0, &b);
    assert_true(a.item[0].key != b.item[0].key);
    arrival_list_release(&a);
    arrival_list_release(&b);
}

static void
test_too_many_requests_are_refused_with_a_message(void **state)
{
    static struct facts f;
    static const struct period_count series[] = {{0, 100 * NS_PER_DAY, 1e8}};
    struct arrival_list list = {0};
    struct why why = {0};

    (void)state;
    facts_init(&f, 100, 0);
    f.stream[0].series = series;
    f.stream[0].periods = 1;
    assert_int_equal(
        arrivals_make(&list, &f.model, &f.strategy, 0, (struct authority_id){0}, 0, &why),
        ERR_LIMIT);
    assert_int_equal(why.count, 1);
    assert_non_null(strstr(why.fault[0].text, "'s'"));
    f.stream[0].series = NULL;
    f.stream[0].rate_per_s = 100;
    assert_int_equal(
        arrivals_make(&list, &f.model, &f.strategy, 0, (struct authority_id){0}, 0, &why),
        ERR_LIMIT);
    why_release(&why);
    arrival_list_release(&list);
}

static int
compare_keys(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

static void
test_sorting_by_key_keeps_equal_keys_in_order(void **state)
{
    static const size_t counts[] = {0, 1, 2, 31, 32, 33, 1000, 4095, 4096, 20000};
    struct stream s;

    (void)state;
    stream_open(&s, 1, 1, PURPOSE_TEST, 0, 0);
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (unsigned bits = 1; bits <= 64; bits += 9) {
            const size_t n = counts[c];
            struct keyed *x = calloc(3 * n + 1, sizeof *x);

            assert_non_null(x);
            for (size_t i = 0; i < n; i++)
                x[i] = x[2 * n + i] = (struct keyed){stream_bits(&s) >> (64 - bits), i};
            order_by_key(x, x + n, n);
            qsort(x + 2 * n, n, sizeof *x, compare_keys);
            assert_memory_equal(x, x + 2 * n, n * sizeof *x);
            free(x);
        }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_rate_makes_exponential_gaps),
        cmocka_unit_test(test_requests_of_a_stream_have_different_numbers),
        cmocka_unit_test(test_an_exact_series_has_its_counts_at_uniform_instants),
        cmocka_unit_test(test_a_horizon_scales_a_period_in_proportion),
        cmocka_unit_test(test_a_poisson_series_varies_like_a_poisson_count),
        cmocka_unit_test(test_a_change_of_something_else_moves_no_arrival),
        cmocka_unit_test(test_a_change_of_rate_thins_and_leaves_the_rest_alone),
        cmocka_unit_test(test_requests_about_others_are_left_out_one_by_one),
        cmocka_unit_test(test_replications_and_streams_differ),
        cmocka_unit_test(test_too_many_requests_are_refused_with_a_message),
        cmocka_unit_test(test_sorting_by_key_keeps_equal_keys_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
