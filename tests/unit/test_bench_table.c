/* The page that `jurisim bench crypto` prints, of measurements that are made up so that they are
 * known: sim/cli/bench_table.c; and how its threads are counted: sim/crypto/measure.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "cli/bench_out.h"

static const struct machine machine = {.cpu = "a processor",
                                       .cores = 4,
                                       .library = "OpenSSL 9.8.7",
                                       .measured = "2026-11-21",
                                       .program = "0.1.0"};

/* One bulk operation at two sizes and one that is none, each on one thread and on `threads`: two
 * threads do twice the work, three as much as two and a half, and so on. */
struct made {
    struct operation op[3];
    struct measurement m;
};

static void
add_row(struct made *made, size_t op, size_t bytes, unsigned threads, double ns)
{
    assert_int_equal(VEC_ROOM(&made->m), 0);
    made->m.item[made->m.count++] = (struct measure_row){
        .op = &made->op[op],
        .control = op == 2,
        .bytes = bytes,
        .threads = threads,
        .median = ns / (0.5 * threads + 0.5 * (threads > 1 ? 2 : 1)),
        .low = 0.99 * ns,
        .high = 1.01 * ns,
        .p50 = NAN,
        .p99 = NAN,
        .p999 = NAN,
        .cycles = NAN,
    };
}

static void
make(struct made *made, unsigned threads, bool unscaled)
{
    *made = (struct made){
        .op = {{.name = "x-seal", .backend = "b", .mode = "new-key", .bulk = true, .cost = true},
               {.name = "x-sign", .backend = "b", .mode = "held-key", .bytes = 32},
               {.name = "spin", .backend = "cpu", .mode = "control"}},
        .m = {.rounds = 7,
              .threads = threads,
              .pinned = true,
              .unscaled = unscaled,
              .spin_scaling = threads > 1 ? unscaled ? 1.04 : threads : (double)NAN},
    };
    for (size_t s = 0; s < 2; s++)
        for (unsigned n = 1; n > 0; n = unscaled ? 0 : measure_next_threads(n, threads))
            add_row(made, 0, s == 0 ? 1024 : 16384, n, s == 0 ? 1000 : 4000);
    for (size_t op = 1; op < 3; op++)
        for (unsigned n = 1; n > 0; n = unscaled ? 0 : measure_next_threads(n, threads))
            add_row(made, op, op == 1 ? 32 : 0, n, 50000);
}

static void
release(struct made *made, struct text *out)
{
    measurement_release(&made->m);
    text_release(out);
}

/* Does a line of the page match? */
static bool
shows(const struct text *page, const char *pattern)
{
    regex_t regex;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE | REG_NOSUB), 0);
    const bool found = regexec(&regex, page->s, 0, NULL, 0) == 0;

    regfree(&regex);
    return found;
}

#define SHOWS(page, pattern)                                                                       \
    do {                                                                                           \
        if (!shows(page, pattern))                                                                 \
            fail_msg("no line is '%s' in:\n%s", pattern, (page)->s);                               \
    } while (0)

static void
test_one_thread_without_counters_has_no_columns_for_either(void **state)
{
    struct made made;
    struct text out = {0};

    (void)state;
    make(&made, 1, false);
    bench_table(&out, &machine, &made.m);
    assert_false(out.lost);
    SHOWS(&out, "^objects: GB/s by size +library +key +1 KiB +16 KiB +within$");
    SHOWS(&out, "^x-seal +\\* b +new-key +1\\.02 +4\\.10 +1\\.0 %$");
    SHOWS(&out, "^one operation +library +key +per second +median +within$");
    SHOWS(&out, "^x-sign +b +held-key +20\\.0 k +50\\.0 us +1\\.0 %$");
    assert_null(strstr(out.s, "cycles"));
    assert_null(strstr(out.s, "thr."));
    release(&made, &out);
}

static void
test_cycles_are_shown_where_they_were_counted(void **state)
{
    struct made made;
    struct text out = {0};

    (void)state;
    make(&made, 1, false);
    made.m.item[1].cycles = 16384 * 1.23; /* of 16 KiB; the others had no counter */
    made.m.item[2].cycles = 150000;
    bench_table(&out, &machine, &made.m);
    SHOWS(&out, "^objects: .* within cycles/B$");
    SHOWS(&out, "^x-seal .* 1\\.0 % +1\\.23$");
    SHOWS(&out, "^x-sign .* 1\\.0 % +1\\.5e\\+05$");
    SHOWS(&out, "^spin .* 1\\.0 % +-$");
    SHOWS(&out, "cycles: of the core, in user mode");
    release(&made, &out);
}

