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
assert list(got["machine"]) == ["cpu", "cores", "library", "libraries", "flags", "measured", "jurisim", "clock", "pinned", "spin_scaling"]
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
    grep -Eq '^aes-256-gcm-open +\* openssl +new-key +[0-9.]+ +[0-9.]+ +>?[0-9.]+ %$' <<<"$output"
    grep -Eq '^ +openssl +naive +[0-9.]+ +[0-9.]+ +>?[0-9.]+ %$' <<<"$output"
    grep -Eq '^aes-256-gcm-unwrap +\* openssl +new-key +[0-9.]+ [kM] +[0-9.]+ [nu]s +>?[0-9.]+ %' <<<"$output"
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

@test "a file that cannot be written loses neither the measurement nor the other files" {
    db="$BATS_TEST_TMPDIR/kept.db"
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only gcm-seal --store "$db" \
        --costs-out "$BATS_TEST_TMPDIR/no/costs.yaml" --figure "$BATS_TEST_TMPDIR/drawn.svg"
    [ "$status" -eq 1 ]
    first=$output
    [[ "$stderr" == *"no/costs.yaml: cannot write: No such file or directory"* ]]
    grep -q '</svg>' "$BATS_TEST_TMPDIR/drawn.svg"
    run --separate-stderr "$jurisim" bench crypto --from "$db" --figure "$BATS_TEST_TMPDIR/no/speed.svg"
    [ "$status" -eq 1 ]
    [ "$output" = "$first" ]
}

@test "misuse is told and exits 2" {
    for wrong in "" "engines" "crypto more" "crypto --rounds 5" "crypto --rounds x" "crypto --bytes 0" \
        "crypto --bytes 65MiB" "crypto --bytes 5parsecs" "crypto --threads 0" "crypto --bytes ," "crypto --no-such" \
        "crypto --bytes 1024 --costs-out x" "crypto --bytes 1024 --figure x.svg" "crypto --only zzz" \
        "crypto --only gcm,zzz" "crypto --only gcm," "crypto --only token"; do
        # shellcheck disable=SC2086
        run --separate-stderr "$jurisim" bench $wrong
        [ "$status" -eq 2 ]
        [ -z "$output" ]
        [[ "$stderr" == *"jurisim bench: "* ]]
    done
    [ ! -e x ] && [ ! -e x.svg ]
    for option in --only --store --from --costs-out; do
        run --separate-stderr "$jurisim" bench crypto "$option" ""
        [ "$status" -eq 2 ]
        [ -z "$output" ]
    done
}

@test "what could not be kept or read is told before anything is measured" {
    told() { # exit code, message, arguments
        code=$1 message=$2
        shift 2
        run --separate-stderr timeout 10 "$jurisim" bench "$@"
        [ "$status" -eq "$code" ]
        [ -z "$output" ]
        [[ "$stderr" == *"$message"* ]]
    }
    echo "no database, a text that is longer than the head of one" >"$BATS_TEST_TMPDIR/text.db"
    sqlite3 "$BATS_TEST_TMPDIR/other.db" 'CREATE TABLE t (x)'
    for part in crypto engine; do # the whole would take minutes
        told 2 "a folder, not a database" "$part" --store "$BATS_TEST_TMPDIR"
        told 2 "a folder, not a database" "$part" --from "$BATS_TEST_TMPDIR"
        told 2 "not a database" "$part" --store "$BATS_TEST_TMPDIR/text.db"
        told 2 "a database of another program" "$part" --store "$BATS_TEST_TMPDIR/other.db"
        told 1 "no/kept.db: cannot write: No such file" "$part" --store "$BATS_TEST_TMPDIR/no/kept.db"
    done
    told 2 "nothere.yaml" engine --scenario "$BATS_TEST_TMPDIR/nothere.yaml"
    told 2 "need the name of a file" engine --store ""
    (cd "$BATS_TEST_TMPDIR" && [ "$(echo *.db)" = "other.db text.db" ])
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

@test "more threads than cores are left out with the reason" {
    threads=$(($(nproc) + 1))
    [ "$threads" -le 8 ] || skip "so many cores bear one thread more"
    few=(--quick --rounds 6 --bytes 1024 --only gcm-unwrap --threads "$threads")
    run --separate-stderr "$jurisim" bench crypto "${few[@]}"
    [ "$status" -eq 0 ]
    grep -Eq "^$threads threads: the spin control does [0-9.]+ times the work of one: there are fewer cores,$" <<<"$output"
    grep -q "^so that rows of several threads are left out$" <<<"$output"
    run --separate-stderr "$jurisim" bench crypto "${few[@]}" --json
    python3 -c 'import json, sys
got = json.loads(sys.argv[1])
assert {r["threads"] for r in got["rows"]} == {1} and not got["machine"]["pinned"], got' "$output"
}

@test "cycles are counted, or left out: never the time stamp counter's" {
    run --separate-stderr "$jurisim" bench crypto --quick --rounds 6 --bytes 16384 --only gcm-seal --json
    [ "$status" -eq 0 ]
    case $(perf stat -e cycles:u true 2>&1) in
        *"not supported"*) counts=no ;;
        *cycles:u*) counts=yes ;;
        *) skip "there is no perf to say whether the processor counts" ;;
    esac
    python3 - "$output" "$counts" <<'END'
