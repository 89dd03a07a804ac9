#ifndef BASE_TEXT_H
#define BASE_TEXT_H

/*
 * Growable text, and small questions about names.
 *
 * A `struct text` starts from `{0}`; `.s` is always a valid string once something was added (use
 * text_str for a string that is never NULL). Running out of memory sets `lost` and later additions
 * are dropped, so that a chain of additions is checked once, at its end. text_clear empties it for
 * a new chain and keeps the memory.
 */
#include "base/err.h"

struct text {
    char *s;
    size_t length, capacity;
    bool lost;
};

void text_add(struct text *text, const char *s);
void text_add_bytes(struct text *text, const char *s, size_t length);
void text_addf(struct text *text, const char *fmt, ...) PRINTF_LIKE(2, 3);
void text_vaddf(struct text *text, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
void text_clear(struct text *text);
const char *text_str(const struct text *text);
void text_release(struct text *text);

/* A file may hold this much (an endless device must not fill the memory). */
#define TEXT_FILE_MAX_BYTES ((size_t)1 << 30)

/*
 * Adds the bytes of a whole file to `text`. ERR_IO with the system's reason, ERR_LIMIT, ERR_MEMORY;
 * then `text` is as it was. `path` "-" is standard input.
 */
MUST_CHECK int text_read_file(struct text *text, const char *path, struct why *why);

/*
 * The closest of `count` names to `name` by edit distance with transpositions (Damerau 1964,
 * optimal string alignment), or NULL when none is near enough to be meant (distance over a third of
 * the longer length, at least 1; or nothing in common). Names that text_same_name holds equal have
 * distance 0; of equally near names the first is taken. Borrows from `names`. Works on bytes; names
 * above 127 bytes are only compared with text_same_name.
 */
const char *text_nearest(const char *name, const char *const *names, size_t count);

/* Equal apart from (ASCII) case and the characters '-', '_', ' ': "san-jose" is "SanJose". */
bool text_same_name(const char *a, const char *b);

#endif
