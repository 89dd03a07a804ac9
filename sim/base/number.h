#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

/*
 * Decimal numbers in and out, always with a point, whatever LC_NUMERIC says.
 *
 * The program never calls setlocale, so it runs in the "C" locale anyway; but the library may be
 * linked into one that does, and a scenario must then still mean the same.
 */
#include "base/err.h"

/*
 * Reads the number that `text` begins with: sign, digits with or without a point, exponent (the
 * floats of YAML 1.2's core schema, so no hexadecimal, infinities or NaN). Returns the first
 * character behind it, or NULL when `text` does not begin with a number. A number too large for a
 * double gives an infinity in `*value`: the caller must look.
 */
const char *number_read(const char *text, double *value);

/*
 * The shortest decimal text of a double that reads back equal (at most 17 digits), valid in JSON:
 * "0" for minus zero, "null" for NaN and infinities. Whole numbers below 1e15 have no exponent.
 */
void number_write(double value, char out[32]);

#endif
