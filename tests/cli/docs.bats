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
