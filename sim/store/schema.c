#include "store/schema.h"

#include <stddef.h>

/* The names of a series' labels. */
#define LABEL_NAMES                                                                                \
    "a.name AS authority, r.name AS stream, v.name AS adversary, u.name AS custodian,\n"           \
    "           c.name AS cohort, d.name AS data, j.name AS jurisdiction, t.name AS station,\n"    \
    "           p.name AS period"
#define LABEL_JOINS                                                                                \
    "    LEFT JOIN names a ON a.kind = 'authority' AND a.ordinal = series.authority\n"             \
    "    LEFT JOIN names r ON r.kind = 'stream' AND r.parent = series.authority\n"                 \
    "                     AND r.ordinal = series.stream\n"                                         \
    "    LEFT JOIN names u ON u.kind = 'custodian' AND u.ordinal = series.custodian\n"             \
    "    LEFT JOIN names c ON c.kind = 'cohort' AND c.ordinal = series.cohort\n"                   \
    "    LEFT JOIN names d ON d.kind = 'data' AND d.ordinal = series.data\n"                       \
    "    LEFT JOIN names j ON j.kind = 'jurisdiction' AND j.ordinal = series.jurisdiction\n"       \
    "    LEFT JOIN names t ON t.kind = 'station' AND t.ordinal = series.station\n"                 \
    "    LEFT JOIN names p ON p.kind = 'period' AND p.ordinal = series.period\n"                   \
    "    LEFT JOIN names v ON v.kind = 'adversary' AND v.ordinal = series.adversary\n"

