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
assert list(got["machine"]) == ["cpu", "cores", "library", "measured", "jurisim", "pinned", "spin_scaling"]
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
    run --separate-stderr "$jurisim" bench crypto "${few[@]}"
    [ "$status" -eq 0 ]
    [ "$(grep -c '^aes-256-gcm-seal .*openssl .*new-key' <<<"$output")" -eq 1 ]
    grep -Eq '^GB/s by size of the object +backend +key +1 KiB +16 KiB +within$' <<<"$output"
    grep -Eq '^aes-256-gcm-open +openssl +new-key +[0-9.]+ +[0-9.]+ +[0-9.]+ %$' <<<"$output"
    grep -Eq '^aes-256-gcm-unwrap +openssl +new-key +[0-9.]+ [kM]/s +[0-9.]+ % ' <<<"$output"
}

@test "the cost file is written, and nothing else is left beside it" {
    run "$jurisim" bench crypto "${few[@]}" --costs-out "$BATS_TEST_TMPDIR/costs.yaml"
    [ "$status" -eq 0 ]
    [ "$(ls "$BATS_TEST_TMPDIR")" = costs.yaml ]
    grep -Eq '^  aes-256-gcm-open:$' "$BATS_TEST_TMPDIR/costs.yaml"
    grep -Eq '^    bulk: \[\[1 KiB, [0-9.]+ ns\], \[16 KiB, [0-9.]+ ns\]\]' "$BATS_TEST_TMPDIR/costs.yaml"
    grep -Eq '^  aes-256-gcm-unwrap: \{each: [0-9.]+ ns\}' "$BATS_TEST_TMPDIR/costs.yaml"
}

@test "results are shown although the cost file cannot be written" {
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --costs-out "$BATS_TEST_TMPDIR/no/costs.yaml"
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
