#!/usr/bin/env bats
# jurisim bench crypto: what it prints, writes and refuses. Sizes and rounds are as few as allowed.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    jurisim="${BUILD:-build}/jurisim"
    few=(--quick --rounds 6 --bytes 16KiB,1024)
}

@test "JSON has the machine and a row for every operation and size" {
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --json
    [ "$status" -eq 0 ]
    python3 - "$output" <<'END'
import json, sys
got = json.loads(sys.argv[1])
assert list(got) == ["machine", "rows"]
assert list(got["machine"]) == ["cpu", "cores", "library", "measured", "jurisim", "clock", "pinned", "spin_scaling"]
rows = got["rows"]
fields = ["name", "backend", "mode", "bytes", "threads", "median", "low", "high", "unit", "p50", "p99", "p999", "cycles"]
for row in rows:
    assert list(row) == fields, row
    assert 0 < row["low"] <= row["median"] <= row["high"] and row["unit"] == "ns", row
for name in ("aes-256-gcm-open", "chacha20-poly1305-seal", "memory-copy"):
    same = [r for r in rows if r["name"] == name and r["backend"] in ("openssl", "libc")]
    assert [r["bytes"] for r in same if r["mode"] != "held-key"] == [1024, 16384], name
for name in ("aes-256-gcm-unwrap", "aes-256-kw-unwrap", "rsa-3072-oaep-unwrap", "spin"):
    assert len([r for r in rows if r["name"] == name]) == 1, name
END
}

@test "the table has a line for every operation, its sizes side by side" {
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only gcm
    [ "$status" -eq 0 ]
    [ "$(grep -c '^aes-256-gcm-seal ' <<<"$output")" -eq 1 ]
    grep -Eq '^objects: GB/s by size +library +key +1 KiB +16 KiB +within$' <<<"$output"
    grep -Eq '^aes-256-gcm-open +\* openssl +new-key +[0-9.]+ +[0-9.]+ +[0-9.]+ %$' <<<"$output"
    grep -Eq '^ +openssl +naive +[0-9.]+ +[0-9.]+ +[0-9.]+ %$' <<<"$output"
    grep -Eq '^aes-256-gcm-unwrap +\* openssl +new-key +[0-9.]+ [kM] +[0-9.]+ [nu]s +[0-9.]+ %' <<<"$output"
    [ "$(awk 'length > 120' <<<"$output" | wc -l)" -eq 0 ]
}

@test "the cost file is written, and nothing else is left beside it" {
    run "$jurisim" bench crypto "${few[@]}" --only gcm --costs-out "$BATS_TEST_TMPDIR/costs.yaml"
    [ "$status" -eq 0 ]
    [ "$(ls "$BATS_TEST_TMPDIR")" = costs.yaml ]
    grep -Eq '^  aes-256-gcm-open:$' "$BATS_TEST_TMPDIR/costs.yaml"
    grep -Eq '^    bulk: \[\[1 KiB, [0-9.]+ ns\], \[16 KiB, [0-9.]+ ns\]\]' "$BATS_TEST_TMPDIR/costs.yaml"
    grep -Eq '^  aes-256-gcm-unwrap: \{each: [0-9.]+ ns\}' "$BATS_TEST_TMPDIR/costs.yaml"
}

@test "results are shown although the cost file cannot be written" {
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only gcm --costs-out "$BATS_TEST_TMPDIR/no/costs.yaml"
    [ "$status" -eq 1 ]
    grep -q '^aes-256-gcm-seal ' <<<"$output"
    [[ "$stderr" == *"no/costs.yaml: cannot write: No such file or directory"* ]]
}

@test "misuse is told and exits 2" {
    for wrong in "" "engines" "crypto more" "crypto --rounds 5" "crypto --rounds x" "crypto --bytes 0" \
        "crypto --bytes 65MiB" "crypto --bytes 5parsecs" "crypto --threads 0" "crypto --bytes ," "crypto --no-such" \
        "crypto --bytes 1024 --costs-out x"; do
        # shellcheck disable=SC2086
        run --separate-stderr "$jurisim" bench $wrong
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        [[ "$stderr" == *"jurisim bench: "* ]]
    done
    [ ! -e x ]
}