/* SQLite keeps the text of every statement, comments inside it included: `.schema` shows them. */
const char *const schema_sql[] = {
    "CREATE TABLE run ( -- what identifies the run, and facts that reports need\n"
    "    key   TEXT PRIMARY KEY,\n"
    "    value -- seed and strategies (a mask, bit 0 the first) are decimal text\n"
    ") WITHOUT ROWID",

    "CREATE TABLE names ( -- what ordinals in other tables mean\n"
    "    kind     TEXT NOT NULL, -- strategy, authority, stream, adversary, custodian, cohort,\n"
    "                            -- data, jurisdiction, station, period\n"
    "    parent   INTEGER NOT NULL DEFAULT -1, -- of a stream: its authority\n"
    "    ordinal  INTEGER NOT NULL,\n"
    "    name     TEXT NOT NULL,\n"
    "    accounts REAL,          -- of a cohort; of an authority or stream: named by a request on\n"
    "                            -- average, of the stream where that is most;\n"
    "                            -- of a class of adversary: the most of these, 0: there is none\n"
    "    PRIMARY KEY (kind, parent, ordinal)\n"
    ") WITHOUT ROWID",

    "CREATE TABLE dated_change ( -- of the scenario, to mark in figures\n"
    "    ordinal  INTEGER PRIMARY KEY,\n"
    "    day      REAL NOT NULL, -- from the start of the horizon\n"
    "    strategy INTEGER,       -- NULL: of the world\n"
    "    text     TEXT NOT NULL\n"
    ")",

    "CREATE TABLE metric (\n"
    "    name    TEXT PRIMARY KEY,\n"
    "    unit    TEXT NOT NULL,\n"
    "    plane   TEXT NOT NULL,\n"
    "    summary TEXT NOT NULL, -- how replications become an estimate: mean, rare mean (a mean\n"
    "                           -- with an upper bound when all are 0), any (a share),\n"
    "                           -- first (days; mean restricted to the horizon)\n"
    "    about   TEXT NOT NULL\n"
    ") WITHOUT ROWID",

    "CREATE TABLE series ( -- a metric of a strategy under labels; NULL: over all\n"
    "    id           INTEGER PRIMARY KEY, -- ascending by strategy, metric and labels\n"
    "    metric       TEXT NOT NULL,\n"
    "    strategy     INTEGER NOT NULL,\n"
    "    authority    INTEGER,\n"
    "    stream       INTEGER, -- within the authority\n"
    "    adversary    INTEGER, -- all of that class together\n"
    "    custodian    INTEGER,\n"
    "    cohort       INTEGER,\n"
    "    data         INTEGER,\n"
    "    jurisdiction INTEGER,\n"
    "    station      INTEGER,\n"
    "    period       INTEGER -- half-year of receipt\n"
    ")",

    "CREATE TABLE trial ( -- a finished replication of one plane, for all strategies\n"
    "    id          INTEGER PRIMARY KEY, -- 2 x replication, + 1 for traffic\n"
    "    plane       TEXT NOT NULL CHECK (plane IN ('traffic', 'legal')),\n"
    "    replication INTEGER NOT NULL,\n"
    "    UNIQUE (plane, replication)\n"
    ")",

    "CREATE TABLE observation ( -- what a trial saw; a series without a row in a trial was 0\n"
    "    trial  INTEGER NOT NULL REFERENCES trial (id),\n"
    "    series INTEGER NOT NULL REFERENCES series (id),\n"
    "    value  REAL, -- NULL: not a number\n"
    "    PRIMARY KEY (trial, series)\n"
    ") WITHOUT ROWID",

    "CREATE TABLE latency_window ( -- a trial's operations by regime, cohort and data class\n"
    "    trial      INTEGER NOT NULL REFERENCES trial (id),\n"
    "    ordinal    INTEGER NOT NULL,\n"
    "    strategy   INTEGER NOT NULL,\n"
    "    regime     INTEGER NOT NULL, -- epoch and state of failure\n"
    "    cohort     INTEGER NOT NULL,\n"
    "    data       INTEGER NOT NULL,\n"
    "    weight     REAL NOT NULL,    -- operations a second for which one simulated one stands\n"
    "    operations INTEGER NOT NULL, -- simulated\n"
    "    served     INTEGER NOT NULL, -- the rest failed\n"
    "    key_reads  INTEGER NOT NULL, -- served reads that needed a key\n"
    "    key_hits   INTEGER NOT NULL, -- and found it cached\n"
    "    histogram  BLOB NOT NULL,    -- of latencies in ns, in LEB128: count, sum mod 2^64,\n"
    "                                 -- sum / 2^64, then (empty buckets before, count) by "
    "bucket;\n"
    "                                 -- each power of two from 2^7 on is 128 buckets, below it\n"
    "                                 -- each value is one\n"
    "    UNIQUE (trial, ordinal)\n"
    ")",

    "CREATE TABLE curve ( -- a trial's exposed accounts over the horizon; none: 0 throughout\n"
    "    trial     INTEGER NOT NULL REFERENCES trial (id),\n"
    "    ordinal   INTEGER NOT NULL,\n"
    "    strategy  INTEGER NOT NULL,\n"
    "    authority INTEGER, -- NULL: by anyone\n"
    "    adversary INTEGER, -- NULL: by anyone; never both\n"
    "    cohort    INTEGER, -- NULL: of all\n"
    "    kind      TEXT NOT NULL CHECK (kind IN ('content', 'metadata', 'ciphertext')),\n"
    "    points    BLOB NOT NULL, -- at i / 96 of the horizon, i from 0 to 96: a byte 1 and the\n"
    "                             -- growths; or a byte 2, their number, and (points without\n"
    "                             -- growth before, growth) each, all in LEB128; or a byte 0 and\n"
    "                             -- doubles, lowest byte first\n"
    "    UNIQUE (trial, ordinal)\n"
    ")",

    /* Written when the run has finished. */
    "CREATE TABLE estimate ( -- intervals are 95 %\n"
    "    series INTEGER PRIMARY KEY REFERENCES series (id),\n"
    "    mean   REAL,\n"
    "    low    REAL,\n"
    "    high   REAL\n"
    ")",

    "CREATE TABLE exposure ( -- accounts exposed up to a day; none: 0 throughout\n"
    "    strategy  INTEGER NOT NULL,\n"
    "    authority INTEGER, -- NULL: by anyone\n"
    "    adversary INTEGER, -- NULL: by anyone; never both\n"
    "    cohort    INTEGER, -- NULL: of all\n"
    "    kind      TEXT NOT NULL,\n"
    "    day       REAL NOT NULL,\n"
    "    mean      REAL,\n"
    "    low       REAL, -- low and high: the central 95 % of the replications\n"
    "    high      REAL\n"
    ")",

    "CREATE TABLE request ( -- means over replications, by half-year of receipt\n"
    "    strategy   INTEGER NOT NULL,\n"
    "    authority  INTEGER NOT NULL,\n"
    "    stream     INTEGER NOT NULL,\n"
    "    period     INTEGER NOT NULL,\n"
    "    received   REAL,\n"
    "    metadata   REAL,\n"
    "    content    REAL,\n"
    "    refused    REAL,\n"
    "    challenged REAL,\n"
    "    pending    REAL\n"
    ")",

    "CREATE TABLE latency_quantile ( -- pooled over replications\n"
    "    strategy INTEGER NOT NULL,\n"
    "    cohort   INTEGER, -- NULL: all\n"
    "    q        REAL NOT NULL,\n"
    "    ms       REAL NOT NULL\n"
    ")",

    "CREATE TABLE judgement ( -- of the scenario's expect and require lines\n"
    "    ordinal   INTEGER PRIMARY KEY,\n"
    "    kind      TEXT NOT NULL CHECK (kind IN ('expect', 'require')),\n"
    "    strategy  INTEGER NOT NULL,\n"
    "    metric    TEXT NOT NULL,\n"
    "    verdict   TEXT NOT NULL, -- holds, fails, undecided\n"
    "    mean      REAL,\n"
    "    low       REAL, -- expect: low and high are the central 95 % of the replications\n"
    "    high      REAL,\n"
    "    observed  REAL, -- expect\n"
    "    log_score REAL, -- expect: of the predictive probability of what was observed\n"
    "    at_least  REAL, -- require\n"
    "    at_most   REAL, -- require\n"
    "    text      TEXT NOT NULL\n"
    ")",

    /* For people: names instead of ordinals. */
    "CREATE VIEW metrics AS\n"
    "    SELECT s.name AS strategy, series.metric, metric.unit, " LABEL_NAMES ",\n"
    "           mean, low, high\n"
    "    FROM estimate JOIN series ON series.id = estimate.series\n"
    "    JOIN metric ON metric.name = series.metric\n"
    "    JOIN names s ON s.kind = 'strategy' AND s.ordinal = series.strategy\n" LABEL_JOINS
    "    ORDER BY estimate.series",

    "CREATE VIEW requests AS\n"
    "    SELECT s.name AS strategy, a.name AS authority, r.name AS stream, p.name AS period,\n"
    "           received, metadata, content, refused, challenged, pending\n"
    "    FROM request\n"
    "    JOIN names s ON s.kind = 'strategy' AND s.ordinal = request.strategy\n"
    "    JOIN names a ON a.kind = 'authority' AND a.ordinal = request.authority\n"
    "    JOIN names r ON r.kind = 'stream' AND r.parent = request.authority\n"
    "                AND r.ordinal = request.stream\n"
    "    JOIN names p ON p.kind = 'period' AND p.ordinal = request.period\n"
    "    ORDER BY request.rowid",

    "CREATE VIEW exposures AS\n"
    "    SELECT s.name AS strategy, a.name AS authority, v.name AS adversary,\n"
    "           c.name AS cohort, exposure.kind, day, mean, low, high\n"
    "    FROM exposure\n"
    "    JOIN names s ON s.kind = 'strategy' AND s.ordinal = exposure.strategy\n"
    "    LEFT JOIN names a ON a.kind = 'authority' AND a.ordinal = exposure.authority\n"
    "    LEFT JOIN names v ON v.kind = 'adversary' AND v.ordinal = exposure.adversary\n"
    "    LEFT JOIN names c ON c.kind = 'cohort' AND c.ordinal = exposure.cohort\n"
    "    ORDER BY exposure.rowid",

    "CREATE VIEW latencies AS\n"
    "    SELECT s.name AS strategy, c.name AS cohort, q, ms\n"
    "    FROM latency_quantile\n"
    "    JOIN names s ON s.kind = 'strategy' AND s.ordinal = latency_quantile.strategy\n"
    "    LEFT JOIN names c ON c.kind = 'cohort' AND c.ordinal = latency_quantile.cohort\n"
    "    ORDER BY latency_quantile.rowid",

    "CREATE VIEW trials AS -- every value of every trial; absent: 0\n"
    "    SELECT trial.plane, trial.replication, s.name AS strategy, series.metric,\n"
    "           " LABEL_NAMES ", value\n"
    "    FROM trial JOIN observation ON observation.trial = trial.id\n"
    "    JOIN series ON series.id = observation.series\n"
    "    JOIN names s ON s.kind = 'strategy' AND s.ordinal = series.strategy\n" LABEL_JOINS,
    NULL,
};

