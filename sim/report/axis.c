#include "report/axis.h"
#include "base/mem.h"
#include "base/units.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define STRIP 0.14 /* the share of a logarithmic axis that its zero takes */

/* ---- numbers ---- */

/* Nothing here allocates: an axis cannot fail. The longest texts, "-1,000,000,000,000,000 G" and
 * "-2.83457×10⁻¹⁰⁵", are well below AXIS_TEXT bytes. */

/* "1234567" becomes "1,234,567". */
static void
add_grouped(const char *digits, char *out)
{
    const size_t whole = strspn(digits, "0123456789");

    out += strlen(out);
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            *out++ = ',';
        *out++ = digits[i];
    }
    strcpy(out, digits + whole);
}

/* 2.5e-05 becomes "2.5×10⁻⁵", 1e-05 "10⁻⁵". */
static void
add_small(double value, int digits, char *out)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char text[40];

    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    char *e = strchr(text, 'e');
    const char *exponent = e + 1 + strspn(e + 1, "-0");

    while (e[-1] == '0')
        e--;
    e -= e[-1] == '.';
    if (e - text > 1 || text[0] != '1') {
        strncat(out, text, (size_t)(e - text));
        strcat(out, "×");
    }
    strcat(out, "10⁻");
    for (; *exponent != '\0'; exponent++)
        strcat(out, raised[*exponent - '0']);
}

static void
write_number(double value, int digits, char out[AXIS_TEXT])
{
    static const struct {
        double from;
        const char *suffix;
    } scale[] = {{1e9, " G"}, {1e6, " M"}, {1, ""}};
    const double whole_from = pow(10, digits - 1) - 0.05; /* from where %g may show an exponent */
    char text[40];

    strcpy(out, value < 0 || isnan(value) ? "-" : "");
    if (isnan(value))
        return;
    value = fabs(value);
    for (size_t i = 0; i < COUNT(scale); i++) {
        /* thousands of G are no number for people */
        const double part = fmin(value / scale[i].from, 1e15);

        if (value < scale[i].from)
            continue;
        if (part >= whole_from)
            snprintf(text, sizeof text, "%.0f", part);
        else
            snprintf(text, sizeof text, "%.*g", digits, part);
        add_grouped(text, out);
        strcat(out, scale[i].suffix);
        return;
    }
    if (value == 0 || value >= 1e-4)
        snprintf(out + strlen(out), 24, "%.*g", digits, value);
    else
        add_small(value, digits, out);
}

void
axis_number(double value, struct text *out)
{
    char text[AXIS_TEXT];

    write_number(value, 3, text);
    text_add(out, text);
}

/* ---- ticks ---- */

static void
add_tick(struct axis *axis, double at, const char *text)
{
    if (axis->ticks == AXIS_TICKS)
        return;
    struct tick *tick = &axis->tick[axis->ticks++];

    tick->at = at;
    snprintf(tick->text, sizeof tick->text, "%s", text);
}

/* A tick that says its value, or `says` where the axis shows something else. */
static void
add_number_tick(struct axis *axis, double at, double says)
{
    char text[AXIS_TEXT];

    write_number(says, 6, text);
    add_tick(axis, at, text);
}

/* The least of 1, 2, 5 x 10^k that is at least `least` > 0. */
static double
round_step(double least)
{
    const double unit = pow(10, floor(log10(least)));
    static const double of[] = {1, 2, 5, 10};

    for (size_t i = 0; i < COUNT(of); i++)
        if (of[i] * unit >= least * (1 - 1e-9))
            return of[i] * unit;
    return 10 * unit;
}

void
axis_linear(struct axis *axis, double low, double high, unsigned ticks)
{
    const double step = round_step((high - low) / ticks);
    const double first = ceil(low / step - 1e-9);

    *axis = (struct axis){.low = low, .high = high};
    for (double i = first; i * step <= high + 1e-9 * step && axis->ticks < AXIS_TICKS; i++)
        add_number_tick(axis, i * step, i * step);
}

