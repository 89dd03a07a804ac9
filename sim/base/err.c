#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* The position as it opens a message, "a.yaml:3:7: ". Returns the bytes written. */
static size_t
write_position(char *out, size_t room, const struct where *at)
{
    const char *file = at->file ? at->file : "line "; /* a number alone would puzzle */
    const char *gap = at->file ? ":" : "";
    int n = 0;

    if (at->line > 0 && at->column > 0)
        n = snprintf(out, room, "%s%s%d:%d: ", file, gap, at->line, at->column);
    else if (at->line > 0)
        n = snprintf(out, room, "%s%s%d: ", file, gap, at->line);
    else if (at->file)
        n = snprintf(out, room, "%s: ", file);
    return n > 0 ? (size_t)n : 0;
}

/*
 * One message is one line whatever the scenario holds: a name with a newline or a terminal's
 * escape sequence must not forge a second message or colour the screen.
 */
static void
flatten(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            text[i] = ' ';
}

/* Position and message in one fresh string, or NULL. */
static PRINTF_LIKE(2, 0) char *compose(const struct where *at, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int message = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    size_t position = at ? write_position(NULL, 0, at) : 0;
    char *text = message < 0 ? NULL : malloc(position + (size_t)message + 1);

    if (!text)
        return NULL;
    if (position > 0)
        write_position(text, position + 1, at);
    vsnprintf(text + position, (size_t)message + 1, fmt, args);
    flatten(text);
    return text;
}

int
why_add(struct why *why, enum err code, const struct where *at, const char *fmt, ...)
{
    if (!why)
        return code;
    va_list args;
    va_start(args, fmt);
    char *text = compose(at, fmt, args);
    va_end(args);
    if (!text || mem_grow(&why->fault, &why->capacity, why->count + 1, sizeof *why->fault) < 0) {
        free(text);
        why->lost = true;
        return code;
    }
    why->fault[why->count++] = (struct fault){
        .code = code,
        .text = text,
        .file_bytes = at && at->file ? strlen(at->file) : 0,
        .line = at && at->line > 0 ? at->line : 0,
        .column = at && at->line > 0 && at->column > 0 ? at->column : 0,
    };
    return code;
}

int
why_no_memory(struct why *why)
{
    return why_add(why, ERR_MEMORY, NULL, "out of memory");
}

static bool
same_file(const struct fault *a, const struct fault *b)
{
    return a->file_bytes == b->file_bytes && memcmp(a->text, b->text, a->file_bytes) == 0;
}

static int
by_position(const void *left, const void *right)
{
    const struct fault *a = left, *b = right;

    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order; /* qsort need not be stable */
}

static bool
same_position(const struct fault *a, const struct fault *b)
{
    return a->rank == b->rank && a->line == b->line && a->column == b->column;
}

/* Is the fault at `i` already among the kept ones at its position (the end of the kept)? */
static bool
is_repeat(const struct fault *kept, size_t count, const struct fault *fault)
{
    while (count-- > 0 && same_position(&kept[count], fault))
        if (kept[count].code == fault->code && strcmp(kept[count].text, fault->text) == 0)
            return true;
    return false;
}

void
why_sort(struct why *why)
{
    struct fault *fault = why->fault;
    size_t kept = 0;

    for (size_t i = 0; i < why->count; i++) {
        size_t first = 0;
        while (!same_file(&fault[first], &fault[i]))
            first++; /* stops at i */
        fault[i].rank = (uint32_t)first;
        fault[i].order = (uint32_t)i;
    }
    if (why->count > 1)
        qsort(fault, why->count, sizeof *fault, by_position);
    for (size_t i = 0; i < why->count; i++) {
        if (is_repeat(fault, kept, &fault[i]))
            free(fault[i].text);
        else
            fault[kept++] = fault[i];
    }
    why->count = kept;
}

void
why_take(struct why *to, struct why *from)
{
    if (to == from)
        return;
    if (to && from->count > 0) {
        if (mem_grow(&to->fault, &to->capacity, to->count + from->count, sizeof *to->fault) < 0) {
            to->lost = true;
        } else {
            memcpy(to->fault + to->count, from->fault, from->count * sizeof *from->fault);
            to->count += from->count;
            from->count = 0; /* their texts now belong to `to` */
        }
    }
    if (to && from->lost)
        to->lost = true;
    why_release(from);
}

void
why_release(struct why *why)
{
    for (size_t i = 0; i < why->count; i++)
        free(why->fault[i].text);
    free(why->fault);
    *why = (struct why){0};
}

const char *
err_name(enum err code)
{
    static const struct {
        enum err code;
        const char *name;
    } names[] = {
        {ERR_OK, "ok"},         {ERR_MEMORY, "memory"},   {ERR_INPUT, "input"},
        {ERR_IO, "io"},         {ERR_LIMIT, "limit"},     {ERR_STOPPED, "stopped"},
        {ERR_CRYPTO, "crypto"}, {ERR_NUMERIC, "numeric"},
    };

    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].code == code)
            return names[i].name;
    return "unknown";
}
