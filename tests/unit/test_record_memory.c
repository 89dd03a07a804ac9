/* Every allocation fails once: what comes after the planes reports it and leaks nothing. */
#include "runs.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "record/exceedance.h"
#include "record/risk.h"
#include "record/verdict.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

/* Sanitizers bring their own allocator: there this cannot be tried. */
int
main(void)
{
    return 0;
}

#else

/* glibc's own, behind the functions that this program puts in their place. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static long left = -1; /* allocations until one fails; below 0: none does */
static long live;      /* pieces that were not freed yet */

static bool
fails(void)
{
    if (left < 0)
        return false;
    if (left-- > 0)
        return false;
    errno = ENOMEM;
    return true;
}

static void *
counted(void *piece)
{
    live += piece != NULL;
    return piece;
}

void *
malloc(size_t size)
{
    return fails() ? NULL : counted(__libc_malloc(size));
}

void *
calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__libc_calloc(count, size));
}

void *
realloc(void *old, size_t size)
{
    if (old == NULL)
        return malloc(size);
    return fails() ? NULL : __libc_realloc(old, size);
}

void
free(void *old)
{
    live -= old != NULL;
    __libc_free(old);
}

/* The trials, made while nothing fails. */
static struct recording trial[5];

static int
make_trials(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++)
        records_make(&trial[i], i < 2 ? PLANE_TRAFFIC : PLANE_LEGAL, i);
    return 0;
}

static int
drop_trials(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i++)
        recording_release(&trial[i]);
    return 0;
}

/* Does the work again and again, with the n-th allocation failing, every step-th n, until it
 * succeeds. */
static void
try_failures(int (*work)(struct why *why), long step, size_t least)
{
    size_t failures = 0;

    assert_int_equal(work(NULL), 0); /* SQLite keeps what it makes at its first use */
    for (long n = 0; n < 1000000; n += step) {
        struct why why = {0};
        const long before = live;

        left = n;
        const int rc = work(&why);
        const bool failed = left < 0;

        left = -1;
        why_release(&why);
        assert_int_equal(live, before);
        if (!failed) {
            assert_int_equal(rc, 0);
            assert_in_range(failures, least, 1000000);
            return;
        }
        /* SQLite does without some of its memory. */
        assert_true(rc == 0 || rc == ERR_MEMORY);
        failures += rc != 0;
    }
    fail_msg("it never succeeded");
}

static int
judge(const struct outcome *outcome, struct judgement_list *list, struct why *why)
{
    static const struct strategy strategies[] = {{.is = {.name = "near"}}, {.is = {.name = "far"}}};
    static const struct claim claim[] = {
        {.metric = "exposure.content.any",
         .strategy = {NONE},
         .authority = {NONE},
         .cohort = {NONE},
         .class = {NONE},
         .stream = NONE,
         .adversary = ADVERSARIES,
         .jurisdiction = {NONE},
         .custodian = {NONE},
         .to = 365 * NS_PER_DAY,
         .at_most = 0.5,
         .at_least = (double)NAN},
        {.metric = "requests.received",
         .strategy = {1},
         .authority = {0},
         .cohort = {NONE},
         .class = {NONE},
         .stream = NONE,
         .adversary = ADVERSARIES,
         .jurisdiction = {NONE},
         .custodian = {NONE},
         .to = 730 * NS_PER_DAY,
         .is_expect = true,
         .observed = 3},
    };
    const struct model model = {.starts_unix_s = 1356998400,
                                .horizon = 730 * NS_PER_DAY,
                                .strategy = strategies,
                                .strategies = 2,
                                .claim = claim,
                                .claims = 2};

    return verdict_judge(list, &model, outcome, why);
}

static int
conclude(struct why *why)
{
    struct outcome outcome;
    struct judgement_list list = {0};
    struct exceedance exceedance = {0};
    double share[COUNT(trial)];
    int rc = outcome_init(&outcome, records_legend());

    for (size_t i = 0; rc == 0 && i < 5; i++)
        rc = outcome_add(&outcome, &trial[i]);
    if (rc == 0)
        rc = outcome_finish(&outcome);
    if (rc == 0)
        rc = outcome_exceedance(&outcome, 1, METRIC_CONTENT_ACCOUNTS, label_total, &exceedance);
    if (rc == 0)
        rc = outcome_risk_values(&outcome, 1, label_total, CURVE_CONTENT, 300, share);
    if (rc == 0 && !(outcome_risk(&outcome, 1, label_total, CURVE_CONTENT, 300).high > 0))
        rc = ERR_MEMORY; /* NAN: it could not be computed */
    if (rc == 0)
        rc = judge(&outcome, &list, why);
    exceedance_release(&exceedance);
    judgement_list_release(&list);
    outcome_release(&outcome);
    return rc;
}

static void
test_concluding_survives_every_failed_allocation(void **state)
{
    (void)state;
    /* A mean that could not be computed is NAN, so some failures leave rc 0. */
    try_failures(conclude, 1, 50);
}

static unsigned char packed[1 << 16];
static size_t packed_size;

static int
unpack(struct why *why)
{
    struct recording recording = {0};
    const int rc = recording_unpack(&recording, packed, packed_size);

    (void)why;
    recording_release(&recording);
    return rc;
}

static void
test_unpacking_survives_every_failed_allocation(void **state)
{
    (void)state;
    for (size_t i = 0; i < 5; i += 2) {
        packed_size = recording_pack(&trial[i], NULL);
        assert_true(packed_size <= sizeof packed);
        recording_pack(&trial[i], packed);
        try_failures(unpack, 1, 2);
    }
}

static int
count(void *self, const struct recording *recording)
{
    *(size_t *)self += recording->observations.count;
    return 0;
}

static int
keep(struct why *why)
{
    const struct run_identity id = runs_identity(3, 2);
    struct store *store = NULL;
    struct legend legend = {0};
    size_t values = 0;
    int rc = store_open(&store, NULL, STORE_CREATE, &id, records_legend(), why);

    for (size_t i = 1; rc == 0 && i < 3; i++) /* one of each plane */
        rc = store_put(store, &trial[i], why);
    if (rc == 0)
        rc = store_each(store, count, &values, why);
    if (rc == 0)
        rc = store_legend(store, &legend, why);
    legend_release(&legend);
    store_close(store);
    return rc;
}

static void
test_storing_survives_every_failed_allocation(void **state)
{
    (void)state;
    /* Most are of making the tables, one much like the other. */
    try_failures(keep, 7, 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_concluding_survives_every_failed_allocation),
        cmocka_unit_test(test_unpacking_survives_every_failed_allocation),
        cmocka_unit_test(test_storing_survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_trials, drop_trials);
}

#endif
