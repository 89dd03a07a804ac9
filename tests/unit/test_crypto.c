/* Cryptography and its measurement: sim/crypto. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <unistd.h>
#include <cmocka.h>
#include <libfyaml.h>

#include "base/mem.h"
#include "base/units.h"
#include "crypto/aead.h"
#include "crypto/buffer.h"
#include "crypto/costs.h"
#include "crypto/digest.h"
#include "crypto/keywrap.h"
#include "crypto/measure.h"
#include "crypto/operation.h"
#include "crypto/vector.h"

/* Fails with the library's own message. */
static void
assert_fine(int rc, struct why *why)
{
    if (rc < 0)
        fail_msg("%s", why->count ? why->fault[0].text : err_name((enum err)rc));
    why_release(why);
}

/* Of a library that is not there. */
static bool
is_missing(const struct operation *op)
{
    return op->missing != NULL && op->missing(op) != NULL;
}

static void
test_every_operation_passes_its_published_vectors(void **state)
{
    const struct operation *op;
    struct why why = {0};
    size_t n = 0;

    (void)state;
    for (; (op = operation_at(n)); n++) {
        if (is_missing(op))
            continue;
        assert_fine(op->verify(op, &why), &why);
        if (op->cost)
            assert_ptr_equal(operation_find(op->name), op);
        assert_true(op->bulk ? op->bytes == 0 : op->bytes > 0);
    }
    assert_true(n >= 9);
    for (op = control_operations; op->name; op++)
        assert_fine(op->verify(op, &why), &why);
    assert_null(operation_find("aes-256-gcm"));
}

/* Costs are interpolated between the sizes of objects, of rows that are bulk: a key's size is part
 * of a name, so that nothing is ever made up between two of them. */
static void
test_keys_of_each_size_have_a_cost_of_their_own(void **state)
{
    static const char *const of_keys[] = {"rsa-", "x25519-", "p-256-", "ed25519-"};
    static const char *const sizes[] = {"rsa-2048-oaep-unwrap", "rsa-3072-oaep-unwrap",
                                        "rsa-4096-oaep-unwrap"};
    const struct operation *op;
    size_t seen = 0;

    (void)state;
    for (size_t i = 0; (op = operation_at(i)); i++)
        for (size_t k = 0; k < COUNT(of_keys); k++)
            if (strncmp(op->name, of_keys[k], strlen(of_keys[k])) == 0) {
                assert_false(op->bulk);
                seen++;
            }
    assert_int_equal(seen, 16);
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_non_null(operation_find(sizes[i]));
    assert_null(operation_find("rsa-2560-oaep-unwrap"));
}