/* How many of 1, 2, 5 each decade shows (3: all; 1: the power alone), or how many decades apart. */
static void
log_ticks(struct axis *axis, double from, unsigned ticks)
{
    static const double of[] = {1, 2, 5};
    const double decades = log10(axis->high / from);
    const int each = 3 * decades <= ticks ? 3 : 2 * decades <= ticks ? 2 : 1;
    const int apart = decades > ticks ? (int)ceil(decades / ticks) : 1;
    const int first = (int)floor(log10(from)), last = (int)ceil(log10(axis->high));

    for (int k = first; k <= last; k++)
        for (int i = 0; i < each && k % apart == 0; i++) {
            /* of two a decade, 1 and 3 stand evenly */
            const double at = (each == 2 && i == 1 ? 3 : of[i]) * pow(10, k);

            if (at >= from * (1 - 1e-9) && at <= axis->high * (1 + 1e-9))
                add_number_tick(axis, at, at);
        }
}

/* Less than a decade may hold none of these: then even steps, though not evenly spaced. */
static void
near_ticks(struct axis *axis, double from, unsigned ticks)
{
    const double step = round_step((axis->high - from) / ticks);

    for (double i = ceil(from / step - 1e-9);
         i * step <= axis->high * (1 + 1e-9) && axis->ticks < AXIS_TICKS; i++)
        add_number_tick(axis, i * step, i * step);
}

void
axis_log(struct axis *axis, double low, double high, bool zero, unsigned ticks)
{
    *axis = (struct axis){.log = true, .low = low, .high = high};
    if (zero) {
        /* so far down that the strip is its share of the whole */
        const double strip = pow(high / low, STRIP / (1 - STRIP));

        axis->floor = low;
        axis->low = low / strip;
        axis->zero = low / pow(strip, 0.6);
        add_number_tick(axis, axis->zero, 0);
    }
    const unsigned before = axis->ticks;

    log_ticks(axis, low, ticks);
    if (axis->ticks < before + 3) {
        axis->ticks = before;
        near_ticks(axis, low, ticks);
    }
}

/* ---- dates ---- */

/* Every `months` months, where years begin at a multiple. */
static void
month_ticks(struct axis *axis, int64_t starts_unix_s, int months)
{
    int year, half;
    char date[16];

    date_half(starts_unix_s, &year, &half);
    for (int m = months >= 12 ? -12 * (year % (months / 12)) : 0;; m += months) {
        const int64_t at = date_of(year + m / 12, 1 + (m % 12 + 12) % 12, 1);
        const double day = (double)(at - starts_unix_s) / 86400;

        if (day > axis->high || axis->ticks == AXIS_TICKS)
            return;
        if (day < 0)
            continue;
        date_write(at, date);
        date[months >= 12 ? 4 : 7] = '\0';
        add_tick(axis, day, date);
    }
}

static void
day_ticks(struct axis *axis, int64_t starts_unix_s, unsigned ticks)
{
    const double step = fmax(1, round_step(axis->high / ticks));
    char date[16];

    for (double day = 0; day <= axis->high && axis->ticks < AXIS_TICKS; day += step) {
        date_write(starts_unix_s + (int64_t)(day * 86400), date);
        add_tick(axis, day, date);
    }
}

void
axis_days(struct axis *axis, int64_t starts_unix_s, double days, unsigned ticks)
{
    static const int step[] = {1, 3, 6, 12, 24, 60, 120, 240, 600, 1200};
    const double months = days / 365.25 * 12;

    *axis = (struct axis){.high = days};
    for (size_t i = 0; i < COUNT(step) && months >= 2; i++)
        if (months / step[i] <= ticks) {
            month_ticks(axis, starts_unix_s, step[i]);
            return;
        }
    day_ticks(axis, starts_unix_s, ticks);
}

/* ---- places ---- */

double
axis_shown(const struct axis *axis, double value)
{
    if (axis->zero > 0 && value < axis->floor)
        return value > 0 ? axis->floor : axis->zero;
    return fmin(fmax(value, axis->low), axis->high);
}

double
axis_position(const struct axis *axis, double value)
{
    const double shown = axis_shown(axis, value);

    return axis->log ? log(shown / axis->low) / log(axis->high / axis->low)
                     : (shown - axis->low) / (axis->high - axis->low);
}
