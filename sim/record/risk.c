#include "record/risk.h"

#include <math.h>
#include <stdlib.h>
#include "record/private.h"

/* The metrics that count what a curve shows, over the whole horizon. */
static const struct {
    enum metric_id accounts, fraction;
} counted[CURVE_KINDS] = {
    [CURVE_CONTENT] = {METRIC_CONTENT_ACCOUNTS, METRIC_CONTENT_FRACTION},
    [CURVE_METADATA] = {METRIC_METADATA_ACCOUNTS, METRIC_METADATA_FRACTION},
    [CURVE_CIPHERTEXT] = {METRIC_CIPHERTEXT_ACCOUNTS, METRIC_CIPHERTEXT_FRACTION},
};

/* Accounts of the label, as the scenario states them. */
static double
accounts_stated(const struct legend *legend, struct label label)
{
    double accounts = 0;

    for (uint32_t i = 0; i < legend->names[LABEL_COHORT]; i++)
        if (label.of[LABEL_COHORT] == LABEL_ALL || label.of[LABEL_COHORT] == i)
            accounts += legend->accounts[i];
    return accounts;
}

/* Counts to shares of each replication's own accounts: these are told by what its metrics say of
 * the whole horizon, and by the scenario where it recorded none. */
static void
to_shares(const struct outcome *outcome, uint32_t strategy, struct label label,
          enum curve_kind kind, double *value)
{
    const struct series *accounts = outcome_find(outcome, strategy, counted[kind].accounts, label);
    const struct series *fraction = outcome_find(outcome, strategy, counted[kind].fraction, label);
    const double stated = accounts_stated(outcome->private->legend, label);

    for (size_t i = 0; i < outcome->legal; i++) {
        if (!(value[i] > 0))
            continue; /* 0 of however many; NAN */
        if (accounts != NULL && fraction != NULL && accounts->value[i] > 0)
            value[i] *= fraction->value[i] / accounts->value[i];
        else
            value[i] /= stated;
    }
}

int
outcome_risk_values(const struct outcome *outcome, uint32_t strategy, struct label label,
                    enum curve_kind kind, double days, double *out)
{
    const double horizon = outcome->private->legend->horizon_days;
    const double place = days / horizon * CURVE_POINTS;

    for (size_t i = 0; i < outcome->legal; i++)
        out[i] = (double)NAN;
    if (!(days >= 0 && days <= horizon) || kind >= CURVE_KINDS)
        return 0;
    double *next = calloc(outcome->legal + 1, sizeof *next);

    if (next == NULL)
        return ERR_MEMORY;
    const uint32_t below = (uint32_t)fmin(floor(place), CURVE_POINTS - 1);
    const double part = fmin(place - below, 1);

    outcome_label_curve_values(outcome, strategy, label, kind, below, out);
    outcome_label_curve_values(outcome, strategy, label, kind, below + 1, next);
    for (size_t i = 0; i < outcome->legal; i++)
        out[i] += part * (next[i] - out[i]);
    to_shares(outcome, strategy, label, kind, out);
    free(next);
    return 0;
}

struct estimate
outcome_risk(const struct outcome *outcome, uint32_t strategy, struct label label,
             enum curve_kind kind, double days)
{
    const struct estimate unknown = {(double)NAN, (double)NAN, (double)NAN};
    double *value = calloc(outcome->legal + 1, sizeof *value);
    struct estimate e = unknown;

    if (value != NULL && outcome->legal > 0 &&
        outcome_risk_values(outcome, strategy, label, kind, days, value) == 0 &&
        kind < CURVE_KINDS && !isnan(value[0])) {
        const enum metric_id metric = counted[kind].fraction;

        e = outcome_estimate_values(outcome, metric, value, outcome->legal,
                                    outcome_one(outcome, metric, label),
                                    outcome->private->legend->horizon_days);
    }
    free(value);
    return e;
}
