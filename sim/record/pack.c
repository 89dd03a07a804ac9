#include "record/recording.h"

#include <math.h>
#include "record/bytes.h"

/* Doubles hold whole numbers up to here one by one, so sums of growths below it are exact. */
#define WHOLE_MAX 0x1p53

static bool
only_grows(const double value[CURVE_POINTS + 1])
{
    double before = 0;

    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        if (!(value[i] >= before && value[i] < WHOLE_MAX && value[i] == floor(value[i])))
            return false;
        before = value[i];
    }
    return true;
}

/* Forms of a curve in bytes (see recording.h). */
enum { FORM_VALUES, FORM_GROWTHS, FORM_STEPS };

static void
put_values(struct byte_writer *writer, const double value[CURVE_POINTS + 1])
{
    bytes_put_whole(writer, FORM_VALUES);
    for (unsigned i = 0; i <= CURVE_POINTS; i++)
        bytes_put_double(writer, value[i]);
}

static void
put_growths(struct byte_writer *writer, const double value[CURVE_POINTS + 1])
{
    double before = 0;

    bytes_put_whole(writer, FORM_GROWTHS);
    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        bytes_put_whole(writer, (uint64_t)(value[i] - before));
        before = value[i];
    }
}

static void
put_steps(struct byte_writer *writer, const double value[CURVE_POINTS + 1])
{
    uint64_t steps = 0, still = 0;
    double before = 0;

    for (unsigned i = 0; i <= CURVE_POINTS; i++)
        steps += value[i] > (i > 0 ? value[i - 1] : 0);
    bytes_put_whole(writer, FORM_STEPS);
    bytes_put_whole(writer, steps);
    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        if (value[i] > before) {
            bytes_put_whole(writer, still);
            bytes_put_whole(writer, (uint64_t)(value[i] - before));
            still = 0;
        } else {
            still++;
        }
        before = value[i];
    }
}

static void
put_curve(struct byte_writer *writer, const double value[CURVE_POINTS + 1])
{
    struct byte_writer growths = {0}, steps = {0};

    if (!only_grows(value)) {
        put_values(writer, value);
        return;
    }
    put_growths(&growths, value);
    put_steps(&steps, value);
    if (steps.size < growths.size)
        put_steps(writer, value);
    else
        put_growths(writer, value);
}

static void
get_steps(struct byte_reader *reader, double value[CURVE_POINTS + 1])
{
    const uint64_t steps = bytes_get_whole(reader);
    double sum = 0;
    unsigned at = 0;

    for (uint64_t i = 0; i < steps && !reader->bad; i++) {
        const uint64_t still = bytes_get_whole(reader);

        if (still > CURVE_POINTS - at) { /* past the end, or one more than there are points */
            reader->bad = true;
            return;
        }
        for (uint64_t k = 0; k < still; k++)
            value[at++] = sum;
        sum += (double)bytes_get_whole(reader);
        value[at++] = sum;
        if (at > CURVE_POINTS && i + 1 < steps)
            reader->bad = true;
    }
    while (at <= CURVE_POINTS)
        value[at++] = sum;
}

static void
get_curve(struct byte_reader *reader, double value[CURVE_POINTS + 1])
{
    const uint64_t form = bytes_get_whole(reader);
    double sum = 0;

    if (form > FORM_STEPS)
        reader->bad = true;
    if (form == FORM_STEPS) {
        get_steps(reader, value);
        return;
    }
    for (unsigned i = 0; i <= CURVE_POINTS; i++) {
        if (form == FORM_GROWTHS)
            sum += (double)bytes_get_whole(reader);
        else
            sum = bytes_get_double(reader);
        value[i] = sum;
    }
}

size_t
curve_pack(const double value[CURVE_POINTS + 1], unsigned char *out)
{
    struct byte_writer writer = {.out = out};

    put_curve(&writer, value);
    return writer.size;
}

int
curve_unpack(double value[CURVE_POINTS + 1], const unsigned char *bytes, size_t size)
{
    struct byte_reader reader = {.at = bytes, .end = bytes + size};

    get_curve(&reader, value);
    return reader.bad || reader.at != reader.end ? ERR_INPUT : 0;
}

static void
put_observation(struct byte_writer *writer, const struct observation *o)
{
    bytes_put_whole(writer, o->strategy);
    bytes_put_whole(writer, o->metric);
    for (unsigned i = 0; i < LABELS; i++)
        bytes_put_whole(writer, (uint16_t)(o->label.of[i] + 1)); /* absent: one byte, 0 */
    bytes_put_double(writer, o->value);
}

