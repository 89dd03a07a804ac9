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
