#ifndef RECORD_BYTES_H
#define RECORD_BYTES_H

/*
 * Numbers to bytes and back, the same on every machine. A writer without `out` only counts; a
 * reader that runs past its end, or meets a number that is too long, is `bad` from then on and
 * reads zeros, so that it is looked at once, at the end.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_writer {
    unsigned char *out; /* borrows; NULL: only count */
    size_t size;        /* written so far */
};

struct byte_reader {
    const unsigned char *at, *end; /* borrows */
    bool bad;
};

void bytes_put(struct byte_writer *writer, const void *bytes, size_t size);
void bytes_put_whole(struct byte_writer *writer, uint64_t value); /* LEB128, unsigned */
void bytes_put_double(struct byte_writer *writer, double value);  /* IEEE 754, lowest byte first */

/* The next `size` bytes, borrowed; NULL when there are not so many. */
const unsigned char *bytes_get(struct byte_reader *reader, size_t size);
uint64_t bytes_get_whole(struct byte_reader *reader);
double bytes_get_double(struct byte_reader *reader);

#endif
