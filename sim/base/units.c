#include "base/units.h"

#include <assert.h>
#include <math.h>
#include <string.h>
#include "base/mem.h"
#include "base/number.h"

/*
 * Every quantity is number * times / over. The division keeps decimal input exact to the last bit:
 * 9 / 1000 is the double nearest to 0.009, 9 * 0.001 is not.
 * Sizes follow the SI (kB) and IEC 80000-13 (KiB). A year is the Julian year of 365.25 days.
 */
struct scale {
    const char *name;
    double times, over;
};

static const struct scale none_scales[] = {{"", 1, 1}};

static const struct scale count_scales[] = {
    {"", 1, 1},
    {"k", 1e3, 1},
    {"M", 1e6, 1},
    {"G", 1e9, 1},
};

static const struct scale time_scales[] = {
    {"ns", 1, 1e9}, {"us", 1, 1e6}, {"ms", 1, 1e3},  {"s", 1, 1},
    {"min", 60, 1}, {"h", 3600, 1}, {"d", 86400, 1}, {"y", 31557600, 1},
};

static const struct scale byte_scales[] = {
    {"B", 1, 1},         {"kB", 1e3, 1},         {"MB", 1e6, 1},
    {"GB", 1e9, 1},      {"TB", 1e12, 1},        {"KiB", 1024, 1},
    {"MiB", 1048576, 1}, {"GiB", 1073741824, 1}, {"TiB", 1099511627776, 1},
};

static const struct scale bitrate_scales[] = {
    {"bit/s", 1, 1},
    {"kbit/s", 1e3, 1},
    {"Mbit/s", 1e6, 1},
    {"Gbit/s", 1e9, 1},
};

/* What a stranger is likely to write instead, and what to tell them. */
struct slip {
    const char *name, *reason;
};

static const struct slip none_slips[] = {
    {"%", "must be a plain number: write 5 % as 0.05"},
};

#define COUNT_SLIP "has an unclear suffix: counts may use k (1000), M (million) or G (billion)"
static const struct slip count_slips[] = {
    {"K", COUNT_SLIP},       {"m", COUNT_SLIP},        {"B", COUNT_SLIP},
    {"g", COUNT_SLIP},       {"bn", COUNT_SLIP},       {"mio", COUNT_SLIP},
    {"million", COUNT_SLIP}, {"thousand", COUNT_SLIP}, {"T", COUNT_SLIP},
};

#define WEEKS_SLIP  "must write weeks as days: 1 week is 7 d"
#define MONTHS_SLIP "must write months as days, as in 30 d: no two months need be equally long"
static const struct slip time_slips[] = {
    {"m", "has the unclear unit m: write min for minutes, d for days"},
    {"M", "has the unclear unit M: write min for minutes, d for days"},
    {"\xc2\xb5s", "must write microseconds as us"},
    {"\xce\xbcs", "must write microseconds as us"},
    {"w", WEEKS_SLIP},
    {"week", WEEKS_SLIP},
    {"weeks", WEEKS_SLIP},
    {"mo", MONTHS_SLIP},
    {"month", MONTHS_SLIP},
    {"months", MONTHS_SLIP},
};

#define BYTES_SLIP                                                                                 \
    "has an unclear unit: write kB, MB, GB for powers of 1000, KiB, MiB, GiB for 1024"
#define BITS_SLIP "has a unit of bits or bit rate, but is a size in bytes: write B, kB, KiB, ..."
static const struct slip byte_slips[] = {
    {"k", BYTES_SLIP},   {"K", BYTES_SLIP},     {"M", BYTES_SLIP},     {"G", BYTES_SLIP},
    {"T", BYTES_SLIP},   {"KB", BYTES_SLIP},    {"kb", BITS_SLIP},     {"Mb", BITS_SLIP},
    {"Gb", BITS_SLIP},   {"bit", BITS_SLIP},    {"kbit", BITS_SLIP},   {"Mbit", BITS_SLIP},
    {"Gbit", BITS_SLIP}, {"kbit/s", BITS_SLIP}, {"Mbit/s", BITS_SLIP}, {"Gbit/s", BITS_SLIP},
};