const char schema_bench_note_sql[] =
    "CREATE TABLE IF NOT EXISTS bench_note ( -- what else is known of a measurement's machine\n"
    "    machine INTEGER NOT NULL REFERENCES bench_machine (id),\n"
    "    name    TEXT NOT NULL, -- libraries, flags\n"
    "    value   TEXT NOT NULL\n"
    ")";

const char *const schema_bench_sql[] = {
    "CREATE TABLE IF NOT EXISTS bench_machine ( -- a measurement, and what it was made on\n"
    "    id             INTEGER PRIMARY KEY, -- ascending: the newest last\n"
    "    cpu            TEXT NOT NULL,\n"
    "    cores          INTEGER NOT NULL,\n"
    "    library        TEXT NOT NULL,\n"
    "    token          TEXT NOT NULL, -- measured through PKCS#11 too; empty: none\n"
    "    measured       TEXT NOT NULL, -- date\n"
    "    jurisim        TEXT NOT NULL,\n"
    "    rounds         INTEGER NOT NULL,\n"
    "    threads        INTEGER NOT NULL,\n"
    "    processor_time INTEGER NOT NULL, -- 1: in place of the wall clock's\n"
    "    pinned         INTEGER NOT NULL, -- 1: each thread stayed on a core of its own\n"
    "    unscaled       INTEGER NOT NULL, -- 1: the cores were not free: no rows of threads\n"
    "    spin_scaling   REAL -- threads' work over one thread's, of the spin control\n"
    ")",

    "CREATE TABLE IF NOT EXISTS bench_row ( -- an operation at a size on so many threads; times in "
    "ns\n"
    "    machine INTEGER NOT NULL REFERENCES bench_machine (id),\n"
    "    ordinal INTEGER NOT NULL,\n"
    "    name    TEXT NOT NULL, -- as scenarios write it: {cost: NAME}\n"
    "    backend TEXT NOT NULL,\n"
    "    mode    TEXT NOT NULL,\n"
    "    bulk    INTEGER NOT NULL, -- 1: the cost depends on bytes\n"
    "    cost    INTEGER NOT NULL, -- 1: what {cost: NAME} means\n"
    "    control INTEGER NOT NULL, -- 1: no cryptography\n"
    "    bytes   INTEGER NOT NULL,\n"
    "    threads INTEGER NOT NULL,\n"
    "    median  REAL NOT NULL,\n"
    "    low     REAL NOT NULL, -- low and high: 95 % interval of the median\n"
    "    high    REAL NOT NULL,\n"
    "    p50     REAL, -- of single operations\n"
    "    p99     REAL,\n"
    "    p999    REAL,\n"
    "    cycles  REAL, -- an operation, of the core\n"
    "    PRIMARY KEY (machine, ordinal)\n"
    ") WITHOUT ROWID",

    "CREATE TABLE IF NOT EXISTS engine_row ( -- a way to do some work of the event engine\n"
    "    machine    INTEGER NOT NULL REFERENCES bench_machine (id),\n"
    "    ordinal    INTEGER NOT NULL,\n"
    "    name       TEXT NOT NULL,\n"
    "    backend    TEXT NOT NULL,\n"
    "    mode       TEXT NOT NULL,\n"
    "    size       INTEGER NOT NULL, -- pending events, or bytes; 0: neither\n"
    "    threads    INTEGER NOT NULL,\n"
    "    unit       TEXT NOT NULL, -- ns, or 1/s\n"
    "    median     REAL NOT NULL,\n"
    "    low        REAL NOT NULL, -- low and high: 95 % interval of the median\n"
    "    high       REAL NOT NULL,\n"
    "    ratio      REAL, -- to the row it is compared with, round by round\n"
    "    ratio_low  REAL,\n"
    "    ratio_high REAL,\n"
    "    PRIMARY KEY (machine, ordinal)\n"
    ") WITHOUT ROWID",
    NULL,
};

const char schema_unfinish_sql[] = "DELETE FROM estimate;\n"
                                   "DELETE FROM exposure;\n"
                                   "DELETE FROM request;\n"
                                   "DELETE FROM latency_quantile;\n"
                                   "DELETE FROM judgement;\n"
                                   "UPDATE run SET value = 0 WHERE key = 'finished';\n";