@test "help goes to stdout" {
    run --separate-stderr "$jurisim" bench --help
    [ "$status" -eq 0 ]
    [[ "$output" == "usage: jurisim bench crypto"* ]]
    [ -z "$stderr" ]
}

@test "threads are measured beside one, or left out with the reason" {
    run --separate-stderr "$jurisim" bench crypto --quick --rounds 6 --bytes 1024 --only gcm-unwrap --threads 2 --json
    [ "$status" -eq 0 ]
    python3 - "$output" <<'END'
import json, sys
got = json.loads(sys.argv[1])
two = [r for r in got["rows"] if r["threads"] == 2]
assert got["machine"]["spin_scaling"] > 0
assert bool(two) == (got["machine"]["spin_scaling"] >= 1.8), got["machine"]
END
}

# ---- a token: SoftHSM's, in a folder of the test's own ----

token_setup() {
    softhsm=$(find /usr/lib /usr/lib64 /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -1)
    export SOFTHSM2_CONF="$BATS_TEST_TMPDIR/softhsm.conf"
    mkdir "$BATS_TEST_TMPDIR/tokens"
    printf 'directories.tokendir = %s/tokens\nlog.level = ERROR\n' "$BATS_TEST_TMPDIR" >"$SOFTHSM2_CONF"
    softhsm2-util --init-token --free --label bench --so-pin 8888-officer --pin 7777-user >/dev/null
    (umask 077 && echo 7777-user >"$BATS_TEST_TMPDIR/pin" && echo 6666-user >"$BATS_TEST_TMPDIR/wrong")
}

@test "a token's rows stand in the table, the JSON and the cost file, and its PIN nowhere" {
    token_setup
    token=("${few[@]}" --only token-aes --pkcs11 "$softhsm" --token bench --pin-file "$BATS_TEST_TMPDIR/pin")
    run "$jurisim" bench crypto "${token[@]}" --costs-out "$BATS_TEST_TMPDIR/costs.yaml"
    [ "$status" -eq 0 ]
    grep -Fq "SoftHSM v2, token 'bench'" <<<"$output"
    grep -q "^token-aes-256-gcm-unwrap .*pkcs11 .*token" <<<"$output"
    grep -Eq "^  token-aes-256-gcm-unwrap: \{each: [0-9.]+ ns\}" "$BATS_TEST_TMPDIR/costs.yaml"
    grep -Fq "token: \"SoftHSM v2, token 'bench'\"" "$BATS_TEST_TMPDIR/costs.yaml"
    [[ "$output" != *7777* ]]
    ! grep -q 7777 "$BATS_TEST_TMPDIR/costs.yaml"
    run --separate-stderr "$jurisim" bench crypto "${token[@]}" --json
    [ "$status" -eq 0 ]
    python3 -c 'import json, sys
got = json.loads(sys.argv[1])
assert got["machine"]["token"] == "SoftHSM v2, token \x27bench\x27"
assert len([r for r in got["rows"] if r["mode"] == "token"]) == 3' "$output"
}

@test "a wrong PIN, label or module is bad input, and told without the PIN" {
    token_setup
    pin="$BATS_TEST_TMPDIR/pin"
    echo >"$BATS_TEST_TMPDIR/empty"
    refused() { # message, options
        local says=$1
        shift
        run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only token "$@"
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        [[ "$stderr" == *"$says"* ]]
        [[ "$stderr" != *6666* && "$stderr" != *7777* ]]
    }
    refused "refuses this PIN (CKR_PIN_INCORRECT)" --pkcs11 "$softhsm" --pin-file "$BATS_TEST_TMPDIR/wrong"
    refused "no initialised token labelled 'other'" --pkcs11 "$softhsm" --token other --pin-file "$pin"
    refused "wants a PIN" --pkcs11 "$softhsm"
    refused "cannot read the PIN: No such file" --pkcs11 "$softhsm" --pin-file "$BATS_TEST_TMPDIR/none"
    refused "its first line is empty" --pkcs11 "$softhsm" --pin-file "$BATS_TEST_TMPDIR/empty"
    refused "cannot read the PKCS#11 module: No such file" --pkcs11 /no/such.so --pin-file "$pin"
    refused "is no PKCS#11 module" --pkcs11 "$pin" --pin-file "$pin"
    refused "they need --pkcs11" --pin-file "$pin"
}

