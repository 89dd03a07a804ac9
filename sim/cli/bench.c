/* Measuring and telling, as `jurisim bench crypto` was asked to: see bench.h. */
#include "cli/bench.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/units.h"
#include "cli/bench_out.h"
#include "cli/bench_stored.h"
#include "crypto/costs.h"
#include "crypto/token.h"
#include "report/figure_crypto.h"

/* A copy's interval, over its median, that is worth a word. */
#define COPY_VARIES 0.25

enum { PIN_ROOM = 257 }; /* PKCS#11 sets no limit; no token takes as many characters */

static void
show_progress(void *data, unsigned done, unsigned rounds)
{
    (void)data;
    fprintf(stderr, "\rmeasuring: round %u of %u%s", done, rounds, done == rounds ? "\n" : "");
}

/* Rows left out, by the reason, which is told once for all of them. */
enum { REASONS_MOST = 16 };
struct left_out {
    struct text names[REASONS_MOST];
    const char *reason[REASONS_MOST];
    unsigned count;
};

static void
tell_left_out(struct left_out *left)
{
    for (unsigned i = 0; i < left->count; i++) {
        fprintf(stderr, "jurisim bench: left out, %s: %s\n", left->reason[i],
                text_str(&left->names[i]));
        text_release(&left->names[i]);
    }
    left->count = 0;
}

/* Rows of other libraries and modes have one name: it is told once. */
static bool
is_listed(const struct text *names, const char *name)
{
    const size_t length = strlen(name);
    const char *start = text_str(names), *at = start;

    while ((at = strstr(at, name)) != NULL) {
        if ((at == start || at[-1] == ' ') && (at[length] == '\0' || at[length] == ','))
            return true;
        at += length;
    }
    return false;
}

static void
add_left_out(void *data, const struct operation *op, const char *reason)
{
    struct left_out *left = data;
    unsigned i = 0;

    while (i < left->count && strcmp(left->reason[i], reason) != 0)
        i++;
    if (i == REASONS_MOST) {
        tell_left_out(left);
        i = 0;
    }
    if (i == left->count) {
        left->reason[left->count++] = reason;
        left->names[i] = (struct text){0};
    }
    if (!is_listed(&left->names[i], op->name))
        text_addf(&left->names[i], "%s%s", left->names[i].length > 0 ? ", " : "", op->name);
}

/* The chain of multiplications takes the same time whenever it is left alone; a copy passes through
 * caches and memory, which others share, so that it is never as steady. */
static void
warn_if_busy(const struct measurement *result)
{
    const struct measure_row *copy = NULL;
    double widest = COPY_VARIES;

    for (size_t i = 0; i < result->count; i++) {
        const struct measure_row *row = &result->item[i];
        double width = (row->high - row->low) / row->median;

        if (row->control && !row->op->bulk && row->threads == 1 && width > 0.05)
            fprintf(stderr,
                    "jurisim bench: the machine was busy: work that always takes the same time "
                    "('%s') varied by %.0f %%.\nClose other programs, or measure longer with "
                    "--rounds.\n",
                    row->op->name, 100 * width);
        if (row->control && row->op->bulk && row->threads == 1 && width > widest) {
            widest = width;
            copy = row;
        }
    }
    if (copy != NULL)
        fprintf(stderr,
                "jurisim bench: caches or memory were busy: copying %zu bytes ('%s') varied by "
                "%.0f %%.\n",
                copy->bytes, copy->op->name, 100 * widest);
}

/* The first line of a file, without its end. */
static int
read_pin(const char *path, char out[PIN_ROOM], struct why *why)
{
    struct stat status;
    size_t length = 0;
    ssize_t got = 1;
    const int file = open(path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return why_add(why, ERR_INPUT, NULL, "%s: cannot read the PIN: %s", path,
                       strerrordesc_np(errno));
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0)
        fprintf(stderr, "jurisim bench: others may read %s (chmod 600 mends it)\n", path);
    while (got > 0 && length < PIN_ROOM) {
        got = read(file, out + length, PIN_ROOM - length);
        length += got > 0 ? (size_t)got : 0;
        if (memchr(out, '\n', length) != NULL)
            break;
    }
    close(file);
    if (got < 0)
        return why_add(why, ERR_INPUT, NULL, "%s: cannot read the PIN: %s", path,
                       strerrordesc_np(errno));
    char *end = memchr(out, '\n', length);

    if (end == NULL && length == PIN_ROOM)
        return why_add(why, ERR_INPUT, NULL, "%s: is no PIN: its first line is too long", path);
    length = end != NULL ? (size_t)(end - out) : length;
    if (length > 0 && out[length - 1] == '\r')
        length--;
    out[length] = '\0';
    if (length == 0 || strlen(out) != length)
        return why_add(why, ERR_INPUT, NULL, "%s: is no PIN: its first line is empty, or no text",
                       path);
    return 0;
}

