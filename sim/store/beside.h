#ifndef STORE_BESIDE_H
#define STORE_BESIDE_H

/*
 * What was asked beside a run: its claims under each reading of contested law, and what would flip
 * a requirement. Tables reading, reading_verdict, reading_order, flip_input, flip_answer and flip
 * (store/schema.c), which are made when the first of them is kept: a run's database without them is
 * as good. They are deleted with the run's estimates. Judgements are named by their ordinal.
 */
#include "record/verdict.h"
#include "store/store.h"

struct store_beside; /* a transaction under way; the store serves nothing else meanwhile */

/* Forgets what was kept before. The caller ends it, also after a failed row. */
MUST_CHECK int store_beside_begin(struct store_beside **out, struct store *store, struct why *why);
/* Commits when `rc` is 0, else keeps what was there before; returns rc or the commit's error. */
MUST_CHECK int store_beside_end(struct store_beside *beside, int rc, struct why *why);

/* Reading 0 is the law as stated. `because` may be NULL. */
MUST_CHECK int store_add_reading(struct store_beside *beside, uint32_t reading, const char *name,
                                 const char *because, size_t legal, size_t traffic,
                                 struct why *why);
/* `judged` of the reading, where the run's own judgement is number `judgement`. */
MUST_CHECK int store_add_reading_verdict(struct store_beside *beside, uint32_t reading,
                                         size_t judgement, const struct judgement *judged,
                                         struct why *why);
/* `before`: how the strategy before it stands to it ("same", "unclear", "below"); NULL: the first.
 */
MUST_CHECK int store_add_reading_order(struct store_beside *beside, uint32_t reading,
                                       uint32_t place, uint32_t strategy, const char *before,
                                       const char *metric, struct why *why);

/* An input that was tried; `low` and `high` NULL of a choice. */
MUST_CHECK int store_add_flip_input(struct store_beside *beside, uint32_t input, const char *path,
                                    bool is_choice, const char *centre, const char *low,
                                    const char *high, struct why *why);
/* A judgement that was asked about: its estimate with all inputs at their centre. */
MUST_CHECK int store_add_flip_answer(struct store_beside *beside, size_t judgement, double estimate,
                                     bool holds, struct why *why);
/* An input that turns it round, at this value. */
MUST_CHECK int store_add_flip(struct store_beside *beside, size_t judgement, uint32_t input,
                              const char *value, double quantile, double chance, double estimate,
                              struct why *why);

/*
 * What is kept, for people: calls `each` with a strategy, the text of a judgement, and what was
 * found of it: "holds under all readings", "holds under: as stated, wide; fails under: narrow", or
 * "flips at PATH = VALUE". In the order of judgements, readings first. None in a database without.
 */
MUST_CHECK int store_each_beside(struct store *store,
                                 int (*each)(void *self, const char *strategy, const char *text,
                                             const char *found),
                                 void *self, struct why *why);

#endif
