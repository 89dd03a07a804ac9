/* Splitting keys: sim/crypto/sharing.c and field.h, against tables and against libgfshare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "crypto/buffer.h"
#include "crypto/field.h"
#include "crypto/sharing.h"

#if HAVE_GFSHARE
#include <libgfshare.h>
#endif

#define BYTES 37 /* no multiple of the eight that are worked on at once */

/* Against the schoolbook: polynomials over GF(2), divided by 0x11d. */
static void
test_the_field_multiplies_as_polynomials_do(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            unsigned product = 0;

            for (unsigned bit = 0; bit < 8; bit++)
                product ^= (b >> bit & 1) ? a << bit : 0;
            for (unsigned bit = 15; bit >= 8; bit--)
                product ^= (product >> bit & 1) ? 0x11du << (bit - 8) : 0;
            assert_int_equal(field_multiply((uint8_t)a, (uint8_t)b), product);
        }
    for (unsigned a = 1; a < 256; a++)
        assert_int_equal(field_multiply((uint8_t)a, field_inverse((uint8_t)a)), 1);
    assert_int_equal(field_inverse(0), 0);
}

static void
test_any_k_shares_give_the_secret_and_other_points_do_not(void **state)
{
    unsigned char secret[BYTES], random[4 * BYTES], share[5 * BYTES], out[BYTES];

    (void)state;
    assert_int_equal(secret_draw(secret, BYTES, NULL), 0);
    assert_int_equal(secret_draw(random, sizeof random, NULL), 0);
    for (unsigned k = 2; k <= 5; k++) {
        share_split(secret, BYTES, k, 5, random, share);
        for (unsigned set = 0; set < 32; set++) {
            unsigned char picked[5 * BYTES], point[5];
            unsigned n = 0;

            for (unsigned i = 0; i < 5; i++)
                if (set >> i & 1) {
                    memcpy(picked + n * BYTES, share + i * BYTES, BYTES);
                    point[n++] = (unsigned char)(i + 1);
                }
            if (n != k)
                continue;
            share_combine(picked, point, k, BYTES, out);
            assert_memory_equal(out, secret, BYTES);
            point[0] = 9; /* a share under another holder's number */
            share_combine(picked, point, k, BYTES, out);
            assert_memory_not_equal(out, secret, BYTES);
        }
    }
}

/* Of 2-of-3, one holder's byte goes with every secret exactly once, over all coefficients. */
static void
test_one_share_of_two_says_nothing(void **state)
{
    (void)state;
    for (unsigned holder = 0; holder < 3; holder++) {
        unsigned times[256] = {0};

        for (unsigned secret = 0; secret < 256; secret++) {
            bool seen[256] = {false};

            for (unsigned random = 0; random < 256; random++) {
                const unsigned char s = (unsigned char)secret, r = (unsigned char)random;
                unsigned char share[3];

                share_split(&s, 1, 2, 3, &r, share);
                assert_false(seen[share[holder]]);
                seen[share[holder]] = true;
                times[share[holder]]++;
            }
        }
        for (unsigned i = 0; i < 256; i++)
            assert_int_equal(times[i], 256);
    }
}

static void
test_all_strings_of_an_exclusive_or_are_needed(void **state)
{
    unsigned char secret[BYTES], share[4 * BYTES], out[BYTES];

    (void)state;
    assert_int_equal(secret_draw(secret, BYTES, NULL), 0);
    assert_int_equal(secret_draw(share, 3 * BYTES, NULL), 0);
    share_xor(secret, BYTES, 4, share);
    share_xor_combine(share, BYTES, 4, out);
    assert_memory_equal(out, secret, BYTES);
    share_xor_combine(share, BYTES, 3, out);
    assert_memory_not_equal(out, secret, BYTES);
}

#if HAVE_GFSHARE
/* The library's own way to draw coefficients is not set until somebody does. */
static void
draw(unsigned char *out, unsigned count)
{
    assert_int_equal(secret_draw(out, count, NULL), 0);
}

