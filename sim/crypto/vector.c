#include "crypto/vector.h"

static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int
vector_read(const char *hex, struct vector_bytes *out, struct why *why)
{
    size_t digits = 0;

    out->count = 0;
    for (const char *c = hex; *c; c++) {
        int value = hex_value(*c);

        if (*c == ' ' || *c == '\n')
            continue;
        if (value < 0)
            return why_add(why, ERR_INPUT, NULL, "test vector: '%c' is no hexadecimal digit", *c);
        if (digits == 2 * sizeof out->at)
            return why_add(why, ERR_INPUT, NULL, "test vector: longer than %zu bytes",
                           sizeof out->at);
        if (digits % 2 == 0)
            out->at[digits / 2] = (unsigned char)(value << 4);
        else
            out->at[digits / 2] |= (unsigned char)value;
        digits++;
    }
    if (digits % 2)
        return why_add(why, ERR_INPUT, NULL, "test vector: an odd number of digits (%zu)", digits);
    out->count = digits / 2;
    return 0;
}

int
vector_compare(const char *name, const char *source, const char *what, const unsigned char *got,
               size_t got_bytes, const struct vector_bytes *want, struct why *why)
{
    if (got_bytes != want->count)
        return why_add(why, ERR_CRYPTO, NULL, "%s: %s: the %s has %zu bytes, the published one %zu",
                       name, source, what, got_bytes, want->count);
    for (size_t i = 0; i < got_bytes; i++) {
        if (got[i] != want->at[i])
            return why_add(why, ERR_CRYPTO, NULL,
                           "%s: %s: the %s differs from the published one at byte %zu of %zu", name,
                           source, what, i + 1, got_bytes);
    }
    return 0;
}