import json, sys
rows = json.loads(sys.argv[1])["rows"]
assert all((r["cycles"] is None) == (sys.argv[2] == "no") for r in rows), rows
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

@test "through p11-kit's server a token is measured as far as the remoting goes, and the rest is named" {
    client=$(find /usr/lib /usr/lib64 -name p11-kit-client.so 2>/dev/null | head -1)
    [ -n "$client" ] && p11-kit server --help >/dev/null || skip "no p11-kit server here"
    token_setup
    p11-kit server -f -n "$BATS_TEST_TMPDIR/socket" -p "$softhsm" 'pkcs11:' >/dev/null 3>&- &
    server=$!
    for _ in $(seq 200); do
        python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$BATS_TEST_TMPDIR/socket" 2>/dev/null && break
        sleep 0.05
    done
    P11_KIT_SERVER_ADDRESS="unix:path=$BATS_TEST_TMPDIR/socket" run --separate-stderr "$jurisim" bench crypto "${few[@]}" \
        --only token --pkcs11 "$client" --pin-file "$BATS_TEST_TMPDIR/pin"
    kill "$server"
    [ "$status" -eq 0 ]
    grep -Eq '^token-rsa-2048-oaep-unwrap +\* pkcs11 ' <<<"$output"
    grep -Eq '^token-aes-256-generate +\* pkcs11 ' <<<"$output"
    for row in token-aes-256-gcm-unwrap token-aes-256-kw-unwrap; do # measured, or named with the reason
        grep -q "^$row " <<<"$output" || grep -Eq "left out, the token .*: .*$row" <<<"$stderr"
    done
}

