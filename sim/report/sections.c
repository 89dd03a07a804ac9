#include "report/sections.h"
#include "base/mem.h"
#include "model/world.h"
#include "record/risk.h"
#include "report/compare.h"
#include "report/table.h"
#include <math.h>
#include <string.h>

static void
cell(struct table *table, struct estimate e)
{
    struct text t = {0};

    estimate_short(&e, &t);
    table->cells.lost |= t.lost;
    table_cell(table, text_str(&t));
    text_release(&t);
}

/* Ends a table under its heading. */
static int
finish(struct table *table, struct text *out)
{
    const int rc = table_write(table, out);

    table_release(table);
    return rc;
}

/* ---- risk ---- */

/* Is anybody of this class to any cohort? */
static bool
has_class(const struct legend *legend, const struct outcome *outcome, uint32_t class)
{
    if (legend->kin_named != NULL)
        return legend->kin_named[class] > 0;
    for (size_t i = 0; i < outcome->count; i++)
        if (outcome->series[i].label.of[LABEL_ADVERSARY] == class)
            return true;
    return false;
}

bool
sections_have_risk(const struct legend *legend, const struct outcome *outcome)
{
    return has_class(legend, outcome, ADVERSARY_CRIMINAL) ||
           has_class(legend, outcome, ADVERSARY_INSIDER);
}

/* The times that a risk is told for: as many as the horizon has. */
struct times {
    double days[3];
    const char *name[3];
    unsigned count;
};

static struct times
times_of(const struct legend *legend)
{
    static const double years[] = {1, 5};
    static const char *const name[] = {"1 y", "5 y"};
    struct times t = {.count = 0};

    for (unsigned i = 0; i < COUNT(years); i++)
        if (years[i] * 365.25 < legend->horizon_days) {
            t.days[t.count] = years[i] * 365.25;
            t.name[t.count++] = name[i];
        }
    t.days[t.count] = legend->horizon_days;
    t.name[t.count++] = "the horizon";
    return t;
}

/* Content, unless the front is about something else. */
static enum curve_kind
kind_of(const struct legend *legend)
{
    const enum metric_id accounts = comparison_of(legend).accounts;

    return accounts == METRIC_METADATA_ACCOUNTS     ? CURVE_METADATA
           : accounts == METRIC_CIPHERTEXT_ACCOUNTS ? CURVE_CIPHERTEXT
                                                    : CURVE_CONTENT;
}

static struct estimate
risk_of(const struct legend *legend, const struct outcome *outcome, uint32_t strategy,
        uint32_t class, uint32_t cohort, double days)
{
    const struct label label =
        label_with(label_with(label_total, LABEL_ADVERSARY, class), LABEL_COHORT, cohort);

    return outcome_risk(outcome, strategy, label, kind_of(legend), days);
}

static int
risk_table(struct text *out, const struct legend *legend, const struct outcome *outcome,
           uint32_t cohort)
{
    const struct times times = times_of(legend);
    struct table table = {0};

    text_addf(out,
              "\nRisk of one given account of %s: probability that its %s is exposed within\n\n",
              legend->name[LABEL_COHORT][cohort], curve_name[kind_of(legend)]);
    table_start(&table, times.count == 3 ? "llrrr" : times.count == 2 ? "llrr" : "llr");
    table_cell(&table, "strategy");
    table_cell(&table, "to");
    for (unsigned t = 0; t < times.count; t++)
        table_cell(&table, times.name[t]);
    for (uint32_t s = 0; s < legend->strategies; s++) {
        const char *name = legend->strategy[s];

        for (uint32_t a = 0; a < ADVERSARIES && comparison_has(outcome, s); a++) {
            if (!has_class(legend, outcome, a))
                continue;
            table_cell(&table, name);
            table_cell(&table, adversary_name[a]);
            for (unsigned t = 0; t < times.count; t++)
                cell(&table, risk_of(legend, outcome, s, a, cohort, times.days[t]));
            name = ""; /* once is enough */
        }
    }
    return finish(&table, out);
}

int
sections_risk(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    int rc = 0;

    for (uint32_t c = 0; rc == 0 && c < legend->names[LABEL_COHORT]; c++)
        rc = risk_table(out, legend, outcome, c);
    return rc;
}

/* ---- channels ---- */

static uint32_t
streams_of(const struct legend *legend, uint32_t authority)
{
    if (legend->first_stream == NULL)
        return 0;
    const uint32_t end = authority + 1 < legend->names[LABEL_AUTHORITY]
                             ? legend->first_stream[authority + 1]
                             : legend->names[LABEL_STREAM];

    return end - legend->first_stream[authority];
}

/* What is told of a stream: first counts of requests, then what is. */
enum { COUNTS = 3 };
static const struct {
    const char *name;
    enum metric_id metric;
    bool by_stream;
} told[] = {
    {"received", METRIC_REQUESTS_RECEIVED, true},
    {"content", METRIC_REQUESTS_CONTENT, true},
    {"metadata", METRIC_REQUESTS_METADATA, true},
    {"accounts opened", METRIC_CONTENT_ACCOUNTS, true},
    {"account-days", METRIC_CONTENT_ACCOUNT_DAYS, true},
    {"hidden", METRIC_CONTENT_HIDDEN, false}, /* known by authority only */
};

