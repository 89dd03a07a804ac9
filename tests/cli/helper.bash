# Shared by the command-line tests: the program, and a folder of one's own.
BUILD=${BUILD:-build}
jurisim=$PWD/$BUILD/jurisim
icloud=scenarios/icloud-china.yaml

# Runs a command that may exit 3 (a claim of the scenario does not hold, which is no fault here).
ok_or_unmet() {
    local rc=0
    "$@" || rc=$?
    [ "$rc" -eq 0 ] || [ "$rc" -eq 3 ]
}
