#ifndef TESTS_GOODNESS_H
#define TESTS_GOODNESS_H

/*
 * Does a sample come from a distribution? Probabilities of a worse fit, for tests that draw from
 * fixed seeds: such a test passes or fails for ever, and LEVEL is the chance that a right program
 * was unlucky with the seed when the test was written.
 */
#include <stddef.h>
#include <stdint.h>

#define LEVEL 1e-5

/*
 * Kolmogorov-Smirnov. `cdf_value` holds cdf(x) of each draw and is sorted here.
 * Kolmogorov's limit with Stephens' (1970) correction for finite n.
 */
double ks_probability(double *cdf_value, size_t count);

/* Pearson's chi-square of counts against expected counts; `freedom` degrees. */
double chi_square_probability(const uint64_t *seen, const double *expected, size_t count,
                              double freedom);

/* Two-sided, of a standard normal at least as far out as z. */
double normal_probability(double z);

/* Fail the test, with both numbers, unless `got` is within `error` of `expected`: absolute, or as a
 * share of `expected`. (cmocka's own compares floats.) */
#define CHECK_WITHIN(got, expected, error)                                                         \
    check_within(got, expected, error, #got, __FILE__, __LINE__)
#define CHECK_NEAR(got, expected, share) check_near(got, expected, share, #got, __FILE__, __LINE__)

void check_within(double got, double expected, double error, const char *what, const char *file,
                  int line);
void check_near(double got, double expected, double share, const char *what, const char *file,
                int line);

/* Fails the test when a probability of a worse fit is below LEVEL. */
#define CHECK_FIT(probability) check_fit(probability, #probability, __FILE__, __LINE__)
void check_fit(double probability, const char *what, const char *file, int line);

#endif
