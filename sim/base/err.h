#ifndef BASE_ERR_H
#define BASE_ERR_H

/*
 * Errors: a code for the program, messages for the person.
 *
 * A function that can fail returns 0 or a negative `enum err` and is marked MUST_CHECK.
 * What went wrong in words goes into a `struct why` that the caller passes down: a list,
 * since a scenario may have many faults and its author wants them all at once.
 * The library never prints; only cli/ does.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK          __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, n) __attribute__((format(printf, fmt, n)))

enum err {
    ERR_OK = 0,
    ERR_MEMORY = -1,  /* an allocation failed */
    ERR_INPUT = -2,   /* the scenario, a data file or an option is wrong: exit 2 */
    ERR_IO = -3,      /* a file, pipe or database could not be read or written */
    ERR_LIMIT = -4,   /* a stated limit of the program is exceeded: exit 2 */
    ERR_STOPPED = -5, /* interrupted on request */
    ERR_CRYPTO = -6,  /* a cryptographic library failed or gave a wrong answer */
    ERR_NUMERIC = -7, /* a computation left its domain (no convergence, not a number) */
};

/*
 * A position in a text file. `file` borrows; line and column count from 1. Unknown parts are NULL
 * or 0 and left out of the message; a column says nothing without its line.
 */
struct where {
    const char *file;
    int line, column;
};

struct fault {
    enum err code;
    char *text;        /* owned: "file:line:column: message"; control characters became spaces */
    size_t file_bytes; /* the file's name is that many first bytes of `text`; 0: no file */
    int line, column;
    uint32_t rank, order; /* used while sorting */
};

/* A list of messages. Start from `{0}`; why_release empties it. Not thread-safe: one a thread. */
struct why {
    struct fault *fault;
    size_t count, capacity;
    bool lost; /* a message could not be kept for lack of memory */
};

/*
 * Adds a message and returns `code`, so that `return why_add(...)` both explains and fails.
 * `at` may be NULL (no position). `why` may be NULL (nobody listens). Copies all it is given.
 */
int why_add(struct why *why, enum err code, const struct where *at, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* The same as a message without a position, for the one message every caller needs. */
int why_no_memory(struct why *why);

/*
 * Sorts messages by file (first seen first; no file counts as a file of its own), line and column,
 * otherwise in the order added, and drops exact repeats.
 */
void why_sort(struct why *why);

/* Moves all messages of `from` to the end of `to`, which may be NULL; `from` is left empty. */
void why_take(struct why *to, struct why *from);

void why_release(struct why *why);

/* A short word for a code: "memory", "input", ... Never NULL. */
const char *err_name(enum err code);

#endif
