/*
 * Secrets are cleansed before their memory is given back: every block that an operation frees is
 * searched for every key that was drawn for it. The system's generator and free() are this
 * program's own here, and note what passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/operation.h"

#ifdef __SANITIZE_ADDRESS__
int
main(void) /* the sanitizer has a free() of its own */
{
    return 0;
}
#else

enum {
    DRAWS_MOST = 1024,
    KEY_LEAST = 32,       /* what is shorter is a nonce, a salt or a tweak, and no secret */
    SEARCHED = 16,        /* bytes of a key, enough to know it by */
    BLOCK_MOST = 1 << 20, /* larger ones hold passwords' hardening, never keys */
};

static unsigned char drawn[DRAWS_MOST][SEARCHED];
static size_t draws, found;
static bool watching;

void __libc_free(void *block); /* what free() of the C library does: glibc's own name for it */

ssize_t
getrandom(void *out, size_t bytes, unsigned flags)
{
    const ssize_t got = syscall(SYS_getrandom, out, bytes, flags);

    if (watching && got == (ssize_t)bytes && bytes >= KEY_LEAST && draws < DRAWS_MOST)
        memcpy(drawn[draws++], out, SEARCHED);
    return got;
}

void
free(void *block)
{
    const int kept = errno;

    if (watching && block != NULL) {
        const size_t bytes = malloc_usable_size(block);

        for (size_t i = 0; i < draws && bytes <= BLOCK_MOST; i++)
            found += memmem(block, bytes, drawn[i], SEARCHED) != NULL;
    }
    __libc_free(block);
    errno = kept;
}

static void
watch(void)
{
    draws = found = 0;
    watching = true;
}

static void
test_a_key_that_is_not_cleansed_is_found(void **state)
{
    unsigned char *key = malloc(100);

    (void)state;
    assert_non_null(key);
    watch();
    assert_int_equal(secret_draw(key + 50, 32, NULL), 0);
    free(key);
    watching = false;
    assert_int_equal(draws, 1);
    assert_int_equal(found, 1);
}

static void
test_no_operation_frees_memory_with_a_key_in_it(void **state)
{
    const struct operation *op;
    size_t keys = 0;

    (void)state;
    for (size_t i = 0; (op = operation_at(i)); i++) {
        void *work = NULL;
        int rc;

        if (op->missing != NULL && op->missing(op) != NULL)
            continue;
        watch();
        rc = op->prepare(op, 64, &work, NULL);
        for (int n = 0; n < 3 && rc == 0; n++)
            rc = op->run(work, NULL);
        op->release(work);
        watching = false;
        assert_int_equal(rc, 0);
        if (found > 0)
            fail_msg("%s of %s (%s): %zu freed blocks held a key", op->name, op->backend, op->mode,
                     found);
        keys += draws;
    }
    assert_true(keys > 100); /* they were drawn, and watched */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_that_is_not_cleansed_is_found),
        cmocka_unit_test(test_no_operation_frees_memory_with_a_key_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
#endif
