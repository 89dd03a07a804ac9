#include "stats/hist.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

__extension__ typedef unsigned __int128 wide;

enum {
    PART_BITS = 7,
    PARTS = 1 << PART_BITS, /* of each power of two */
    VALUE_BITS = 62,
    BUCKETS_MOST = (VALUE_BITS - PART_BITS + 1) * PARTS,
};

static size_t
bucket_of(uint64_t value)
{
    if (value < PARTS)
        return value;
    /* The leading bit and the 7 behind it; the first power split in full starts at PARTS. */
    unsigned shift = 63 - (unsigned)__builtin_clzll(value) - PART_BITS;

    return (size_t)shift * PARTS + (value >> shift);
}

/* Least and greatest value of bucket i. */
static void
bucket_range(size_t i, uint64_t *low, uint64_t *high)
{
    size_t shift = i < PARTS ? 0 : i / PARTS - 1;

    *low = (uint64_t)(i - shift * PARTS) << shift;
    *high = *low + (((uint64_t)1 << shift) - 1);
}

void
hist_bucket(size_t i, double *low, double *high)
{
    uint64_t a, b;

    bucket_range(i, &a, &b);
    *low = (double)a;
    *high = (double)b;
}

static double
bucket_middle(size_t i)
{
    double low, high;

    hist_bucket(i, &low, &high);
    return low + (high - low) / 2;
}

static wide
sum_of(const struct hist *hist)
{
    return (wide)hist->sum_high << 64 | hist->sum_low;
}

static void
set_sum(struct hist *hist, wide sum)
{
    hist->sum_low = (uint64_t)sum;
    hist->sum_high = (uint64_t)(sum >> 64);
    hist->sum = (double)sum;
}

int
hist_add(struct hist *hist, sim_ns value)
{
    if (value < 0 || value >> VALUE_BITS)
        return ERR_NUMERIC;
    size_t i = bucket_of((uint64_t)value);

    if (i >= hist->buckets) {
        int rc = mem_grow(&hist->count, &hist->buckets, i + 1, sizeof *hist->count);
        if (rc < 0)
            return rc;
    }
    hist->count[i]++;
    hist->total++;
    set_sum(hist, sum_of(hist) + (uint64_t)value);
    return 0;
}

/* Buckets up to the last that has counts. */
static size_t
buckets_used(const struct hist *hist)
{
    size_t used = hist->buckets;

    while (used > 0 && hist->count[used - 1] == 0)
        used--;
    return used;
}

int
hist_merge(struct hist *into, const struct hist *from)
{
    size_t used = buckets_used(from);
    int rc = mem_grow(&into->count, &into->buckets, used, sizeof *into->count);

    if (rc < 0)
        return rc;
    for (size_t i = 0; i < used; i++)
        into->count[i] += from->count[i];
    into->total += from->total;
    set_sum(into, sum_of(into) + sum_of(from));
    return 0;
}

/* The least rank k from 1 with k / total >= q. */
static uint64_t
rank_of(double q, uint64_t total)
{
    double rank = ceil(q * (double)total);

    /* 0.07 * 100 is above 7, but rank 7 is meant: 7 / 100 is 0.07. */
    if (rank > 1 && (rank - 1) / (double)total >= q)
        rank--;
    if (!(rank > 1))
        return 1;
    return rank >= (double)total ? total : (uint64_t)rank;
}

double
hist_quantile(const struct hist *hist, double q)
{
    if (hist->total == 0 || isnan(q))
        return (double)NAN;
    uint64_t left = rank_of(q, hist->total);
    size_t i = 0;

    while (hist->count[i] < left)
        left -= hist->count[i++];
    return bucket_middle(i);
}

static bool
takes_part(const struct hist *hist, double weight)
{
    return hist->total > 0 && weight > 0;
}

double
hist_mixture_quantile(const struct hist *const *hist, const double *weight, size_t count, double q)
{
    double mass[BUCKETS_MOST] = {0}; /* 56 KiB of stack, so that nothing here can fail */
    double whole = 0, below = 0;
    size_t last = 0;

    if (isnan(q))
        return q;
    for (size_t h = 0; h < count; h++) {
        if (!takes_part(hist[h], weight[h]))
            continue;
        size_t used = buckets_used(hist[h]); /* there may be room for more than BUCKETS_MOST */

        for (size_t i = 0; i < used; i++)
            mass[i] += weight[h] * ((double)hist[h]->count[i] / (double)hist[h]->total);
    }
    for (size_t i = 0; i < BUCKETS_MOST; i++) {
        whole += mass[i];
        if (mass[i] > 0)
            last = i;
    }
    if (!(whole > 0))
        return (double)NAN;
    /* 7,168 sums of numbers that were rounded a few times: a share that is q but for 1e-12 is q. */
    double wanted = q * whole - 1e-12 * whole;
    for (size_t i = 0; i < last; i++) {
        below += mass[i];
        if (mass[i] > 0 && below >= wanted)
            return bucket_middle(i);
    }
    return bucket_middle(last);
}

