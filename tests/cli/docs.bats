# What the pages say is what the program does.
load helper

@test "docs/SCENARIOS.md has a row for every key of the schema, and none that it lacks" {
    run tests/doc-keys
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "every example of docs/SCENARIOS.md is a sound scenario and runs" {
    tests/doc-examples docs/SCENARIOS.md "$BATS_TEST_TMPDIR"
}

@test "every command's options are the same in its help, the manual page and the program" {
    tests/doc-options
}

@test "the manual page has no faults of layout" {
    command -v groff >/dev/null || skip "groff is not here"
    run groff -man -ww -z jurisim.1
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "the manual page is of this version" {
    grep -q "^\.TH JURISIM 1 .* \"jurisim $(cat VERSION)\"" jurisim.1
}

@test "every example of README.md runs and prints what the page says" {
    tests/doc-examples README.md "$BATS_TEST_TMPDIR"
}

@test "the first scenario of README.md is the one in scenarios/" {
    awk '/^```yaml first.yaml$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >"$BATS_TEST_TMPDIR/first.yaml"
    cmp "$BATS_TEST_TMPDIR/first.yaml" scenarios/first.yaml
}

@test "what the pages link to is there, files and headings" {
    python3 - README.md CONTRIBUTING.md docs/SCENARIOS.md docs/METRICS.md scenarios/README.md <<'PY'
import os, re, sys

def anchors(page):
    heads = re.findall(r"(?m)^#+ (.*)$", open(page).read())
    return {re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in heads}

links = 0
for page in sys.argv[1:]:
    text = re.sub(r"(?ms)^```.*?^```", "", open(page).read())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = os.path.normpath(os.path.join(os.path.dirname(page), path)) if path else page
        assert os.path.exists(file), f"{page} links to {target}, which is not there"
        assert not anchor or anchor in anchors(file), f"{page} links to {target}: no such heading"
        links += 1
assert links > 30, links
PY
}

@test "scenarios/README.md lists every scenario and every file of facts" {
    for file in $(cd scenarios && ls *.yaml facts/*.yaml tiny/*.yaml); do
        grep -qF "($file)" scenarios/README.md || { echo "scenarios/README.md lacks $file"; false; }
    done
}

@test "docs/METRICS.md tells the columns of every view of a database" {
    "$jurisim" run -q -r 2 scenarios/tiny/readings.yaml --flips=1 -o "$BATS_TEST_TMPDIR/a.db" >/dev/null
    views=$(sqlite3 "$BATS_TEST_TMPDIR/a.db" "select name from sqlite_master where type = 'view'")
    [ "$(wc -w <<<"$views")" -ge 5 ]
    for view in $views; do
        row=$(sqlite3 "$BATS_TEST_TMPDIR/a.db" \
            "select '| \`$view\` | ' || group_concat(name, ', ') || ' |' from pragma_table_info('$view')")
        grep -qF "$row" docs/METRICS.md || { echo "docs/METRICS.md lacks: $row"; false; }
    done
}

@test "every example of docs/METRICS.md runs and prints what the page says" {
    tests/doc-examples docs/METRICS.md "$BATS_TEST_TMPDIR"
}

@test "the costs that README.md shows are those of the shipped file" {
    python3 - <<'PY'
import re
costs = open("scenarios/facts/costs-reference.yaml").read()
rows = re.findall(r"(?m)^\| `([a-z0-9-]+)` \| ([0-9.]+ ns(?: \| [0-9.]+ ns)*) \|$", open("README.md").read())
assert len(rows) >= 5, rows
for name, figures in rows:
    part = re.search(rf"(?ms)^  {name}:(.*?)(?=^  \S)", costs)[1]
    wanted = [f"[{size}, {ns}]" for size, ns in zip(("1 KiB", "16 KiB", "1 MiB"), figures.split(" | "))]
    if len(wanted) == 1:
        wanted = ["{each: " + figures + "}"]
    for text in wanted:
        assert text in part, f"README.md says {text} of {name}, the file {part}"
PY
}