/* Field, points and order are the same: shares of one open in the other. */
static void
test_libgfshare_and_we_open_each_others_shares(void **state)
{
    unsigned char number[] = {1, 2, 3, 4, 5}, secret[BYTES], random[4 * BYTES], share[5 * BYTES];
    unsigned char out[BYTES];

    (void)state;
    gfshare_fill_rand = draw;
    for (unsigned k = 2; k <= 5; k++) {
        assert_int_equal(secret_draw(secret, BYTES, NULL), 0);
        assert_int_equal(secret_draw(random, sizeof random, NULL), 0);

        gfshare_ctx *theirs = gfshare_ctx_init_enc(number, 5, (unsigned char)k, BYTES);

        assert_non_null(theirs);
        gfshare_ctx_enc_setsecret(theirs, secret);
        for (unsigned i = 0; i < 5; i++)
            gfshare_ctx_enc_getshare(theirs, (unsigned char)i, share + i * BYTES);
        gfshare_ctx_free(theirs);
        share_combine(share + (5 - k) * BYTES, number + (5 - k), k, BYTES, out);
        assert_memory_equal(out, secret, BYTES);

        share_split(secret, BYTES, k, 5, random, share);
        theirs = gfshare_ctx_init_dec(number, k, BYTES);
        assert_non_null(theirs);
        for (unsigned i = 0; i < k; i++)
            gfshare_ctx_dec_giveshare(theirs, (unsigned char)i, share + i * BYTES);
        gfshare_ctx_dec_extract(theirs, out);
        gfshare_ctx_free(theirs);
        assert_memory_equal(out, secret, BYTES);
    }
}
#endif

/* What holders hand in: a wrong share, another secret's, a holder's twice, no holder's. */
static void
test_a_wrong_share_is_told_and_leaves_no_secret(void **state)
{
    static const unsigned char none[BYTES];
    unsigned char secret[BYTES], random[2 * BYTES], share[5 * BYTES], other[5 * BYTES], out[BYTES];
    unsigned char check[SHARE_CHECK_BYTES], point[3] = {1, 2, 3};
    struct why why = {0};

    (void)state;
    assert_int_equal(secret_draw(secret, BYTES, NULL), 0);
    assert_int_equal(secret_draw(random, sizeof random, NULL), 0);
    assert_int_equal(secret_draw(other, sizeof other, NULL), 0);
    share_split(secret, BYTES, 3, 5, random, share);
    assert_int_equal(share_check(secret, BYTES, check, NULL), 0);
    assert_int_equal(share_open(share, point, 3, BYTES, check, out, NULL), 0);
    assert_memory_equal(out, secret, BYTES);
    for (size_t bit = 0; bit < 3 * BYTES * 8; bit++) {
        share[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(share_open(share, point, 3, BYTES, check, out, NULL), ERR_CRYPTO);
        assert_memory_equal(out, none, BYTES);
        share[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    memcpy(other, share, 2 * BYTES);
    assert_int_equal(share_open(other, point, 3, BYTES, check, out, &why), ERR_CRYPTO);
    assert_string_equal(why.fault[0].text, "the shares do not give the secret: one of them is "
                                           "wrong, or another secret's");
    assert_int_equal(share_open(share, point, 2, BYTES, check, out, NULL),
                     ERR_CRYPTO); /* too few */
    point[2] = 1;
    assert_int_equal(share_open(share, point, 3, BYTES, check, out, &why), ERR_CRYPTO);
    assert_string_equal(why.fault[1].text, "shares 1 and 3 are of one holder (number 1)");
    point[2] = 0;
    assert_int_equal(share_open(share, point, 3, BYTES, check, out, &why), ERR_CRYPTO);
    assert_string_equal(why.fault[2].text, "share 3 of 3 is of no holder (number 0)");
    assert_memory_equal(out, none, BYTES);
    why_release(&why);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_field_multiplies_as_polynomials_do),
        cmocka_unit_test(test_any_k_shares_give_the_secret_and_other_points_do_not),
        cmocka_unit_test(test_one_share_of_two_says_nothing),
        cmocka_unit_test(test_all_strings_of_an_exclusive_or_are_needed),
#if HAVE_GFSHARE
        cmocka_unit_test(test_libgfshare_and_we_open_each_others_shares),
#endif
        cmocka_unit_test(test_a_wrong_share_is_told_and_leaves_no_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