static double
share_at_most(const struct hist *hist, double ns)
{
    double count = 0;

    for (size_t i = 0; i < hist->buckets; i++) {
        double low, high;

        hist_bucket(i, &low, &high);
        if (high <= ns)
            count += (double)hist->count[i];
        else if (low <= ns)
            count += (double)hist->count[i] * ((floor(ns) - low + 1) / (high - low + 1));
        else
            break;
    }
    return count / (double)hist->total;
}

double
hist_mixture_cdf(const struct hist *const *hist, const double *weight, size_t count, double ns)
{
    double sum = 0, whole = 0;

    if (isnan(ns))
        return ns;
    for (size_t h = 0; h < count; h++) {
        if (!takes_part(hist[h], weight[h]))
            continue;
        sum += weight[h] * share_at_most(hist[h], ns);
        whole += weight[h];
    }
    return whole > 0 ? fmin(sum / whole, 1) : (double)NAN;
}

static size_t
leb_write(unsigned char *out, uint64_t value)
{
    size_t size = 0;

    do {
        unsigned char byte = value & 0x7f;

        value >>= 7;
        if (out)
            out[size] = byte | (value ? 0x80 : 0);
        size++;
    } while (value);
    return size;
}

size_t
hist_pack(const struct hist *hist, unsigned char *out)
{
    const uint64_t head[] = {hist->total, hist->sum_low, hist->sum_high};
    size_t size = 0, next = 0;

    for (size_t i = 0; i < COUNT(head); i++)
        size += leb_write(out ? out + size : NULL, head[i]);
    for (size_t i = 0; i < hist->buckets; i++) {
        if (hist->count[i] == 0)
            continue;
        size += leb_write(out ? out + size : NULL, i - next);
        size += leb_write(out ? out + size : NULL, hist->count[i]);
        next = i + 1;
    }
    return size;
}

/* Reads one number and moves on. False when the bytes end inside it, when it is over 64 bits, or
 * when it is drawn out with zeros (hist_pack writes none, and equal must mean equal bytes). */
static bool
leb_read(const unsigned char **bytes, const unsigned char *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; *bytes < end && shift < 64; shift += 7) {
        unsigned char byte = *(*bytes)++;
        uint64_t part = byte & 0x7f;

        if (shift == 63 && part > 1)
            return false;
        *value |= part << shift;
        if (!(byte & 0x80))
            return byte != 0 || shift == 0;
    }
    return false;
}

/* Reads the buckets. ERR_INPUT unless the counts are `total` in all and can have the sum. */
static int
read_buckets(struct hist *hist, const unsigned char *bytes, const unsigned char *end)
{
    wide least = 0, most = 0, counted = 0;
    size_t next = 0;

    while (bytes < end) {
        uint64_t gap, count, low, high;

        if (!leb_read(&bytes, end, &gap) || !leb_read(&bytes, end, &count))
            return ERR_INPUT;
        if (gap >= BUCKETS_MOST - next || count == 0)
            return ERR_INPUT;
        next += gap;
        int rc = mem_grow(&hist->count, &hist->buckets, next + 1, sizeof *hist->count);
        if (rc < 0)
            return rc;
        hist->count[next] = count;
        bucket_range(next++, &low, &high);
        counted += count;
        if (counted > hist->total) /* also keeps least and most below 2^126 */
            return ERR_INPUT;
        least += (wide)count * low;
        most += (wide)count * high;
    }
    wide sum = sum_of(hist);

    return counted == hist->total && least <= sum && sum <= most ? 0 : ERR_INPUT;
}

int
hist_unpack(struct hist *hist, const unsigned char *bytes, size_t size)
{
    struct hist read = {0};
    const unsigned char *end = bytes + size;
    uint64_t low, high;
    int rc = ERR_INPUT;

    if (!leb_read(&bytes, end, &read.total) || !leb_read(&bytes, end, &low) ||
        !leb_read(&bytes, end, &high))
        goto out;
    set_sum(&read, (wide)high << 64 | low);
    rc = read_buckets(&read, bytes, end);
    if (rc < 0)
        goto out;
    *hist = read;
    read = (struct hist){0};
out:
    hist_release(&read);
    return rc;
}

void
hist_release(struct hist *hist)
{
    free(hist->count);
    *hist = (struct hist){0};
}