#define BPS_SLIP       "has an unclear unit: write bit/s, kbit/s, Mbit/s or Gbit/s"
#define BYTE_RATE_SLIP "is a rate of bytes, but one of bits is needed: 1 MB/s is 8 Mbit/s"
static const struct slip bitrate_slips[] = {
    {"bps", BPS_SLIP},         {"kbps", BPS_SLIP},        {"Mbps", BPS_SLIP},
    {"Gbps", BPS_SLIP},        {"B/s", BYTE_RATE_SLIP},   {"kB/s", BYTE_RATE_SLIP},
    {"MB/s", BYTE_RATE_SLIP},  {"GB/s", BYTE_RATE_SLIP},  {"KiB/s", BYTE_RATE_SLIP},
    {"MiB/s", BYTE_RATE_SLIP}, {"GiB/s", BYTE_RATE_SLIP},
};

/* One row a kind of quantity. `missing` is said of a bare number, `wrong` of any other unit. */
static const struct kind {
    const char *about, *missing, *wrong;
    const struct scale *scales;
    size_t scale_count;
    const struct slip *slips;
    size_t slip_count;
} kinds[] = {
    [UNIT_NONE] =
        {
            .about = "a plain number",
            .missing = "must be a plain number",
            .wrong = "must be a plain number, with nothing behind it",
            .scales = none_scales,
            .scale_count = COUNT(none_scales),
            .slips = none_slips,
            .slip_count = COUNT(none_slips),
        },
    [UNIT_COUNT] =
        {
            .about = "a count (k, M, G allowed)",
            .missing = "must be a count",
            .wrong = "must be a count: a number, with k, M or G behind it or nothing",
            .scales = count_scales,
            .scale_count = COUNT(count_scales),
            .slips = count_slips,
            .slip_count = COUNT(count_slips),
        },
    [UNIT_SECONDS] =
        {
            .about = "a duration (ns, us, ms, s, min, h, d, y)",
            .missing = "needs a unit of time behind the number: ns, us, ms, s, min, h, d or y",
            .wrong = "needs a unit of time: ns, us, ms, s, min, h, d or y, as in 300 ms",
            .scales = time_scales,
            .scale_count = COUNT(time_scales),
            .slips = time_slips,
            .slip_count = COUNT(time_slips),
        },
    [UNIT_BYTES] =
        {
            .about = "a size (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)",
            .missing =
                "needs a unit of size behind the number: B, kB, MB, GB, TB, KiB, MiB, GiB or TiB",
            .wrong = "needs a unit of size: B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, as in 2.4 MiB",
            .scales = byte_scales,
            .scale_count = COUNT(byte_scales),
            .slips = byte_slips,
            .slip_count = COUNT(byte_slips),
        },
    [UNIT_BITRATE] =
        {
            .about = "a bit rate (bit/s, kbit/s, Mbit/s, Gbit/s)",
            .missing = "needs a bit rate's unit behind the number: bit/s, kbit/s, Mbit/s or Gbit/s",
            .wrong = "needs a bit rate's unit: bit/s, kbit/s, Mbit/s or Gbit/s, as in 200 Mbit/s",
            .scales = bitrate_scales,
            .scale_count = COUNT(bitrate_scales),
            .slips = bitrate_slips,
            .slip_count = COUNT(bitrate_slips),
        },
    [UNIT_PER_SECOND] = {.about = "a rate (a count per a duration, as in 40 per 1 d)"},
};

static int
refuse(const char **reason, const char *text)
{
    *reason = text;
    return ERR_INPUT;
}

static const char *
skip_spaces(const char *s)
{
    while (*s == ' ')
        s++;
    return s;
}

/* Is the word `s`, of `length` bytes, the string `name`? */
static bool
is_word(const char *s, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(s, name, length) == 0;
}

/* Why `text`, which does not begin with a number, does not. */
static int
refuse_no_number(const char *text, const char **reason)
{
    static const char *const endless[] = {"inf", ".inf", "infinity", "nan", ".nan"};
    const char *word = text + (*text == '+' || *text == '-');

    if (*text == '\0')
        return refuse(reason, "is empty where a number is needed");
    if (*text == ' ' || *text == '\t')
        return refuse(reason, "must not begin with a space");
    for (size_t i = 0; i < COUNT(endless); i++)
        if (strcasecmp(word, endless[i]) == 0)
            return refuse(reason, "must be a finite number");
    return refuse(reason, "must begin with a number");
}

