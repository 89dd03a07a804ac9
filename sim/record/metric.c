#include "record/metric.h"

#include <string.h>
#include "base/text.h"

const char *const plane_name[2] = {[PLANE_LEGAL] = "legal", [PLANE_TRAFFIC] = "traffic"};

const char *const summary_name[4] = {
    [SUMMARY_MEAN] = "mean",
    [SUMMARY_RARE_MEAN] = "rare mean",
    [SUMMARY_ANY] = "any",
    [SUMMARY_FIRST] = "first",
};

const char *const label_name[LABELS] = {
    [LABEL_AUTHORITY] = "authority", [LABEL_STREAM] = "stream",
    [LABEL_CUSTODIAN] = "custodian", [LABEL_COHORT] = "cohort",
    [LABEL_DATA] = "data",           [LABEL_JURISDICTION] = "jurisdiction",
    [LABEL_STATION] = "station",     [LABEL_PERIOD] = "period",
    [LABEL_ADVERSARY] = "adversary",
};

_Static_assert(LABELS == 9, "label_total states every label");
const struct label label_total = {
    .of = {LABEL_ALL, LABEL_ALL, LABEL_ALL, LABEL_ALL, LABEL_ALL, LABEL_ALL, LABEL_ALL, LABEL_ALL,
           LABEL_ALL},
};

enum {
    BY_USERS = 1 << LABEL_COHORT | 1 << LABEL_DATA,
    BY_WHOM = 1 << LABEL_AUTHORITY | 1 << LABEL_ADVERSARY,
    BY_ALL = BY_WHOM | BY_USERS,
    BY_REQUEST =
        1 << LABEL_AUTHORITY | 1 << LABEL_STREAM | 1 << LABEL_JURISDICTION | 1 << LABEL_CUSTODIAN,
};

/* A row of latency: nothing served means no latency, not a latency of 0. */
#define LATENCY(statistic, text)                                                                   \
    {                                                                                              \
        .name = "latency." statistic, .unit = "ms", .plane = PLANE_TRAFFIC,                        \
        .summary = SUMMARY_MEAN, .absent_is_unknown = true, .labels = BY_USERS,                    \
        .about = text " of the time from the intended start of a served operation to its end",     \
    }

#define REQUESTS(what, text)                                                                       \
    {                                                                                              \
        .name = "requests." what, .unit = "requests", .plane = PLANE_LEGAL,                        \
        .summary = SUMMARY_RARE_MEAN, .one = 1, .labels = BY_REQUEST, .about = text,               \
    }

/* What can be asked of exposed content, metadata and ciphertext alike: five rows. */
#define EXPOSED_ANY(kind)                                                                          \
    {                                                                                              \
        .labels = BY_ALL, .name = "exposure." kind ".any", .unit = "probability",                  \
        .plane = PLANE_LEGAL, .summary = SUMMARY_ANY,                                              \
        .about = "at least one account's " kind " is exposed",                                     \
    }
#define EXPOSED_ACCOUNTS(kind)                                                                     \
    {                                                                                              \
        .labels = BY_ALL, .name = "exposure." kind ".accounts", .unit = "accounts",                \
        .plane = PLANE_LEGAL, .summary = SUMMARY_RARE_MEAN, .one = ONE_REQUEST,                    \
        .about = "accounts whose " kind " is exposed",                                             \
    }
#define EXPOSED_FRACTION(kind)                                                                     \
    {                                                                                              \
        .labels = BY_ALL, .name = "exposure." kind ".fraction", .unit = "fraction of accounts",    \
        .plane = PLANE_LEGAL, .summary = SUMMARY_RARE_MEAN, .one = 0,                              \
        .about = "share of all accounts whose " kind " is exposed",                                \
    }
#define EXPOSED_ACCOUNT_DAYS(kind)                                                                 \
    {                                                                                              \
        .labels = BY_ALL, .name = "exposure." kind ".account_days", .unit = "account-days",        \
        .plane = PLANE_LEGAL, .summary = SUMMARY_RARE_MEAN, .one = ONE_HORIZON,                    \
        .about = "days since an account's " kind " was first exposed, over all accounts",          \
    }
#define EXPOSED_FIRST(kind)                                                                        \
    {                                                                                              \
        .labels = BY_ALL, .name = "exposure." kind ".first", .unit = "days", .plane = PLANE_LEGAL, \
        .summary = SUMMARY_FIRST,                                                                  \
        .about = "days to the first exposure of " kind ", within the horizon",                     \
    }