static int
open_token(const struct bench_asked *asked, struct token **out, struct why *why)
{
    char pin[PIN_ROOM];
    const struct token_options options = {
        .module = asked->pkcs11,
        .label = asked->token,
        .pin = asked->pin_file ? pin : NULL,
    };
    int rc = asked->pin_file ? read_pin(asked->pin_file, pin, why) : 0;

    if (rc == 0)
        rc = token_open(out, &options, why);
    explicit_bzero(pin, sizeof pin);
    return rc;
}

static bool
any_contains(const struct operation *op, const char *word, size_t length)
{
    for (; op != NULL && op->name; op++)
        if (memmem(op->name, strlen(op->name), word, length) != NULL)
            return true;
    return false;
}

const char *
bench_unmatched(const char *list, const struct operation *extra)
{
    for (const char *word = list; word != NULL; word = strchr(word, ',')) {
        const struct operation *op;

        word += *word == ',' && word > list;
        const size_t length = strcspn(word, ",");
        bool found = length > 0 && (any_contains(control_operations, word, length) ||
                                    any_contains(extra, word, length));

        for (size_t i = 0; length > 0 && !found && (op = operation_at(i)) != NULL; i++)
            found = memmem(op->name, strlen(op->name), word, length) != NULL;
        if (!found)
            return word;
    }
    return NULL;
}

/* A token's operations are known once it is open. */
static int
check_only(const struct bench_asked *asked, const struct token *token, struct why *why)
{
    const char *word = bench_unmatched(asked->only, token_operations(token));

    return word == NULL
               ? 0
               : why_add(why, ERR_INPUT, NULL, "--only: no operation's name contains '%.*s'",
                         (int)strcspn(word, ","), word);
}

/* Measures what was asked for; `token` may be NULL. */
static int
measure(const struct bench_asked *asked, const struct token *token, struct measurement *result,
        struct why *why)
{
    struct left_out left = {0};
    const struct measure_plan plan = {
        .bytes = asked->sizes ? asked->bytes : measure_sizes,
        .sizes = asked->sizes ? asked->sizes : COUNT(measure_sizes) - (asked->quick ? 1 : 0),
        .rounds = asked->rounds  ? (unsigned)asked->rounds
                  : asked->quick ? 7
                                 : 41,
        .slot_ns = asked->quick ? 2 * NS_PER_MS : 15 * NS_PER_MS,
        .threads = (unsigned)asked->threads,
        .cpu_time = asked->cpu_time,
        .only = asked->only,
        .extra = token ? token_operations(token) : NULL,
        .missing = add_left_out,
        .missing_data = &left,
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
    };
    const int rc = measure_operations(&plan, result, why);

    tell_left_out(&left);
    if (rc == 0)
        warn_if_busy(result);
    return rc;
}

/* Which lines a figure has: objects sealed, each under a key of its own, and the copy control. */
static bool
is_drawn(const struct measure_row *row)
{
    static const char seal[] = "-seal";
    const size_t length = strlen(row->op->name);

    if (!row->op->bulk || row->threads != 1)
        return false;
    return row->control || (strcmp(row->op->mode, "new-key") == 0 && length > sizeof seal &&
                            strcmp(row->op->name + length - (sizeof seal - 1), seal) == 0);
}

/* Lines of one cipher are dashed alike, and lines of one library have one colour. */
static struct speed_point
point_of(const struct measure_row *row, const char *line)
{
    static const char *const library[] = {"openssl", "libipsec_mb", "libgcrypt", "libsodium"};
    unsigned hue = 0;

    while (hue < COUNT(library) && strcmp(row->op->backend, library[hue]) != 0)
        hue++;
    return (struct speed_point){
        .line = line,
        .kind = row->control                                  ? 3
                : strncmp(row->op->name, "aes-256-g", 9) == 0 ? 0
                : strncmp(row->op->name, "chacha", 6) == 0    ? 1
                                                              : 2,
        .hue = hue,
        .bytes = (double)row->bytes,
        .rate = (double)row->bytes / row->median,
        .low = (double)row->bytes / row->high,
        .high = (double)row->bytes / row->low,
    };
}

