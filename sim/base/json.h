#ifndef BASE_JSON_H
#define BASE_JSON_H

/*
 * Writes JSON into a `struct text`. The writer puts the commas; the caller opens and closes.
 * Numbers are written with the fewest digits that read back equal (at most 17), so the same
 * value is the same bytes; NaN and infinities become null. Strings are UTF-8; bytes that are not
 * become U+FFFD, and '<' is escaped, so that the text may stand inside an HTML <script>. `name` is
 * the key in an object and NULL in an array or at the top. Nothing fails: look at `out->lost`.
 */
#include <stdint.h>
#include "base/number.h" /* number_write */
#include "base/text.h"

struct json {
    struct text *out; /* borrows */
    bool comma;       /* a value stands before, at this depth */
};

void json_open(struct json *json, const char *name,
               char bracket);                     /* '{' or '['; name NULL in arrays */
void json_close(struct json *json, char bracket); /* '}' or ']' */
void json_string(struct json *json, const char *name, const char *value); /* NULL writes null */
void json_number(struct json *json, const char *name, double value);
void json_whole(struct json *json, const char *name, int64_t value);
void json_bool(struct json *json, const char *name, bool value);

#endif
