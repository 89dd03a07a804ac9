/* libipsec_mb's AES-256-GCM, which uses the widest vectors the processor has (VAES): the ceiling.
 * See foreign.h. */
#include "crypto/foreign.h"

#if HAVE_IPSEC_MB
#include <intel-ipsec-mb.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

struct gcm {
    struct gcm_key_data key;
    struct gcm_context_data context;
    IMB_MGR *manager;
};

static void
release(void *state)
{
    struct gcm *gcm = state;

    if (!gcm)
        return;
    free_mb_mgr(gcm->manager);
    OPENSSL_cleanse(gcm, sizeof *gcm);
    free(gcm);
}

static int
init(void **state)
{
    const size_t whole = (sizeof(struct gcm) + 63) / 64 * 64; /* the key wants 64-byte alignment */
    struct gcm *gcm = aligned_alloc(64, whole);
    IMB_ARCH arch;

    *state = gcm;
    if (!gcm)
        return -1;
    memset(gcm, 0, whole);
    gcm->manager = alloc_mb_mgr(0);
    if (!gcm->manager)
        return -1;
    init_mb_mgr_auto(gcm->manager, &arch);
    return imb_get_errno(gcm->manager) == 0 ? 0 : -1;
}

static int
seal(void *state, const struct aead_seed *seed, const unsigned char *plain, size_t bytes,
     unsigned char *out, unsigned char tag[AEAD_TAG_BYTES])
{
    struct gcm *gcm = state;

    IMB_AES256_GCM_PRE(gcm->manager, seed->key, &gcm->key);
    IMB_AES256_GCM_ENC(gcm->manager, &gcm->key, &gcm->context, out, plain, bytes, seed->nonce,
                       seed->data, seed->data_bytes, tag, AEAD_TAG_BYTES);
    return imb_get_errno(gcm->manager) == 0 ? 0 : -1;
}

static int
unseal(void *state, const struct aead_seed *seed, const unsigned char *sealed, size_t bytes,
       const unsigned char tag[AEAD_TAG_BYTES], unsigned char *out)
{
    struct gcm *gcm = state;
    unsigned char got[AEAD_TAG_BYTES];

    IMB_AES256_GCM_PRE(gcm->manager, seed->key, &gcm->key);
    IMB_AES256_GCM_DEC(gcm->manager, &gcm->key, &gcm->context, out, sealed, bytes, seed->nonce,
                       seed->data, seed->data_bytes, got, AEAD_TAG_BYTES);
    if (imb_get_errno(gcm->manager) != 0 || CRYPTO_memcmp(got, tag, sizeof got) != 0) {
        OPENSSL_cleanse(out, bytes);
        return -1;
    }
    return 0;
}

const struct foreign foreign_ipsec_mb_gcm = {"AES-256-GCM", init,   release,
                                             seal,          unseal, "libipsec_mb cannot be set up"};

const char *
ipsec_mb_library(void)
{
    return imb_get_version_str();
}
#else
const struct foreign foreign_ipsec_mb_gcm = {.cipher = "AES-256-GCM",
                                             .lacks = "built without libipsec_mb"};

const char *
ipsec_mb_library(void)
{
    return NULL;
}
#endif
