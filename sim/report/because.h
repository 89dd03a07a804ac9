#ifndef REPORT_BECAUSE_H
#define REPORT_BECAUSE_H

/* Words for levers and their yields: what was taken, and the facts that it rests on. */
#include "base/text.h"
#include "model/lever.h"

/* "ciphertext at reno-dc; use of the key in hsm-us": each element on its own through `each`. */
void yield_each(const struct world *w, const struct yield *yield,
                void (*each)(void *self, const char *element), void *self);

/* One sentence: why this lever reaches what it yields, with the scenario lines and source. */
void lever_because(struct text *out, const struct world *w, const struct lever *lever,
                   const struct yield *yield);

/* "any 2 of (hsm-cn, hsm-us, hsm-ch)". `is_keys`: leaves are key stores, else sites. */
void formula_write(struct text *out, const struct world *w, const struct formula *f, bool is_keys);

#endif
