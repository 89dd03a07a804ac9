#ifndef BASE_UNITS_H
#define BASE_UNITS_H

/*
 * Quantities with their units, dates, and simulated time.
 *
 * Simulated time is whole nanoseconds since the start of a trial, so that equal means equal.
 * A signed 64-bit count reaches 292 years.
 */
#include <stdint.h>
#include "base/err.h"

typedef int64_t sim_ns;

#define NS_PER_US  1000LL
#define NS_PER_MS  1000000LL
#define NS_PER_S   1000000000LL
#define NS_PER_DAY (86400LL * NS_PER_S)
#define SIM_NEVER  INT64_MAX

/* What a scalar in a scenario must be measured in. */
enum unit {
    UNIT_NONE,       /* a plain number: 0.95 */
    UNIT_COUNT,      /* a number that may use k, M, G: 20 M */
    UNIT_SECONDS,    /* a duration: ns us ms s min h d y (365.25 d) -> seconds */
    UNIT_BYTES,      /* B KiB MiB GiB kB MB GB TB TiB -> bytes */
    UNIT_BITRATE,    /* bit/s kbit/s Mbit/s Gbit/s -> bit/s */
    UNIT_PER_SECOND, /* "25 per 182 d", "40 per 1 d" -> per second */
};

/*
 * Reads `text` as a quantity of `unit` into `*value` in that unit's base. Spaces between number and
 * unit are optional. On failure returns ERR_INPUT and `*reason` (static text, a predicate of the
 * entry's name) says what was expected, e.g. "needs a unit of time ...". Refuses trailing
 * characters, missing units (0 has one too: "0 s"), units of another kind, infinities and NaN.
 * Negative values are read: the caller knows the range and names it better.
 */
MUST_CHECK int unit_read(const char *text, enum unit unit, double *value, const char **reason);

/* The unit's name for messages: "a duration (ns, us, ms, s, min, h, d, y)". */
const char *unit_about(enum unit unit);

/* Nearest whole nanosecond, clamped to [0, SIM_NEVER]. NaN is a bug of the caller (asserted). */
sim_ns ns_from_seconds(double seconds);
double seconds_from_ns(sim_ns ns);
double days_from_ns(sim_ns ns);

/*
 * A UTC calendar date or date-time, "2014-08-08" or "2014-08-08T12:00:00Z", as seconds since
 * 1970-01-01, no leap seconds. Proleptic Gregorian calendar, years 0000 to 9999. ERR_INPUT when it
 * is no such date.
 */
MUST_CHECK int date_read(const char *text, int64_t *unix_s);

/*
 * Writes "YYYY-MM-DD" (11 bytes with the 0) for the day that contains `unix_s`; instants outside
 * the years 0000 to 9999 give the first or last day of these.
 */
void date_write(int64_t unix_s, char out[16]);

/* Year and half (1 or 2) that contain `unix_s`, and the start of a half. */
void date_half(int64_t unix_s, int *year, int *half);
int64_t date_of_half(int year, int half);

/* The start of a day; month in 1..12 (asserted). A day beyond the month's end runs on. */
int64_t date_of(int year, int month, int day);

#endif
