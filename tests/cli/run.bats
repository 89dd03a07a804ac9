# What `jurisim run` promises at the command line.
load helper

# Windows of traffic as short as do where only the run's shape matters; results are as many.
brief=(-q --set study.window=1k)

@test "the results are valid JSON with every metric that is promised" {
    ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -r 2 --no-readings --json >"$BATS_TEST_TMPDIR/a.json"
    python3 - "$BATS_TEST_TMPDIR/a.json" <<'PY'
import json, sys
doc = json.load(open(sys.argv[1]))
assert list(doc)[:6] == ["scenario", "seed", "replications", "strategies", "expect", "require"], list(doc)
names = [s["name"] for s in doc["strategies"]]
assert names == ["us-data-us-keys", "cn-data-us-keys", "cn-data-cn-keys", "as-it-happened",
                 "split-2-of-3", "end-to-end", "opt-out", "no-presence"], names
wanted = """latency.mean latency.p50 latency.p95 latency.p99 latency.p999 availability throughput key.hit_ratio
    station.utilisation requests.received requests.metadata requests.content requests.refused requests.challenged
    requests.pending disclosure.delay reach.unilateral reach.jurisdictions reach.denial""".split()
for kind in "content", "metadata", "ciphertext":
    wanted += [f"exposure.{kind}.{m}" for m in "any accounts fraction account_days first".split()]
wanted.append("exposure.content.retroactive")
for s in doc["strategies"]:
    for name in wanted:
        assert set(s["metrics"][name]) == {"unit", "mean", "low", "high"}, name
PY
}

@test "the same bytes on one thread and on two, and again" {
    for jobs in 1 2 2; do
        ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -r 3 --readings=1 -j "$jobs" --json >"$BATS_TEST_TMPDIR/$jobs-$RANDOM.json"
    done
    [ "$(cat "$BATS_TEST_TMPDIR"/*.json | wc -c)" -gt 1000 ]
    [ "$(sha256sum "$BATS_TEST_TMPDIR"/*.json | cut -d' ' -f1 | sort -u | wc -l)" -eq 1 ]
}

@test "a run killed in the middle and resumed gives the same bytes" {
    db=$BATS_TEST_TMPDIR/killed.db
    args=("${brief[@]}" -r 20 -s as-it-happened,cn-data-cn-keys --readings=1 --json)
    ok_or_unmet "$jurisim" run "$icloud" "${args[@]}" -o "$BATS_TEST_TMPDIR/whole.db" >"$BATS_TEST_TMPDIR/whole.json"
    "$jurisim" run "$icloud" "${args[@]}" -o "$db" >/dev/null 2>&1 &
    pid=$!
    # the writer keeps others out, so its journal tells how far it is
    for _ in $(seq 400); do
        [ "$(stat -c %s "$db-wal" 2>/dev/null || echo 0)" -ge 300000 ] && break
        sleep 0.02
    done
    kill -9 "$pid"
    wait "$pid" || true
    trials=$(sqlite3 "$db" 'select count(*) from trial')
    echo "$trials of 40 trials were kept"
    [ "$trials" -ge 1 ] && [ "$trials" -lt 40 ]
    ok_or_unmet "$jurisim" run "$icloud" "${args[@]}" -o "$db" --resume >"$BATS_TEST_TMPDIR/resumed.json"
    cmp "$BATS_TEST_TMPDIR/whole.json" "$BATS_TEST_TMPDIR/resumed.json"
    [ ! -e "$db-wal" ] && [ ! -e "$db-shm" ] && [ ! -e "$db-journal" ]
}

