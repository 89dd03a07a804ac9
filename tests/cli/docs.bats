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
    python3 - README.md CONTRIBUTING.md docs/SCENARIOS.md docs/METRICS.md <<'PY'
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