static void
test_several_threads_are_shown_by_what_they_do_of_one_s_work(void **state)
{
    struct made made;
    struct text out = {0};

    (void)state;
    make(&made, 3, false);
    bench_table(&out, &machine, &made.m);
    SHOWS(&out, "^3 threads: the spin control does 3\\.00 times the work of one$");
    SHOWS(&out, "^ +on  2 threads +x2\\.00 +x2\\.00$");
    SHOWS(&out, "^ +on  3 threads +x2\\.50 +x2\\.50$");
    SHOWS(&out, "^one operation .* per second +2 thr\\. +3 thr\\. +median +within$");
    SHOWS(&out, "^x-sign .* 20\\.0 k +x2\\.00 +x2\\.50 +50\\.0 us +1\\.0 %$");
    release(&made, &out);
}

static void
test_of_many_threads_the_last_powers_of_two_are_shown(void **state)
{
    struct made made;
    struct text out = {0};

    (void)state;
    make(&made, 48, false);
    bench_table(&out, &machine, &made.m);
    SHOWS(&out, "per second +8 thr\\. +16 thr\\. +32 thr\\. +48 thr\\. +median");
    assert_null(strstr(out.s, " 4 thr"));
    release(&made, &out);
}

static void
test_threads_that_do_not_scale_are_left_out_with_the_reason(void **state)
{
    struct made made;
    struct text out = {0};

    (void)state;
    make(&made, 2, true);
    bench_table(&out, &machine, &made.m);
    SHOWS(&out, "^2 threads: the spin control does 1\\.04 times the work of one: the cores are not "
                "this program's alone,$");
    SHOWS(&out, "^so that rows of several threads are left out$");
    assert_null(strstr(out.s, "thr."));
    release(&made, &out);
    make(&made, 5, true); /* the machine has 4 cores */
    bench_table(&out, &machine, &made.m);
    SHOWS(&out, "^5 threads: .* of one: there are fewer cores,$");
    release(&made, &out);
}

static void
test_a_wide_interval_is_told_without_its_digits(void **state)
{
    struct made made;
    struct text out = {0};

    (void)state;
    make(&made, 1, false);
    made.m.item[0].high = 60 * made.m.item[0].median;
    made.m.item[2].p99 = 70000;
    bench_table(&out, &machine, &made.m);
    SHOWS(&out, "^x-seal .*4\\.10 +>99 %$");
    SHOWS(&out, "^x-sign .* 1\\.0 % +- +70\\.0 us +- *$");
    release(&made, &out);
}

static void
test_slow_work_on_small_objects_keeps_its_digits(void **state)
{
    struct made made;
    struct text out = {0};

    (void)state;
    make(&made, 1, false);
    made.m.item[0].bytes = 1;
    made.m.item[0].median = 650;
    made.m.item[1].median = 16384 / 0.0494;
    bench_table(&out, &machine, &made.m);
    SHOWS(&out, "^objects: .* 1 B +16 KiB +within$");
    SHOWS(&out, "^x-seal .* 0\\.00154 +0\\.0494 ");
    release(&made, &out);
}

static void
test_every_number_of_threads_is_measured_up_to_eight(void **state)
{
    static const struct {
        unsigned most, want[10];
    } t[] = {{1, {0}},
             {2, {2}},
             {3, {2, 3}},
             {8, {2, 3, 4, 5, 6, 7, 8}},
             {9, {2, 4, 8, 9}},
             {16, {2, 4, 8, 16}},
             {48, {2, 4, 8, 16, 32, 48}}};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        unsigned n = 1;

        for (size_t k = 0; k < COUNT(t[i].want); k++) {
            n = measure_next_threads(n, t[i].most);
            assert_int_equal(n, t[i].want[k]);
            if (n == 0)
                break;
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_thread_without_counters_has_no_columns_for_either),
        cmocka_unit_test(test_cycles_are_shown_where_they_were_counted),
        cmocka_unit_test(test_several_threads_are_shown_by_what_they_do_of_one_s_work),
        cmocka_unit_test(test_of_many_threads_the_last_powers_of_two_are_shown),
        cmocka_unit_test(test_threads_that_do_not_scale_are_left_out_with_the_reason),
        cmocka_unit_test(test_a_wide_interval_is_told_without_its_digits),
        cmocka_unit_test(test_slow_work_on_small_objects_keeps_its_digits),
        cmocka_unit_test(test_every_number_of_threads_is_measured_up_to_eight),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
