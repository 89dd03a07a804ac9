#include "scenario/quantity.h"

#include <stddef.h>
#include "base/mem.h"

struct scale {
    const char *name;
    double size;  /* in the base */
    double least; /* written so from here on */
};

/* The first whose `least` is reached; the last when none is. */
static const struct scale seconds[] = {
    {" y", 31557600, 2 * 31557600.0},
    {" d", 86400, 86400},
    {" h", 3600, 3600},
    {" min", 60, 60},
    {" s", 1, 1},
    {" ms", 1e-3, 1e-3},
    {" us", 1e-6, 1e-6},
    {" ns", 1e-9, 1e-300},
    {" s", 1, 0},
};
static const struct scale bytes[] = {
    {" TiB", 0x1p40, 0x1p40},
    {" GiB", 0x1p30, 0x1p30},
    {" MiB", 0x1p20, 0x1p20},
    {" KiB", 0x1p10, 0x1p10},
    {" B", 1, 0},
};
static const struct scale bits[] = {
    {" Gbit/s", 1e9, 1e9}, {" Mbit/s", 1e6, 1e6}, {" kbit/s", 1e3, 1e3}, {" bit/s", 1, 0}};
static const struct scale counts[] = {
    {" G", 1e9, 1e9}, {" M", 1e6, 1e6}, {" k", 1e3, 1e4}, {"", 1, 0}};
static const struct scale numbers[] = {{"", 1, 0}};
/* Rates: per second that make one in the period. What is rare is told by the year. */
static const struct scale rates[] = {
    {" per 1 s", 1, 1},
    {" per 1 h", 1 / 3600.0, 100 / 86400.0},
    {" per 1 d", 1 / 86400.0, 1000 / 31557600.0},
    {" per 1 y", 1 / 31557600.0, 0},
};

static const struct {
    const struct scale *scale;
    size_t count;
} units[] = {
    [UNIT_NONE] = {numbers, COUNT(numbers)},    [UNIT_COUNT] = {counts, COUNT(counts)},
    [UNIT_SECONDS] = {seconds, COUNT(seconds)}, [UNIT_BYTES] = {bytes, COUNT(bytes)},
    [UNIT_BITRATE] = {bits, COUNT(bits)},       [UNIT_PER_SECOND] = {rates, COUNT(rates)},
};

void
quantity_write(double value, enum unit unit, struct text *out)
{
    const struct scale *scale = units[unit].scale;

    for (size_t i = 0; i + 1 < units[unit].count && value < scale->least; i++)
        scale++;
    text_addf(out, "%.6g%s", value / scale->size, scale->name);
}