@test "a module that crashes when it is loaded, a corrupt token and a missing module end as DESIGN says" {
    token_setup
    pin=(--pin-file "$BATS_TEST_TMPDIR/pin")
    refused() { # exit code, message, module
        run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only token --pkcs11 "$3" "${pin[@]}"
        [ "$status" -eq "$1" ]
        [ -z "$output" ]
        [[ "$stderr" == *"$2"* ]]
        [ "$(wc -l <<<"$stderr")" -eq 1 ]
        [[ "$stderr" != *7777* ]]
    }
    module() { # name, C text
        printf '%s\n' "$2" >"$BATS_TEST_TMPDIR/$1.c"
        ${CC:-cc} -shared -fPIC -o "$BATS_TEST_TMPDIR/$1.so" "$BATS_TEST_TMPDIR/$1.c"
    }
    module loads '#include <signal.h>
__attribute__((constructor)) static void start(void) { raise(SIGSEGV); }'
    module lists 'long C_GetFunctionList(void **list) { (void)list; *(volatile int *)8 = 0; return 0; }'
    module leaves '#include <unistd.h>
__attribute__((constructor)) static void start(void) { _exit(3); }'
    refused 1 "loads.so: the PKCS#11 module crashes when it is loaded (Segmentation fault)" "$BATS_TEST_TMPDIR/loads.so"
    refused 1 "lists.so: the PKCS#11 module crashes when it is loaded (Segmentation fault)" "$BATS_TEST_TMPDIR/lists.so"
    refused 1 "leaves.so: the PKCS#11 module ends the program when it is loaded" "$BATS_TEST_TMPDIR/leaves.so"
    refused 2 "missing.so: cannot read the PKCS#11 module: No such file" "$BATS_TEST_TMPDIR/missing.so"
    for object in "$BATS_TEST_TMPDIR"/tokens/*/*.object; do
        echo garbage >"$object"
    done
    refused 1 "the module has no initialised token" "$softhsm"
}

# A library that accepts what it must refuse, or computes something else, is found out before any
# time is taken: the real one with one function in the way.
@test "a wrong library is found out before anything is timed" {
    nm -D "$jurisim" | grep -q EVP_DecryptFinal_ex || skip "libcrypto is not linked as a shared library"
    ! nm "$jurisim" | grep -q __asan_init || skip "the sanitizer must be loaded first"
    found() { # message, operation, C text
        printf '#define _GNU_SOURCE\n#include <dlfcn.h>\n#include <stddef.h>\n%s\n' "$3" >"$BATS_TEST_TMPDIR/wrong.c"
        ${CC:-cc} -shared -fPIC -o "$BATS_TEST_TMPDIR/wrong.so" "$BATS_TEST_TMPDIR/wrong.c" -ldl
        LD_PRELOAD="$BATS_TEST_TMPDIR/wrong.so" run --separate-stderr "$jurisim" bench crypto "${few[@]}" --only "$2"
        [ "$status" -eq 1 ]
        [ -z "$output" ]
        [[ "$stderr" == *"$1"* ]]
    }
    found "aes-256-gcm-seal: McGrew and Viega, The Galois/Counter Mode of Operation (2005), test case 13: an altered tag was accepted" \
        aes-256-gcm-seal 'int EVP_DecryptFinal_ex(void *c, unsigned char *o, int *n) { (void)c; (void)o; *n = 0; return 1; }'
    found "aes-256-kw-wrap: RFC 3394, section 4.6: the wrapped key differs from the published one at byte 1 of 40" aes-256-kw-wrap \
        'int EVP_EncryptUpdate(void *c, unsigned char *out, int *n, const unsigned char *in, int m) {
    int (*real)(void *, unsigned char *, int *, const unsigned char *, int) = dlsym(RTLD_NEXT, "EVP_EncryptUpdate");
    int rc = real(c, out, n, in, m);
    if (out && *n > 0) out[0] ^= 1;
    return rc;
}'
    found "rsa-2048-verify: Wycheproof rsa_signature_2048_sha256, tcId 7: an altered signature was accepted" rsa-2048-verify \
        'int EVP_PKEY_verify(void *c, const unsigned char *s, size_t m, const unsigned char *t, size_t n) { (void)c; (void)s; (void)m; (void)t; (void)n; return 1; }'
    found "ed25519-verify: RFC 8032, section 7.1, test 1: an altered signature was accepted" ed25519-verify \
        'int EVP_DigestVerify(void *c, const unsigned char *s, size_t m, const unsigned char *t, size_t n) { (void)c; (void)s; (void)m; (void)t; (void)n; return 1; }'
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

@test "a public key's size that was not measured has no cost, however near its neighbours" {
    cp -R scenarios/tiny scenarios/facts scenarios/data "$BATS_TEST_TMPDIR"
    for bits in 3072 3000; do
        sed "s|^\(title:.*\)|\1\ninclude: [facts/costs-reference.yaml]|; s|service: {exponential: {mean: [^}]*}}|service: {cost: rsa-$bits-oaep-unwrap}|" \
            scenarios/tiny/mm1.yaml >"$BATS_TEST_TMPDIR/$bits.yaml"
    done
    run --separate-stderr "$jurisim" check "$BATS_TEST_TMPDIR/3072.yaml"
    [ "$status" -eq 0 ]
    run --separate-stderr "$jurisim" check "$BATS_TEST_TMPDIR/3000.yaml"
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"rsa-3000-oaep-unwrap"* ]]
}

@test "the newer names of the reference costs are measured anew, the older ones stay byte for byte" {
    file="$BATS_TEST_TMPDIR/reference.yaml"
    "$jurisim" bench crypto --quick --rounds 6 --only hamir-2,xor-2-of-2-c --costs-out "$BATS_TEST_TMPDIR/all.yaml" >/dev/null
    python3 - "$BATS_TEST_TMPDIR/all.yaml" "$file" <<'END'
import re, sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines(keepends=True)
controls = [l for l in lines if l.startswith("  #")]
rest = [l for l in lines if not l.startswith("  #")]
newer = [l for l in rest if l.startswith("  shamir-2-of-3-combine")]
assert len(newer) == 1
rest.remove(newer[0])
newer[0] = re.sub(r"[0-9.]+ ns", "987654321 ns", newer[0])
open(sys.argv[2], "w", encoding="utf-8").write("".join(
    rest + controls + ["  # Added later: on a busy machine\n", "  # of which more\n"] + newer))
END
    cp "$file" "$file.was"
    run --separate-stderr bench/costs-reference --anyway --rounds 6 "$jurisim" "$file"
    [ "$status" -eq 0 ]
    [[ "$output" == *"1 names written, 2 left as they are"* ]]
    cmp <(sed '/Added later/,$d' "$file.was") <(sed '/Added later/,$d' "$file")
    grep -Eq '^  shamir-2-of-3-combine: \{each: [0-9.]+ ns\}' "$file"
    ! grep -q 987654321 "$file"
    grep -q 'the names below were measured on 20' "$file"
    ! grep -q 'busy machine$' "$file"
    # another machine's file: nothing is written
    sed -i 's/cpu: "[^"]*"/cpu: "another"/' "$file"
    cp "$file" "$file.was"
    run --separate-stderr bench/costs-reference --rounds 6 "$jurisim" "$file"
    [ "$status" -eq 1 ]
    [[ "$stderr" == *'not "another"'*"nothing is written"* ]]
    cmp "$file" "$file.was"
}

@test "this machine's costs are measured once, kept, and named in the run" {
    export XDG_CACHE_HOME="$BATS_TEST_TMPDIR/cache"
    db="$BATS_TEST_TMPDIR/run.db"
    few_runs=(-q -r 1 -s as-it-happened --no-readings --set study.window=1k --json)
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
    [ "$status" -eq 2 ]
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
    [[ "$stderr" == *"holds no measurements of \`jurisim bench crypto\`, only of \`jurisim bench engine\`"* ]]
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

@test "the engine's table says what its ratios are, and quick operations in flight are few" {
    run --separate-stderr timeout 200 "$jurisim" bench engine --quick --only flight
    [ "$status" -eq 0 ]
    [ "$(grep -c '^operation .*-under-way ' <<<"$output")" -eq 2 ]
    grep -Eq '^operation .* 100000-under-way .* x [0-9.]+ ' <<<"$output"
    grep -q '^(ns) above 1 is slower than the first, of rates (1/s) above 1 is faster.$' <<<"$output"
}

@test "a busy machine is told: when the spin control varies or does not scale" {
    run --separate-stderr "$jurisim" bench engine --quick --only controls --json
    [ "$status" -eq 0 ]
    python3 - "$output" "$stderr" <<'END'
import json, sys
spin = [row for row in json.loads(sys.argv[1])["rows"] if row["backend"] == "spin"]
wide = any(row["threads"] == 1 and (row["high"] - row["low"]) / row["median"] > 0.05 for row in spin)
short = any(row["threads"] > 1 and row["ratio"] < 0.9 * row["threads"] for row in spin)
assert ("the machine was busy" in sys.argv[2]) == wide, sys.argv
assert ("times the work of one ('spin')" in sys.argv[2]) == short, sys.argv
END
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
