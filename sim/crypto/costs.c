#include "crypto/costs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
costs_size(size_t bytes, char out[COSTS_SIZE_TEXT])
{
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB"};
    size_t u = 0;

    while (u < 3 && bytes && bytes % 1024 == 0) {
        bytes /= 1024;
        u++;
    }
    snprintf(out, COSTS_SIZE_TEXT, "%zu %s", bytes, unit[u]);
}

/* Four digits say more than any machine repeats; no exponent, since the reader wants none. */
static void
add_ns(struct text *out, double ns)
{
    text_addf(out, ns < 1000 ? "%.1f ns" : "%.0f ns", ns);
}

/* A double-quoted scalar, so that a processor's name cannot end the line's map. */
static void
add_quoted(struct text *out, const char *s)
{
    text_add(out, "\"");
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            text_add(out, "\\");
        text_add_bytes(out, s, 1);
    }
    text_add(out, "\"");
}

static void
add_head(struct text *out, const struct machine *machine, const struct measurement *measurement)
{
    text_add(out, "# Costs of cryptographic operations, one thread: medians of ");
    text_addf(out, "%u rounds%s.\n", measurement->rounds,
              measurement->cpu_time ? " of processor time" : "");
    text_addf(out, "# Measured on %s on %s (%u cores, %s)\n", machine->measured, machine->cpu,
              machine->cores, machine->library);
    text_addf(out, "# by: jurisim bench crypto%s --rounds %u --costs-out FILE\n",
              measurement->cpu_time ? " --cpu-time" : "", measurement->rounds);
    text_add(out,
             "# which writes this file anew. As scenarios/facts/costs-reference.yaml it is the\n"
             "# reference that ships with jurisim: scenarios read it and measure nothing, so\n"
             "# that they give the same results on every machine. To simulate with the costs\n"
             "# of another machine, measure there and run with --costs FILE.\n");
}

/* How far the 95 % intervals of rows [from, to) reach from their medians, at most. */
static void
add_interval(struct text *out, const struct measure_row *row, size_t count)
{
    double low = 0, high = 0;

    for (size_t i = 0; i < count; i++) {
        double down = 100 * (1 - row[i].low / row[i].median);
        double up = 100 * (row[i].high / row[i].median - 1);

        low = down > low ? down : low;
        high = up > high ? up : high;
    }
    text_addf(out, " # 95 %% interval within -%.1f %% and +%.1f %%\n", low, high);
}

/* The rows of one operation, which stand together: returns how many. */
static size_t
add_operation(struct text *out, const struct measure_row *row, size_t count)
{
    const struct operation *op = row->op;
    size_t n = 1;

    if (!op->bulk) {
        text_addf(out, "  %s: {each: ", op->name);
        add_ns(out, row->median);
        text_add(out, "}");
    } else {
        while (n < count && row[n].op == op)
            n++;
        text_addf(out, "  %s:\n    bulk: [", op->name);
        for (size_t i = 0; i < n; i++) {
            char size[COSTS_SIZE_TEXT];

            costs_size(row[i].bytes, size);
            text_addf(out, "%s[%s, ", i ? ", " : "", size);
            add_ns(out, row[i].median);
            text_add(out, "]");
        }
        text_add(out, "]");
    }
    add_interval(out, row, n);
    return n;
}

static void
add_controls(struct text *out, const struct measurement *measurement)
{
    text_add(out, "  # Controls of the same run, to compare machines:\n");
    for (size_t i = 0; i < measurement->count; i++) {
        const struct measure_row *row = &measurement->item[i];
        char size[COSTS_SIZE_TEXT];

        if (!row->control)
            continue;
        text_addf(out, "  #   %s", row->op->name);
        if (row->op->bulk) {
            costs_size(row->bytes, size);
            text_addf(out, " %s", size);
        }
        text_add(out, " ");
        add_ns(out, row->median);
        text_addf(out, " (95 %% interval %.1f to %.1f)\n", row->low, row->high);
    }
}

void
costs_write(struct text *out, const struct machine *machine, const struct measurement *measurement)
{
    add_head(out, machine, measurement);
    text_add(out, "costs:\n  machine: {cpu: ");
    add_quoted(out, machine->cpu);
    text_addf(out, ", cores: %u, library: %s, measured: %s, jurisim: %s", machine->cores,
              machine->library, machine->measured, machine->program);
    if (machine->libraries[0]) {
        text_add(out, ", libraries: ");
        add_quoted(out, machine->libraries);
    }
    if (machine->flags[0]) {
        text_add(out, ", flags: ");
        add_quoted(out, machine->flags);
    }
    if (machine->token[0]) {
        text_add(out, ", token: ");
        add_quoted(out, machine->token);
    }
    text_add(out, "}\n");
    for (size_t i = 0; i < measurement->count;) {
        if (!measurement->item[i].op->cost || measurement->item[i].threads > 1)
            i++;
        else
            i += add_operation(out, &measurement->item[i], measurement->count - i);
    }
    add_controls(out, measurement);
}

static int
write_all(int fd, const char *s, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, s, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        s += n;
        length -= (size_t)n;
    }
    return 0;
}

int
costs_save(const char *path, const struct text *text, struct why *why)
{
    struct text temporary = {0};
    int fd = -1, rc = 0;
    bool made = false;

    if (text->lost)
        return why_no_memory(why);
    text_addf(&temporary, "%s.%ld.tmp", path, (long)getpid());
    if (temporary.lost) {
        rc = why_no_memory(why);
        goto out;
    }
    fd = open(temporary.s, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    made = fd >= 0;
    if (fd < 0 || write_all(fd, text_str(text), text->length) < 0 || fsync(fd) < 0) {
        rc = why_add(why, ERR_IO, NULL, "%s: cannot write: %s", path, strerror(errno));
        goto out;
    }
    rc = close(fd);
    fd = -1;
    if (rc < 0 || rename(temporary.s, path) < 0) {
        rc = why_add(why, ERR_IO, NULL, "%s: cannot write: %s", path, strerror(errno));
        goto out;
    }
    made = false;
out:
    if (fd >= 0)
        close(fd);
    if (made)
        unlink(temporary.s);
    text_release(&temporary);
    return rc;
}
