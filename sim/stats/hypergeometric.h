#ifndef STATS_HYPERGEOMETRIC_H
#define STATS_HYPERGEOMETRIC_H

/*
 * Exact draws of counts: how many marked ones a sample holds. Time does not grow with the counts,
 * which may be up to 2^53.
 *
 * GSL draws both too, but from counts of 32 bits only, and its hypergeometric in time that grows
 * with the sample.
 *
 * Up to a mean of 10 by inversion, from 0 on. Above it by ratio of uniforms under Stadlober's table
 * mountain (Stadlober 1990, "The ratio of uniforms approach for generating discrete random
 * variates", Journal of Computational and Applied Mathematics 31, 181-189), with probabilities by
 * Loader (2000, "Fast and accurate computation of binomial probabilities"), whose error does not
 * grow with the counts as that of differences of log-gammas does.
 */
#include "stats/stream.h"

/* How many of `n` are marked that are taken at once from `marked` and `others`;
 * n <= marked + others (asserted). */
uint64_t stream_hypergeometric(struct stream *stream, uint64_t marked, uint64_t others, uint64_t n);

/* How many of `n` come to pass, each with probability p. */
uint64_t stream_binomial(struct stream *stream, uint64_t n, double p);

/* Logarithms of the probabilities, for tests: -infinity outside of what can be. */
double binomial_log_probability(double k, double n, double p);
double hypergeometric_log_probability(double k, double marked, double others, double n);

#endif
