# What `jurisim explain --exposed` promises: why one account of a kept run was exposed.
load helper

setup_file() {
    export W=$BATS_FILE_TMPDIR
    cat >"$W/later.yaml" <<'Y'
jurisim: 1
title: ciphertext is taken in the first year, the key in the third
horizon: {from: 2021-01-01, to: 2025-01-01}
instruments: {order: {addressee: custodian, filing: 10 d, grant: 1}}
jurisdictions: {AA: {instruments: {order: {}}}, BB: {instruments: {order: {}}}}
places: {pa: {in: AA}, pb: {in: BB}}
network: {within: 0 ms, links: [{between: [pa, pb], rtt: 20 ms}]}
custodians: {ann: {home: AA}, bob: {home: BB}}
sites: {sa: {at: pa, operator: ann}}
key-stores: {ka: {at: pa, operator: ann, kind: software}, kb: {at: pb, operator: bob, kind: software}}
crypto: {open: 0 s, seal: 0 s}
data: {notes: {weight: 1, size: 1 B}}
users: {one: {at: pa, resident-of: AA, accounts: 1, operations: 1 per 1 d, reads: 1}}
authorities:
  aa-police:
    jurisdiction: AA
    requests:
      orders: {rate: 12 per 1 y, through: [order], accounts: 1, targets: {one: 1}, wants: {content: 1, metadata: 0}, collects-ciphertext: true, escalates: true}
strategies:
  moves: {placement: [{replicas: [sa], keys: [kb]}], changes: [{date: 2023-01-01, placement: [{replicas: [sa], keys: [ka]}], keys: copied}]}
  stays: {placement: [{replicas: [sa], keys: [kb]}]}
study: {replications: {legal: 3, traffic: 1}, seed: 4, window: 100}
Y
    "$jurisim" run "$W/later.yaml" -o "$W/later.db" --seed 9 -q >"$W/out"
}

flat() {
    tr -s ' \n' '  ' <<<"$output"
}

@test "the story says when ciphertext was taken, when the key was, and on which lines it rests" {
    run "$jurisim" explain --exposed "$W/later.db"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ "$output" == "Why content of account 1 of one was opened to aa-police under moves, in replication 0"* ]]
    [[ "$(flat)" == *"AA order on ann yields ciphertext at sa, metadata. Because ann (later.yaml:8) can be served in AA (its home) and operates sa (later.yaml:9)"* ]]
    [[ "$output" == *"Left out: "*" other requests that concerned the account and brought nothing new."* ]]
    [ "$(grep -c yields <<<"$output")" -eq 2 ]
    [[ "$(flat)" == *"2023-01-"*"The content of the account (notes) is open to aa-police from now on: it holds ciphertext at sa since 202"*", the key in ka since 2023-01-"* ]]
}

@test "as JSON the story ends with the opening and what is held since when" {
    "$jurisim" explain --exposed "$W/later.db" --json | python3 -c '
import json, sys
story = json.load(sys.stdin)
assert (story["strategy"], story["authority"], story["replication"]) == ("moves", "aa-police", 0)
assert story["exposed"] == "content" and story["account"] == 1
dates = [s["date"] for s in story["steps"]]
assert dates == sorted(dates)
last = story["steps"][-1]
assert last["event"] == "opened" and last["data"] == ["notes"], last
held = {h["element"]: h["since"] for h in last["held"]}
assert held["ciphertext at sa"] < "2023" < held["the key in ka"], held
taken = [s for s in story["steps"] if s["event"] == "executed"]
# before the move, and in an order that asks for ciphertext alone, the key is not taken
assert all(("the key in ka" in s["yields"]) == (s["date"] >= held["the key in ka"]) for s in taken)
assert last["date"] == held["the key in ka"]
assert all(s["because"] and s["instrument"] == "order" and s["addressee"] == "ann" for s in taken)
'
}

@test "the run's own overrides are used, and the same story is told twice" {
    # the run was made with --seed 9; the file says 4
    "$jurisim" explain --exposed "$W/later.db" >"$W/a"
    "$jurisim" explain --exposed "$W/later.db" --set study.seed=9 >"$W/b"
    cmp "$W/a" "$W/b"
    run "$jurisim" explain --exposed "$W/later.db" --set study.seed=4
    [ "$status" -eq 2 ]
    [[ "$output" == *"is not what"*"was simulated from"* ]]
}

@test "a strategy, an authority and a replication can be chosen" {
    run "$jurisim" explain --exposed "$W/later.db" -s moves --authority aa-police --replication 2
    [ "$status" -eq 0 ]
    [[ "$output" == *"in replication 2"* ]]
    run "$jurisim" explain --exposed "$W/later.db" -s stays
    [ "$status" -eq 0 ]
    [[ "$output" == "Why metadata of account 1 of one were opened to aa-police under stays"* ]]
    run "$jurisim" explain --exposed "$W/later.db" -s move
    [ "$status" -eq 2 ]
    [[ "$output" == *"no strategy is called 'move'; did you mean 'moves'?"* ]]
    run "$jurisim" explain --exposed "$W/later.db" --replication first
    [ "$status" -eq 2 ]
    run "$jurisim" explain --exposed "$W/later.db" --replication 3
    [ "$status" -eq 2 ]
    [[ "$output" == *"no account was exposed in replication 3 in "* ]]
}

@test "a scenario that has changed, or is not there, is refused with what to do" {
    cp "$W/later.yaml" "$W/moved.yaml"
    "$jurisim" run "$W/moved.yaml" -o "$W/moved.db" -q >"$W/out"
    sed -i 's/filing: 10 d/filing: 11 d/' "$W/moved.yaml"
    run "$jurisim" explain --exposed "$W/moved.db"
    echo "$output"
    [ "$status" -eq 2 ]
    [[ "$output" == *"has changed since"* ]]
    rm "$W/moved.yaml"
    run "$jurisim" explain --exposed "$W/moved.db"
    echo "$output"
    [ "$status" -eq 2 ]
    [[ "$output" == *"cannot be read here: name the scenario, as in jurisim explain --exposed"* ]]
    # the same files are the same scenario wherever they lie
    mkdir -p "$W/elsewhere"
    cp "$W/later.yaml" "$W/elsewhere/moved.yaml"
    run "$jurisim" explain --exposed "$W/moved.db" "$W/elsewhere/moved.yaml"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "options that do not go together are told" {
    run "$jurisim" explain --exposed "$W/later.db" --on 2022-01-01
    [ "$status" -eq 2 ]
    run "$jurisim" explain "$W/later.yaml" --replication 1
    [ "$status" -eq 2 ]
    [[ "$output" == *"--replication goes with --exposed"* ]]
}

@test "a wrong or missing database is bad input, as everywhere" {
    run "$jurisim" explain --exposed "$W/none.db"
    [ "$status" -eq 2 ]
    [[ "$output" == *"none.db: there is no such file"* ]]
    head -c 9000 "$W/later.db" >"$W/short.db"
    for args in "explain --exposed" "compare"; do
        # shellcheck disable=SC2086
        run "$jurisim" $args "$W/short.db"
        [ "$status" -eq 2 ]
        [[ "$output" == *"short.db: damaged"* ]]
    done
    "$jurisim" run "$W/later.yaml" -q --force -o "$W/short.db" >"$W/out"
    "$jurisim" compare "$W/short.db" >"$W/out"
}
