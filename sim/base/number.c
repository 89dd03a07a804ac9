#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* glibc answers the whole "C" locale from a constant: no allocation, and nothing to fail. */
static locale_t
plain_locale(void)
{
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static const char *
skip_digits(const char *s)
{
    while (*s >= '0' && *s <= '9')
        s++;
    return s;
}

/* The end of the number that `s` begins with, or NULL. */
static const char *
number_end(const char *s)
{
    if (*s == '+' || *s == '-')
        s++;
    const char *end = skip_digits(s);
    bool digits = end > s;
    if (*end == '.') {
        const char *fraction = end + 1;
        end = skip_digits(fraction);
        digits = digits || end > fraction;
    }
    if (!digits)
        return NULL;
    if (*end == 'e' || *end == 'E') {
        const char *exponent = end + 1;
        if (*exponent == '+' || *exponent == '-')
            exponent++;
        if (skip_digits(exponent) > exponent)
            end = skip_digits(exponent);
    }
    return end;
}

const char *
number_read(const char *text, double *value)
{
    const char *end = number_end(text);
    if (!end)
        return NULL;
    locale_t plain = plain_locale();
    if (!plain)
        return NULL;
    /* "0x1" ends after its 0, but strtod would go on; zero is then the right answer. */
    char *stop;
    double read = strtod_l(text, &stop, plain);
    freelocale(plain);
    *value = stop == end ? read : 0;
    return end;
}

static bool
writes_back(double value, int digits, char out[32])
{
    double again;

    snprintf(out, 32, "%.*g", digits, value);
    return number_read(out, &again) && again == value;
}

void
number_write(double value, char out[32])
{
    if (!isfinite(value) || value == 0) {
        strcpy(out, value == 0 ? "0" : "null");
        return;
    }
    locale_t plain = plain_locale();
    locale_t before = uselocale(plain);
    /*
     * Every decimal of up to 15 digits survives the way through a normal double (DBL_DIG), and %g
     * drops trailing zeros, so 15 digits already give any shorter text there is. Subnormal doubles
     * have fewer digits; those are tried from 1.
     */
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    while (!writes_back(value, digits, out) && digits < DBL_DECIMAL_DIG)
        digits++;
    uselocale(before);
    freelocale(plain);
}
