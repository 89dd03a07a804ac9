# What `jurisim explain` and `jurisim check` promise.
load helper

@test "explain says who can open it alone before and after the keys moved" {
    "$jurisim" explain "$icloud" -s as-it-happened --on 2016-01-01 --json >"$BATS_TEST_TMPDIR/before.json"
    "$jurisim" explain "$icloud" -s as-it-happened --on 2019-01-01 --json >"$BATS_TEST_TMPDIR/after.json"
    python3 - "$BATS_TEST_TMPDIR/before.json" "$BATS_TEST_TMPDIR/after.json" <<'PY'
import json, sys
def mail(path):
    rows = json.load(open(path))["strategies"]
    return next(r for r in rows if r["cohort"] == "mainland" and r["data"] == "mail")
before, after = mail(sys.argv[1]), mail(sys.argv[2])
assert "CN" not in before["unilateral"], before["unilateral"]
assert "CN" in after["unilateral"], after["unilateral"]
assert before["date"] == "2016-01-01"
plan = next(p for p in after["plans"] if p["authority"] == "cn-police")
assert set(plan) == {"authority", "stream", "levers", "days", "probability"}
lever = plan["levers"][0]
assert set(lever) == {"instrument", "addressee", "partner", "yields", "days", "probability", "because"}
assert 0 < plan["probability"] <= 1 and plan["days"] > 0
assert not [p for p in before["plans"] if p["authority"] == "cn-police"]
PY
}

@test "explain in words names the reason, its line and its source" {
    run "$jurisim" explain "$icloud" -s cn-data-cn-keys --authority cn-police
    [ "$status" -eq 0 ]
    [[ "$output" == *"because apple can be served in CN (a branch)"* ]]
    [[ "$output" == *"law.yaml:"* ]]
}

@test "check finds no fault in any shipped scenario" {
    run "$jurisim" check "$icloud" scenarios/tiny/*.yaml
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "$output" != *fault:* ]]
}

@test "check lists all faults of a file, with exit 2" {
    printf 'jurisim: 1\ntitel: x\nhorizon: {from: 2013-01-01, to: 2012-01-01}\nplaces: {A: {in: CN}}\n' \
        >"$BATS_TEST_TMPDIR/bad.yaml"
    run "$jurisim" check "$BATS_TEST_TMPDIR/bad.yaml"
    echo "$output"
    [ "$status" -eq 2 ]
    [[ "$output" == *"bad.yaml:2:"*"did you mean 'title'"* ]]
    [[ "$output" == *"bad.yaml:3:"* ]]
}

@test "every command tells its options and exits 0" {
    for command in run compare explain check plot bench; do
        run "$jurisim" "$command" --help
        [ "$status" -eq 0 ]
        [[ "$output" == *"usage: jurisim $command"* ]]
    done
    run "$jurisim" --version
    [ "$output" = "jurisim $(cat VERSION)" ]
}

@test "the man page names every option that --help names" {
    for command in run compare explain check plot; do
        for option in $("$jurisim" "$command" --help | grep -oE -- '--[a-z-]+' | sort -u); do
            grep -qF -- "$(printf '%s' "$option" | sed 's/-/\\-/g')" jurisim.1 || {
                echo "$command $option is not in the man page"
                false
            }
        done
    done
}

@test "explain counts former copies that are still there, and not those that are gone" {
    cat >"$BATS_TEST_TMPDIR/moved.yaml" <<'Y'
jurisim: 1
title: data and keys move abroad, old copies stay or go
horizon: {from: 2021-01-01, to: 2023-01-01}
instruments: {order: {addressee: custodian, filing: 1 d, grant: 1}}
jurisdictions: {AA: {instruments: {order: {}}}, BB: {instruments: {order: {}}}}
places: {pa: {in: AA}, pb: {in: BB}}
network: {within: 0 ms, links: [{between: [pa, pb], rtt: 20 ms}]}
custodians: {ann: {home: AA}, bob: {home: BB}}
sites: {sa: {at: pa, operator: ann}, sb: {at: pb, operator: bob}}
key-stores: {ka: {at: pa, operator: ann, kind: software}, kb: {at: pb, operator: bob, kind: software}}
crypto: {open: 0 s, seal: 0 s}
data: {notes: {weight: 1, size: 1 B}}
users: {one: {at: pa, resident-of: AA, accounts: 1, operations: 1 per 1 d, reads: 1}}
strategies:
  stays:
    placement: [{replicas: [sa], keys: [ka]}]
    changes: [{date: 2022-01-01, placement: [{replicas: [sb], keys: [kb]}], old-copies: kept}]
  goes:
    placement: [{replicas: [sa], keys: [ka]}]
    changes: [{date: 2022-01-01, placement: [{replicas: [sb], keys: [kb]}], old-copies: 90 d}]
Y
    for on in 2021-06-01 2022-02-01 2022-12-01; do
        "$jurisim" explain "$BATS_TEST_TMPDIR/moved.yaml" --on "$on" --json
    done | python3 -c '
import json, sys
rows = [[s["unilateral"] for s in json.loads(line)["strategies"]] for line in sys.stdin]
assert rows == [[["AA"], ["AA"]], [["AA", "BB"], ["AA", "BB"]], [["AA", "BB"], ["BB"]]], rows
'
}
