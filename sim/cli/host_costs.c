/* Which costs a scenario is simulated with: see host_costs.h. */
#include "cli/host_costs.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/units.h"
#include "cli/bench_stored.h"
#include "crypto/costs.h"
#include "crypto/operation.h"

enum { NAMES_MOST = 256 };

/* What a scenario names. */
struct wanted {
    const char *name[NAMES_MOST]; /* of operations: static */
    size_t count;
    struct text list; /* the same, with commas */
};

static bool
is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static void
add_name(struct wanted *named, const char *from, size_t length)
{
    char name[64];
    const struct operation *op;

    if (length >= sizeof name || named->count == NAMES_MOST)
        return;
    memcpy(name, from, length);
    name[length] = '\0';
    op = operation_find(name);
    if (op == NULL) /* not ours: the scenario's own, or a mistake that opening it tells */
        return;
    for (size_t i = 0; i < named->count; i++)
        if (strcmp(named->name[i], op->name) == 0)
            return;
    named->name[named->count++] = op->name;
    text_addf(&named->list, "%s%s", named->count > 1 ? "," : "", op->name);
}

/* Every `cost: NAME` of the text, quoted or not; a name too many is measured in vain. */
static void
find_names(struct wanted *named, const char *text)
{
    static const char key[] = "cost";

    for (const char *at = strstr(text, key); at != NULL; at = strstr(at, key)) {
        at += sizeof key - 1;
        at += strspn(at, "\"' ");
        if (*at != ':')
            continue;
        at++;
        at += strspn(at, "\"' ");
        size_t length = 0;

        while (is_name(at[length]))
            length++;
        add_name(named, at, length);
    }
}

static int
names_of_scenario(struct wanted *named, const struct cli_scenario *in,
                  const struct scenario_options *options, struct why *why)
{
    struct scenario *scenario;
    const int rc = scenario_open(&scenario, in->path, options, why);

    if (rc < 0)
        return rc;
    find_names(named, scenario_text(scenario));
    scenario_close(scenario);
    return named->list.lost ? why_no_memory(why) : 0;
}

/* The cost file in a folder of its own, under a name that never changes: a scenario is known by
 * its files' names and contents. */
static int
write_costs(struct host_costs *host, const struct machine *machine,
            const struct measurement *result, struct why *why)
{
    const char *tmp = getenv("TMPDIR");
    struct text text = {0};
    int rc;

    if (snprintf(host->folder, sizeof host->folder, "%s/jurisim-XXXXXX",
                 tmp != NULL && strlen(tmp) < 40 ? tmp : "/tmp") < 0 ||
        mkdtemp(host->folder) == NULL) {
        rc = why_add(why, ERR_IO, NULL, "%s: cannot make a folder", host->folder);
        host->folder[0] = '\0';
        return rc;
    }
    snprintf(host->file, sizeof host->file, "%s/costs-host.yaml", host->folder);
    costs_write(&text, machine, result);
    rc = costs_save(host->file, &text, why);
    text_release(&text);
    host->path = host->file;
    return rc;
}

static void
say_where_from(struct cli_scenario *in, const char *where, const struct machine *machine,
               const struct measurement *result)
{
    snprintf(in->costs_from, sizeof in->costs_from, "%s: %s, %u cores, %s, measured %s, %u rounds",
             where, machine->cpu, machine->cores, machine->library, machine->measured,
             result->rounds);
}

/* `~/.cache/jurisim/costs.db`; false when there is no such place. */
static bool
kept_where(char out[512])
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n;

    if (cache != NULL && cache[0] == '/')
        n = snprintf(out, 512, "%s", cache);
    else if (home != NULL && home[0] == '/')
        n = snprintf(out, 512, "%s/.cache", home);
    else
        return false;
    if (n < 0 || n > 480)
        return false;
    mkdir(out, 0700); /* there already, or the next fails */
    snprintf(out + n, 512 - (size_t)n, "/jurisim");
    if (mkdir(out, 0700) < 0 && access(out, W_OK) < 0)
        return false;
    snprintf(out + n, 512 - (size_t)n, "/jurisim/costs.db");
    return true;
}