/* Nobody is asked by a threat: it has events in place of requests. */
static bool
is_threat(const struct legend *legend, uint32_t authority)
{
    return authority + legend->threats >= legend->names[LABEL_AUTHORITY];
}

static struct label
label_of(uint32_t authority, uint32_t stream)
{
    const struct label label = label_with(label_total, LABEL_AUTHORITY, authority);

    return stream == NONE ? label : label_with(label, LABEL_STREAM, stream);
}

/* Where an authority has one stream, what is known of the one is known of the other. */
static void
channel_row(struct table *table, const struct legend *legend, const struct outcome *outcome,
            uint32_t s, uint32_t authority, uint32_t stream)
{
    const bool whole = stream == NONE || streams_of(legend, authority) == 1;

    table_cell(table, stream == NONE
                          ? legend->name[LABEL_AUTHORITY][authority]
                          : legend->name[LABEL_STREAM][legend->first_stream[authority] + stream]);
    for (size_t i = 0; i < COUNT(told); i++) {
        if ((!told[i].by_stream && !whole) || (i > 0 && i < COUNTS && is_threat(legend, authority)))
            table_cell(table, "");
        else if (i == 0 && is_threat(legend, authority))
            cell(table,
                 outcome_estimate(outcome, s, METRIC_THREAT_EVENTS, label_of(authority, NONE)));
        else
            cell(table, outcome_estimate(outcome, s, told[i].metric,
                                         label_of(authority, told[i].by_stream ? stream : NONE)));
    }
}

static int
channel_table(struct text *out, const struct legend *legend, const struct outcome *outcome,
              uint32_t s)
{
    struct table table = {0};

    text_addf(out, "\n%s\n\n", legend->strategy[s]);
    table_start(&table, "lrrrrrr");
    table_cell(&table, "through");
    for (size_t i = 0; i < COUNT(told); i++)
        table_cell(&table, told[i].name);
    for (uint32_t a = 0; a < legend->names[LABEL_AUTHORITY]; a++) {
        const uint32_t streams = streams_of(legend, a);

        for (uint32_t i = 0; i < streams; i++)
            channel_row(&table, legend, outcome, s, a, i);
        if (streams > 1)
            channel_row(&table, legend, outcome, s, a, NONE);
    }
    return finish(&table, out);
}

/* A row a jurisdiction, or custodian, that any request counts for. */
static int
count_table(struct text *out, const struct legend *legend, const struct outcome *outcome,
            enum label_kind by, const char *heading)
{
    struct table table = {0};

    text_addf(out, "\n%s\n\n", heading);
    table_start(&table, "llrrr");
    table_cell(&table, "strategy");
    table_cell(&table, label_name[by]);
    for (size_t i = 0; i < COUNTS; i++)
        table_cell(&table, told[i].name);
    for (uint32_t s = 0; s < legend->strategies; s++) {
        const char *name = legend->strategy[s];

        for (uint32_t i = 0; i < legend->names[by] && comparison_has(outcome, s); i++) {
            const struct label of = label_with(label_total, by, i);

            if (!(outcome_estimate(outcome, s, METRIC_REQUESTS_RECEIVED, of).mean > 0))
                continue;
            table_cell(&table, name);
            table_cell(&table, legend->name[by][i]);
            for (size_t k = 0; k < COUNTS; k++)
                cell(&table, outcome_estimate(outcome, s, told[k].metric, of));
            name = "";
        }
    }
    return finish(&table, out);
}

int
sections_channels(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    int rc = 0;

    text_addf(out,
              "\nChannels: requests of each stream (without those that a partner answered), and "
              "the accounts that each opened first,\nfor how many account-days, and for how "
              "many of these their users must not be told%s\n",
              legend->threats > 0 ? "; of a threat its events" : "");
    for (uint32_t s = 0; rc == 0 && s < legend->strategies; s++)
        if (comparison_has(outcome, s))
            rc = channel_table(out, legend, outcome, s);
    if (rc == 0)
        rc = count_table(out, legend, outcome, LABEL_JURISDICTION,
                         "Requests by the jurisdiction they count for: a partner's under the "
                         "partner");
    return rc < 0 ? rc
                  : count_table(out, legend, outcome, LABEL_CUSTODIAN,
                                "Orders by the custodian that received them: what its own "
                                "transparency report would show");
}

/* ---- duties ---- */

static const enum metric_id duties[] = {METRIC_VIOLATION_DAYS, METRIC_BLOCKED_DAYS,
                                        METRIC_PENALTY_COST};

bool
sections_have_duties(const struct legend *legend, const struct outcome *outcome)
{
    for (uint32_t s = 0; s < legend->strategies; s++)
        for (size_t i = 0; i < COUNT(duties) && comparison_has(outcome, s); i++)
            if (outcome_estimate(outcome, s, duties[i], label_total).mean > 0)
                return true;
    return false;
}