# ---- costs of services, of this machine, kept ones ----

@test "the costs of services are those of their sources, and scenarios can include them" {
    python3 - <<'END'
import csv, re
facts = {}
with open("scenarios/data/service_facts.csv", encoding="utf-8") as table:
    for row in csv.DictReader(table):
        assert row["source"], row
        facts[row["quantity"]] = row
unit = {"us": 1e-6, "ms": 1e-3}
rows = 0
for line in open("scenarios/facts/costs-services.yaml", encoding="utf-8"):
    got = re.match(r"  [a-z0-9-]+: \{each: ([0-9.]+) (us|ms)\} # (at a rate|for one): (.+)$", line)
    if not got:
        assert line.startswith(("#", "  #", "costs:")), line
        continue
    rows += 1
    fact = facts[got[4]]
    value = float(fact["value"])
    want = 1 / value if got[3] == "at a rate" else value * 1e-3
    assert got[3] == "at a rate" and "/s" in fact["unit"] or fact["unit"] in ("ms", "ms/op"), fact
    assert abs(float(got[1]) * unit[got[2]] / want - 1) < 1e-5, line
assert rows == 12, rows
END
    cp -R scenarios/tiny scenarios/facts scenarios/data "$BATS_TEST_TMPDIR"
    sed 's|^\(title:.*\)|\1\ninclude: [facts/costs-services.yaml]|; s|service: {exponential: {mean: [^}]*}}|service: {cost: aws-kms-rsa}|' \
        scenarios/tiny/mm1.yaml >"$BATS_TEST_TMPDIR/services.yaml"
    grep -q 'cost: aws-kms-rsa' "$BATS_TEST_TMPDIR/services.yaml"
    run --separate-stderr "$jurisim" check "$BATS_TEST_TMPDIR/services.yaml"
    [ "$status" -eq 0 ]
}

@test "this machine's costs are measured once, kept, and named in the run" {
    export XDG_CACHE_HOME="$BATS_TEST_TMPDIR/cache"
    db="$BATS_TEST_TMPDIR/run.db"
    few_runs=(-q -r 1 --set study.window=1k --json)
    run --separate-stderr "$jurisim" run scenarios/icloud-china.yaml "${few_runs[@]}" --costs host -o "$db"
    [ "$status" -eq 0 ] || [ "$status" -eq 3 ]
    [[ "$stderr" == *"measuring this machine's costs of aes-256-gcm-open,aes-256-gcm-seal"* ]]
    first=$output
    sqlite3 "$db" "SELECT value FROM run WHERE key = 'costs'" | grep -q '^host: .*OpenSSL .*measured 20'
    [ -f "$XDG_CACHE_HOME/jurisim/costs.db" ]
    run --separate-stderr "$jurisim" run scenarios/icloud-china.yaml "${few_runs[@]}" --costs host -o "$db" --resume
    [ "$output" = "$first" ]
    [[ "$stderr" != *"measuring"* ]]
    run --separate-stderr "$jurisim" run scenarios/icloud-china.yaml "${few_runs[@]}" --costs "$XDG_CACHE_HOME/jurisim/costs.db"
    [ "$output" = "$first" ]
    # without a word about costs, and by name: the reference
    run --separate-stderr "$jurisim" run scenarios/icloud-china.yaml "${few_runs[@]}"
    [ "$output" != "$first" ]
    second=$output
    run --separate-stderr "$jurisim" run scenarios/icloud-china.yaml "${few_runs[@]}" --costs reference
    [ "$output" = "$second" ]
    run --separate-stderr "$jurisim" run scenarios/icloud-china.yaml "${few_runs[@]}" --costs "$db"
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"holds no measurements"* ]]
}

