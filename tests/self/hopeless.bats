#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Implementations that never answer, each in its way: verdict, evidence and end in bounded time. Most of
# that time is waiting, so they have a file apart from misdeeds.bats.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# bounded: the case that ran had one second, and may take another one to end and to be told; a machine
# that others keep busy gives it more, and says so.
bounded() {
    local took
    ! grep -qE 'kept the processors busy|deadlines are so much longer' <<<"$output" || return 0
    took=$(grep -oE '^# time of the cases: scenarios [0-9]+' <<<"$output")
    [ "${took##* }" -le 2 ] || { echo "it took ${took##* } s"; return 1; }
}

# hopeless: faults, with the verdict and the message, on pipes and on a terminal.
hopeless() {
    local fault verdict message
    while IFS='|' read -r fault verdict message; do
        for fake in "$here/iuts/fake.rtmi" "$dir/terminal.rtmi"; do
            echo "# $fault, ${fake##*/}"
            attempt "$fault" impatient --sandbox "${1:-auto}"
            [ "$(verdict)" = UNRESOLVED ] && continue # no verdict in time
            told 1 "$verdict" "$message"
            bounded
        done
    done
}

hopeless_ones='stops|FAIL TBL-1|S gave no answer to its last question within *; S is stopped by a signal
spins|FAIL TBL-1|S gave no answer to its last question within *; S is at work, and has used * s of processor
blocks|FAIL TBL-1|S gave no answer to its last question within *
notices|FAIL TBL-1|S *print*
rows|FAIL TBL-1|S *print*
shows|FAIL TBL-14|S *print*
deafens|FAIL CON-13|S did not end within *
breeds|FAIL ROB-7|*'

@test "whatever it does, its case ends in time, with evidence, and all of it is ended" {
    namespaces
    sed "s|^ready |terminal = yes\n&|; s|^name.*|&\nroot = $here/iuts|" "$fake" >"$dir/terminal.rtmi"
    hopeless <<<"$hopeless_ones"
}

@test "so it does without namespaces" {
    sed "s|^ready |terminal = yes\n&|; s|^name.*|&\nroot = $here/iuts|" "$fake" >"$dir/terminal.rtmi"
    hopeless none <<<"$hopeless_ones"
}
