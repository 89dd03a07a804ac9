#!/usr/bin/env bats
# What was asked beside a run, readings and flips, in its database.

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    load helper
    db=$BATS_TEST_TMPDIR/a.db
}

sql() {
    python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row, sep="|")' "$db" "$1"
}

@test "readings are kept with the run and compare tells of them" {
    "$jurisim" run scenarios/tiny/readings.yaml -q -o "$db" >/dev/null
    [ "$(sql "SELECT name, legal FROM reading ORDER BY ordinal" | tr '\n' ' ')" = \
        "as stated|100 reaches|100 stays|100 " ]
    [ "$(sql "SELECT reading, verdict FROM readings WHERE strategy = 'in-b'" | tr '\n' ' ')" = \
        "as stated|holds reaches|fails stays|holds " ]
    # 1000 requests, each granted with 0.5, of an account of its own
    [ "$(sql "SELECT reading FROM readings WHERE strategy = 'in-b' AND 480 < mean AND mean < 520")" = reaches ]
    [ "$(sql "SELECT reading, strategy, before FROM reading_order WHERE reading = 1 ORDER BY place" | tr '\n' ' ')" = \
        "1|0|None 1|1|same " ]
    run "$jurisim" compare "$db"
    [ "$status" -eq 0 ]
    [[ "$output" == *"in-a: requires"*": holds under all readings"* ]]
    [[ "$output" == *"in-b: requires"*": holds under: as stated, stays; fails under: reaches"* ]]
}

@test "flips are kept at the value that flips" {
    cat >"$BATS_TEST_TMPDIR/x.yaml" <<END
base: $PWD/scenarios/tiny/poisson.yaml
instruments: {production-order: {grant: {uncertain: {uniform: {low: 0, high: 1}}}}}
require: [{metric: exposure.content.any, at-most: 0.5}]
END
    ok_or_unmet "$jurisim" run "$BATS_TEST_TMPDIR/x.yaml" -r 100 -q --flips=50 --json -o "$db" >"$BATS_TEST_TMPDIR/a.json"
    python3 - "$BATS_TEST_TMPDIR/a.json" "$db" <<'END'
import json, sqlite3, sys
doc, db = json.load(open(sys.argv[1])), sqlite3.connect(sys.argv[2])
said = [(i["path"], i["value"]) for a in doc["flips"] for i in a["inputs"]]
assert said == list(db.execute("SELECT path, value FROM flips")) and len(said) == 1, said
assert len(doc["flip_inputs"]) == db.execute("SELECT count(*) FROM flip_input").fetchone()[0] == 1
assert len(doc["flips"]) == db.execute("SELECT count(*) FROM flip_answer").fetchone()[0]
END
}

@test "of a threat compare --channels shows its events, from a database too" {
    # 10 a year for 4 years
    ok_or_unmet "$jurisim" run scenarios/tiny/breach.yaml -r 100 -q -o "$db" >/dev/null
    "$jurisim" compare "$db" --channels | grep -E "thieves/events  +(3[6-9]|4[0-4])"
    "$jurisim" compare "$db" --json | python3 -c '
import json, sys
(thieves,) = [c for c in json.load(sys.stdin)["strategies"][0]["channels"] if c["authority"] == "thieves"]
assert 36 < thieves["threat.events"]["mean"] < 44 and "requests.received" not in thieves, thieves'
}

@test "a database without them is read as before, and gets them by going on" {
    "$jurisim" run scenarios/tiny/readings.yaml -r 40 -q --no-readings -o "$db" >/dev/null
    [ -z "$(sql "SELECT name FROM sqlite_schema WHERE name IN ('reading', 'flip', 'readings')")" ]
    run "$jurisim" compare "$db"
    [ "$status" -eq 0 ]
    [[ "$output" == *"Claims of the scenario"* && "$output" != *"Readings of contested law"* ]]
    "$jurisim" run scenarios/tiny/readings.yaml -r 60 -q --resume -o "$db" >/dev/null
    [ "$(sql "SELECT count(*) FROM reading_verdict")" = 6 ]
    # more replications: what was concluded from fewer goes
    "$jurisim" run scenarios/tiny/readings.yaml -r 80 -q --resume --no-readings -o "$db" >/dev/null
    [ -z "$(sql "SELECT name FROM sqlite_schema WHERE name IN ('reading', 'flip', 'readings')")" ]
    chmod a-w "$db"
    "$jurisim" compare "$db" >/dev/null
}
