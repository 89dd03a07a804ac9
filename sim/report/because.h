#ifndef REPORT_BECAUSE_H
#define REPORT_BECAUSE_H

/* Words for levers and their yields: what was taken, and the facts that it rests on. */
#include "base/text.h"
#include "model/lever.h"

/* Sources that a text refers to by number, and lists at its end. Start from `{0}`. Out of memory is
 * remembered and told by sources_write. */
struct sources {
    const char **item; /* owned; the texts borrow from the model */
    size_t count, capacity;
    bool lost;
};

/* "[1] 18 USC 2703", a line each, after a blank line and a heading; nothing when there are none. */
MUST_CHECK int sources_write(const struct sources *sources, struct text *out);
void sources_release(struct sources *sources);

/* " (law.yaml:37 [2])": the line, and the number of its source. With `sources` NULL the source
 * itself: " (law.yaml:37: 18 USC 2703)". Nothing of facts without a place. */
void fact_cite(struct text *out, const struct where *at, const char *source,
               struct sources *sources);

/* "ciphertext at reno-dc", "use of the key in hsm-us": each element on its own through `each`. */
void yield_each(const struct world *w, const struct yield *yield,
                void (*each)(void *self, const char *element), void *self);

/* One sentence, without its full stop: why this lever reaches what it yields, with the line and
 * source of each fact it rests on: instrument, addressee, holders, treaty, statute. */
void lever_because(struct text *out, const struct world *w, const struct lever *lever,
                   const struct yield *yield, struct sources *sources);

/* The addressee as a name: custodian, place, cohort, what a covert means or a threat is aimed at.
 */
void lever_addressee(struct text *out, const struct world *w, const struct lever *lever);

/* "any 2 of (hsm-cn, hsm-us, hsm-ch)". `is_keys`: leaves are key stores, else sites. With `where`
 * each is followed by its jurisdiction: "hsm-us (US)". */
void formula_write(struct text *out, const struct world *w, const struct formula *f, bool is_keys,
                   bool where);

/* "20 s", "10 min", "1.5 h", "90 d": a duration in the unit that suits it. */
void duration_write(struct text *out, double seconds);

/* "half a day" is nobody's number: days with three digits, "304 days", "1 day", "3.5 hours". */
void days_write(struct text *out, double days);

/* `text` in lines of at most 100 columns, each after `indent`; the first after `first` instead. */
void text_wrap(struct text *out, const char *first, const char *indent, const char *text);

#endif
