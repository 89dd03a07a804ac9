#ifndef CRYPTO_VECTOR_H
#define CRYPTO_VECTOR_H

/*
 * Published test vectors: hexadecimal as printed by their source, and a comparison that says what
 * differed. Only published bytes pass through here, never a drawn key, so messages may show them.
 */
#include "base/err.h"

#define VECTOR_BYTES 2048 /* no vector is longer; a longer one is an error, never cut */

struct vector_bytes {
    unsigned char at[VECTOR_BYTES];
    size_t count;
};

/* Reads hexadecimal digits; blanks between them are passed over. ERR_INPUT otherwise. */
MUST_CHECK int vector_read(const char *hex, struct vector_bytes *out, struct why *why);

/*
 * ERR_CRYPTO unless `got` equals `want`: "NAME: SOURCE: the WHAT differs from the published one at
 * byte I of N".
 */
MUST_CHECK int vector_compare(const char *name, const char *source, const char *what,
                              const unsigned char *got, size_t got_bytes,
                              const struct vector_bytes *want, struct why *why);

#endif
