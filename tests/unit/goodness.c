#include "goodness.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "stats/special.h"

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double
ks_probability(double *cdf_value, size_t count)
{
    double most = 0, n = (double)count, sum = 0;

    qsort(cdf_value, count, sizeof *cdf_value, by_value);
    for (size_t i = 0; i < count; i++) {
        most = fmax(most, cdf_value[i] - (double)i / n);
        most = fmax(most, (double)(i + 1) / n - cdf_value[i]);
    }
    double t = (sqrt(n) + 0.12 + 0.11 / sqrt(n)) * most;
    if (t < 0.3) /* the series is slow there and the probability 1 to 5 digits */
        return 1;
    for (int k = 1; k < 100; k++)
        sum += (k % 2 ? 2 : -2) * exp(-2.0 * k * k * t * t);
    return sum;
}

double
chi_square_probability(const uint64_t *seen, const double *expected, size_t count, double freedom)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++) {
        double gap = (double)seen[i] - expected[i];

        sum += gap * gap / expected[i];
    }
    return special_gamma_q(freedom / 2, sum / 2);
}

double
normal_probability(double z)
{
    return erfc(fabs(z) / sqrt(2));
}

void
check_within(double got, double expected, double error, const char *what, const char *file,
             int line)
{
    if (fabs(got - expected) <= error || got == expected)
        return;
    print_error("%s is %.17g, expected %.17g, off by %.3g (at most %.3g)\n", what, got, expected,
                got - expected, error);
    _fail(file, line);
}

void
check_near(double got, double expected, double share, const char *what, const char *file, int line)
{
    check_within(got, expected, share * fabs(expected), what, file, line);
}

void
check_fit(double probability, const char *what, const char *file, int line)
{
    if (probability >= LEVEL)
        return;
    print_error("%s is %.3g, below %.3g\n", what, probability, LEVEL);
    _fail(file, line);
}
