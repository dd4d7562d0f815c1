# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of the suite on itself share. Each test has a directory of its own, $dir; every run
# has to end in time and to leave no process and no directory behind. Nothing sleeps.

deadline=180 # seconds for any one run; only a failure takes so long

setup() {
    here=$BATS_TEST_DIRNAME
    root=$(realpath "$here/../..")
    bin=$(realpath -m "${RTM_BUILD:-$root/build}")
    [ -x "$bin/rtmtest" ] || { echo 'rtmtest is not built: run make first'; return 1; }
    dir=$(mktemp -d "$(place_for_others)/rtm-self-XXXXXX")
    mkdir "$dir/tmp"
    chmod 755 "$dir"
    chmod 1777 "$dir/tmp"
    cd "$root" || return 1
    export TMPDIR=$dir/tmp RTM_DATA=none LC_ALL=C
    export -n RTM_BUILD RTM_SHARE
    unset FAULT RTM_SHARE
    fake=$here/iuts/fake.rtmi cases=$here/scenarios
}

teardown() {
    local bad=0 left
    [ -n "${dir-}" ] || return 0
    left=$(our_processes)
    [ -z "$left" ] || { echo "processes left: $left"; bad=1; }
    left=$(ls -A "$dir/tmp")
    [ -z "$left" ] || { echo "left in TMPDIR: $left"; bad=1; }
    rm -rf "$dir"
    return "$bad"
}

# place_for_others: TMPDIR, or /tmp if that is too long for sockets, or no place for other users.
place_for_others() {
    local at=${TMPDIR:-/tmp} as=()
    [ "$EUID" -ne 0 ] || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    if [ "${#at}" -gt 30 ] || ! "${as[@]}" test -x "$at"; then
        at=/tmp
    fi
    echo "$at"
}

# our_processes: those that a run of this test has started, by the mark in their environment.
our_processes() {
    grep -lzxF "RTM_SELF=$dir" /proc/[0-9]*/environ 2>/dev/null || true
}

# rtmtest ARG...: runs it; $status, $output and $stderr apart.
rtmtest() {
    run --separate-stderr timeout "$deadline" \
        env RTM_SELF="$dir" ${FAULT+FAULT="$FAULT"} "$bin/rtmtest" "$@" </dev/null 3>&-
}

# attempt FAULT SCENARIO OPTION...: the fake implementation with that fault on one scenario.
attempt() {
    local FAULT=$1 scenario=$2
    shift 2
    rtmtest run --iut "$fake" --only "$cases/$scenario.rtm" --report tap "$@"
}

# is EXPECTED FOUND: says both when they differ.
is() {
    [ "$1" = "$2" ] || { printf 'expected: %s\n   found: %s\n' "$1" "$2"; return 1; }
}

# like PATTERN FOUND
like() {
    # shellcheck disable=SC2053 # a pattern
    [[ $2 == $1 ]] || { printf 'expected: %s\n   found: %s\n' "$1" "$2"; return 1; }
}

# verdict: "VERDICT ID" of the only case of the last run in TAP.
verdict() {
    local line
    line=$(grep -E '^# [A-Z]+ ' <<<"$output" | grep -vE '^# (IUT|MUST)' | head -n 1)
    line=${line#\# }
    if [ -z "$line" ] && grep -q '^ok 1 ' <<<"$output"; then
        line=PASS
    fi
    echo "${line% }"
}

# message: the line behind the verdict.
message() {
    grep -A1 -E '^# [A-Z]+ ' <<<"$output" | sed -n '2s/^# //p'
}

# told STATUS VERDICT [MESSAGE]: what the last run, of one case, has to have said. Where others held
# the processors, a step that was out of time gives no verdict: then neither does this test.
told() {
    if [ "$2" != "${2#FAIL}" ] && [ "$(verdict)" = UNRESOLVED ] && grep -q 'kept the processors busy' <<<"$output"; then
        skip 'the machine is too loaded for a verdict on a step out of time'
    fi
    is "$2" "$(verdict)"
    [ -z "${3-}" ] || like "$3" "$(message)"
    is "$1" "$status"
}

# namespaces: skips the test on a machine that has none for us.
namespaces() {
    attempt none table
    grep -q 'sandbox: namespaces;' <<<"$output" || skip "no namespaces here: $(grep -o 'sandbox: [^;]*' <<<"$output")"
}

# apart COMMANDS: makes `away` what runs a command behind them, with mounts of its own.
apart() {
    command -v unshare >/dev/null || skip 'no unshare(1)'
    away=(unshare -m bash -c "$1"' && exec "$@"' -)
    "${away[@]}" true || skip 'only root may mount here'
}

# as_nobody ARG...: rtmtest as a user without rights.
as_nobody() {
    [ "$EUID" -eq 0 ] || skip 'this is no root already: all other tests show it'
    local as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    "${as[@]}" test -x "$bin/rtmtest" -a -r "$fake" || skip "others cannot read $root"
    run --separate-stderr timeout "$deadline" env RTM_SELF="$dir" FAULT="$FAULT" "${as[@]}" \
        "$bin/rtmtest" run --iut "$fake" --report tap "$@" </dev/null 3>&-
}
