#!/usr/bin/env bats
# jurisim plot: pictures, the terminal, and what it refuses. One small run for all tests.

bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    load helper
    export DB="$BATS_FILE_TMPDIR/run.db"
    rc=0
    "$jurisim" run "$icloud" -r 3 -q --set study.window=300 -o "$DB" >/dev/null || rc=$?
    [ "$rc" -eq 0 ] || [ "$rc" -eq 3 ]
}

setup() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    load helper
    out="$BATS_TEST_TMPDIR/out" # bats keeps files of its own in its folder
    mkdir "$out"
}

@test "every figure as SVG, PNG and PDF, and nothing else is left beside them" {
    for figure in $("$jurisim" plot --list | cut -d' ' -f1); do
        for kind in svg png pdf; do
            run --separate-stderr "$jurisim" plot "$DB" "$figure" -o "$out/$figure.$kind"
            [ "$status" -eq 0 ]
            [ -z "$output$stderr" ]
        done
        python3 - "$out/$figure" <<'END'
import struct, sys, xml.dom.minidom
base = sys.argv[1]
svg = xml.dom.minidom.parse(base + ".svg").documentElement
assert svg.tagName == "svg" and svg.getAttribute("width") == "1000"
texts = [t.firstChild.data for t in svg.getElementsByTagName("text") if t.firstChild]
for name in "us-data-us-keys", "end-to-end", "no-presence":
    assert any(name in t for t in texts), name
png = open(base + ".png", "rb").read()
assert png[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">I", png[16:20]) == (1000,)
pdf = open(base + ".pdf", "rb").read()
assert pdf[:5] == b"%PDF-" and b"%%EOF" in pdf[-10:]
END
    done
    [ "$(ls "$out" | wc -l)" -eq "$((3 * $("$jurisim" plot --list | wc -l)))" ]
}

@test "the list has the figures that are promised" {
    run --separate-stderr "$jurisim" plot --list
    [ "$status" -eq 0 ]
    [ "$(cut -d' ' -f1 <<<"$output" | tr '\n' ' ')" = "front latency exposure exceedance survival " ]
}

@test "the same run gives the same SVG bytes" {
    for figure in front latency exposure exceedance survival; do
        "$jurisim" plot "$DB" "$figure" -o "$out/a.svg"
        "$jurisim" plot "$DB" "$figure" -o "$out/b.svg"
        cmp "$out/a.svg" "$out/b.svg"
    done
}

@test "on the terminal: as wide as 80 characters when there is none" {
    for figure in front latency exposure exceedance survival; do
        run --separate-stderr "$jurisim" plot "$DB" "$figure" --terminal
        [ "$status" -eq 0 ]
        [ -z "$stderr" ]
        [[ "$output" == *"as-it-happened"* ]]
        [ "$(LC_ALL=C.UTF-8 wc -L <<<"$output")" -eq 80 ]
    done
}

@test "the front of the figure is that of the table" {
    front=$("$jurisim" compare "$DB" --json |
        python3 -c 'import json, sys; print(" ".join(json.load(sys.stdin)["front"]["members"]))')
    [ -n "$front" ]
    "$jurisim" plot "$DB" front -o "$out/a.svg"
    python3 - "$out/a.svg" "$front" <<'END'
import sys, xml.dom.minidom
# on the front: labels in the darker colour and larger type, other names behind them in a list
svg = xml.dom.minidom.parse(sys.argv[1])
large = [t.firstChild.data for t in svg.getElementsByTagName("text") if t.firstChild
         and t.parentNode.getAttribute("font-size") == "14.00"]
for name in sys.argv[2].split():
    assert any(name in t for t in large), name
END
}

@test "a title replaces the heading" {
    "$jurisim" plot "$DB" latency -o "$out/a.svg" --title "it's <mine> & \`touch $out/no\`"
    grep -q "<text>it's &lt;mine> &amp; \`touch $out/no\`</text>" "$out/a.svg"
    [ "$(ls "$out")" = a.svg ]
}

@test "without a place to put the figure nothing is drawn" {
    run --separate-stderr "$jurisim" plot "$DB" front
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [[ "$stderr" == *"-o front.svg (or .png, .pdf), or --terminal"* ]]
}

@test "misuse is told and exits 2" {
    cd "$out"
    jurisim=$(realpath "$OLDPWD/${BUILD:-build}/jurisim")
    for wrong in "" "$DB" "$DB front more -o a.svg" "$DB front -o a.gif" "$DB front -o svg" \
        "$DB front -o a.svg --terminal" "$DB front --no-such" "$DB fornt -o a.svg" \
        "$DB front --band opt-out -o a.svg" "$DB survival --band opt-out --json" \
        "$DB front --title x --json"; do
        # shellcheck disable=SC2086
        run --separate-stderr "$jurisim" plot $wrong
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        [[ "$stderr" == *"jurisim plot: "* ]]
    done
    [ -z "$(ls)" ]
    run --separate-stderr "$jurisim" plot "$DB" fornt -o a.svg
    [[ "$stderr" == *"no figure is called 'fornt'; did you mean 'front'?"* ]]
}

@test "a database that is not there is neither drawn nor made" {
    run --separate-stderr "$jurisim" plot "$out/no.db" front -o "$out/a.svg"
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"no.db"* ]]
    [ -z "$(ls "$out")" ]
}

@test "a file that is no database is told" {
    echo "jurisim: 1" >"$out/a.yaml"
    run --separate-stderr "$jurisim" plot "$out/a.yaml" front -o "$out/a.svg"
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"a.yaml"* ]]
    [ "$(ls "$out")" = a.yaml ]
}

@test "a folder that cannot be written to is told, and an old picture stays whole" {
    run --separate-stderr "$jurisim" plot "$DB" front -o "$out/no/a.svg"
    [ "$status" -eq 1 ]
    [[ "$stderr" == *"no/a.svg: cannot write: No such file or directory"* ]]
    echo old >"$out/a.svg"
    run env PATH=/nonexistent "$jurisim" plot "$DB" front -o "$out/a.svg"
    [ "$status" -eq 1 ]
    [[ "$output" == *"Debian package gnuplot-nox"* ]]
    [ "$(cat "$out/a.svg")" = old ]
}

@test "a closed pipe is an error, not a silent death" {
    run bash -c "'$jurisim' plot '$DB' front --terminal 2>&1 >/dev/full"
    [ "$status" -eq 1 ]
    [[ "$output" == *"cannot write the results"* ]]
}

@test "help goes to stdout" {
    run --separate-stderr "$jurisim" plot --help
    [ "$status" -eq 0 ]
    [[ "$output" == "usage: jurisim plot DB FIGURE -o FILE"* ]]
    [ -z "$stderr" ]
}

@test "the numbers behind each figure are valid JSON" {
    for figure in front latency exposure exceedance survival; do
        "$jurisim" plot "$DB" "$figure" --json | python3 -c '
import json, sys
doc = json.load(sys.stdin)
assert doc["figure"] == sys.argv[1] and len(doc["strategies"]) > 0
for s in doc["strategies"]:
    if sys.argv[1] == "latency":
        ms = [q["ms"] for q in s["quantiles"]]
        assert ms == sorted(ms) and ms[0] > 0
    if sys.argv[1] == "exposure":
        mean = [p["mean"] for p in s["points"]]
        assert mean == sorted(mean) and len(mean) == 97
    if sys.argv[1] == "front":
        assert s["latency"]["low"] <= s["latency"]["mean"] <= s["latency"]["high"]
' "$figure"
    done
}