/* The vectors can fail: another algorithm under the same row is found out. */
static void
test_a_wrong_algorithm_does_not_pass_the_vectors(void **state)
{
    static const struct {
        const char *name, *algorithm, *says;
    } t[] = {
        {"sha-256", "SHA3-256", "differs from the published one at byte 1"},
        {"sha-256", "SHA512-256", "differs from the published one at byte 1"},
        {"aes-256-gcm-seal", "ARIA-256-GCM", "no published test vector"},
        {"aes-256-gcm-open", "AES-128-GCM", "OpenSSL: AES-128-GCM"},
        {"aes-256-gcm-open", "no-such-cipher", "OpenSSL: no-such-cipher"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct operation op = *operation_find(t[i].name);
        struct why why = {0};

        op.detail = t[i].algorithm;
        assert_int_equal(op.verify(&op, &why), ERR_CRYPTO);
        assert_int_equal(why.count, 1);
        assert_non_null(strstr(why.fault[0].text, t[i].says));
        why_release(&why);
    }
}

static void
test_a_vector_says_what_differs(void **state)
{
    struct vector_bytes want;
    struct why why = {0};

    (void)state;
    assert_fine(vector_read("00 01\n02ff", &want, &why), &why);
    assert_int_equal(want.count, 4);
    assert_int_equal(want.at[3], 255);
    assert_fine(vector_compare("x", "s", "tag", want.at, 4, &want, &why), &why);
    assert_int_equal(vector_compare("x", "s", "tag", want.at, 3, &want, &why), ERR_CRYPTO);
    assert_string_equal(why.fault[0].text, "x: s: the tag has 3 bytes, the published one 4");
    assert_int_equal(
        vector_compare("x", "s", "tag", (const unsigned char *)"\0\1\3\377", 4, &want, &why),
        ERR_CRYPTO);
    assert_string_equal(why.fault[1].text,
                        "x: s: the tag differs from the published one at byte 3 of 4");
    assert_int_equal(vector_read("012", &want, &why), ERR_INPUT);
    assert_int_equal(vector_read("0g", &want, &why), ERR_INPUT);
    why_release(&why);
}

/* Everything an object is opened with, in one place, so that a bit of it can be flipped. */
struct sealed {
    unsigned char key[AEAD_KEY_BYTES], nonce[AEAD_NONCE_BYTES], tag[AEAD_TAG_BYTES];
    unsigned char data[13], text[61];
};

static int
unseal(struct aead *aead, const struct sealed *s, unsigned char *out, struct why *why)
{
    struct aead_seed seed = {s->key, s->nonce, s->data, sizeof s->data};

    return aead_unseal(aead, &seed, s->text, sizeof s->text, s->tag, out, why);
}

static void
test_any_flipped_bit_or_missing_byte_is_refused_and_no_plaintext_is_left(void **state)
{
    static const char *const cipher[] = {"AES-256-GCM", "ChaCha20-Poly1305"};

    (void)state;
    for (size_t c = 0; c < COUNT(cipher); c++) {
        unsigned char plain[61], out[61];
        static const unsigned char none[61];
        struct sealed s = {0};
        struct aead_seed seed = {s.key, s.nonce, s.data, sizeof s.data};
        struct aead aead = {0};
        struct why why = {0};

        assert_fine(secret_draw((unsigned char *)&s, sizeof s, &why), &why);
        assert_fine(secret_draw(plain, sizeof plain, &why), &why);
        assert_fine(aead_init(&aead, cipher[c], &why), &why);
        assert_fine(aead_seal(&aead, &seed, plain, sizeof plain, s.text, s.tag, &why), &why);
        assert_fine(unseal(&aead, &s, out, &why), &why);
        assert_memory_equal(out, plain, sizeof plain);
        for (size_t bit = 0; bit < 8 * sizeof s; bit++) {
            struct sealed bad = s;

            ((unsigned char *)&bad)[bit / 8] ^= (unsigned char)(1 << bit % 8);
            memset(out, 0xee, sizeof out);
            assert_int_equal(unseal(&aead, &bad, out, NULL), ERR_CRYPTO);
            assert_memory_equal(out, none, sizeof out);
        }
        for (size_t n = 0; n < sizeof s.text; n++) { /* truncated */
            memset(out, 0xee, sizeof out);
            assert_int_equal(aead_unseal(&aead, &seed, s.text, n, s.tag, out, NULL), ERR_CRYPTO);
            assert_memory_equal(out, none, n);
        }
        s.tag[15] ^= 0x80;
        assert_int_equal(unseal(&aead, &s, out, &why), ERR_CRYPTO);
        assert_non_null(strstr(why.fault[0].text, "the tag does not match"));
        why_release(&why);
        s.tag[15] ^= 0x80; /* a refusal leaves the context usable */
        assert_fine(unseal(&aead, &s, out, &why), &why);
        aead_release(&aead);
    }
}

static void
test_a_data_key_does_not_unwrap_under_another_key(void **state)
{
    unsigned char key[32], other[32], nonce[12], data_key[32], out[32];
    unsigned char gcm[GCM_WRAPPED_BYTES], wrapped[KW_WRAPPED_BYTES];
    static const unsigned char none[32];
    struct aead_seed seed = {.key = key, .nonce = nonce}, wrong = {.key = other, .nonce = nonce};
    struct aead aead = {0};
    struct kw kw = {0};
    struct why why = {0};

    (void)state;
    assert_fine(secret_draw(key, 32, &why), &why);
    assert_fine(secret_draw(nonce, 12, &why), &why);
    assert_fine(secret_draw(data_key, 32, &why), &why);
    memcpy(other, key, 32);
    other[31] ^= 1;
    assert_fine(aead_init(&aead, "AES-256-GCM", &why), &why);
    assert_fine(kw_init(&kw, &why), &why);

    assert_fine(gcm_wrap(&aead, &seed, data_key, gcm, &why), &why);
    assert_memory_not_equal(gcm, data_key, 32);
    assert_fine(gcm_unwrap(&aead, &seed, gcm, out, &why), &why);
    assert_memory_equal(out, data_key, 32);
    assert_int_equal(gcm_unwrap(&aead, &wrong, gcm, out, NULL), ERR_CRYPTO);
    assert_memory_equal(out, none, 32);

    assert_fine(kw_wrap(&kw, key, data_key, wrapped, &why), &why);
    assert_fine(kw_unwrap(&kw, key, wrapped, out, &why), &why);
    assert_memory_equal(out, data_key, 32);
    assert_int_equal(kw_unwrap(&kw, other, wrapped, out, &why), ERR_CRYPTO);
    assert_memory_equal(out, none, 32);
    assert_non_null(strstr(why.fault[0].text, "does not open"));
    why_release(&why);
    for (size_t bit = 0; bit < 8 * sizeof wrapped; bit++) {
        wrapped[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_int_equal(kw_unwrap(&kw, key, wrapped, out, NULL), ERR_CRYPTO);
        wrapped[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    assert_fine(kw_unwrap(&kw, key, wrapped, out, &why), &why);
    aead_release(&aead);
    kw_release(&kw);
}

/* FIPS 180-2, appendix B; the empty text from NIST CAVP SHA256ShortMsg.rsp. */
static void
test_a_text_is_named_by_its_sha256(void **state)
{
    static const struct {
        const char *text, *digest;
    } t[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    char out[DIGEST_SHA256_TEXT], *million = malloc(1000000);
    struct why why = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        assert_fine(digest_sha256_hex(t[i].text, strlen(t[i].text), out, &why), &why);
        assert_string_equal(out, t[i].digest);
    }
    assert_fine(digest_sha256_hex(NULL, 0, out, &why), &why);
    assert_string_equal(out, t[0].digest);
    assert_non_null(million);
    memset(million, 'a', 1000000);
    assert_fine(digest_sha256_hex(million, 1000000, out, &why), &why);
    assert_string_equal(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(million);
}

/* Ranks against whole binomial coefficients, up to where 64 bits hold 2^n. */
static void
test_the_interval_of_a_median_covers_as_promised_and_no_wider(void **state)
{
    uint64_t choose[63] = {1};

    (void)state;
    for (size_t n = 1; n <= 62; n++) {
        double value[62], median, low, high;
        uint64_t tail = 0, bound = (UINT64_C(1) << n) / 40; /* 2.5 % of 2^n */
        size_t k = 0;

        for (size_t i = n; i > 0; i--)
            choose[i] += choose[i - 1];
        while (k < n && tail + choose[k] <= bound)
            tail += choose[k++];
        for (size_t i = 0; i < n; i++)
            value[i] = (double)(n - i); /* n ... 1: a value is its rank */
        measure_median(value, n, 0.95, &median, &low, &high);
        if (k == 0)
            k = 1;
        assert_int_equal((int)low, (int)k);
        assert_int_equal((int)high, (int)(n + 1 - k));
        assert_int_equal((int)(2 * median), (int)n + 1);
    }
}

/* Where 2^-n is below any double: against the normal approximation of the binomial. */
static void
test_the_interval_of_a_median_holds_for_many_rounds(void **state)
{
    enum { N = 10000 };
    double *value = calloc(N, sizeof *value), median, low, high;
    double want = N / 2.0 - 1.959964 * sqrt(N) / 2;

    (void)state;
    assert_non_null(value);
    for (int i = 0; i < N; i++)
        value[i] = (double)(i * 7919 % N + 1); /* a permutation: 7919 and 10000 share no divisor */
    measure_median(value, N, 0.95, &median, &low, &high);
    assert_true(fabs(low - want) < 2);
    assert_true(low + high == N + 1);
    assert_true(median == (N + 1) / 2.0);
    free(value);
}

static const size_t tiny_sizes[] = {1024, 16384, 262144};

static struct measure_plan
tiny_plan(void)
{
    return (struct measure_plan){
        .bytes = tiny_sizes, .sizes = COUNT(tiny_sizes), .rounds = 7, .slot_ns = 200000};
}

static void
test_measured_rows_are_ordered_and_bulk_costs_grow_with_size(void **state)
{
    struct measure_plan plan = tiny_plan();
    struct measurement m;
    struct why why = {0};
    size_t operations = 0, want = 0;

    (void)state;
    plan.cpu_time = true; /* other programs' turns would make small work seem large */
    assert_fine(measure_operations(&plan, &m, &why), &why);
    for (const struct operation *op; (op = operation_at(operations)); operations++)
        want += is_missing(op) ? 0 : op->bulk ? COUNT(tiny_sizes) : 1;
    assert_int_equal(m.count, want + COUNT(tiny_sizes) + 1); /* and two controls */
    for (size_t i = 0; i < m.count; i++) {
        const struct measure_row *row = &m.item[i];

        assert_true(isfinite(row->low) && isfinite(row->high));
        assert_true(row->low > 0);
        assert_true(row->low <= row->median && row->median <= row->high);
        assert_int_equal(row->threads, 1);
        assert_true(row->runs >= plan.rounds);
        /* 16 times the work is more work, on however busy a machine */
        if (i && row->op == m.item[i - 1].op) {
            assert_true(row->bytes > m.item[i - 1].bytes);
            assert_true(row->median > m.item[i - 1].median);
        }
    }
    measurement_release(&m);
}

static void
test_a_plan_names_what_it_measures(void **state)
{
    static const struct {
        const char *only;
        bool costs_only;
        size_t rows; /* with the controls: spin, and a copy of each size */
    } t[] = {
        {"sha-256", false, 3 + 1 + 3 + 1}, /* pbkdf2-sha-256 too */
        {"xor-2-of-2-split,shamir-3-of-5", false, 3 + 3 + 1},
        {",rsa-2048-verify,,", false, 1 + 3 + 1},
        {"aes-256-gcm-seal", true, 3 + 3 + 1},
        {"no such", false, 3 + 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        struct measure_plan plan = tiny_plan();
        struct measurement m;
        struct why why = {0};

        plan.only = t[i].only;
        plan.costs_only = t[i].costs_only;
        assert_fine(measure_operations(&plan, &m, &why), &why);
        assert_int_equal(m.count, t[i].rows);
        measurement_release(&m);
    }
}

static void
test_a_plan_out_of_bounds_is_refused(void **state)
{
    static const size_t none[] = {0}, huge[] = {MEASURE_BYTES_MOST + 1}, falling[] = {2, 1};
    struct measure_plan good = tiny_plan(), bad;
    struct measurement m;
    struct why why = {0};

    (void)state;
#define REFUSED(code, ...)                                                                         \
    do {                                                                                           \
        bad = good;                                                                                \
        __VA_ARGS__;                                                                               \
        assert_int_equal(measure_operations(&bad, &m, &why), code);                                \
        assert_null(m.item);                                                                       \
    } while (0)
    REFUSED(ERR_INPUT, bad.rounds = MEASURE_ROUNDS_LEAST - 1);
    REFUSED(ERR_INPUT, bad.rounds = MEASURE_ROUNDS_MOST + 1);
    REFUSED(ERR_INPUT, bad.slot_ns = 0);
    REFUSED(ERR_INPUT, bad.sizes = 0);
    REFUSED(ERR_LIMIT, bad.bytes = none; bad.sizes = 1);
    REFUSED(ERR_LIMIT, bad.bytes = huge; bad.sizes = 1);
    REFUSED(ERR_INPUT, bad.bytes = falling; bad.sizes = 2);
#undef REFUSED
    assert_int_equal(why.count, 7);
    why_release(&why);
}

static void
test_the_machine_is_described_and_a_wrong_date_refused(void **state)
{
    static const char *const bad[] = {"", "2026-02-30", "21.11.2026", "2026-11-21T00:00:00Z"};
    struct machine machine;
    struct why why = {0};

    (void)state;
    assert_fine(machine_read(&machine, "2026-11-21", &why), &why);
    assert_true(machine.cores >= 1);
    assert_true(machine.cpu[0] != 0);
    assert_memory_equal(machine.library, "OpenSSL ", 8);
    assert_string_equal(machine.measured, "2026-11-21");
#if HAVE_GCRYPT
    assert_non_null(strstr(machine.libraries, "libgcrypt 1."));
#else
    assert_null(strstr(machine.libraries, "libgcrypt"));
#endif
#if HAVE_ISAL
    assert_non_null(strstr(machine.libraries, "ISA-L 2."));
#endif
#ifdef __x86_64__ /* what it says is there is there, as the compiler asks the processor itself */
    assert_int_equal(strstr(machine.flags, "aes") != NULL, __builtin_cpu_supports("aes") != 0);
    assert_int_equal(strstr(machine.flags, "avx2") != NULL, __builtin_cpu_supports("avx2") != 0);
#endif
    assert_string_equal(machine.program, JURISIM_VERSION);
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_int_equal(machine_read(&machine, bad[i], &why), ERR_INPUT);
    why_release(&why);
}

/* Medians that are known, so that the file can be compared with them: row i costs 123.4 x 7^i. */
static void
known_measurement(struct measurement *m)
{
    const struct operation *op;
    double ns = 123.4;

    *m = (struct measurement){.rounds = 7};
    for (size_t i = 0; (op = operation_at(i)); i++) {
        for (size_t s = 0; s < (op->bulk ? COUNT(tiny_sizes) : 1); s++) {
            assert_int_equal(VEC_ROOM(m), 0);
            m->item[m->count++] =
                (struct measure_row){.op = op,
                                     .bytes = op->bulk ? tiny_sizes[s] : op->bytes,
                                     .threads = 1,
                                     .median = ns,
                                     .low = ns * 0.9,
                                     .high = ns * 1.2};
            ns = ns < 1e10 ? ns * 7 : 123.4;
        }
    }
    assert_int_equal(VEC_ROOM(m), 0);
    m->item[m->count++] = (struct measure_row){
        .op = control_operations, .control = true, .bytes = 1, .median = 1, .low = 1, .high = 1};
}

/* A quantity of the file, read as a scenario reads it. */
static double
quantity(struct fy_node *node, enum unit unit)
{
    const char *text = fy_node_get_scalar0(node), *reason = "not a scalar";
    double value = 0;

    if (!text || unit_read(text, unit, &value, &reason) < 0)
        fail_msg("'%s': %s", text ? text : "(none)", reason);
    return value;
}

static void
check_duration(struct fy_node *node, double ns)
{
    double got = quantity(node, UNIT_SECONDS) * 1e9;

    /* written to a tenth below a microsecond, to a whole nanosecond above */
    assert_true(fabs(got - ns) <= (ns < 1000 ? 0.0501 : 0.501));
}

static void
test_the_cost_file_holds_every_row_and_no_control(void **state)
{
    struct machine machine = {.cpu = "A \"b\" \\ c: {d}, # e @ 2.4GHz",
                              .cores = 3,
                              .library = "OpenSSL 9.8.7",
                              .measured = "2026-11-21",
                              .program = "0.1.0"};
    struct measurement m;
    struct text out = {0};
    struct fy_document *doc;
    struct fy_node *costs, *node;
    size_t row = 0, n = 0, named = 0;

    (void)state;
    known_measurement(&m);
    costs_write(&out, &machine, &m);
    assert_false(out.lost);
    doc = fy_document_build_from_string(NULL, out.s, out.length);
    assert_non_null(doc);
    costs = fy_node_by_path(fy_document_root(doc), "/costs", FY_NT, FYNWF_DONT_FOLLOW);
    assert_non_null(costs);
    node = fy_node_mapping_lookup_by_string(costs, "machine", FY_NT);
    assert_string_equal(fy_node_get_scalar0(fy_node_mapping_lookup_by_string(node, "cpu", FY_NT)),
                        machine.cpu);
    assert_string_equal(
        fy_node_get_scalar0(fy_node_mapping_lookup_by_string(node, "library", FY_NT)),
        machine.library);
    for (const struct operation *op; (op = operation_at(n)); n++) {
        if (!op->cost) {
            row += op->bulk ? COUNT(tiny_sizes) : 1;
            continue;
        }
        named++;
        node = fy_node_mapping_lookup_by_string(costs, op->name, FY_NT);
        assert_non_null(node);
        assert_int_equal(fy_node_mapping_item_count(node), 1);
        node = fy_node_mapping_lookup_by_string(node, op->bulk ? "bulk" : "each", FY_NT);
        assert_non_null(node);
        if (!op->bulk) {
            check_duration(node, m.item[row++].median);
            continue;
        }
        assert_int_equal(fy_node_sequence_item_count(node), COUNT(tiny_sizes));
        for (int s = 0; s < (int)COUNT(tiny_sizes); s++, row++) {
            struct fy_node *pair = fy_node_sequence_get_by_index(node, s);

            assert_int_equal(fy_node_sequence_item_count(pair), 2);
            assert_true(quantity(fy_node_sequence_get_by_index(pair, 0), UNIT_BYTES) ==
                        (double)m.item[row].bytes);
            check_duration(fy_node_sequence_get_by_index(pair, 1), m.item[row].median);
        }
    }
    assert_int_equal(fy_node_mapping_item_count(costs), named + 1);
    assert_non_null(strstr(out.s, "# 95 % interval within -10.0 % and +20.0 %"));
    fy_document_destroy(doc);
    text_release(&out);
    measurement_release(&m);
}

static void
test_a_cost_file_is_replaced_whole_or_not_at_all(void **state)
{
    char dir[] = "/tmp/test_crypto.XXXXXX", path[64];
    struct text in = {0}, out = {0};
    struct why why = {0};

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/costs.yaml", dir);
    text_add(&in, "first, and longer than what follows\n");
    assert_fine(costs_save(path, &in, &why), &why);
    text_clear(&in);
    text_add(&in, "second\n");
    assert_fine(costs_save(path, &in, &why), &why);
    assert_fine(text_read_file(&out, path, &why), &why);
    assert_string_equal(out.s, "second\n");
    in.lost = true; /* half a text must not replace a whole file */
    assert_int_equal(costs_save(path, &in, NULL), ERR_MEMORY);
    in.lost = false;
    text_clear(&out);
    assert_fine(text_read_file(&out, path, &why), &why);
    assert_string_equal(out.s, "second\n");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(costs_save(dir, &in, &why), ERR_IO); /* a directory cannot be replaced */
    assert_non_null(strstr(why.fault[0].text, dir));
    assert_int_equal(rmdir(dir), 0); /* nothing is left behind: it is empty */
    assert_int_equal(costs_save(path, &in, NULL), ERR_IO);
    why_release(&why);
    text_release(&in);
    text_release(&out);
}

static void
test_sizes_are_written_exactly(void **state)
{
    static const struct {
        size_t bytes;
        const char *text;
    } t[] = {
        {0, "0 B"},       {1, "1 B"},         {1000, "1000 B"},     {1024, "1 KiB"},
        {1536, "1536 B"}, {1 << 20, "1 MiB"}, {16 << 20, "16 MiB"}, {(1 << 20) + 1024, "1025 KiB"}};
    char out[COSTS_SIZE_TEXT];

    (void)state;
    for (size_t i = 0; i < COUNT(t); i++) {
        costs_size(t[i].bytes, out);
        assert_string_equal(out, t[i].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation_passes_its_published_vectors),
        cmocka_unit_test(test_keys_of_each_size_have_a_cost_of_their_own),
        cmocka_unit_test(test_a_wrong_algorithm_does_not_pass_the_vectors),
        cmocka_unit_test(test_a_vector_says_what_differs),
        cmocka_unit_test(test_any_flipped_bit_or_missing_byte_is_refused_and_no_plaintext_is_left),
        cmocka_unit_test(test_a_data_key_does_not_unwrap_under_another_key),
        cmocka_unit_test(test_a_text_is_named_by_its_sha256),
        cmocka_unit_test(test_the_interval_of_a_median_covers_as_promised_and_no_wider),
        cmocka_unit_test(test_the_interval_of_a_median_holds_for_many_rounds),
        cmocka_unit_test(test_measured_rows_are_ordered_and_bulk_costs_grow_with_size),
        cmocka_unit_test(test_a_plan_names_what_it_measures),
        cmocka_unit_test(test_a_plan_out_of_bounds_is_refused),
        cmocka_unit_test(test_the_machine_is_described_and_a_wrong_date_refused),
        cmocka_unit_test(test_the_cost_file_holds_every_row_and_no_control),
        cmocka_unit_test(test_a_cost_file_is_replaced_whole_or_not_at_all),
        cmocka_unit_test(test_sizes_are_written_exactly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
