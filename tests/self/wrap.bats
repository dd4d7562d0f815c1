#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Runs under a wrapper: what a memory checker finds becomes the verdict, and nothing else does.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

valgrind='valgrind -q --vgdb=no --leak-check=full --log-file={log}'

# build_leaky OPTION...: the implementation of leaky.c with its manifest, in a directory of the test.
build_leaky() {
    mkdir -p "$dir/iut"
    cp "$here/iuts/leaky.rtmi" "$dir/iut"
    cc -g -O0 "$@" -o "$dir/iut/leaky" "$here/iuts/leaky.c"
    fake=$dir/iut/leaky.rtmi
}

# -- valgrind ------------------------------------------------------------------------------------

@test "a clean program passes under valgrind" {
    build_leaky
    attempt none alone --wrap "$valgrind"
    told 0 PASS
    like '*# servers under: valgrind *# 1 processes ran wrapped; 0 of them were killed: no leak evidence*' "$output"
}

@test "a leak is a finding, with the process and where it was allocated" {
    build_leaky
    attempt leak alone --wrap "$valgrind"
    told 1 'FAIL ROB-10' 'S: 37 bytes in 1 blocks are definitely lost*'
    like '*by 0x*: lose (leaky.c:*' "$output"
}

@test "so is a read of memory that was freed" {
    build_leaky
    attempt freed alone --wrap "$valgrind"
    told 1 'FAIL ROB-10' 'S: Invalid read of size 1'
    like '*: read_freed (leaky.c:*' "$output"
}

@test "so is a decision on memory that was never written" {
    build_leaky
    attempt unset alone --wrap "$valgrind"
    told 1 'FAIL ROB-10' 'S: Conditional jump or move depends on uninitialised value*'
}

@test "without a wrapper none of them is seen" {
    build_leaky
    attempt leak alone
    told 0 PASS
    [[ $output != *wrapped* ]]
}

@test "a process that was killed tells no leak, and is counted" {
    build_leaky
    attempt leak killed --wrap "$valgrind"
    told 1 'FAIL ROB-10' 'S: 74 bytes in 2 blocks*' || told 1 'FAIL ROB-10' 'S: 37 bytes in 1 blocks*'
    like '*# 3 processes ran wrapped; 2 of them were killed: no leak evidence*' "$output"
}

@test "what a killed process did wrong before is a finding all the same" {
    build_leaky
    attempt freed killed --wrap "$valgrind"
    told 1 'FAIL ROB-10' 'S: Invalid read of size 1'
}

@test "the finding stands beside another failure, which keeps the verdict" {
    build_leaky
    attempt freed second-round --wrap "$valgrind"
    told 1 'FAIL CON-1'
    like '*in round 2 of 3*S: Invalid read of size 1*' "$output"
}

# -- other wrappers ------------------------------------------------------------------------------

@test "LeakSanitizer's log is read by the same rule" {
    build_leaky -fsanitize=address
    attempt leak alone --wrap-server 'env ASAN_OPTIONS=log_path={log}:exitcode=0'
    told 1 'FAIL ROB-10' 'S: ERROR: LeakSanitizer: detected memory leaks'
    like '*Direct leak of 37 byte*' "$output"
    attempt none alone --wrap-server 'env ASAN_OPTIONS=log_path={log}:exitcode=0'
    told 0 PASS
}

@test "a checker's remarks on itself are no finding" {
    attempt none table --wrap '{root}/note {log} "--12-- WARNING: unhandled"'
    told 0 PASS
}

@test "a log that never ends is no log" {
    attempt none create --wrap '{root}/note {log} pipe'
    told 2 BROKEN 'the log of the wrapper, *, cannot be read: *'
}

@test "each kind of process has its own wrapper" {
    attempt none create --wrap-client '{root}/note {log} "==12== an odd thing"'
    told 1 'FAIL ROB-10' 'A: an odd thing'
    like '*# clients under: {root}/note *# 1 processes ran wrapped; 0 *' "$output"
    [[ $output != *'servers under'* && $output != *'nothing that it finds counts'* ]]
    attempt none table --wrap-server env
    told 0 PASS
    like '*# servers under: env; without {log} nothing that it finds counts*' "$output"
}

@test "a program may keep as few descriptors as without" {
    attempt none create --wrap '{root}/note {log} limit'
    told 1 'FAIL ROB-10' '[AS]: 1024'
}

@test "a wrapper that is not there is told by its name" {
    attempt none create --wrap 'no-such-checker {log}'
    told 2 BROKEN 'S cannot be started: no-such-checker: *'
    [[ $output != *'ran wrapped'* ]]
}

@test "a wrapper that cannot be read is wrong usage" {
    attempt none create --wrap ''
    is 64 "$status"
    like '*--wrap-server:1:1: expected a command*' "$stderr"
    attempt none create --wrap 'valgrind "-q'
    is 64 "$status"
}

@test "the command that repeats a case has the wrapper" {
    build_leaky
    attempt leak alone --wrap "$valgrind"
    like "*repeat: * --wrap '$valgrind' *" "$output"
    attempt none alone --wrap-server "no-such-checker it's" --wrap-client env
    grep -F -- "--wrap-server 'no-such-checker it'\''s' --wrap-client 'env' " <<<"$output"
}

@test "memory is judged without a wrapper, and noted as not judged under one" {
    build_leaky
    attempt none grows
    told 0 PASS
    attempt none grows --wrap "$valgrind"
    told 0 PASS
    like '*# note: memory of S not judged: it runs under a wrapper*' "$output"
}

@test "growth is seen" {
    build_leaky
    attempt grow grows
    told 1 'FAIL ROB-9' 'S grew from * to * KiB; expected 64 more at most'
}

# -- which cases ---------------------------------------------------------------------------------

@test "--except leaves out what it means, and a word that means nothing is told" {
    rtmtest list --only 9-robustness --except ROB-2 --except data
    is 0 "$status"
    like '*9-robustness/ROB-1-killed *' "$output"
    [[ $output != *ROB-2-stopped* && $output != *DAT-1* ]]
    rtmtest list --only ROB-1-killed
    is 0 "$status"
    like '9-robustness/ROB-1-killed *' "$output"
    rtmtest list --only ROB-1-kill
    is 64 "$status"
    rtmtest list --except signal
    is 64 "$status"
    like '*no requirement, case, file or tag with a scenario: signal*' "$stderr"
}