static void
put_window(struct byte_writer *writer, const struct window_result *w)
{
    const size_t size = hist_pack(&w->latency, NULL);

    bytes_put_whole(writer, w->strategy);
    bytes_put_whole(writer, w->regime);
    bytes_put_whole(writer, w->cohort);
    bytes_put_whole(writer, w->class);
    bytes_put_double(writer, w->weight);
    bytes_put_whole(writer, w->operations);
    bytes_put_whole(writer, w->served);
    bytes_put_whole(writer, w->key_reads);
    bytes_put_whole(writer, w->key_hits);
    bytes_put_whole(writer, size);
    if (writer->out != NULL)
        hist_pack(&w->latency, writer->out + writer->size);
    writer->size += size;
}

size_t
recording_pack(const struct recording *recording, unsigned char *out)
{
    struct byte_writer writer = {.out = out};

    bytes_put_whole(&writer, recording->plane);
    bytes_put_whole(&writer, recording->replication);
    bytes_put_whole(&writer, recording->observations.count);
    bytes_put_whole(&writer, recording->windows.count);
    bytes_put_whole(&writer, recording->curves.count);
    for (size_t i = 0; i < recording->observations.count; i++)
        put_observation(&writer, &recording->observations.item[i]);
    for (size_t i = 0; i < recording->windows.count; i++)
        put_window(&writer, &recording->windows.item[i]);
    for (size_t i = 0; i < recording->curves.count; i++) {
        const struct curve *c = &recording->curves.item[i];

        bytes_put_whole(&writer, c->strategy);
        bytes_put_whole(&writer, (uint16_t)(c->authority + 1));
        bytes_put_whole(&writer, (uint16_t)(c->adversary + 1));
        bytes_put_whole(&writer, (uint16_t)(c->cohort + 1));
        bytes_put_whole(&writer, c->kind);
        put_curve(&writer, c->value);
    }
    return writer.size;
}

static uint16_t
get_16(struct byte_reader *reader)
{
    const uint64_t value = bytes_get_whole(reader);

    if (value > UINT16_MAX)
        reader->bad = true;
    return (uint16_t)value;
}

static int
get_observations(struct recording *recording, size_t count, struct byte_reader *reader)
{
    for (size_t i = 0; i < count && !reader->bad; i++) {
        if (VEC_ROOM(&recording->observations) < 0)
            return ERR_MEMORY;
        struct observation *o = &recording->observations.item[recording->observations.count++];

        o->strategy = get_16(reader);
        o->metric = get_16(reader);
        if (o->metric >= METRICS)
            reader->bad = true;
        for (unsigned k = 0; k < LABELS; k++)
            o->label.of[k] = (uint16_t)(get_16(reader) - 1);
        o->value = bytes_get_double(reader);
    }
    return 0;
}

static int
get_windows(struct recording *recording, size_t count, struct byte_reader *reader)
{
    for (size_t i = 0; i < count && !reader->bad; i++) {
        struct window_result *w = record_window(recording);

        if (w == NULL)
            return ERR_MEMORY;
        w->strategy = get_16(reader);
        w->regime = get_16(reader);
        w->cohort = get_16(reader);
        w->class = get_16(reader);
        w->weight = bytes_get_double(reader);
        w->operations = bytes_get_whole(reader);
        w->served = bytes_get_whole(reader);
        w->key_reads = bytes_get_whole(reader);
        w->key_hits = bytes_get_whole(reader);
        const size_t size = bytes_get_whole(reader);
        const unsigned char *bytes = bytes_get(reader, size);

        if (bytes != NULL) {
            const int rc = hist_unpack(&w->latency, bytes, size);

            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

static int
get_curves(struct recording *recording, size_t count, struct byte_reader *reader)
{
    for (size_t i = 0; i < count && !reader->bad; i++) {
        struct curve *c = record_curve(recording);

        if (c == NULL)
            return ERR_MEMORY;
        c->strategy = get_16(reader);
        c->authority = (uint16_t)(get_16(reader) - 1);
        c->adversary = (uint16_t)(get_16(reader) - 1);
        c->cohort = (uint16_t)(get_16(reader) - 1);
        c->kind = get_16(reader);
        if (c->kind >= CURVE_KINDS)
            reader->bad = true;
        get_curve(reader, c->value);
    }
    return 0;
}

int
recording_unpack(struct recording *recording, const unsigned char *bytes, size_t size)
{
    struct byte_reader reader = {.at = bytes, .end = bytes + size};
    const uint64_t plane = bytes_get_whole(&reader);

    if (plane > PLANE_TRAFFIC)
        return ERR_INPUT;
    recording->plane = (enum plane)plane;
    recording->replication = bytes_get_whole(&reader);
    const size_t observations = bytes_get_whole(&reader), windows = bytes_get_whole(&reader),
                 curves = bytes_get_whole(&reader);
    int rc = get_observations(recording, observations, &reader);

    if (rc == 0)
        rc = get_windows(recording, windows, &reader);
    if (rc == 0)
        rc = get_curves(recording, curves, &reader);
    if (rc == 0 && (reader.bad || reader.at != reader.end))
        rc = ERR_INPUT;
    return rc;
}
