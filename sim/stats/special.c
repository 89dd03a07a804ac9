#include "stats/special.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <gsl/gsl_cdf.h>

#define HALF_LOG_TWO_PI 0.91893853320467274178 /* ln(2 pi) / 2 */
#define TWO_PI          6.28318530717958647693

/*
 * From here on the series and fractions, whose length grows with the root of the parameters, give
 * way to the first terms of Temme's uniform expansions. What those leave out is of the order
 * 1/(540 sqrt(2 pi) LARGE^1.5), 2e-14.
 */
#define LARGE 1e7

/* The distribution function, its complement, and its derivative by ln x, at one x. */
struct value {
    double p, q, slope;
};

static const double nothing = (double)NAN;
static const struct value outside = {(double)NAN, (double)NAN, (double)NAN};

/*
 * ln Gamma(n + 1) less Stirling's formula. Both this and `deviance` are from Loader (2000), "Fast
 * and accurate computation of binomial probabilities": densities of large parameters without the
 * cancellation of large logarithms.
 */
static double
stirling_error(double n)
{
    if (n <= 15) {
        int sign;
        return lgamma_r(n + 1, &sign) - (n + 0.5) * log(n) + n - HALF_LOG_TWO_PI;
    }
    double m = n * n; /* coefficients: DLMF 5.11.1 */
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / m) / m) / m) / m) / n;
}

/* x ln(x / mean) + mean - x. `gap` is x - mean, apart so that the caller can give it exactly. */
static double
deviance(double x, double mean, double gap)
{
    if (fabs(gap) >= 0.1 * (x + mean))
        return x * log(x / mean) - gap;

    double v = gap / (x + mean), sum = gap * v, term = 2 * x * v;
    for (int j = 3;; j += 2) {
        double before = sum;

        term *= v * v;
        sum += term / j;
        if (sum == before)
            return sum;
    }
}

/* The first term of Temme's expansions, a difference of two that are infinite together, where it
 * has the value `limit`. */
static double
first_term(double a, double b, double limit)
{
    /* Beyond, the difference keeps fewer than 8 digits and the limit is as close. */
    return fabs(a) > 1e8 ? limit : a - b;
}

/* x^a exp(-x) / Gamma(a + 1) */
static double
gamma_density(double a, double x)
{
    return exp(-stirling_error(a) - deviance(a, x, a - x)) / sqrt(TWO_PI * a);
}

/* DLMF 8.11.4 */
static double
gamma_series(double a, double x)
{
    double term = 1, sum = 1;

    for (double n = a + 1; term > sum * (DBL_EPSILON / 4); n++) {
        term *= x / n;
        sum += term;
    }
    return sum;
}

/* DLMF 8.9.2, by the modified Lentz method (Thompson and Barnett 1986). */
static double
gamma_fraction(double a, double x)
{
    double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, h = d;

    for (double i = 1, change = 0; fabs(change - 1) > DBL_EPSILON; i++) {
        double an = i * (a - i);

        b += 2;
        d = 1 / (an * d + b);
        c = b + an / c;
        change = c * d;
        h *= change;
        if (i > 1e6) /* never needed below LARGE; a bound all the same */
            break;
    }
    return h;
}

/* DLMF 8.12.3, 8.12.4 and the first term of 8.12.7 */
static void
gamma_large(double a, double x, struct value *v)
{
    double half = deviance(a, x, a - x); /* a eta^2 / 2 */
    double mu = (x - a) / a, eta = copysign(sqrt(2 * half / a), mu);
    double rest = exp(-half) / sqrt(TWO_PI * a) * first_term(1 / mu, 1 / eta, -1.0 / 3);

    v->q = 0.5 * erfc(copysign(sqrt(half), mu)) + rest;
    v->p = 0.5 * erfc(-copysign(sqrt(half), mu)) - rest;
}

static struct value
gamma_at(double a, double b, double x)
{
    struct value v = {0, 1, 0};

    (void)b;
    if (!(a > 0) || !(x >= 0))
        return outside;
    if (x == 0)
        return v;
    if (isinf(x))
        return (struct value){1, 0, 0};
    double density = gamma_density(a, x);

    v.slope = density * a;
    if (a > LARGE) {
        gamma_large(a, x, &v);
    } else if (x < a + 1) {
        v.p = fmin(density * gamma_series(a, x), 1);
        v.q = 1 - v.p;
    } else {
        v.q = fmin(density * a * gamma_fraction(a, x), 1);
        v.p = 1 - v.q;
    }
    return v;
}

/* (a + b) x - a, rounded once. y = 1 - x; the smaller of the two is the exact one. */
static double
beta_gap(double a, double b, double x, double y)
{
    return x < 0.5 ? fma(a + b, x, -a) : -fma(a + b, y, -b);
}

/* x^a y^b / B(a, b) */
static double
beta_density(double a, double b, double x, double y)
{
    double n = a + b;
    double gap = beta_gap(a, b, x, y);
    double stirling = stirling_error(n) - stirling_error(a) - stirling_error(b);

    return exp(stirling - deviance(a, n * x, -gap) - deviance(b, n * y, gap)) *
           sqrt(a * (b / n) / TWO_PI);
}

