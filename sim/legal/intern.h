#ifndef LEGAL_INTERN_H
#define LEGAL_INTERN_H

/*
 * Records that are kept once: equal records are one row, so that rows may be compared in their
 * place (hash-consing: Ershov 1958; Goto 1974). A record never changes. It has no padding: it is
 * compared byte by byte, four at a time.
 */
#include "base/mem.h"

/* Start with intern_init. Row 0 is no record. */
struct intern {
    unsigned char *item; /* owned */
    size_t count, capacity;
    uint32_t *slot; /* owned: row; 0: empty. A power of two of them */
    size_t slots;
    uint32_t bytes; /* of one record; a multiple of 4 */
    uint32_t most;  /* rows there may be */
};

void intern_init(struct intern *intern, uint32_t bytes, uint32_t most);
void intern_release(struct intern *intern);

/* Forgets all records, keeps the memory. */
void intern_clear(struct intern *intern);

/* The row of this record, from 1 on, added when new. ERR_MEMORY; ERR_LIMIT above `most`. */
MUST_CHECK int intern_put(struct intern *intern, const void *record, uint32_t *row);

/* The record of a row from 1 on, until the next intern_put. */
static inline const void *
intern_at(const struct intern *intern, uint32_t row)
{
    return &intern->item[(size_t)row * intern->bytes];
}

#endif
