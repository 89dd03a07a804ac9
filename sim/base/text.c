#include "base/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/mem.h"

/* Room for `more` bytes and a 0 behind them; false sets `lost`. */
static bool
make_room(struct text *text, size_t more)
{
    if (text->lost)
        return false;
    if (more >= SIZE_MAX - text->length ||
        mem_grow(&text->s, &text->capacity, text->length + more + 1, 1) < 0) {
        text->lost = true;
        return false;
    }
    return true;
}

void
text_add_bytes(struct text *text, const char *s, size_t length)
{
    if (!make_room(text, length))
        return;
    if (length > 0)
        memcpy(text->s + text->length, s, length);
    text->length += length;
    text->s[text->length] = '\0';
}

void
text_add(struct text *text, const char *s)
{
    text_add_bytes(text, s, strlen(s));
}

void
text_vaddf(struct text *text, const char *fmt, va_list args)
{
    va_list again;

    va_copy(again, args);
    int length = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (length < 0)
        text->lost = true;
    if (!make_room(text, length < 0 ? 0 : (size_t)length))
        return;
    vsnprintf(text->s + text->length, (size_t)length + 1, fmt, args);
    text->length += (size_t)length;
}

void
text_addf(struct text *text, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    text_vaddf(text, fmt, args);
    va_end(args);
}

void
text_clear(struct text *text)
{
    text->length = 0;
    text->lost = false;
    if (text->s)
        text->s[0] = '\0';
}

const char *
text_str(const struct text *text)
{
    return text->s ? text->s : "";
}

void
text_release(struct text *text)
{
    free(text->s);
    *text = (struct text){0};
}

/* Appends until the end of `in`. 0, ERR_MEMORY, ERR_LIMIT, or ERR_IO with errno set. */
static int
read_all(struct text *text, FILE *in)
{
    char chunk[16384];
    size_t got, total = 0;
    struct stat about;

    /* Told by its size before a byte is read; pipes and devices have none and are counted. */
    if (fstat(fileno(in), &about) == 0 && S_ISREG(about.st_mode) &&
        (uintmax_t)about.st_size > TEXT_FILE_MAX_BYTES)
        return ERR_LIMIT;

    errno = 0;
    while ((got = fread(chunk, 1, sizeof chunk, in)) > 0) {
        total += got;
        if (total > TEXT_FILE_MAX_BYTES)
            return ERR_LIMIT;
        text_add_bytes(text, chunk, got);
        if (text->lost)
            return ERR_MEMORY;
    }
    if (ferror(in))
        return ERR_IO;
    text_add(text, ""); /* an empty file is an empty string, not NULL */
    return text->lost ? ERR_MEMORY : 0;
}

int
text_read_file(struct text *text, const char *path, struct why *why)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    FILE *in = standard ? stdin : fopen(path, "rb");
    size_t before = text->length;

    if (!in)
        return why_add(why, ERR_IO, NULL, "cannot open '%s': %s", name, strerror(errno));
    int rc = read_all(text, in);
    if (rc == ERR_IO)
        why_add(why, rc, NULL, "cannot read '%s': %s", name, strerror(errno));
    else if (rc == ERR_LIMIT)
        why_add(why, rc, NULL, "'%s' is larger than %zu MiB, the most that is read", name,
                TEXT_FILE_MAX_BYTES >> 20);
    else if (rc == ERR_MEMORY)
        why_no_memory(why);
    if (!standard)
        fclose(in);
    if (rc < 0 && text->s) {
        text->length = before; /* half a file is no file */
        text->s[before] = '\0';
    }
    return rc;
}

enum {
    NEAR_MAX = 127, /* longer names are compared for sameness only: rows live on the stack */
};

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * Optimal string alignment: insertions, deletions, substitutions and exchanges of neighbours, no
 * piece edited twice (F. Damerau, "A technique for computer detection and correction of spelling
 * errors", CACM 7(3), 1964). Three rows of the table suffice. Both lengths are at most NEAR_MAX.
 */
static size_t
edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NEAR_MAX + 1];
    size_t *older = rows[0], *old = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b_length; j++)
        old[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = old[j - 1] + (a[i - 1] != b[j - 1]);
            best = least(best, least(old[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, older[j - 2] + 1);
            row[j] = best;
        }
        size_t *spare = older;
        older = old;
        old = row;
        row = spare;
    }
    return old[b_length];
}

/* The distance when `b` may be meant by `a`, SIZE_MAX when it is too far. */
static size_t
meant_distance(const char *a, size_t a_length, const char *b)
{
    if (text_same_name(a, b))
        return 0;
    size_t b_length = strlen(b);
    size_t shorter = least(a_length, b_length);
    size_t longer = a_length + b_length - shorter;
    size_t limit = longer < 3 ? 1 : longer / 3;
    if (longer > NEAR_MAX || longer - shorter > limit)
        return SIZE_MAX;
    size_t distance = edit_distance(a, a_length, b, b_length);
    /* As far as the name is long: nothing in common, so surely not meant. */
    return distance > limit || distance >= longer ? SIZE_MAX : distance;
}

const char *
text_nearest(const char *name, const char *const *names, size_t count)
{
    size_t length = strlen(name), best = SIZE_MAX;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        size_t distance = meant_distance(name, length, names[i]);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

/* The next character that counts, in lower case (ASCII, whatever the locale); 0 at the end. */
static char
next_letter(const char **s)
{
    while (**s == '-' || **s == '_' || **s == ' ')
        (*s)++;
    if (**s == '\0')
        return '\0';
    char c = *(*s)++;
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
text_same_name(const char *a, const char *b)
{
    char c;

    do {
        c = next_letter(&a);
        if (c != next_letter(&b))
            return false;
    } while (c != '\0');
    return true;
}
