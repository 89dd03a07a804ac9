/* Arrivals late in a long horizon (see also test_arrivals.c). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>
#include "goodness.h"
#include "legal/arrivals.h"

#define DAY ((double)NS_PER_DAY / NS_PER_S)

enum { HORIZON_DAYS = 18628 }; /* 51 years */

/* One stream at a low rate, and at another one on the last day. */
struct late {
    struct request_stream stream[2];
    struct authority authority[2];
    struct world world[2];
    struct epoch epoch[2];
    struct strategy strategy;
    struct model model;
};

static void
late_init(struct late *f, double early_per_day, double late_per_day)
{
    memset(f, 0, sizeof *f);
    f->model = (struct model){.horizon = HORIZON_DAYS * NS_PER_DAY, .study.seed = 3};
    f->strategy = (struct strategy){.epoch = f->epoch, .epochs = 2};
    for (int i = 0; i < 2; i++) {
        f->stream[i] =
            (struct request_stream){.is.name = "s",
                                    .rate_per_s = (i == 0 ? early_per_day : late_per_day) / DAY,
                                    .concerns = 1};
        f->authority[i] = (struct authority){.stream = &f->stream[i], .streams = 1, .entity = i};
        f->world[i] = (struct world){.authority = &f->authority[i], .authorities = 1};
        f->epoch[i].world = &f->world[i];
    }
    f->epoch[0].to = f->epoch[1].from = (HORIZON_DAYS - 1) * NS_PER_DAY;
    f->epoch[1].to = f->model.horizon;
}

static int
make(const struct late *f, struct arrival_list *out, struct why *why)
{
    return arrivals_make(out, &f->model, &f->strategy, 0, (struct authority_id){0}, 0, why);
}

static void
test_a_busy_day_after_quiet_years_is_made_at_once(void **state)
{
    static struct late f;
    struct arrival_list list = {0};
    struct timespec from, to;
    static double p[110000];
    size_t n = 0;

    (void)state;
    late_init(&f, 0.001, 1e5);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
    assert_int_equal(make(&f, &list, NULL), 0);
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
    /* a hundredth of a second for a hundred thousand; a walk from the start takes two minutes */
    assert_true((double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec) < 2);
    for (size_t i = 0; i < list.count; i++)
        if ((sim_ns)list.item[i].key >= f.epoch[1].from) {
            assert_true(n < COUNT(p));
            p[n++] = (double)((sim_ns)list.item[i].key - f.epoch[1].from) / (double)NS_PER_DAY;
        }
    /* the count is Poisson, and given the count the instants are uniform */
    CHECK_WITHIN((double)n, 1e5, 1500);
    CHECK_FIT(ks_probability(p, n));
    arrival_list_release(&list);
}

static void
test_a_late_epoch_meets_what_the_whole_horizon_would_have_had(void **state)
{
    static struct late f, whole;
    struct arrival_list late = {0}, all = {0};
    size_t k = 0, same = 0;

    (void)state;
    late_init(&f, 0.001, 500);
    late_init(&whole, 700, 700);
    assert_int_equal(make(&f, &late, NULL), 0);
    assert_int_equal(make(&whole, &all, NULL), 0);
    for (size_t i = 0; i < late.count; i++) {
        while (k < all.count && all.item[k].key < late.item[i].key)
            k++;
        assert_true(k < all.count);
        assert_memory_equal(&all.item[k], &late.item[i], sizeof late.item[i]);
        same += (sim_ns)late.item[i].key >= f.epoch[1].from;
    }
    assert_true(same > 350 && same < 650);
    arrival_list_release(&late);
    arrival_list_release(&all);
}

static void
test_more_a_second_than_can_be_numbered_is_refused(void **state)
{
    static struct late f;
    struct arrival_list list = {0};
    struct why why = {0};

    (void)state;
    late_init(&f, 0.001, 257 * DAY);
    f.epoch[0].to = f.epoch[1].from = f.model.horizon - NS_PER_S; /* few, but fast */
    assert_int_equal(make(&f, &list, &why), ERR_LIMIT);
    assert_non_null(strstr(why.fault[0].text, "256 a second"));
    f.stream[1].rate_per_s = 256;
    assert_int_equal(make(&f, &list, NULL), 0);
    for (size_t i = 0; i < list.count; i++)
        assert_true(list.item[i].value >> ARRIVAL_NUMBER_BITS == 0);
    assert_true(list.count > 150);
    why_release(&why);
    arrival_list_release(&list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_busy_day_after_quiet_years_is_made_at_once),
        cmocka_unit_test(test_a_late_epoch_meets_what_the_whole_horizon_would_have_had),
        cmocka_unit_test(test_more_a_second_than_can_be_numbered_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
