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
assert set(after) == {"name", "cohort", "data", "date", "unilateral", "coercion", "denial", "plans",
                      "importance"}
assert set(after["coercion"]) == {"jurisdictions", "custodians"}
plan = next(p for p in after["plans"] if p["authority"] == "cn-police")
assert set(plan) == {"authority", "levers", "days", "probability"}
lever = plan["levers"][0]
assert set(lever) == {"instrument", "addressee", "yields", "days", "probability", "because"}
assert 0 < plan["probability"] <= 1 and plan["days"] > 0
assert not [p for p in before["plans"] if p["authority"] == "cn-police"]
row = next(r for r in after["importance"] if r["authority"] == "cn-police")
assert set(row) == {"authority", "holder", "kind", "taken", "birnbaum", "criticality", "achievement",
                    "reduction"}
assert row["kind"] in ("site", "key-store") and 0 <= row["taken"] <= 1
PY
}

@test "explain in words names the reason, its line and its source" {
    run "$jurisim" explain "$icloud" -s cn-data-cn-keys --authority cn-police
    [ "$status" -eq 0 ]
    flat=$(tr -s ' \n' '  ' <<<"$output")
    [[ "$flat" == *"because apple (icloud-china.yaml:"*") can be served in CN (a branch)"* ]]
    [[ "$flat" == *"production-order (law.yaml:"*"stands in the law of CN (law.yaml:"* ]]
    [[ "$output" == *"Sources"*"[1] "* ]]
    awk 'length > 104 && !/^  \[/ {print; bad = 1} END {exit bad}' <<<"$output"
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

# A world with three custodians in three orders, a blocking statute, a breach and an escrow.
write_orders() {
    cat >"$1" <<'Y'
jurisim: 1
title: three orders
horizon: {from: 2021-01-01, to: 2023-01-01}
instruments:
  order: {addressee: custodian, filing: {exponential: {mean: 10 d}}, grant: 0.5, abroad: true}
  login: {addressee: user, filing: 1 d, grant: 1}
jurisdictions:
  AA: {instruments: {order: {}, login: {}}}
  BB: {instruments: {order: {abroad: false}}, blocking-statute: {against: [AA], obeys: 0.25}}
  CC: {instruments: {order: {abroad: false}}}
places: {pa: {in: AA}, pb: {in: BB}, pc: {in: CC}}
network: {within: 0 ms, links: [{between: [pa, pb], rtt: 20 ms}, {between: [pa, pc], rtt: 20 ms}, {between: [pb, pc], rtt: 20 ms}]}
custodians: {ann: {home: AA}, bob: {home: BB, branches: [AA]}, cid: {home: CC, branches: [AA]}}
sites: {sa: {at: pa, operator: ann}}
key-stores: {kb: {at: pb, operator: bob, kind: software}, kc: {at: pc, operator: cid, kind: software}}
crypto: {open: 0 s, seal: 0 s}
data: {notes: {weight: 1, size: 1 B}}
users: {one: {at: pa, resident-of: AA, accounts: 10, operations: 1 per 1 d, reads: 1}}
authorities:
  aa-police: {jurisdiction: AA, requests: {orders: {rate: 1 per 1 y, through: [order], accounts: 1, targets: {one: 1}, wants: {content: 1, metadata: 0}}}}
threats: {burglars: {class: criminal, rate: 0.5 per 1 y, sites: [sa], key-stores: [kb], accounts: 1, execution: 2 d}}
strategies:
  both: {placement: [{replicas: [sa], keys: {all: [kb, kc]}}]}
  either: {placement: [{replicas: [sa], keys: {any: 1, of: [kb, kc]}}]}
Y
}

@test "a plan of several levers is expected to take the largest of their delays" {
    write_orders "$BATS_TEST_TMPDIR/orders.yaml"
    "$jurisim" explain "$BATS_TEST_TMPDIR/orders.yaml" --json | python3 -c '
import json, sys
both, either = json.load(sys.stdin)["strategies"]
plan, = [p for p in both["plans"] if p["authority"] == "aa-police"]
assert [l["addressee"] for l in plan["levers"]] == ["ann", "bob", "cid"], plan
# the largest of three exponentials of mean 10 d: 10 (1 + 1/2 + 1/3); the statute: a quarter
assert abs(plan["days"] - 10 * (1 + 1 / 2 + 1 / 3)) < 0.3, plan["days"]
assert abs(plan["probability"] - 0.5 ** 3 / 4) < 1e-12, plan["probability"]
assert all(abs(l["days"] - 10) < 1e-9 for l in plan["levers"])
# two plans of two levers each; by importance: ciphertext in series with two keys in parallel
plans = [p for p in either["plans"] if p["authority"] == "aa-police"]
assert len(plans) == 2
row = {r["holder"]: r for r in either["importance"] if r["authority"] == "aa-police"}
assert abs(row["kb"]["birnbaum"] - 0.5 * (1 - 0.5)) < 1e-12
assert abs(row["kc"]["birnbaum"] - 0.5 * (1 - 0.125)) < 1e-12
assert abs(row["sa"]["birnbaum"] - (1 - (1 - 0.125) * (1 - 0.5))) < 1e-12
assert row["sa"]["reduction"] is None
'
}

@test "explain tells of statutes, threats and compelled users" {
    write_orders "$BATS_TEST_TMPDIR/orders.yaml"
    run "$jurisim" explain "$BATS_TEST_TMPDIR/orders.yaml" -s either
    [ "$status" -eq 0 ]
    flat=$(tr -s ' \n' '  ' <<<"$output")
    [[ "$flat" == *"its user can be compelled to open it in AA"* ]]
    [[ "$flat" == *"a blocking statute of BB (orders.yaml:9) forbids to obey, which is done all the same with probability 0.25"* ]]
    [[ "$flat" == *"burglars, a threat, 1 plan"*"breach burglars of sa"*"breach burglars of kb"* ]]
    [[ "$flat" == *"each target is hit 0.5 times a year."* ]]
    [[ "$output" != *"of all its targets"* ]]
    run "$jurisim" explain "$BATS_TEST_TMPDIR/orders.yaml" -s either --authority burglars \
        --set threats.burglars.common-cause=0.2
    flat=$(tr -s ' \n' '  ' <<<"$output")
    [[ "$flat" == *"burglars, a threat, 2 plans"*"breach burglars of all its targets"* ]]
    [[ "$flat" == *"0.5 times a year, of these 0.1 together with all others"* ]]
}

@test "of many plans explain tells ten and how many more there are, and JSON up to a thousand" {
    python3 - >"$BATS_TEST_TMPDIR/wide.yaml" <<'PY'
names = [f"c{i}" for i in range(12)]
print("""jurisim: 1
title: twelve holders, any six
horizon: {from: 2021-01-01, to: 2022-01-01}
instruments: {order: {addressee: custodian, filing: 1 d, grant: 1}}
jurisdictions: {AA: {instruments: {order: {}}}}
places: {pa: {in: AA}}
network: {within: 0 ms, links: []}
crypto: {open: 0 s, seal: 0 s}
data: {notes: {weight: 1, size: 1 B}}
users: {one: {at: pa, resident-of: AA, accounts: 10, operations: 1 per 1 d, reads: 1}}""")
print("custodians: {" + ", ".join(f"{n}: {{home: AA}}" for n in names) + "}")
print("sites: {" + ", ".join(f"s{n}: {{at: pa, operator: {n}}}" for n in names) + "}")
print("key-stores: {k: {at: pa, operator: c0, kind: software}}")
print("authorities: {police: {jurisdiction: AA, requests: {orders: {rate: 1 per 1 y, through: [order],")
print("  accounts: 1, targets: {one: 1}, wants: {content: 1, metadata: 0}}}}}")
print("strategies: {wide: {placement: [{replicas: {any: 6, of: [" + ", ".join("s" + n for n in names) + "]}, keys: [k]}]}}")
PY
    run "$jurisim" explain "$BATS_TEST_TMPDIR/wide.yaml"
    echo "$output"
    [ "$status" -eq 0 ]
    # the key's holder and five of the eleven others: C(11, 5)
    [[ "$output" == *"police (orders), 462 plans"*"and 452 more, none quicker"* ]]
    "$jurisim" explain "$BATS_TEST_TMPDIR/wide.yaml" --json |
        python3 -c 'import json, sys; s = json.load(sys.stdin)["strategies"][0]
assert len(s["plans"]) == 462 and "other_plans" not in s'
    # any seven of fourteen: C(13, 6) = 1716
    sed -e 's/any: 6, of: \[/&sc12, sc13, /' -e 's/custodians: {/&c12: {home: AA}, c13: {home: AA}, /' \
        -e 's/any: 6/any: 7/' \
        -e 's/sites: {/&sc12: {at: pa, operator: c12}, sc13: {at: pa, operator: c13}, /' \
        "$BATS_TEST_TMPDIR/wide.yaml" >"$BATS_TEST_TMPDIR/wider.yaml"
    "$jurisim" explain "$BATS_TEST_TMPDIR/wider.yaml" --json |
        python3 -c 'import json, sys; s = json.load(sys.stdin)["strategies"][0]
assert (len(s["plans"]), s["other_plans"]) == (1000, 716), (len(s["plans"]), s.get("other_plans"))'
}
