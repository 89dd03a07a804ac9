#ifndef STATS_SPECIAL_H
#define STATS_SPECIAL_H

/*
 * The regularised incomplete gamma and beta functions and their inverses, for intervals and
 * distribution functions.
 *
 * GSL has them, but its gsl_cdf_beta_Pinv of (0.025; 5000, 5001) and gsl_cdf_gamma_Qinv of shapes
 * from about 3e5 fail (GSL 2.7.1, "inverse failed to converge") and call its error handler, which
 * ends the program. Counts of operations are larger than that. Here nothing fails: arguments
 * outside the domain give NaN. Time grows with the root of the parameters up to 1e7, and no
 * further when all are larger. Error below 1e-11 (test_special).
 */

/* P(a, x) = gamma(a, x) / Gamma(a): the distribution function of a gamma with shape a, scale 1.
 * And 1 - P. a > 0, x >= 0. */
double special_gamma_p(double a, double x);
double special_gamma_q(double a, double x);

/* I_x(a, b): the distribution function of a beta. a, b > 0, 0 <= x <= 1. */
double special_beta_p(double a, double b, double x);

/* The x at which special_gamma_p or special_beta_p is p, 0 <= p <= 1. */
double special_gamma_inverse(double a, double p);
double special_beta_inverse(double a, double b, double p);

/* The quantile of the normal with mean 0, deviation 1. 0 and 1 give infinities. */
double special_normal_inverse(double p);

/* The quantile of Student's t with `freedom` > 0 degrees of freedom. */
double special_t_inverse(double freedom, double p);

#endif
