#include <stddef.h>
#include "store/schema.h"

const char *const schema_beside_sql[] = {
    "CREATE TABLE reading ( -- of contested law; 0: the law as the scenario states it\n"
    "    ordinal INTEGER PRIMARY KEY,\n"
    "    name    TEXT NOT NULL,\n"
    "    because TEXT,\n"
    "    legal   INTEGER NOT NULL, -- replications; of 0 the run's own\n"
    "    traffic INTEGER NOT NULL\n"
    ")",

    "CREATE TABLE reading_verdict ( -- of a claim under a reading\n"
    "    reading   INTEGER NOT NULL REFERENCES reading (ordinal),\n"
    "    judgement INTEGER NOT NULL REFERENCES judgement (ordinal),\n"
    "    verdict   TEXT NOT NULL, -- holds, fails, undecided\n"
    "    mean      REAL,\n"
    "    low       REAL,\n"
    "    high      REAL,\n"
    "    PRIMARY KEY (reading, judgement)\n"
    ") WITHOUT ROWID",

    "CREATE TABLE reading_order ( -- strategies from least to most of a metric\n"
    "    reading  INTEGER NOT NULL REFERENCES reading (ordinal),\n"
    "    place    INTEGER NOT NULL,\n"
    "    strategy INTEGER NOT NULL,\n"
    "    before   TEXT, -- how the one before stands to it: same, unclear, below\n"
    "    metric   TEXT NOT NULL,\n"
    "    PRIMARY KEY (reading, place)\n"
    ") WITHOUT ROWID",

    "CREATE TABLE flip_input ( -- an uncertain input that was tried\n"
    "    ordinal INTEGER PRIMARY KEY,\n"
    "    path    TEXT NOT NULL,\n"
    "    choice  INTEGER NOT NULL, -- 1: of names\n"
    "    centre  TEXT, -- the median; of a choice the heaviest alternative\n"
    "    low     TEXT, -- at quantiles 0.01 and 0.99\n"
    "    high    TEXT\n"
    ")",

    "CREATE TABLE flip_answer ( -- a requirement that was asked about, inputs at their centre\n"
    "    judgement INTEGER PRIMARY KEY REFERENCES judgement (ordinal),\n"
    "    estimate  REAL,\n"
    "    holds     INTEGER NOT NULL\n"
    ")",

    "CREATE TABLE flip ( -- an input that alone turns a requirement round\n"
    "    judgement INTEGER NOT NULL REFERENCES judgement (ordinal),\n"
    "    input     INTEGER NOT NULL REFERENCES flip_input (ordinal),\n"
    "    value     TEXT NOT NULL, -- the nearest to the centre that was seen to\n"
    "    quantile  REAL,\n"
    "    chance    REAL, -- that it lies there or beyond\n"
    "    estimate  REAL  -- of the metric there\n"
    ")",

    "CREATE VIEW readings AS\n"
    "    SELECT reading.name AS reading, s.name AS strategy, judgement.text AS as_stated,\n"
    "           reading_verdict.verdict, reading_verdict.mean, reading_verdict.low,\n"
    "           reading_verdict.high\n"
    "    FROM reading_verdict JOIN reading ON reading.ordinal = reading_verdict.reading\n"
    "    JOIN judgement ON judgement.ordinal = reading_verdict.judgement\n"
    "    JOIN names s ON s.kind = 'strategy' AND s.ordinal = judgement.strategy\n"
    "    ORDER BY reading_verdict.judgement, reading_verdict.reading",

    "CREATE VIEW flips AS\n"
    "    SELECT s.name AS strategy, judgement.text AS judgement, judgement.verdict, path, centre,\n"
    "           value, chance, flip.estimate\n"
    "    FROM flip JOIN flip_input ON flip_input.ordinal = flip.input\n"
    "    JOIN judgement ON judgement.ordinal = flip.judgement\n"
    "    JOIN names s ON s.kind = 'strategy' AND s.ordinal = judgement.strategy\n"
    "    ORDER BY flip.rowid",
    NULL,
};

const char schema_forget_beside_sql[] = "DROP VIEW IF EXISTS readings;\n"
                                        "DROP VIEW IF EXISTS flips;\n"
                                        "DROP TABLE IF EXISTS reading;\n"
                                        "DROP TABLE IF EXISTS reading_verdict;\n"
                                        "DROP TABLE IF EXISTS reading_order;\n"
                                        "DROP TABLE IF EXISTS flip_input;\n"
                                        "DROP TABLE IF EXISTS flip_answer;\n"
                                        "DROP TABLE IF EXISTS flip;\n";
