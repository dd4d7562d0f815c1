#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Each verdict and each exit status, forced: what an implementation did, and what the suite made of it.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# whole MANIFEST SCENARIO...: a whole run, of a suite that has these scenarios only.
whole() {
    local manifest=$1 name
    shift
    mkdir -p "$dir/share/tests/conformance/1-a"
    ln -s "$root/spec" "$dir/share/spec"
    for name in "$@"; do
        cp "$cases/$name.rtm" "$dir/share/tests/conformance/1-a/"
    done
    rtmtest run --share "$dir/share" --iut "$here/iuts/$manifest.rtmi" --report tap
}

@test "PASS: an implementation without a fault; 0" {
    attempt none create
    told 0 PASS
    is '1 passed, 0 failed, 0 skipped' "${lines[-1]}"
    like '*only a whole run can say that it conforms*' "$output"
}

@test "FAIL: a wrong table; 1" {
    attempt deaf table
    told 1 'FAIL TBL-14' 'the table of S is not that of the oracle'
    is '0 passed, 1 failed, 0 skipped' "${lines[-1]}"
}

@test "WEAK: a SHOULD is missed; 0" {
    attempt backwards order
    told 0 'WEAK TBL-15' '*not in ascending order'
    is '1 passed, 0 failed, 0 skipped' "${lines[-1]}"
}

@test "UNSUPPORTED: the manifest disclaims it; 2, as no case was executed" {
    fake=$here/iuts/modest.rtmi attempt none console
    told 2 UNSUPPORTED
    like '*# SKIP the manifest does not claim console*' "$output"
    like '*undecided: no case was executed*' "$output"
    is '0 passed, 0 failed, 1 skipped' "${lines[-1]}"
}

@test "UNSUPPORTED: the manifest does not say how to ask" {
    printf 'title t\nneeds routes\nserver S\nexpect S finds nothing for 1.1.1.1 [TBL-17]\n' \
        >"$dir/t.rtm"
    cases=$dir attempt none t
    told 2 UNSUPPORTED
    like '*does not say how to ask S for lookup*' "$output"
}

beyond='expect S finds nothing for 1.1.1.1 [TBL-17]|the manifest does not say how to ask S for lookup
S create 10.0.0.0/8 1.1.1.1 Ethernet12|an interface name of 10 bytes; the manifest says longest-oif = 9
feed S random 5|S takes no changes one behind the other: the manifest has limits*
clients C 3|4 clients; the manifest says most-clients = 2
server T with select behind 9 descriptors|the manifest names no select of a server
expect S has arp 01:00:5e:01:01:01 1.1.1.1 [ARP-1]|nothing shows the table of S: the manifest says observe = none'

@test "UNSUPPORTED: whichever step it is, nothing is started before" {
    sed "s|^features .*|&\nlongest-oif = 9\nmost-clients = 2\nroot = $here/iuts|" "$fake" >"$dir/limits.rtmi"
    sed '/^\[server.table\]/,/^$/c[server.table]\nobserve = none\n' "$dir/limits.rtmi" >"$dir/blind.rtmi"
    while IFS='|' read -r step message; do
        printf 'title t\nneeds routes\nserver S\nclient A\n%s\nexpect A shows nothing [SYN-2]\n' "$step" >"$dir/t.rtm"
        fake=$dir/limits.rtmi
        [ "${message%%the table*}" = "$message" ] || fake=$dir/blind.rtmi
        cases=$dir attempt early-end t
        told 2 UNSUPPORTED
        like "*# SKIP $message*" "$output"
    done <<<"$beyond"
    sed -i '/ has arp /d' "$dir/t.rtm"
    cases=$dir attempt early-end t
    told 1 'FAIL TRN-1'
}

@test "SKIPPED: the host lacks it; 2, as no case was executed" {
    attempt none namespace --sandbox none
    told 2 SKIPPED
    like '*# SKIP needs a pid namespace*' "$output"
    is '0 passed, 0 failed, 1 skipped' "${lines[-1]}"
}

@test "BROKEN: the program is not there; 2" {
    fake=$here/iuts/absent.rtmi attempt none table
    told 2 BROKEN 'S cannot be started: ./absent: No such file or directory'
    is '0 passed, 1 failed, 0 skipped' "${lines[-1]}"
}

@test "so is a program that others may not run, where they have to" {
    [ "$EUID" -eq 0 ] || skip 'here programs run as who calls'
    install -m 700 "$here/iuts/fake" "$dir/fake"
    sed "s|^name .*|&\nroot = $dir|" "$fake" >"$dir/shut.rtmi"
    fake=$dir/shut.rtmi
    attempt none table
    told 2 BROKEN 'S cannot be started: ./fake: Permission denied; it runs as a user without rights, so *'
}

@test "BROKEN: the directory of the run went away; each case is told" {
    chmod 777 "$dir/tmp"
    sed "s|^root .*||; s|^command .*|command = bash -c \"mv $dir/tmp/rtmtest.* $dir/tmp/gone\" {socket}|" "$here/iuts/fake.rtmi" >"$dir/gone.rtmi"
    fake=$dir/gone.rtmi
    rtmtest run --iut "$fake" --only "$cases/table.rtm" --only "$cases/create.rtm" --sandbox none --jobs 1 --report tap
    rm -rf "$dir/tmp/gone"
    like '*not ok 1 *not ok 2 *BROKEN*the case cannot be started: */rtmtest.*/1: No such file or directory; something removed*' "$output"
}