int
sections_duties(struct text *out, const struct legend *legend, const struct outcome *outcome)
{
    struct table table = {0};

    text_addf(out, "\nDuties and their price over the horizon%s\n\n",
              legend->names[LABEL_COHORT] > 1 ? " (days: of the mean account)" : "");
    table_start(&table, "lrrr");
    table_cell(&table, "strategy");
    table_cell(&table, "days out of line");
    table_cell(&table, "days blocked");
    table_cell(&table, "penalties, currency units");
    for (uint32_t s = 0; s < legend->strategies; s++) {
        if (!comparison_has(outcome, s))
            continue;
        table_cell(&table, legend->strategy[s]);
        for (size_t i = 0; i < COUNT(duties); i++)
            cell(&table, outcome_estimate(outcome, s, duties[i], label_total));
    }
    return finish(&table, out);
}

/* ---- JSON ---- */

static void
json_estimate(struct json *json, const char *name, struct estimate e)
{
    json_open(json, name, '{');
    json_number(json, "mean", e.mean);
    json_number(json, "low", e.low);
    json_number(json, "high", e.high);
    json_close(json, '}');
}

static void
json_risk(struct json *json, const struct legend *legend, const struct outcome *outcome, uint32_t s)
{
    const struct times times = times_of(legend);

    json_open(json, "risk", '[');
    for (uint32_t c = 0; c < legend->names[LABEL_COHORT]; c++)
        for (uint32_t a = 0; a < ADVERSARIES; a++) {
            if (!has_class(legend, outcome, a))
                continue;
            json_open(json, NULL, '{');
            json_string(json, "users", legend->name[LABEL_COHORT][c]);
            json_string(json, "adversary", adversary_name[a]);
            json_open(json, "within", '[');
            for (unsigned t = 0; t < times.count; t++) {
                const struct estimate e = risk_of(legend, outcome, s, a, c, times.days[t]);

                json_open(json, NULL, '{');
                json_number(json, "days", times.days[t]);
                json_number(json, "mean", e.mean);
                json_number(json, "low", e.low);
                json_number(json, "high", e.high);
                json_close(json, '}');
            }
            json_close(json, ']');
            json_close(json, '}');
        }
    json_close(json, ']');
}

static void
json_counts(struct json *json, const char *name, const struct legend *legend,
            const struct outcome *outcome, uint32_t s, enum label_kind by)
{
    json_open(json, name, '{');
    for (uint32_t i = 0; i < legend->names[by]; i++) {
        json_open(json, legend->name[by][i], '{');
        for (size_t k = 0; k < COUNTS; k++)
            json_estimate(
                json, metric_table[told[k].metric].name,
                outcome_estimate(outcome, s, told[k].metric, label_with(label_total, by, i)));
        json_close(json, '}');
    }
    json_close(json, '}');
}

static void
json_channels(struct json *json, const struct legend *legend, const struct outcome *outcome,
              uint32_t s)
{
    json_open(json, "channels", '[');
    for (uint32_t a = 0; a < legend->names[LABEL_AUTHORITY]; a++)
        for (uint32_t i = 0; i < streams_of(legend, a); i++) {
            const char *slash =
                strchr(legend->name[LABEL_STREAM][legend->first_stream[a] + i], '/');

            json_open(json, NULL, '{');
            json_string(json, "authority", legend->name[LABEL_AUTHORITY][a]);
            json_string(json, "stream", slash != NULL ? slash + 1 : NULL);
            if (is_threat(legend, a))
                json_estimate(
                    json, metric_table[METRIC_THREAT_EVENTS].name,
                    outcome_estimate(outcome, s, METRIC_THREAT_EVENTS, label_of(a, NONE)));
            for (size_t k = is_threat(legend, a) ? COUNTS : 0; k < COUNT(told); k++)
                if (told[k].by_stream)
                    json_estimate(json, metric_table[told[k].metric].name,
                                  outcome_estimate(outcome, s, told[k].metric, label_of(a, i)));
            json_close(json, '}');
        }
    json_close(json, ']');
    json_open(json, "hidden", '{');
    for (uint32_t a = 0; a < legend->names[LABEL_AUTHORITY]; a++)
        json_estimate(json, legend->name[LABEL_AUTHORITY][a],
                      outcome_estimate(outcome, s, METRIC_CONTENT_HIDDEN, label_of(a, NONE)));
    json_close(json, '}');
    json_counts(json, "jurisdictions", legend, outcome, s, LABEL_JURISDICTION);
    json_counts(json, "custodians", legend, outcome, s, LABEL_CUSTODIAN);
}

void
sections_json(struct json *json, const struct legend *legend, const struct outcome *outcome,
              uint32_t s)
{
    json_risk(json, legend, outcome, s);
    json_channels(json, legend, outcome, s);
    json_open(json, "duties", '{');
    for (size_t i = 0; i < COUNT(duties); i++)
        json_estimate(json, metric_table[duties[i]].name,
                      outcome_estimate(outcome, s, duties[i], label_total));
    json_close(json, '}');
}