@test "a measurement that was kept is shown as it was, without measuring" {
    db="$BATS_TEST_TMPDIR/bench.db"
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only gcm-seal,unwrap --store "$db" \
        --costs-out "$BATS_TEST_TMPDIR/a.yaml"
    [ "$status" -eq 0 ]
    first=$output
    run --separate-stderr "$jurisim" bench crypto --from "$db" --costs-out "$BATS_TEST_TMPDIR/b.yaml" \
        --figure "$BATS_TEST_TMPDIR/a.svg"
    [ "$status" -eq 0 ]
    [ "$output" = "$first" ]
    cmp "$BATS_TEST_TMPDIR/a.yaml" "$BATS_TEST_TMPDIR/b.yaml"
    grep -q 'aes-256-gcm, openssl' "$BATS_TEST_TMPDIR/a.svg"
    run --separate-stderr "$jurisim" bench crypto --from "$db" --quick
    [ "$status" -eq 2 ]
    sqlite3 "$BATS_TEST_TMPDIR/other.db" 'CREATE TABLE t (x)'
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only gcm-wrap --store "$BATS_TEST_TMPDIR/other.db"
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"a database of another program"* ]]
    run --separate-stderr "$jurisim" compare "$db"
    [ "$status" -eq 1 ]
    [[ "$stderr" == *"holds measurements"* ]]
}

@test "the engine's helps and misuse are told" {
    run --separate-stderr "$jurisim" bench engine --help
    [ "$status" -eq 0 ]
    [[ "$output" == "usage: jurisim bench engine"* ]]
    for wrong in "--no-such" "more" "--rounds 5" "--only drawing" "--only draws," "--from x --quick"; do
        # shellcheck disable=SC2086
        run --separate-stderr "$jurisim" bench engine $wrong
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        [[ "$stderr" == *"jurisim bench: "* ]]
    done
}

@test "the engine's measurement is kept beside that of cryptography, and shown as it was" {
    db="$BATS_TEST_TMPDIR/bench.db"
    run --separate-stderr "$jurisim" bench engine --quick --only draws,controls --store "$db"
    [ "$status" -eq 0 ]
    first=$output
    grep -Eq '^control +- +spin +control +1 ' <<<"$output"
    grep -Eq '^control +16777216 +memory-copy ' <<<"$output"
    grep -Eq '^draw +- +philox4x64-10 +exponential +1 +[0-9.]+ ns +\[[0-9.]+, [0-9.]+\] +x [0-9.]+ ' <<<"$output"
    run --separate-stderr "$jurisim" bench crypto --from "$db"
    [ "$status" -eq 2 ]
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only gcm-wrap --store "$db"
    [ "$status" -eq 0 ]
    second=$output
    run --separate-stderr "$jurisim" bench engine --from "$db"
    [ "$status" -eq 0 ]
    [ "$output" = "$first" ]
    run --separate-stderr "$jurisim" bench crypto --from "$db"
    [ "$output" = "$second" ]
    run --separate-stderr "$jurisim" bench engine --from "$db" --json
    python3 - "$output" <<'END'
import json, sys
got = json.loads(sys.argv[1])
assert list(got["machine"]) == ["cpu", "cores", "library", "measured", "jurisim"]
assert {row["name"] for row in got["rows"]} == {"control", "draw"}
for row in got["rows"]:
    assert list(row) == ["name", "backend", "mode", "bytes", "threads", "median", "low", "high", "unit",
                         "ratio", "ratio_low", "ratio_high"], row
    assert 0 < row["low"] <= row["median"] <= row["high"], row
    assert row["ratio"] is None or row["ratio_low"] <= row["ratio"] <= row["ratio_high"], row
END
    # of a database that only an older version wrote: no engine's
    sqlite3 "$db" 'DROP TABLE engine_row'
    run --separate-stderr "$jurisim" bench engine --from "$db"
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"holds no measurements of \`jurisim bench engine\`"* ]]
    run --separate-stderr "$jurisim" bench engine --quick --only draws --store "$db"
    [ "$status" -eq 0 ]
    [ "$(sqlite3 "$db" 'SELECT count(*) FROM engine_row')" -eq 4 ]
}

@test "an engine's ways to one answer are measured beside each other" {
    run --separate-stderr "$jurisim" bench engine --quick --only queues --json
    [ "$status" -eq 0 ]
    python3 - "$output" <<'END'
import json, sys
rows = json.loads(sys.argv[1])["rows"]
assert [(r["name"], r["backend"]) for r in rows] == [
    ("mm1-customer", "lindley"), ("mm1-customer", "station"), ("mm1-customer", "events"),
    ("mm8-customer", "next-free-server"), ("mm8-customer", "station"), ("mm8-customer", "events")], rows
assert [r["ratio"] is None for r in rows] == [True, False, False, True, False, False]
END
}