/* The number at `*s`, which moves behind it and any spaces. */
static int
read_number(const char **s, double *value, const char **reason)
{
    const char *end = number_read(*s, value);

    if (!end)
        return refuse_no_number(*s, reason);
    if (!isfinite(*value))
        return refuse(reason, "is too large a number");
    bool more = end[0] && end[1] >= '0' && end[1] <= '9';
    if (more && end[0] == ',')
        return refuse(reason, "must be written without commas, as in 1500 or 1.5");
    if (more && (end[0] == '_' || end[0] == '\''))
        return refuse(reason, "must be written without signs between digits, as in 1500000");
    if (more && end[0] == '.')
        return refuse(reason, "must be a number with one decimal point at most");
    if (more && end[0] == ' ')
        return refuse(reason, "must be written without spaces between digits, as in 1500000");
    if (end[0] == 'x' || end[0] == 'X')
        return refuse(reason, "must be a decimal number");
    *s = skip_spaces(end);
    if (**s == '\0' && *s > end)
        return refuse(reason, "must not end with a space");
    return 0;
}

/* The scale named by the `length` bytes at `s`, or NULL with the reason. */
static const struct scale *
find_scale(const struct kind *kind, const char *s, size_t length, const char **reason)
{
    for (size_t i = 0; i < kind->scale_count; i++)
        if (is_word(s, length, kind->scales[i].name))
            return &kind->scales[i];
    *reason = length == 0 ? kind->missing : kind->wrong;
    for (size_t i = 0; i < kind->slip_count; i++)
        if (is_word(s, length, kind->slips[i].name))
            *reason = kind->slips[i].reason;
    return NULL;
}

static int
read_scaled(const struct kind *kind, const char *s, size_t unit_bytes, double number, double *value,
            const char **reason)
{
    const struct scale *scale = find_scale(kind, s, unit_bytes, reason);

    if (!scale)
        return ERR_INPUT;
    *value = number * scale->times / scale->over;
    return isfinite(*value) ? 0 : refuse(reason, "is too large a number");
}

static int
read_quantity(const struct kind *kind, const char *s, double *value, const char **reason)
{
    double number;
    int rc = read_number(&s, &number, reason);

    return rc < 0 ? rc : read_scaled(kind, s, strlen(s), number, value, reason);
}

/* COUNT "per" DURATION, such as "25 per 182 d" or "2 k per 1 h". */
static int
read_rate(const char *s, double *value, const char **reason)
{
    double number, count, seconds;
    int rc = read_number(&s, &number, reason);
    if (rc < 0)
        return rc;

    const char *per = strstr(s, "per ");
    bool apart = per && (per == s || per[-1] == ' '); /* not the end of another word */
    if (!apart)
        return refuse(reason, "must be a count per duration, as in 40 per 1 d");
    size_t suffix = (size_t)(per - s);
    while (suffix > 0 && s[suffix - 1] == ' ')
        suffix--;
    rc = read_scaled(&kinds[UNIT_COUNT], s, suffix, number, &count, reason);
    if (rc < 0)
        return rc;

    s = skip_spaces(per + strlen("per "));
    if (!number_read(s, &seconds))
        return refuse(reason, "needs a number and a unit of time behind 'per', as in 40 per 1 d");
    rc = read_quantity(&kinds[UNIT_SECONDS], s, &seconds, reason);
    if (rc < 0)
        return rc;
    if (seconds <= 0)
        return refuse(reason, "needs a duration above 0 behind 'per'");
    *value = count / seconds;
    return isfinite(*value) ? 0 : refuse(reason, "is too large a number");
}

int
unit_read(const char *text, enum unit unit, double *value, const char **reason)
{
    double read;
    int rc = unit == UNIT_PER_SECOND ? read_rate(text, &read, reason)
                                     : read_quantity(&kinds[unit], text, &read, reason);

    if (rc == 0)
        *value = read;
    return rc;
}

const char *
unit_about(enum unit unit)
{
    return kinds[unit].about;
}

sim_ns
ns_from_seconds(double seconds)
{
    assert(!isnan(seconds));
    if (seconds <= 0)
        return 0;
    if (seconds >= (double)SIM_NEVER / 1e9)
        return SIM_NEVER;
    /* Whole seconds apart: seconds * 1e9 would round above 2^53 ns, which is 104 days. */
    double whole = floor(seconds);
    return (sim_ns)whole * NS_PER_S + llround((seconds - whole) * 1e9);
}

double
seconds_from_ns(sim_ns ns)
{
    return (double)ns / 1e9;
}

double
days_from_ns(sim_ns ns)
{
    return (double)ns / (double)NS_PER_DAY;
}
