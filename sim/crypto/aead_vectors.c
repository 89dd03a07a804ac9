/* Published vectors of the AEAD ciphers, and the check that both directions give them. */
#include "crypto/aead.h"

#include <string.h>

#include "base/mem.h"
#include "crypto/vector.h"

struct aead_vector {
    const char *cipher, *source;
    const char *key, *nonce, *data, *plain, *sealed, *tag;
    bool refused; /* published as wrong: it must not open */
};

/* Project Wycheproof, C2SP/wycheproof on GitHub, testvectors_v1 at commit 6fc4a87. */
#define WYCHEPROOF_GCM    "Wycheproof aes_gcm_test, tcId "
#define WYCHEPROOF_CHACHA "Wycheproof chacha20_poly1305_test, tcId "
#define GCM_OF_TAGS(id, tag)                                                                       \
    {                                                                                              \
        "AES-256-GCM", WYCHEPROOF_GCM id,                                                          \
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",                    \
            "505152535455565758595a5b", "", "202122232425262728292a2b2c2d2e2f",                    \
            "b2061457c0759fc1749f174ee1ccadfa", tag, true                                          \
    }
#define CHACHA_OF_TAGS(id, plain, sealed, tag)                                                     \
    {                                                                                              \
        "ChaCha20-Poly1305", WYCHEPROOF_CHACHA id,                                                 \
            "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",                    \
            "000102030405060708090a0b", "000102", plain, sealed, tag, true                         \
    }

static const struct aead_vector vector[] = {
    {"AES-256-GCM", "McGrew and Viega, The Galois/Counter Mode of Operation (2005), test case 13",
     "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"AES-256-GCM", "McGrew and Viega, The Galois/Counter Mode of Operation (2005), test case 16",
     "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
     "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
    {"AES-256-GCM", "NIST CAVP gcmEncryptExtIV256.rsp, IVlen 96, PTlen 256, AADlen 0, count 0",
     "268ed1b5d7c9c7304f9cae5fc437b4cd3aebe2ec65f0d85c3918d3d3b5bba89b", "9ed9d8180564e0e945f5e5d4",
     "", "fe29a40d8ebf57262bdb87191d01843f4ca4b2de97d88273154a0b7d9e2fdb80",
     "791a4a026f16f3a5ea06274bf02baab469860abde5e645f3dd473a5acddeecfc",
     "05b2b74db0662550435ef1900e136b15"},
    {"AES-256-GCM", WYCHEPROOF_GCM "116",
     "0f112e59cdccd851c3b8e76c9f05a3b7c2e4feca5846afeb351c1cbcace82f04", "7147973339d86789a2c9a958",
     "37128be45f0a7f329546e1492c3c9c2d2534d5b1f5147e49ab91221e7c3edea2"
     "1bbe47bfe3619437ce3c61e6e946c504f348296918219e51bf2c5598589cff",
     "102e5804dda1fb5d656077edb15cadb5d0bdee8c", "618ac626ae0e8d06c2fd2fb66be253dc26ed6e38",
     "d8d93ff975cb988f09174dcd439cb6a4"},
    {"AES-256-GCM", WYCHEPROOF_GCM "121",
     "e27e718e4b66c91e221f2a3df9da0013f7e14340006eca50dc30c4cc2ddeb679", "b46fed185e8b33215dd474dd",
     "2d2b6247f9c342f8d0432ce0715749d0bac0e2e3f28b785be8dc84b3a0e57a16"
     "1afde34227277512204ffa4bceb6e0a4d021031b765540f7f613045f74e7e6e4"
     "977c04b78b5d3f8d4e420a9748c12d1f9aa5e03a27749be2785dd555a8cf0182"
     "c0826f2d60eed3c4059adf8872f3c4d81a963592472965cc0c66102167e4cb1ca2",
     "e39aeaf1d214f78915601fee9a3527d777674651", "750232115a5edea7b249a22c0cdae17f725d6f99",
     "4a72d8c30fc7e0f1806d9a817adae14a"},
    GCM_OF_TAGS("136: bit 33 of the tag flipped", "9ce8fef6daab1bf1bf887232eab590dd"),
    GCM_OF_TAGS("148: bit 127 of the tag flipped", "9ce8fef6d8ab1bf1bf887232eab5905d"),
    GCM_OF_TAGS("151: bits 63 and 127 of the tag flipped", "9ce8fef6d8ab1b71bf887232eab5905d"),
    GCM_OF_TAGS("153: a tag of zeros", "00000000000000000000000000000000"),
    GCM_OF_TAGS("154: a tag of ones", "ffffffffffffffffffffffffffffffff"),
    {"ChaCha20-Poly1305", "RFC 8439, section 2.8.2",
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
     "50515253c0c1c2c3c4c5c6c7",
     "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
     "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
     "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
     "637265656e20776f756c642062652069742e",
     "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
     "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
     "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
     "3ff4def08e4b7a9de576d26586cec64b6116",
     "1ae10b594f09e26a7e902ecbd0600691"},
    {"ChaCha20-Poly1305", "RFC 8439, appendix A.5",
     "1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0", "000000000102030405060708",
     "f33388860000000000004e91",
     "496e7465726e65742d4472616674732061726520647261667420646f63756d65"
     "6e74732076616c696420666f722061206d6178696d756d206f6620736978206d"
     "6f6e74687320616e64206d617920626520757064617465642c207265706c6163"
     "65642c206f72206f62736f6c65746564206279206f7468657220646f63756d65"
     "6e747320617420616e792074696d652e20497420697320696e617070726f7072"
     "6961746520746f2075736520496e7465726e65742d4472616674732061732072"
     "65666572656e6365206d6174657269616c206f7220746f206369746520746865"
     "6d206f74686572207468616e206173202fe2809c776f726b20696e2070726f67"
     "726573732e2fe2809d",
     "64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
     "4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
     "332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
     "9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
     "b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
     "af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
     "0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
     "49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
     "a6ad5cb4022b02709b",
     "eead9d67890cbb22392336fea1851f38"},
    {"ChaCha20-Poly1305", WYCHEPROOF_CHACHA "126",
     "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "000102030405060708090a0b",
     "ffffffffffffffffffffffffffffffff",
     "9a49c40f8b48d7c66d1db4e53f20f2dd4aaa241ddab26b5bc0e218b72c3390f2"
     "df3ebd0176704419972bcdbc6bbcb3e4e74a71528ef51263ce24e0d575e0e44d",
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
     "3d52710bec86d4ea9fea2ff269549191"},
    {"ChaCha20-Poly1305", WYCHEPROOF_CHACHA "280: an edge of Poly1305",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "00010203040506072dd4cd40",
     "ffffffff",
     "e235b8c21384557085c3f2eb2a8fa36058cffd2af743dacf96b4ae4d51b4e488"
     "d6703f49d9d7f2027e4853feb4ca0df7",
     "7bdb195a00a87e98f6706df3c6db12c1c1c8d32c7966327313600fb655810d06"
     "c1c8d32c7966327313600fb655810d06",
     "437d1efad21b0865a541b5cab62e2a44"},
    CHACHA_OF_TAGS("153: bit 63 of the tag flipped", "", "", "f4409bb729039d8814ac514054323f44"),
    CHACHA_OF_TAGS("166: bit 0 of the tag flipped", "000102030405060708090a0b0c0d0e0f",
                   "d03bcb3ca52d48d1d203b1e7b1a5995a", "28914007a6119dd3f109bba21ce9a7d6"),
    CHACHA_OF_TAGS("182: bit 127 of the tag flipped", "000102030405060708090a0b0c0d0e0f",
                   "d03bcb3ca52d48d1d203b1e7b1a5995a", "29914007a6119dd3f109bba21ce9a756"),
    CHACHA_OF_TAGS("164: a tag of zeros", "", "", "00000000000000000000000000000000"),
};

/* A vector as bytes. */
struct vector_case {
    struct vector_bytes key, nonce, data, plain, sealed, tag;
};

static int
read_vector(const struct aead_vector *v, struct vector_case *out, struct why *why)
{
    const char *const hex[] = {v->key, v->nonce, v->data, v->plain, v->sealed, v->tag};
    struct vector_bytes *const bytes[] = {&out->key,   &out->nonce,  &out->data,
                                          &out->plain, &out->sealed, &out->tag};

    for (size_t i = 0; i < COUNT(hex); i++) {
        int rc = vector_read(hex[i], bytes[i], why);

        if (rc < 0)
            return rc;
    }
    if (out->key.count != AEAD_KEY_BYTES || out->nonce.count != AEAD_NONCE_BYTES ||
        out->tag.count != AEAD_TAG_BYTES || out->plain.count != out->sealed.count)
        return why_add(why, ERR_INPUT, NULL, "%s: lengths do not fit", v->source);
    return 0;
}

static struct aead_seed
seed_of(const struct vector_case *bytes)
{
    return (struct aead_seed){bytes->key.at, bytes->nonce.at, bytes->data.at, bytes->data.count};
}

/* ERR_CRYPTO if the ciphertext's first `n` bytes open with the tag. */
static int
refuse(struct aead *aead, const char *name, const struct aead_vector *v,
       const struct vector_case *bytes, size_t n, const unsigned char *tag, const char *what,
       struct why *why)
{
    const struct aead_seed seed = seed_of(bytes);
    unsigned char out[VECTOR_BYTES];

    if (aead_unseal(aead, &seed, bytes->sealed.at, n, tag, out, NULL) == 0)
        return why_add(why, ERR_CRYPTO, NULL, "%s: %s: %s was accepted", name, v->source, what);
    return 0;
}

static int
verify_one(struct aead *aead, const char *name, const struct aead_vector *v,
           const struct vector_case *bytes, struct why *why)
{
    unsigned char out[VECTOR_BYTES], tag[AEAD_TAG_BYTES];
    size_t n = bytes->plain.count;
    const struct aead_seed seed = seed_of(bytes);
    int rc = aead_seal(aead, &seed, bytes->plain.at, n, out, tag, why);

    if (rc < 0)
        return rc;
    rc = vector_compare(name, v->source, "ciphertext", out, n, &bytes->sealed, why);
    if (rc < 0)
        return rc;
    if (v->refused) /* wrong in nothing but its tag */
        return refuse(aead, name, v, bytes, n, bytes->tag.at, "it", why);
    rc = vector_compare(name, v->source, "tag", tag, sizeof tag, &bytes->tag, why);
    if (rc < 0)
        return rc;
    rc = aead_unseal(aead, &seed, bytes->sealed.at, n, bytes->tag.at, out, why);
    if (rc < 0)
        return rc;
    rc = vector_compare(name, v->source, "plaintext", out, n, &bytes->plain, why);
    if (rc < 0)
        return rc;
    if (n > 0)
        rc = refuse(aead, name, v, bytes, n - 1, tag, "a truncated ciphertext", why);
    tag[0] ^= 1;
    return rc < 0 ? rc : refuse(aead, name, v, bytes, n, tag, "an altered tag", why);
}

int
aead_verify(const char *name, const char *cipher, struct why *why)
{
    struct vector_case bytes;
    struct aead aead = {0};
    size_t passed = 0;
    int rc = aead_init(&aead, cipher, why);

    for (size_t i = 0; i < COUNT(vector) && rc == 0; i++) {
        if (strcmp(vector[i].cipher, cipher) != 0)
            continue;
        rc = read_vector(&vector[i], &bytes, why);
        if (rc == 0)
            rc = verify_one(&aead, name, &vector[i], &bytes, why);
        passed++;
    }
    if (rc == 0 && passed == 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: no published test vector for %s", name, cipher);
    aead_release(&aead);
    return rc;
}