@test "no content leaves through the provider while the keys lie abroad, and some after they move" {
    ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -s as-it-happened -r 40 --no-readings \
        -o "$BATS_TEST_TMPDIR/a.db" >/dev/null
    before=$(sqlite3 "$BATS_TEST_TMPDIR/a.db" "select coalesce(sum(content), 0) from requests
        where authority = 'cn-police' and period < '2018-H1'")
    received=$(sqlite3 "$BATS_TEST_TMPDIR/a.db" "select sum(received) from requests
        where authority = 'cn-police' and period < '2018-H1'")
    after=$(sqlite3 "$BATS_TEST_TMPDIR/a.db" "select sum(content) from requests
        where authority = 'cn-police' and period >= '2018-H2'")
    echo "before $before of $received, after $after"
    python3 -c "import sys; sys.exit(not ($before == 0 and $received > 100 and $after > 0))"
}

@test "renaming every jurisdiction changes no number" {
    cp -R scenarios "$BATS_TEST_TMPDIR/renamed"
    find "$BATS_TEST_TMPDIR/renamed" -name '*.yaml' ! -path '*tiny*' -exec \
        sed -i -E 's/\bCN\b/QA/g; s/\bUS\b/AB/g; s/\bCH\b/ZZ/g; s/\bIE\b/MM/g' {} +
    ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -r 2 --readings=1 --json >"$BATS_TEST_TMPDIR/a.json"
    (cd "$BATS_TEST_TMPDIR" && mv renamed scenarios &&
        ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -r 2 --readings=1 --json >b.json)
    python3 - "$BATS_TEST_TMPDIR/a.json" "$BATS_TEST_TMPDIR/b.json" <<'PY'
import json, re, sys
old = json.load(open(sys.argv[1]))
new = json.load(open(sys.argv[2]))
back = {"QA": "CN", "AB": "US", "ZZ": "CH", "MM": "IE"}
def undo(x):
    return re.sub(r"jurisdiction=(QA|AB|ZZ|MM)", lambda m: "jurisdiction=" + back[m.group(1)], x)
for a, b in zip(old["strategies"], new["strategies"], strict=True):
    assert a["name"] == b["name"]
    renamed = {undo(k): v for k, v in b["metrics"].items()}
    assert any("jurisdiction=CN" in k for k in renamed)
    assert a["metrics"] == renamed
PY
}

@test "without -o nothing is left behind" {
    mkdir "$BATS_TEST_TMPDIR/empty"
    cp -R scenarios "$BATS_TEST_TMPDIR/there"
    (cd "$BATS_TEST_TMPDIR/empty" && ok_or_unmet "$jurisim" run "../there/tiny/poisson.yaml" -r 2 >/dev/null)
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/empty")" ]
}

@test "a database that is there is not overwritten unless asked" {
    db=$BATS_TEST_TMPDIR/a.db
    ok_or_unmet "$jurisim" run scenarios/tiny/poisson.yaml -r 2 -o "$db" >/dev/null
    run "$jurisim" run scenarios/tiny/poisson.yaml -r 2 -o "$db"
    [ "$status" -ne 0 ] && [ "$status" -ne 3 ]
    [[ "$output" == *"$db"* && "$output" == *--force* ]]
    ok_or_unmet "$jurisim" run scenarios/tiny/poisson.yaml -r 2 -o "$db" --force >/dev/null
}

@test "misuse exits 2 and says what would be right" {
    for args in "run" "run --frob x.yaml" "run a.yaml b.yaml" "run -r 0 $icloud" "run -j x $icloud" \
        "run --set nonsense $icloud" "run --resume $icloud" "frob" "run -s us-data $icloud" \
        "run --set custodians.appel.rejects=1 $icloud" "run no-such-file.yaml" "compare" "plot" "explain" \
        "explain --on 1999-01-01 $icloud" "explain --authority nobody $icloud" "check" \
        "run --readings=5 --no-readings $icloud"; do
        # shellcheck disable=SC2086
        run "$jurisim" $args
        echo "$args: $status: $output"
        [ "$status" -eq 2 ]
        [ -n "$output" ]
    done
    run "$jurisim" run -s us-data-us-kyes "$icloud"
    [[ "$output" == *"did you mean 'us-data-us-keys'"* ]]
}

@test "an unmet claim exits 3, a met one 0" {
    cat >"$BATS_TEST_TMPDIR/x.yaml" <<END
base: $PWD/scenarios/tiny/poisson.yaml
require: [{metric: exposure.content.any, at-most: 0.000001}]
END
    run "$jurisim" run "$BATS_TEST_TMPDIR/x.yaml" -r 200
    echo "$output"
    [ "$status" -eq 3 ]
    sed -i 's/at-most: 0.000001/at-most: 1/' "$BATS_TEST_TMPDIR/x.yaml"
    run "$jurisim" run "$BATS_TEST_TMPDIR/x.yaml" -r 200
    [ "$status" -eq 0 ]
}

@test "a dry run runs nothing" {
    run "$jurisim" run --dry-run "$icloud"
    [ "$status" -eq 0 ]
    [[ "$output" == *"8 strategies"* && "$output" == *"1000 legal"* ]]
}

@test "a reader that stops reading is told as a failure to write, not by a signal" {
    run bash -c "'$jurisim' explain '$icloud' | head -1; exit \${PIPESTATUS[0]}"
    [ "$status" -eq 1 ] || [ "$status" -eq 0 ]
}

@test "every claim is judged under every reading, and the report says under which it holds" {
    ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -r 3 --json >"$BATS_TEST_TMPDIR/a.json"
    ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -r 3 -j 2 --readings=3 --json >"$BATS_TEST_TMPDIR/b.json"
    cmp "$BATS_TEST_TMPDIR/a.json" "$BATS_TEST_TMPDIR/b.json"
    ok_or_unmet "$jurisim" run "$icloud" "${brief[@]}" -r 3 --no-readings --json >"$BATS_TEST_TMPDIR/c.json"
    python3 - "$BATS_TEST_TMPDIR/a.json" "$BATS_TEST_TMPDIR/c.json" <<'PY'
import json, sys
doc, plain = (json.load(open(f)) for f in sys.argv[1:])
assert "readings" not in plain and plain["require"] == doc["require"]
assert len(doc["readings"]) >= 1
verdicts = {}  # by strategy and claim: every verdict, the law as stated among them
for run in [doc] + doc["readings"]:
    for kind in "expect", "require":
        assert len(run[kind]) == len(doc[kind])
        for j in run[kind]:
            claim = j["text"].split(": ")[0]
            verdicts.setdefault((j["strategy"], claim), []).append(j["verdict"])
def listed(name):
    return {(c["strategy"], c["claim"]) for c in doc["holds_under_" + name]}
holds = {k: v.count("holds") for k, v in verdicts.items()}
n = 1 + len(doc["readings"])
assert listed("all") == {k for k, h in holds.items() if h == n}
assert listed("some") == {k for k, h in holds.items() if 0 < h < n}
assert listed("none") == {k for k, h in holds.items() if h == 0}
PY
}

@test "a requirement flips where the closed form says" {
    # One account, requests at rate 1 a year for 4 years, each granted with probability p: it is
    # exposed with 1 - exp(-4 p), which is 1/2 at p = ln(2) / 4 = 0.1733.
    cat >"$BATS_TEST_TMPDIR/flips.yaml" <<END
base: $PWD/scenarios/tiny/poisson.yaml
instruments: {production-order: {grant: {uncertain: {uniform: {low: 0, high: 1}}}}}
sites: {store: {service: {uncertain: {uniform: {low: 1 ms, high: 2 ms}}}}}
study: {replications: {legal: 2000, traffic: 1}, window: 300}
require: [{metric: exposure.content.any, at-most: 0.5}, {metric: exposure.content.any, at-most: 0.99}]
END
    ok_or_unmet "$jurisim" run "$BATS_TEST_TMPDIR/flips.yaml" -q --flips=2000 --json >"$BATS_TEST_TMPDIR/a.json"
    ok_or_unmet "$jurisim" run "$BATS_TEST_TMPDIR/flips.yaml" -q -r 50 --flips=500 --json >"$BATS_TEST_TMPDIR/b.json"
    ok_or_unmet "$jurisim" run "$BATS_TEST_TMPDIR/flips.yaml" -q -r 50 --flips=500 >"$BATS_TEST_TMPDIR/b.txt"
    python3 - "$BATS_TEST_TMPDIR"/{a.json,b.json,b.txt} <<'PY'
import json, math, sys
doc, fewer = (json.load(open(f)) for f in sys.argv[1:3])
text = open(sys.argv[3]).read()
half, most = doc["flips"]
assert half["verdict"] == "fails" and not half["holds"]
assert abs(half["estimate"] - (1 - math.exp(-2))) < 0.03, half
(flip,) = half["inputs"]
assert flip["path"] == "instruments.production-order.grant"
assert abs(float(flip["value"]) - math.log(2) / 4) < 0.02, flip
assert abs(flip["quantile"] - float(flip["value"])) < 1e-4
assert most["verdict"] == "holds" and most["inputs"] == []
(told,) = fewer["flips"][0]["inputs"]
assert "flips at instruments.production-order.grant = " + told["value"] + " (from 0.5; " in text
assert "No value tried flips any other requirement." in text
assert "sites.store.service: from 1.01 ms to 1.99 ms" in text
PY
}

@test "an interrupted search for flips leaves the run's results" {
    cat >"$BATS_TEST_TMPDIR/flips.yaml" <<END
base: $PWD/scenarios/tiny/poisson.yaml
instruments: {production-order: {grant: {uncertain: {uniform: {low: 0, high: 1}}}}}
study: {replications: {legal: 200, traffic: 1}, window: 300}
require: [{metric: exposure.content.any, at-most: 0.5}]
END
    "$jurisim" run "$BATS_TEST_TMPDIR/flips.yaml" --flips=1000000 --json \
        >"$BATS_TEST_TMPDIR/a.json" 2>"$BATS_TEST_TMPDIR/a.err" &
    pid=$!
    sleep 3
    kill -INT "$pid"
    rc=0
    wait "$pid" || rc=$?
    cat "$BATS_TEST_TMPDIR/a.err"
    [ "$rc" -eq 1 ]
    grep -q stopped "$BATS_TEST_TMPDIR/a.err"
    python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["require"] and "flips" not in d' \
        "$BATS_TEST_TMPDIR/a.json"
}

@test "compare shows risk, channels and duties when asked" {
    ok_or_unmet "$jurisim" compare "$icloud" "${brief[@]}" -r 3 --risk --channels --duties >"$BATS_TEST_TMPDIR/a.txt"
    for heading in "Risk of one given account of mainland" "Channels:" "Duties and their price"; do
        grep -q "$heading" "$BATS_TEST_TMPDIR/a.txt"
    done
    ok_or_unmet "$jurisim" compare "$icloud" "${brief[@]}" -r 3 >"$BATS_TEST_TMPDIR/b.txt"
    ! grep -q "Channels:" "$BATS_TEST_TMPDIR/b.txt"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/b.txt")" -lt 80 ]
}
