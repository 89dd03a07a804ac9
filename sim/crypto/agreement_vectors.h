#ifndef CRYPTO_AGREEMENT_VECTORS_H
#define CRYPTO_AGREEMENT_VECTORS_H

/*
 * Published key agreements. Wycheproof is C2SP/wycheproof on GitHub, testvectors_v1: x25519_test at
 * commit 085c118, ecdh_secp256r1_ecpoint_test at commit 1295cf5.
 */
#include "base/err.h"

struct agreement_vector {
    const char *source, *public, *private, *secret;
    bool refused; /* published as wrong: no secret may come of it */
};

static const struct agreement_vector x25519_vector[] = {
    {"RFC 7748, section 6.1", "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
     "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
     "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"},
    {"Wycheproof x25519_test, tcId 1",
     "504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829",
     "c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475",
     "436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320"},
    {"Wycheproof x25519_test, tcId 2: a point of the twist",
     "63aa40c6e38346c5caf23a6df0a5e6c80889a08647e551b3563449befcfc9733",
     "d85d8c061a50804ac488ad774ac716c3f5ba714b2712e048491379a500211958",
     "279df67a7c4611db4708a0e8282b195e5ac0ed6f4b2f292c6fbd0acac30d1332"},
    {"Wycheproof x25519_test, tcId 54: an edge of the arithmetic",
     "fffffffffeffff7ffffffffffeffff7ffffffffffeffff7ffffffffffeffff7f",
     "184198c6228177f3ef41dc9a341258f8181ae365fe9ec98d93639b0bbee1467d",
     "8039eebed1a4f3b811ea92102a6267d4da412370f3f0d6b70f1faaa2e8d5236d"},
    {"Wycheproof x25519_test, tcId 32: the point 0, whose secret is 0",
     "0000000000000000000000000000000000000000000000000000000000000000",
     "88227494038f2bb811d47805bcdf04a2ac585ada7f2f23389bfd4658f9ddd45e", "", true},
    {"Wycheproof x25519_test, tcId 33: the point 1, whose secret is 0",
     "0100000000000000000000000000000000000000000000000000000000000000",
     "48232e8972b61c7e61930eb9450b5070eae1c670475685541f0476217e48184f", "", true},
};

static const struct agreement_vector p256_vector[] = {
    {"RFC 5903, section 8.1",
     "04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
     "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
     "c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
     "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"},
    {"Wycheproof ecdh_secp256r1_ecpoint_test, tcId 1",
     "0462d5bd3372af75fe85a040715d0f502428e07046868b0bfdfa61d731afe44f26"
     "ac333a93a9e70a81cd5a95b5bf8d13990eb741c8c38872b4a07d275a014e30cf",
     "0612465c89a023ab17855b0a6bcebfd3febb53aef84138647b5352e02c10c346",
     "53020d908b0219328b658b525f26780e3ae12bcd952bb25a93bc0895e1714285"},
    {"Wycheproof ecdh_secp256r1_ecpoint_test, tcId 3: a secret of zeros",
     "0458fd4168a87795603e2b04390285bdca6e57de6027fe211dd9d25e2212d29e62"
     "080d36bd224d7405509295eed02a17150e03b314f96da37445b0d1d29377d12c",
     "0a0d622a47e48f6bc1038ace438c6f528aa00ad2bd1da5f13ee46bf5f633d71a",
     "0000000000000000000000000000000000000000000000000000000000000000"},
    {"Wycheproof ecdh_secp256r1_ecpoint_test, tcId 330: CVE-2017-8932",
     "04023819813ac969847059028ea88a1f30dfbcde03fc791d3a252c6b41211882ea"
     "f93e4ae433cc12cf2a43fc0ef26400c0e125508224cdb649380f25479148a4ad",
     "2a265f8bcbdcaf94d58519141e578124cb40d64a501fba9c11847b28965bc737",
     "4d4de80f1534850d261075997e3049321a0864082d24a917863366c0724f5ae3"},
    {"Wycheproof ecdh_secp256r1_ecpoint_test, tcId 333: no point of the curve",
     "0400000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000000000000001",
     "7e4aa54f714bf01df85c50269bea3a86721f84afe74f7b41ea58abcf3474e88d", "", true},
    {"Wycheproof ecdh_secp256r1_ecpoint_test, tcId 343: no point of the curve",
     "04ffffffff00000001000000000000000000000000fffffffffffffffffffffffe"
     "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
     "7e4aa54f714bf01df85c50269bea3a86721f84afe74f7b41ea58abcf3474e88d", "", true},
};

static const char hkdf_secret[] = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b";
static const char hkdf_key[] = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                               "9d201395faa4b61a96c8";

#endif