static int
save_figure(const char *path, const struct machine *machine, const struct measurement *result,
            struct why *why)
{
    struct arena names = {0};
    struct speed_point *point = calloc(result->count + 1, sizeof *point);
    struct text line = {0}, note = {0}, picture = {0};
    size_t count = 0;
    int rc = point != NULL ? 0 : why_no_memory(why);

    for (size_t i = 0; i < result->count && rc == 0; i++) {
        const struct measure_row *row = &result->item[i];

        if (!is_drawn(row))
            continue;
        text_clear(&line);
        text_addf(&line, "%.*s%s%s",
                  (int)(strlen(row->op->name) - (row->control ? 0 : strlen("-seal"))),
                  row->op->name, row->control ? "" : ", ", row->control ? "" : row->op->backend);
        const char *name = arena_text(&names, text_str(&line), line.length);

        if (line.lost || name == NULL)
            rc = why_no_memory(why);
        else
            point[count++] = point_of(row, name);
    }
    text_addf(&note, "%s, %s, %s. Medians of %u rounds of %s; bars: 95 %% intervals.", machine->cpu,
              machine->library, machine->measured, result->rounds,
              result->cpu_time ? "processor time" : "time");
    if (rc == 0)
        rc = figure_speeds(&picture, picture_of_path(path),
                           "Encrypting objects, each under a key of its own", text_str(&note),
                           point, count, why);
    if (rc == 0)
        rc = picture_save(path, &picture, why);
    text_release(&line);
    text_release(&note);
    text_release(&picture);
    arena_release(&names);
    free(point);
    return rc;
}

/* The results, to print and into files: each, also when another fails; the first failure. */
static int
tell(const struct bench_asked *asked, const struct machine *machine,
     const struct measurement *result, struct text *out, struct why *why)
{
    struct text costs = {0};
    int rc = 0, drawn = 0;

    if (asked->json)
        bench_json(out, machine, result);
    else
        bench_table(out, machine, result);
    if (out->lost)
        return why_no_memory(why);
    if (asked->costs_out) {
        costs_write(&costs, machine, result);
        rc = costs_save(asked->costs_out, &costs, why);
        text_release(&costs);
    }
    if (asked->figure)
        drawn = save_figure(asked->figure, machine, result, why);
    return rc < 0 ? rc : drawn;
}

/* What took minutes to measure is kept before anything else can fail. */
static int
keep_and_tell(const struct bench_asked *asked, const struct machine *machine,
              const struct measurement *result, struct text *out, struct why *why)
{
    const int kept = asked->store ? stored_keep(asked->store, machine, result, why) : 0;
    const int told = tell(asked, machine, result, out, why);

    return kept < 0 ? kept : told;
}

/* The newest measurement of a database, whichever machine's. */
static int
bench_from(const struct bench_asked *asked, struct text *out, struct why *why)
{
    struct stored stored;
    bool found;
    int rc = stored_read(asked->from, NULL, NULL, 0, &stored, &found, why);

    if (rc < 0)
        return rc;
    rc = found ? tell(asked, &stored.machine, &stored.result, out, why)
               : why_add(why, ERR_INPUT, NULL,
                         "%s: holds no measurements of `jurisim bench crypto`, only of `jurisim "
                         "bench engine`",
                         asked->from);
    stored_release(&stored);
    return rc;
}

int
bench(const struct bench_asked *asked, struct text *out, struct why *why)
{
    struct measurement result = {0};
    struct machine machine;
    struct token *token = NULL;
    char today[16];
    int rc;

    if (asked->from)
        return bench_from(asked, out, why);
    date_write((int64_t)time(NULL), today);
    rc = asked->store ? bench_check_store(asked->store, why) : 0;
    if (rc == 0)
        rc = machine_read(&machine, today, why);
    if (rc == 0 && asked->pkcs11)
        rc = open_token(asked, &token, why);
    if (token)
        snprintf(machine.token, sizeof machine.token, "%s", token_name(token));
    if (rc == 0 && token)
        rc = check_only(asked, token, why);
    if (rc == 0)
        rc = measure(asked, token, &result, why);
    if (rc == 0)
        rc = keep_and_tell(asked, &machine, &result, out, why);
    measurement_release(&result);
    token_close(token);
    return rc;
}