#define EXPOSED_DAYS(what, text)                                                                   \
    {                                                                                              \
        .labels = BY_ALL, .name = "exposure." what, .unit = "account-days", .plane = PLANE_LEGAL,  \
        .summary = SUMMARY_RARE_MEAN, .one = ONE_HORIZON, .about = text,                           \
    }
/* Accounts of a cohort are alike: the mean share exposed is the risk of each of them. */
#define EXPOSED_RISK(kind)                                                                         \
    {                                                                                              \
        .labels = BY_WHOM | 1 << LABEL_COHORT, .name = "exposure." kind ".risk",                   \
        .unit = "probability", .plane = PLANE_LEGAL, .summary = SUMMARY_RARE_MEAN, .one = 0,       \
        .about = "probability that one given account's " kind " is exposed within the horizon",    \
    }

/* Told only where some users have a VPN. */
#define LATENCY_VPN(part, text)                                                                    \
    {                                                                                              \
        .labels = 1 << LABEL_COHORT, .name = "latency.vpn." part, .unit = "ms",                    \
        .plane = PLANE_TRAFFIC, .summary = SUMMARY_MEAN, .absent_is_unknown = true,                \
        .only_if_seen = true,                                                                      \
        .about = text " latency of those who reach a blocked service by VPN",                      \
    }

/* Told only where operations may fail for more than one cause. */
#define FAILED(cause, text)                                                                        \
    {                                                                                              \
        .labels = 1 << LABEL_COHORT, .name = "operations.failed." cause,                           \
        .unit = "fraction of operations", .plane = PLANE_TRAFFIC, .summary = SUMMARY_MEAN,         \
        .absent_is_unknown = true, .only_if_seen = true, .about = "share of operations " text,     \
    }

