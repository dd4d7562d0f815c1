#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Processes of the suite that take signals, and system calls that fail: each expectation with an
# implementation that does right, and with one that does the one thing wrong.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# attempt FAULT SCENARIO[#ROW] OPTION...: the implementation that these tests are about.
attempt() {
    local FAULT=$1 name=${2%%#*} row=
    [ "$name" = "$2" ] || row="#${2##*#}"
    shift 2
    rtmtest run --iut "$here/iuts/signaller.rtmi" --only "$cases/$name.rtm$row" --report tap "$@"
}

# possible: skips the test where the host could not have the last case.
possible() {
    [ "$(verdict)" != SKIPPED ] || skip "$(grep -o '# SKIP.*' <<<"$output")"
}

# right SCENARIO OPTION...: it passes with an implementation without a fault.
right() {
    attempt none "$@"
    possible
    told 0 PASS
}

# wrong FAULT SCENARIO VERDICT [MESSAGE]
wrong() {
    attempt "$1" "$2"
    possible
    told 1 "$3" "${4-*}"
}

@test "who has registered is signalled, and a stranger is not" {
    right signal
    right signal-frames
}

@test "FLUSH frames without a signal are not enough" {
    wrong no-signal signal 'FAIL FLU-4' 'X was not sent SIGUSR1 *'
}

@test "another signal is not SIGUSR1" {
    wrong term signal 'FAIL FLU-4' 'X was not sent SIGUSR1 *'
    like '*X got SIGTERM from * (S)*' "$output"
}

@test "who ends a stranger is found" {
    wrong murder signal 'FAIL REG-3' 'process Z was ended by signal 9 *'
    wrong murder signal-frames 'FAIL REG-3' '*signal 9 *'
}

@test "a fence that fails breaks its own requirement" {
    wrong none signal-fence 'FAIL FLU-4' 'X was not sent SIGUSR1 *'
    wrong no-frame signal-frames 'FAIL FLU-3' 'P waited for a frame, and none came *'
}

@test "nobody is signalled behind BYE" {
    right signal-farewell
    wrong after-bye signal-farewell 'FAIL REG-5' 'X got SIGUSR1 from * (S)'
}

@test "one connection's end leaves the other one registered" {
    right signal-two
    wrong keyed signal-two 'FAIL REG-6' 'X was not sent SIGUSR1 *'
}

@test "who signals a number finds another process there" {
    right signal-recycled
    wrong by-number signal-recycled 'FAIL REG-2' 'Z got SIGUSR1 from * (S)'
}

@test "a forged pid is never signalled" {
    right 'signal-forged#1'
    right 'signal-forged#2'
    right 'signal-forged#3'
    wrong by-number 'signal-forged#1' 'FAIL REG-3' 'Z got SIGUSR1 from * (S)'
    wrong by-number 'signal-forged#2' 'FAIL FLU-4' 'S ended with signal 10 *'
    wrong by-number 'signal-forged#3' 'FAIL REG-3' 'Z got SIGUSR1 from * (S)'
    wrong of-message 'signal-forged#3' 'FAIL REG-3' 'Z got SIGUSR1 from * (S)'
}

@test "a signal waits for a client that is stopped" {
    right signal-stopped
    wrong no-signal signal-stopped 'FAIL FLU-4' 'no SIGUSR1 waits for A *'
}

@test "a stranger's signal reaches a client" {
    right signal-stranger
    wrong blocked signal-stranger 'FAIL REG-7' 'SIGUSR1 still waits for A *'
}

@test "another user's process takes no signal of the server" {
    right signal-another
}

@test "system calls fail, and only those" {
    right signal-failing
    right signal-failing --sandbox none
    wrong fallback signal-failing 'FAIL REG-4' 'X got SIGUSR1 from * (S)'
}

@test "a server dies where it signals, and is looked at then" {
    right signal-dies
    wrong no-signal signal-dies 'FAIL FLU-4' 'S made no call that is its end, and answered: ok flush'
}

@test "what is said once may not be said twice" {
    right signal-once
    wrong twice signal-once 'FAIL REG-4' 'S said "no handles here" in 2 lines; expected one'
}

@test "a process that has ended is the scenario's mistake" {
    attempt none signal-dead
    told 2 BROKEN 'the process of P has ended'
}

@test "processes work without namespaces too, and what needs them is skipped" {
    for name in signal-frames signal-farewell signal-two signal-stopped signal-stranger; do
        right "$name" --sandbox none
    done
    for name in signal signal-recycled 'signal-forged#1'; do
        attempt none "$name" --sandbox none
        told 2 SKIPPED
        like '*# SKIP needs a pid namespace, and runs without namespaces*' "$output"
    done
}

@test "what the host lacks is skipped with the reason" {
    fake=$here/iuts/signaller.rtmi
    FAULT=none as_nobody --only "$cases/signal-another.rtm"
    told 2 SKIPPED
    like '*# SKIP needs two users (two-uids), and here is one: *' "$output"
    for name in signal signal-recycled signal-failing; do
        FAULT=none as_nobody --only "$cases/$name.rtm"
        grep -q 'sandbox: namespaces;' <<<"$output" || skip 'no namespaces for such a user here'
        told 0 PASS
    done
}
