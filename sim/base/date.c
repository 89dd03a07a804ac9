/* Dates of the proleptic Gregorian calendar, UTC, without leap seconds. Declared in base/units.h.
 */
#include "base/units.h"

#include <assert.h>
#include <stdio.h>

enum {
    DAY_SECONDS = 86400,
    CYCLE_DAYS = 146097, /* 400 years: 400 * 365 + 97 leap days */
    EPOCH_DAYS = 719468, /* 0000-03-01 to 1970-01-01 */
};

/* Division that rounds down, so that days before an epoch count backwards evenly. */
static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/*
 * Days since 1970-01-01. Years are counted from 1 March, so that the leap day is the last of its
 * year and 153 days make five months from March on (31 30 31 30 31); the method is that of
 * E. G. Richards, "Calendars", in: Explanatory Supplement to the Astronomical Almanac, 3rd ed.,
 * 2013.
 */
static int64_t
days_of(int64_t year, int month, int64_t day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t cycle = floor_div(y, 400), of_cycle = y - cycle * 400;
    int64_t from_march = (month + 9) % 12;
    int64_t of_year = (153 * from_march + 2) / 5 + day - 1;

    return cycle * CYCLE_DAYS + of_cycle * 365 + of_cycle / 4 - of_cycle / 100 + of_year -
           EPOCH_DAYS;
}

static void
civil_of(int64_t days, int64_t *year, int *month, int *day)
{
    days += EPOCH_DAYS;
    int64_t cycle = floor_div(days, CYCLE_DAYS), of_cycle = days - cycle * CYCLE_DAYS;
    /* The leap days that came before are taken out, then every year has 365 days. */
    int64_t y = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    int64_t of_year = of_cycle - (365 * y + y / 4 - y / 100);
    int64_t from_march = (5 * of_year + 2) / 153;

    *day = (int)(of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = cycle * 400 + y + (*month <= 2);
}

static int
days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* The number of exactly `digits` digits at `*s`, which moves behind it; -1 if there is none. */
static int
read_digits(const char **s, int digits)
{
    int value = 0;

    for (; digits > 0; digits--) {
        if (**s < '0' || **s > '9')
            return -1;
        value = value * 10 + (*(*s)++ - '0');
    }
    return value;
}

/* The same behind the character `mark`. */
static int
read_marked(const char **s, char mark, int digits)
{
    if (**s != mark)
        return -1;
    (*s)++;
    return read_digits(s, digits);
}

/* "T12:00:00Z" as seconds of the day, or -1. */
static int
read_clock(const char **s)
{
    int hour = read_marked(s, 'T', 2);
    int minute = hour < 0 ? -1 : read_marked(s, ':', 2);
    int second = minute < 0 ? -1 : read_marked(s, ':', 2);

    if (second < 0 || hour > 23 || minute > 59 || second > 59 || **s != 'Z')
        return -1;
    (*s)++;
    return hour * 3600 + minute * 60 + second;
}

int
date_read(const char *text, int64_t *unix_s)
{
    int year = read_digits(&text, 4);
    int month = year < 0 ? -1 : read_marked(&text, '-', 2);
    int day = month < 0 ? -1 : read_marked(&text, '-', 2);
    int clock = 0;

    if (day < 1 || month < 1 || month > 12 || day > days_in_month(year, month))
        return ERR_INPUT;
    if (*text != '\0')
        clock = read_clock(&text);
    if (clock < 0 || *text != '\0')
        return ERR_INPUT;
    *unix_s = date_of(year, month, day) + clock;
    return 0;
}

void
date_write(int64_t unix_s, char out[16])
{
    int64_t year;
    int month, day;

    civil_of(floor_div(unix_s, DAY_SECONDS), &year, &month, &day);
    if (year < 0) {
        year = 0;
        month = day = 1;
    } else if (year > 9999) {
        year = 9999;
        month = 12;
        day = 31;
    }
    snprintf(out, 16, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
             (unsigned)day % 100);
}

void
date_half(int64_t unix_s, int *year, int *half)
{
    int64_t y;
    int month, day;

    civil_of(floor_div(unix_s, DAY_SECONDS), &y, &month, &day);
    *year = (int)y;
    *half = month <= 6 ? 1 : 2;
}

int64_t
date_of_half(int year, int half)
{
    assert(half == 1 || half == 2);
    return date_of(year, half == 1 ? 1 : 7, 1);
}

int64_t
date_of(int year, int month, int day)
{
    assert(month >= 1 && month <= 12);
    return days_of(year, month, day) * DAY_SECONDS;
}
