# What `jurisim run` promises at the command line.
load helper

@test "the results are valid JSON with every metric that is promised" {
    ok_or_unmet "$jurisim" run "$icloud" -r 2 --json >"$BATS_TEST_TMPDIR/a.json"
    python3 - "$BATS_TEST_TMPDIR/a.json" <<'PY'
import json, sys
doc = json.load(open(sys.argv[1]))
assert list(doc) == ["scenario", "seed", "replications", "strategies", "expect", "require"], list(doc)
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
        ok_or_unmet "$jurisim" run "$icloud" -r 3 -j "$jobs" --json >"$BATS_TEST_TMPDIR/$jobs-$RANDOM.json"
    done
    [ "$(cat "$BATS_TEST_TMPDIR"/*.json | wc -c)" -gt 1000 ]
    [ "$(sha256sum "$BATS_TEST_TMPDIR"/*.json | cut -d' ' -f1 | sort -u | wc -l)" -eq 1 ]
}

@test "a run killed in the middle and resumed gives the same bytes" {
    db=$BATS_TEST_TMPDIR/killed.db
    ok_or_unmet "$jurisim" run "$icloud" -r 20 -o "$BATS_TEST_TMPDIR/whole.db" --json >"$BATS_TEST_TMPDIR/whole.json"
    "$jurisim" run "$icloud" -r 20 -o "$db" --json >/dev/null 2>&1 &
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
    ok_or_unmet "$jurisim" run "$icloud" -r 20 -o "$db" --resume --json >"$BATS_TEST_TMPDIR/resumed.json"
    cmp "$BATS_TEST_TMPDIR/whole.json" "$BATS_TEST_TMPDIR/resumed.json"
    [ ! -e "$db-wal" ] && [ ! -e "$db-shm" ] && [ ! -e "$db-journal" ]
}

@test "no content leaves through the provider while the keys lie abroad, and some after they move" {
    ok_or_unmet "$jurisim" run "$icloud" -s as-it-happened -r 40 -o "$BATS_TEST_TMPDIR/a.db" >/dev/null
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
    ok_or_unmet "$jurisim" run "$icloud" -r 3 --json >"$BATS_TEST_TMPDIR/a.json"
    (cd "$BATS_TEST_TMPDIR" && mv renamed scenarios && ok_or_unmet "$jurisim" run "$icloud" -r 3 --json >b.json)
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
        "explain --on 1999-01-01 $icloud" "explain --authority nobody $icloud" "check"; do
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
    sed 's/at-most: [0-9.]*/at-most: 0/' scenarios/tiny/poisson.yaml >"$BATS_TEST_TMPDIR/x.yaml"
    cat >>"$BATS_TEST_TMPDIR/x.yaml" <<'Y'
require: [{metric: exposure.content.any, at-most: 0.000001}]
Y
    sed -i '/^expect:/,/^$/d' "$BATS_TEST_TMPDIR/x.yaml"
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