static int
measure_now(const struct wanted *named, struct measurement *result, struct why *why)
{
    const struct measure_plan plan = {
        .bytes = measure_sizes,
        .sizes = COUNT(measure_sizes),
        .rounds = 11,
        .slot_ns = 2 * NS_PER_MS,
        .only = text_str(&named->list),
        .costs_only = true,
        .cpu_time = true,
    };

    fprintf(stderr, "jurisim: measuring this machine's costs of %s\n", text_str(&named->list));
    return measure_operations(&plan, result, why);
}

/* Costs that cannot be kept serve this time all the same; a run could then not be resumed. */
static void
keep(const char *db, const struct machine *machine, const struct measurement *result)
{
    struct why why = {0};

    if (stored_keep(db, machine, result, &why) < 0)
        fprintf(stderr, "jurisim: the costs measured now are not kept: %s\n",
                why.count > 0 ? why.fault[0].text : "no reason given");
    why_release(&why);
}

static int
costs_of_host(struct host_costs *host, struct cli_scenario *in, const struct wanted *named,
              struct why *why)
{
    struct machine machine;
    struct measurement result = {0};
    struct stored stored = {0};
    char today[16], db[512];
    const bool keeps = kept_where(db);
    bool found = false;
    int rc;

    date_write((int64_t)time(NULL), today);
    rc = machine_read(&machine, today, why);
    if (rc == 0 && keeps && access(db, F_OK) == 0)
        rc = stored_read(db, &machine, named->name, named->count, &stored, &found, why);
    if (rc == 0 && found) {
        say_where_from(in, "host", &stored.machine, &stored.result);
        rc = write_costs(host, &stored.machine, &stored.result, why);
    } else if (rc == 0) {
        rc = measure_now(named, &result, why);
        if (rc == 0 && keeps)
            keep(db, &machine, &result);
        if (rc == 0) {
            say_where_from(in, "host", &machine, &result);
            rc = write_costs(host, &machine, &result, why);
        }
    }
    measurement_release(&result);
    stored_release(&stored);
    return rc;
}

static int
costs_of_database(struct host_costs *host, struct cli_scenario *in, struct why *why)
{
    struct machine machine;
    struct stored stored;
    bool found;
    int rc = machine_read(&machine, "2000-01-01", why);

    if (rc == 0)
        rc = stored_read(in->costs, &machine, NULL, 0, &stored, &found, why);
    if (rc < 0)
        return rc;
    if (!found)
        return why_add(why, ERR_INPUT, NULL,
                       "%s: holds no measurement of this machine (%s, %u cores, %s)", in->costs,
                       machine.cpu, machine.cores, machine.library);
    say_where_from(in, in->costs, &stored.machine, &stored.result);
    rc = write_costs(host, &stored.machine, &stored.result, why);
    stored_release(&stored);
    return rc;
}

int
host_costs_find(struct host_costs *host, struct cli_scenario *in,
                const struct scenario_options *options, struct why *why)
{
    struct wanted named = {0};
    int rc;

    *host = (struct host_costs){0};
    snprintf(in->costs_from, sizeof in->costs_from, "%s",
             in->costs != NULL ? in->costs : "reference");
    if (in->costs == NULL || strcmp(in->costs, "reference") == 0)
        return 0;
    if (strcmp(in->costs, "host") != 0) {
        if (bench_is_database(in->costs))
            return costs_of_database(host, in, why);
        host->path = in->costs;
        return 0;
    }
    rc = names_of_scenario(&named, in, options, why);
    if (rc == 0 && named.count > 0) /* a scenario without costs needs none */
        rc = costs_of_host(host, in, &named, why);
    text_release(&named.list);
    return rc;
}

void
host_costs_release(struct host_costs *host)
{
    if (host->file[0])
        unlink(host->file);
    if (host->folder[0])
        rmdir(host->folder);
    *host = (struct host_costs){0};
}
