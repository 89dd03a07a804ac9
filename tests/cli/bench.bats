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
    for wrong in "" "engine" "crypto more" "crypto --rounds 5" "crypto --rounds x" "crypto --bytes 0" \
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