@test "BROKEN: the scenario is mistaken; 2" {
    attempt none mistaken
    told 2 BROKEN '*refused as absent*'
}

@test "BROKEN: a process is asked while the scenario has it stopped; 2" {
    attempt none stopped
    told 2 BROKEN 'A is stopped; say "continue A" first'
}

# crowded FAULT SCENARIO: an attempt on one processor that two others keep busy.
crowded() {
    local loops=() core
    core=$(taskset -cp $$ | grep -oE '[0-9]+' | sed -n 2p)
    for _ in 1 2; do
        taskset -c "$core" bash -c 'while :; do :; done' 3>&- &
        loops+=($!)
    done
    taskset -cp "$core" $BASHPID >/dev/null
    attempt "$@"
    kill "${loops[@]}"
}

@test "FAIL: no answer, and others keep the processor busy" {
    crowded mute impatient
    told 1 'FAIL TBL-1' 'S gave no answer to its last question within *'
}

@test "FAIL: no answer in the time that it had the processor; what it waited for that is told" {
    crowded spin impatient
    told 1 'FAIL TBL-1' 'S gave no answer *; others kept the processors busy, and its processes waited * s for one*'
}

@test "PASS: an answer that takes longer than its deadline only as others keep the processor busy" {
    crowded toil impatient
    told 0 PASS
}

@test "UNRESOLVED: a race that the suite lost, twice; 2" {
    attempt none race
    told 2 UNRESOLVED '*before S came to the second question*'
    is '0 passed, 1 failed, 0 skipped' "${lines[-1]}"
}

@test "FAIL: a console that keeps everybody waiting while it loads; 1" {
    attempt slow-load race
    told 1 'FAIL CON-16' '*S answered nothing in the * s that its load took'
}

@test "XFAIL: it fails as the baseline says; 0" {
    echo 'scenarios/table FAIL TBL-14 "on the list"' >"$dir/known"
    attempt deaf table --baseline "$dir/known"
    told 0 'XFAIL TBL-14'
    like '*not ok 1 *# TODO known: on the list*' "$output"
    like '*conforms but for the known failures*' "$output" || like '*selected cases hold*' "$output"
    is '0 passed, 0 failed, 1 skipped' "${lines[-1]}"
}

@test "another failure than the known one stays FAIL; 1" {
    echo 'scenarios/table FAIL TBL-2 "on the list"' >"$dir/known"
    attempt deaf table --baseline "$dir/known"
    told 1 'FAIL TBL-14' '*; the baseline expects FAIL TBL-2 (on the list)'
}

@test "a failure with another message than the known one stays FAIL; 1" {
    echo 'scenarios/table FAIL TBL-14 "on the list" "^the table of S"' >"$dir/known"
    attempt deaf table --baseline "$dir/known"
    told 0 'XFAIL TBL-14'
    echo 'scenarios/table FAIL TBL-14 "on the list" "ended by itself"' >"$dir/known"
    attempt deaf table --baseline "$dir/known"
    told 1 'FAIL TBL-14'
}

@test "XPASS: a MUST is known to fail, and only a SHOULD is missed; 1" {
    echo 'scenarios/order FAIL TBL-14 "on the list"' >"$dir/known"
    attempt backwards order --baseline "$dir/known"
    told 1 'XPASS TBL-15' 'is WEAK TBL-15, but the baseline says FAIL TBL-14 (on the list); take its line out'
}

@test "XPASS: a known failure of what is no longer claimed; 1" {
    echo 'scenarios/console FAIL CON-1 "on the list"' >"$dir/known"
    fake=$here/iuts/modest.rtmi attempt none console --baseline "$dir/known"
    told 1 XPASS 'is UNSUPPORTED, but the baseline says FAIL CON-1 (on the list); take its line out'
}

@test "XPASS: the baseline is stale; 1" {
    echo 'scenarios/table FAIL TBL-14 "on the list"' >"$dir/known"
    attempt none table --baseline "$dir/known"
    told 1 XPASS 'passes, but the baseline says FAIL TBL-14 (on the list); take its line out'
    is '0 passed, 1 failed, 0 skipped' "${lines[-1]}"
}

@test "a whole run without a failure conforms; 0" {
    whole fake create table console
    is 0 "$status"
    is '# conforms' "$(grep '^# conforms' <<<"$output")"
    is '3 passed, 0 failed, 0 skipped' "${lines[-1]}"
}

@test "a feature that is claimed and not checked is undecided; 2" {
    whole fake create table
    is 2 "$status"
    like '*undecided: the manifest claims console, and no case checked it*' "$output"
    is '2 passed, 0 failed, 0 skipped' "${lines[-1]}"
}

@test "a SHOULD alone checks no claim; 2" {
    whole modest order
    sed -i '/create/d' "$dir/share/tests/conformance/1-a/order.rtm" # their requirements are MUSTs
    rtmtest run --share "$dir/share" --iut "$here/iuts/modest.rtmi" --report tap
    is 2 "$status"
    like '*undecided: the manifest claims routes, and no case checked it*' "$output"
}

@test "a failure outweighs what is undecided; 1" {
    FAULT=deaf whole fake table mistaken
    is 1 "$status"
    like '*verdicts: *FAIL 1*BROKEN 1*' "$output"
    is '0 passed, 2 failed, 0 skipped' "${lines[-1]}"
}

@test "something broken outweighs what passes; 2" {
    whole fake table mistaken
    is 2 "$status"
    is '1 passed, 1 failed, 0 skipped' "${lines[-1]}"
}