/* DLMF 8.17.22, by the modified Lentz method */
static double
beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), h = d;

    for (double m = 1, change = 0; fabs(change - 1) > DBL_EPSILON; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

        d = 1 / (1 + even * d);
        c = 1 + even / c;
        h *= c * d;
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        change = c * d;
        h *= change;
        if (m > 1e6)
            break;
    }
    return h;
}

/* DLMF 8.18.9 to 8.18.11, first term */
static void
beta_large(double a, double b, double x, double y, struct value *v)
{
    double n = a + b, middle = a / n;
    double gap = beta_gap(a, b, x, y);
    double half = deviance(a, n * x, -gap) + deviance(b, n * y, gap); /* n eta^2 / 2 */
    double eta = copysign(sqrt(2 * half / n), gap), spread = sqrt(middle * (b / n));
    double limit = (1 - 2 * middle) / (3 * spread); /* of 1/eta - spread/gap */
    double rest = exp(-half) / sqrt(TWO_PI * n) * first_term(1 / eta, spread * n / gap, limit);

    v->p = 0.5 * erfc(-copysign(sqrt(half), gap)) + rest;
    v->q = 0.5 * erfc(copysign(sqrt(half), gap)) - rest;
}

static struct value
beta_at(double a, double b, double x)
{
    struct value v = {0, 1, 0};
    double y = 1 - x;

    if (!(a > 0) || !(b > 0) || !(x >= 0) || !(x <= 1))
        return outside;
    if (x == 0)
        return v;
    if (y == 0)
        return (struct value){1, 0, 0};
    double density = beta_density(a, b, x, y);

    v.slope = density / y;
    if (a > LARGE && b > LARGE) {
        beta_large(a, b, x, y, &v);
    } else if (x <= (a + 1) / (a + b + 2)) {
        v.p = fmin(density * beta_fraction(a, b, x) / a, 1);
        v.q = 1 - v.p;
    } else {
        v.q = fmin(density * beta_fraction(b, a, y) / b, 1);
        v.p = 1 - v.q;
    }
    return v;
}

double
special_gamma_p(double a, double x)
{
    return gamma_at(a, 0, x).p;
}

double
special_gamma_q(double a, double x)
{
    return gamma_at(a, 0, x).q;
}

double
special_beta_p(double a, double b, double x)
{
    return beta_at(a, b, x).p;
}

/*
 * The x in (low, high) at which p and q are as asked, by Newton on the logarithm of the smaller of
 * the two against ln x: nearly straight in both tails. A step that leaves the bracket is replaced
 * by its geometric middle, so that the search ends for any curve that rises.
 */
static double
solve(struct value (*at)(double, double, double), double a, double b, double p, double q, double x,
      double low, double high)
{
    for (int i = 0; i < 200; i++) {
        struct value v = at(a, b, x);
        bool left = p <= q;
        double miss = left ? log(v.p / p) : log(q / v.q);
        double step = -miss * (left ? v.p : v.q) / v.slope;

        if (miss > 0)
            high = x;
        else
            low = x;
        double next = x * exp(step);
        if (!(next > low && next < high))
            next = sqrt(low) * sqrt(high);
        bool done = fabs(next - x) <= 2 * DBL_EPSILON * x;
        x = next;
        if (done)
            break;
    }
    return x;
}

double
special_gamma_inverse(double a, double p)
{
    if (!(a > 0) || !(p >= 0) || !(p <= 1))
        return nothing;
    if (p == 0 || p == 1)
        return p == 0 ? 0 : (double)INFINITY;
    /* Wilson and Hilferty 1931; where that leaves the domain, the first term of the series. */
    double cube = 1 - 1 / (9 * a) + special_normal_inverse(p) / (3 * sqrt(a));
    int sign;
    double start = cube > 0.2 ? a * cube * cube * cube : exp((log(p) + lgamma_r(a + 1, &sign)) / a);

    return solve(gamma_at, a, 0, p, 1 - p, fmin(fmax(start, DBL_MIN), DBL_MAX / 2), DBL_MIN / 2,
                 DBL_MAX);
}

double
special_beta_inverse(double a, double b, double p)
{
    if (!(a > 0) || !(b > 0) || !(p >= 0) || !(p <= 1))
        return nothing;
    if (p == 0 || p == 1)
        return p;
    double q = 1 - p;
    bool mirror = special_beta_p(a, b, 0.5) < p; /* ln x tells nothing near 1: search 1 - x */
    if (mirror) {
        double swap = a;
        a = b;
        b = swap;
        swap = p;
        p = q;
        q = swap;
    }
    double x = solve(beta_at, a, b, p, q, fmin(a / (a + b), 0.5), DBL_MIN / 2, 0.5 + DBL_EPSILON);

    return mirror ? 1 - x : x;
}

double
special_normal_inverse(double p)
{
    return p >= 0 && p <= 1 ? gsl_cdf_ugaussian_Pinv(p) : nothing;
}

double
special_t_inverse(double freedom, double p)
{
    return freedom > 0 && p >= 0 && p <= 1 ? gsl_cdf_tdist_Pinv(p, freedom) : nothing;
}