const struct metric metric_table[METRICS] = {
    [METRIC_LATENCY_MEAN] = LATENCY("mean", "mean"),
    [METRIC_LATENCY_P50] = LATENCY("p50", "median"),
    [METRIC_LATENCY_P95] = LATENCY("p95", "95th percentile"),
    [METRIC_LATENCY_P99] = LATENCY("p99", "99th percentile"),
    [METRIC_LATENCY_P999] = LATENCY("p999", "99.9th percentile"),
    [METRIC_LATENCY_ERROR] = {.name = "latency.mean.error",
                              .unit = "ms",
                              .plane = PLANE_TRAFFIC,
                              .summary = SUMMARY_MEAN,
                              .absent_is_unknown = true,
                              .about = "standard error of latency.mean within one replication, "
                                       "by batch means"},
    [METRIC_AVAILABILITY] = {.labels = BY_USERS,
                             .name = "availability",
                             .unit = "fraction of operations",
                             .plane = PLANE_TRAFFIC,
                             .summary = SUMMARY_MEAN,
                             .absent_is_unknown = true,
                             .about = "share of operations that are served"},
    [METRIC_THROUGHPUT] = {.name = "throughput",
                           .unit = "operations/s",
                           .plane = PLANE_TRAFFIC,
                           .summary = SUMMARY_MEAN,
                           .about = "operations served a second"},
    [METRIC_KEY_HIT_RATIO] = {.labels = BY_USERS,
                              .name = "key.hit_ratio",
                              .unit = "fraction of reads",
                              .plane = PLANE_TRAFFIC,
                              .summary = SUMMARY_MEAN,
                              .absent_is_unknown = true,
                              .about = "share of served reads that needed a key and found it in "
                                       "the key cache"},
    [METRIC_STATION_UTILISATION] = {.name = "station.utilisation",
                                    .unit = "fraction",
                                    .plane = PLANE_TRAFFIC,
                                    .summary = SUMMARY_MEAN,
                                    .absent_is_unknown = true, /* there is no total */
                                    .about = "share of a station's server time that is busy"},
    [METRIC_FAILED_DOWN] = FAILED("down", "that fail since too much of what they need is down"),
    [METRIC_FAILED_UNREACHABLE] = FAILED("unreachable", "that fail since the network loses all"),
    [METRIC_FAILED_REFUSED] = FAILED("refused", "that fail since a station takes no more"),
    [METRIC_FAILED_TIMED_OUT] =
        FAILED("timed_out", "that fail since they, or an answer that they need, take too long"),
    /* Made from the values of both planes (blocks.c); one of the legal plane's for each of its
     * replications. */
    [METRIC_AVAILABILITY_WITH_BLOCKS] = {.labels = 1 << LABEL_COHORT,
                                         .name = "availability.with_blocks",
                                         .unit = "fraction of operations",
                                         .plane = PLANE_LEGAL,
                                         .summary = SUMMARY_MEAN,
                                         .absent_is_unknown = true,
                                         .only_if_seen = true,
                                         .about = "share of operations served, those lost to "
                                                  "blocks counted as not"},
    [METRIC_LATENCY_VPN_MEAN] = LATENCY_VPN("mean", "mean"),
    [METRIC_LATENCY_VPN_P95] = LATENCY_VPN("p95", "95th percentile"),
    [METRIC_REQUESTS_RECEIVED] = REQUESTS("received", "requests received"),
    [METRIC_REQUESTS_METADATA] = REQUESTS(
        "metadata", "requests answered with less than content; by custodian: orders that gave "
                    "metadata, ciphertext or a key that opened nothing yet"),
    [METRIC_REQUESTS_CONTENT] =
        REQUESTS("content", "requests answered with content; by authority: without a partner's"),
    [METRIC_REQUESTS_REFUSED] =
        REQUESTS("refused", "requests answered with nothing; by custodian: orders withdrawn, too"),
    [METRIC_REQUESTS_CHALLENGED] = REQUESTS("challenged", "requests taken to court"),
    [METRIC_REQUESTS_PENDING] = REQUESTS("pending", "requests not answered at the horizon's end"),
    [METRIC_REQUESTS_REMOVAL] = REQUESTS("removal", "requests to remove an account's data"),
    [METRIC_REQUESTS_RESTRICTION] = REQUESTS("restriction", "requests to restrict an account"),
    [METRIC_REQUESTS_PRESERVATION] =
        REQUESTS("preservation", "requests to preserve an account's data"),
    [METRIC_REQUESTS_COMPLIED] =
        REQUESTS("complied", "requests for removal, restriction or preservation carried out"),
    [METRIC_DISCLOSURE_DELAY] = {.labels = 1 << LABEL_AUTHORITY,
                                 .name = "disclosure.delay",
                                 .unit = "days",
                                 .plane = PLANE_LEGAL,
                                 .summary = SUMMARY_MEAN,
                                 .absent_is_unknown = true,
                                 .about = "days from a request's receipt to disclosure, "
                                          "restricted mean"},
    [METRIC_THREAT_EVENTS] = {.labels = 1 << LABEL_AUTHORITY,
                              .name = "threat.events",
                              .unit = "events",
                              .plane = PLANE_LEGAL,
                              .summary = SUMMARY_RARE_MEAN,
                              .one = 1,
                              .only_if_seen = true,
                              .about = "strikes of a threat, whatever they yield"},
    [METRIC_CONTENT_ANY] = EXPOSED_ANY("content"),
    [METRIC_CONTENT_ACCOUNTS] = EXPOSED_ACCOUNTS("content"),
    [METRIC_CONTENT_FRACTION] = EXPOSED_FRACTION("content"),
    [METRIC_CONTENT_ACCOUNT_DAYS] = EXPOSED_ACCOUNT_DAYS("content"),
    [METRIC_CONTENT_FIRST] = EXPOSED_FIRST("content"),
    [METRIC_CONTENT_RETROACTIVE] =
        EXPOSED_DAYS("content.retroactive",
                     "account-days of content that was captured encrypted and opened by a key "
                     "obtained later"),
    [METRIC_CONTENT_FORWARD] = EXPOSED_DAYS(
        "content.forward",
        "account-days during which an extracted key also opens what is added later: until "
        "it is renewed, or the account leaves at the stated rates (who leaves for a "
        "later block, or is removed later, counts on)"),
    [METRIC_CONTENT_HIDDEN] = EXPOSED_DAYS(
        "content.hidden", "account-days of exposed content of which the user must not be told"),
    [METRIC_CONTENT_KNOWN] = EXPOSED_DAYS(
        "content.known", "account-days of exposed content of which the user may be told"),
    [METRIC_CONTENT_RISK] = EXPOSED_RISK("content"),
    [METRIC_METADATA_ANY] = EXPOSED_ANY("metadata"),
    [METRIC_METADATA_ACCOUNTS] = EXPOSED_ACCOUNTS("metadata"),
    [METRIC_METADATA_FRACTION] = EXPOSED_FRACTION("metadata"),
    [METRIC_METADATA_ACCOUNT_DAYS] = EXPOSED_ACCOUNT_DAYS("metadata"),
    [METRIC_METADATA_FIRST] = EXPOSED_FIRST("metadata"),
    [METRIC_METADATA_HIDDEN] = EXPOSED_DAYS(
        "metadata.hidden", "account-days of exposed metadata of which the user must not be told"),
    [METRIC_METADATA_RISK] = EXPOSED_RISK("metadata"),
    [METRIC_CIPHERTEXT_ANY] = EXPOSED_ANY("ciphertext"),
    [METRIC_CIPHERTEXT_ACCOUNTS] = EXPOSED_ACCOUNTS("ciphertext"),
    [METRIC_CIPHERTEXT_FRACTION] = EXPOSED_FRACTION("ciphertext"),
    [METRIC_CIPHERTEXT_ACCOUNT_DAYS] = EXPOSED_ACCOUNT_DAYS("ciphertext"),
    [METRIC_CIPHERTEXT_FIRST] = EXPOSED_FIRST("ciphertext"),
    [METRIC_REACH_UNILATERAL] = {.labels = 1 << LABEL_JURISDICTION | 1 << LABEL_COHORT |
                                           1 << LABEL_ADVERSARY,
                                 .name = "reach.unilateral",
                                 .unit = "fraction of account-time",
                                 .plane = PLANE_LEGAL,
                                 .summary = SUMMARY_MEAN,
                                 .about = "share of account-time that one jurisdiction can open "
                                          "alone"},
    [METRIC_REACH_USER] = {.name = "reach.user",
                           .unit = "fraction of account-time",
                           .plane = PLANE_LEGAL,
                           .summary = SUMMARY_MEAN,
                           .about = "share of account-time that the users' own compulsion opens"},
    [METRIC_REACH_JURISDICTIONS] = {.name = "reach.jurisdictions",
                                    .unit = "jurisdictions",
                                    .plane = PLANE_LEGAL,
                                    .summary = SUMMARY_MEAN,
                                    .absent_is_unknown = true,
                                    .about = "fewest jurisdictions that must act to open content"},
    [METRIC_REACH_DENIAL] = {.name = "reach.denial",
                             .unit = "custodians",
                             .plane = PLANE_LEGAL,
                             .summary = SUMMARY_MEAN,
                             .absent_is_unknown = true,
                             .about = "fewest custodians that can deny access together"},
    [METRIC_BLOCKED_DAYS] = {.labels = 1 << LABEL_COHORT,
                             .name = "blocked.days",
                             .unit = "days",
                             .plane = PLANE_LEGAL,
                             .summary = SUMMARY_RARE_MEAN,
                             .one = ONE_UNKNOWN,
                             .about = "days on which a user cannot reach the service for pressure "
                                      "or interference, by VPN users' share"},
    [METRIC_VIOLATION_DAYS] = {.labels = 1 << LABEL_COHORT,
                               .name = "violation.days",
                               .unit = "days",
                               .plane = PLANE_LEGAL,
                               .summary = SUMMARY_MEAN,
                               .about = "days out of line with a duty to hold data or keys inside"},
    [METRIC_PENALTY_COST] = {.name = "penalty.cost",
                             .unit = "currency units",
                             .plane = PLANE_LEGAL,
                             .summary = SUMMARY_MEAN,
                             .about = "fines, sanctions and lost public orders"},
};

enum metric_id
metric_find(const char *name)
{
    unsigned i = 0;

    while (i < METRICS && strcmp(metric_table[i].name, name) != 0)
        i++;
    return (enum metric_id)i;
}

const char *
metric_nearest(const char *name)
{
    const char *names[METRICS];

    for (unsigned i = 0; i < METRICS; i++)
        names[i] = metric_table[i].name;
    return text_nearest(name, names, METRICS);
}

int
label_compare(struct label a, struct label b)
{
    for (unsigned i = 0; i < LABELS; i++) {
        /* One up, so that LABEL_ALL wraps to 0: the total comes before its parts. */
        const uint16_t x = (uint16_t)(a.of[i] + 1), y = (uint16_t)(b.of[i] + 1);

        if (x != y)
            return x < y ? -1 : 1;
    }
    return 0;
}
