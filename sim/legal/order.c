#include "legal/order.h"
#include <string.h>

enum {
    WIDE_BITS = 11, /* counts of one digit fit the first level of cache */
    NARROW_BITS = 8,
    FEW = 32,   /* below this, insertion is quicker than counting */
    MANY = 4096 /* from here on, fewer passes are worth more counts */
};

static void
insert_all(struct keyed *item, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct keyed k = item[i];
        size_t hole = i;

        for (; hole > 0 && item[hole - 1].key > k.key; hole--)
            item[hole] = item[hole - 1];
        item[hole] = k;
    }
}

/* One digit, from `from` to `to`. */
static void
distribute(const struct keyed *from, struct keyed *to, size_t count, unsigned shift, unsigned bits)
{
    const size_t digits = (size_t)1 << bits;
    size_t place[1 << WIDE_BITS], before = 0;

    memset(place, 0, digits * sizeof *place);
    for (size_t i = 0; i < count; i++)
        place[from[i].key >> shift & (digits - 1)]++;
    for (size_t d = 0; d < digits; d++) {
        const size_t here = place[d];

        place[d] = before;
        before += here;
    }
    for (size_t i = 0; i < count; i++)
        to[place[from[i].key >> shift & (digits - 1)]++] = from[i];
}

void
order_by_key(struct keyed *item, struct keyed *spare, size_t count)
{
    const unsigned bits = count < MANY ? NARROW_BITS : WIDE_BITS;
    struct keyed *from = item, *to = spare;
    uint64_t differ = 0;

    if (count < FEW) {
        insert_all(item, count);
        return;
    }
    for (size_t i = 1; i < count; i++)
        differ |= item[i].key ^ item[0].key;
    for (unsigned shift = 0; shift < 64 && differ >> shift != 0; shift += bits) {
        struct keyed *done = to;

        if ((differ >> shift & ((UINT64_C(1) << bits) - 1)) == 0)
            continue; /* the same digit everywhere */
        distribute(from, to, count, shift, bits);
        to = from;
        from = done;
    }
    if (from != item)
        memcpy(item, from, count * sizeof *item);
}
