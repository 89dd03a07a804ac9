# The worlds that are solvable on paper: each is clean, and what its comments say comes out.
load helper

@test "every tiny scenario is without faults and without warnings" {
    for file in scenarios/tiny/*.yaml; do
        run "$jurisim" check "$file"
        echo "$output"
        [ "$status" -eq 0 ]
        [[ "$output" == "$file: no faults; "* ]]
        [ "${#lines[@]}" -eq 1 ]
    done
}

@test "every tiny scenario states a claim, and every claim holds at its own replications" {
    for file in scenarios/tiny/*.yaml; do
        "$jurisim" run "$file" --json -q >"$BATS_TEST_TMPDIR/out.json" 2>"$BATS_TEST_TMPDIR/err"
        python3 - "$file" "$BATS_TEST_TMPDIR/out.json" <<'PY'
import json, sys
doc = json.load(open(sys.argv[2]))
claims = doc["require"] + doc["expect"]
assert claims, sys.argv[1] + " claims nothing"
wrong = [c for c in claims if c["verdict"] != "holds"]
for c in wrong:
    print(sys.argv[1], c["verdict"], c["text"])
sys.exit(bool(wrong))
PY
    done
}
