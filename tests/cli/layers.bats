#!/usr/bin/env bats
# check-layers and check-headers pass on this tree and fail on a copy with one fault put in.

# A copy of the lowest layer alone: tests/run checks the whole tree, and to compile every header for
# each fault takes seconds.
setup() {
    root="$BATS_TEST_DIRNAME/../.."
    copy="$BATS_TEST_TMPDIR/copy"
    mkdir -p "$copy/sim"
    cp -r "$root/sim/LAYERS" "$root/sim/base" "$copy/sim"
    cp "$root/Makefile" "$root/VERSION" "$copy"
}

layers() {
    run "$root/tests/check-layers" "$copy"
}

headers() {
    run env CC=gcc "$root/tests/check-headers" "$copy"
}

# Writes a file of the copy from standard input, so that line numbers below are plain to see.
put() {
    mkdir -p "$copy/$(dirname "$1")"
    cat >"$copy/$1"
}

# The check failed, and one of its lines is exactly this.
fails_with() {
    [ "$status" -eq 1 ] || { echo "exit $status: $output"; return 1; }
    for line in "${lines[@]}"; do
        [ "$line" = "$1" ] && return 0
    done
    echo "no line '$1' in: $output"
    return 1
}

@test "the tree obeys its layers, and every file is counted" {
    run "$root/tests/check-layers" "$root"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "check-layers: $(find "$root/sim" -name '*.[ch]' | wc -l) files, 0 faults" ]
}

@test "a copy of one layer obeys" {
    layers
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "check-layers: $(find "$copy/sim" -name '*.[ch]' | wc -l) files, 0 faults" ]
}

@test "an upward include fails with file and line" {
    put sim/base/wrong.c <<<$'/* why */\n#include "base/err.h"\n#include "engine/queue.h"'
    layers
    fails_with "sim/base/wrong.c:3: layer 'base' may not include 'engine'"
}

@test "a sideways include fails, from a header too" {
    put sim/engine/wrong.h <<<'#include "stats/stream.h"'
    layers
    fails_with "sim/engine/wrong.h:1: layer 'engine' may not include 'stats'"
}

@test "an upward include in angle brackets or with odd spaces fails" {
    put sim/base/wrong.c <<<$'  #  include   <engine/queue.h>\n#include\\\n "engine/queue.h"'
    layers
    fails_with "sim/base/wrong.c:1: layer 'base' may not include 'engine'"
    fails_with "sim/base/wrong.c:2: layer 'base' may not include 'engine'"
}

@test "one fault appended to an existing file is found at its line" {
    lines_before=$(wc -l <"$copy/sim/base/text.c")
    echo '#include "engine/queue.h"' >>"$copy/sim/base/text.c"
    layers
    fails_with "sim/base/text.c:$((lines_before + 1)): layer 'base' may not include 'engine'"
    [[ "$output" == *", 1 faults" ]]
}

@test "an outside library belongs to one layer" {
    put sim/engine/wrong.c <<<'#include <gsl/gsl_rng.h>'
    put sim/stats/right.c <<<'#include <gsl/gsl_rng.h>'
    put sim/cli/wrong.c <<<$'#include <sqlite3.h>\n#include <stdio.h>'
    layers
    fails_with "sim/engine/wrong.c:1: layer 'engine' may not include 'gsl/gsl_rng.h': only 'stats' may"
    fails_with "sim/cli/wrong.c:1: layer 'cli' may not include 'sqlite3.h': only 'store' may"
    [[ "$output" == *", 2 faults" ]]
}

@test "a header that includes its library may be included by others" {
    put sim/stats/generator.h <<<'#include <gsl/gsl_rng.h>'
    put sim/model/user.c <<<'#include "stats/generator.h"'
    layers
    [ "$status" -eq 0 ]
}

@test "an include in a comment or a string is none" {
    put sim/base/fine.c <<'END'
/*
#include "engine/queue.h"
*/
// \
#include "engine/queue.h"
static const char quoted[] = "\
#include \"engine/queue.h\"";
static const char *mark = "/*";
END
    layers
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "a comment mark in a string hides nothing" {
    put sim/base/wrong.c <<'END'
static const char *mark = "/*";
#include "engine/queue.h"
static const char *end = "*/";
END
    layers
    fails_with "sim/base/wrong.c:2: layer 'base' may not include 'engine'"
}

@test "an include must write its directory, name its file, and find it" {
    put sim/engine/wrong.c <<<$'#include "queue.h"\n#include HEADER\n#include "base/absent.h"'
    put sim/engine/worse.c <<<$'#include "../base/err.h"\n#include "base/../stats/stream.h"'
    layers
    fails_with "sim/engine/wrong.c:1: 'queue.h' must be written with its directory"
    fails_with "sim/engine/wrong.c:2: an include must name its file, not 'HEADER'"
    fails_with "sim/engine/wrong.c:3: 'base/absent.h' does not exist"
    fails_with "sim/engine/worse.c:1: '../base/err.h' is in no layer of sim/LAYERS"
    fails_with "sim/engine/worse.c:2: 'base/../stats/stream.h' is in no layer of sim/LAYERS"
}

@test "a folder that LAYERS does not list fails" {
    put sim/extra/new.c <<<'int new_thing;'
    layers
    fails_with "sim/extra/new.c:1: 'extra' is no layer of sim/LAYERS"
}

@test "a layer cannot build on one listed below it" {
    sed -i 's/^base:.*/base: engine/' "$copy/sim/LAYERS"
    layers
    [ "$status" -eq 1 ]
    [[ "$output" == *"layer 'base' may only build on layers above it, and 'engine' is none"* ]]
}

@test "a folder without sources or without LAYERS is not taken for a clean one" {
    find "$copy/sim" -name '*.[ch]' -delete
    layers
    [ "$status" -eq 1 ]
    rm "$copy/sim/LAYERS"
    layers
    [ "$status" -eq 2 ]
}

@test "every header is compiled and counted" {
    headers
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(find "$copy/sim" -name '*.h' | wc -l)" -gt 3 ]
    [[ "$output" == *" $(find "$copy/sim" -name '*.h' | wc -l) headers with gcc, 0 faults" ]]
}

@test "a header that leans on another include fails" {
    put sim/base/wrong.h <<<$'#ifndef WRONG_H\n#define WRONG_H\nuint64_t wrong(void);\n#endif'
    headers
    fails_with "sim/base/wrong.h: does not compile alone with gcc"
}

@test "a header without a guard fails" {
    put sim/base/wrong.h <<<'struct wrong { int i; };'
    headers
    fails_with "sim/base/wrong.h: does not compile alone with gcc"
}

@test "a header with a warning of the project fails" {
    put sim/base/wrong.h <<<'void wrong();'
    headers
    fails_with "sim/base/wrong.h: does not compile alone with gcc"
}
