#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The server of one manifest with the clients of another: who is judged, and for what.
# shellcheck disable=SC2154,SC2030,SC2031,SC2034,SC2016 # set by helper.bash, or for it; patterns of sed
bats_require_minimum_version 1.5.0
load helper
load style

ref=tests/iuts/reference.rtmi python=tests/iuts/python.rtmi menu=tests/iuts/menu.rtmi

# together CASE OPTION...: one case with RTM_BUILD in place.
together() {
    local case=$1
    shift
    RTM_BUILD=$bin rtmtest run "$@" --only "$case" --report tap
}

# variant NAME MANIFEST SED: a manifest of tests/iuts, changed.
variant() {
    mkdir -p "$dir/$1"
    sed "s|^root .*|root = $root|; $3" "$root/$2" >"$dir/$1/it.rtmi"
    echo "$dir/$1/it.rtmi"
}

@test "each role alone, and both" {
    together 4-session/SYN-11-changes --iut "$ref" --client "$python"
    told 0 PASS
    like '*IUT: server of RTM reference (clients: RTM in Python); claims routes console mac flush;*' "$output"
    together 4-session/SYN-11-changes --iut "$ref" --server "$python"
    told 0 PASS
    like '*IUT: client of RTM reference (server: RTM in Python)*' "$output"
    together 4-session/SYN-11-changes --server "$ref" --client "$python"
    told 0 PASS
    like '*IUT: server of RTM reference, client of RTM in Python*' "$output"
}

@test "a fault is held against who is under test, and breaks the run of the other" {
    local one other FAULT=segv
    one=$(variant one "$menu" '')
    other=$(variant other "$menu" 's/^name.*/name = Another/') # with the same record
    together 4-session/SYN-11-changes --iut "$one" --server "$other"
    is 1 "$status"
    like '? ended*signal 11 *' "$(message)"
    together 4-session/SYN-11-changes --iut "$one" --client "$other"
    told 2 BROKEN '* broken by a program that is not under test: ? ended*signal 11 *'
    FAULT=no-update # either could be at fault: who is under test is
    together 4-session/SYN-11-changes --iut "$one" --server "$other"
    told 1 'FAIL SYN-11'
}

@test "what is left behind is held against who is under test" {
    local left="s|^command .*rtm-client|command = sh -c \": >left; exec {root}/${bin#"$root"/}/rtm-client \$*\" client|"
    left=$(variant left "$ref" "$left")
    together 4-session/SYN-11-changes --iut "$left" --server "$ref"
    told 1 'FAIL ROB-7' 'left behind: file */left'
}

@test "what judges the other program only is not run" {
    together 4-session/SYN-5-shadow --iut "$ref" --client "$python"
    told 2 UNSUPPORTED
    like '*it judges the client, which is not under test*' "$output"
    together 3-frames/FRM-1-server-frames --iut "$ref" --server "$python"
    told 2 UNSUPPORTED
    like '*it judges the server, which is not under test*' "$output"
}

@test "a manifest with one role gets the other of the reference" {
    local one
    one=$(variant server "$ref" '/^\[client/,$d')
    together 4-session/SYN-11-changes --iut "$one" --report "ndjson=$dir/run"
    told 0 PASS
    like '*"client":"*tests/iuts/reference.rtmi"*' "$(head -n 1 "$dir/run")"
    one=$(variant client "$ref" '/^\[server/,/^\[client\]/{/^\[client\]/!d}')
    together 4-session/SYN-11-changes --iut "$one"
    told 0 PASS
    like '*IUT: client of RTM reference (server: RTM reference)*' "$output"
}

@test "programs of different wires are not tried together; of the same own wire they are" {
    together 4-session/SYN-11-changes --iut "$menu" --client "$python"
    told 2 UNSUPPORTED
    like '*the wires differ: *says wire = own, *wire = rtm1*' "$output"
    one=$(variant one "$menu" 's/^wire.*/wire = own slides/; /^\[record/,/^oif/d')
    other=$(variant other "$menu" 's/^wire.*/wire = own slides/; s/^name.*/name = Another/; /^\[record/,/^oif/d')
    together 4-session/SYN-11-changes --iut "$one" --client "$other"
    told 0 PASS
    FAULT=no-update together 4-session/SYN-11-changes --server "$one" --client "$other"
    told 1 'FAIL SYN-11'
}

@test "a client that ends with its server, as its manifest says or not" {
    together '4-session/SES-11-server-killed#1' --iut "$menu"
    told 2 UNSUPPORTED
    like '*A has ended with its server, as the manifest says (ends-with-server)*' "$output"
    fake=$menu
    RTM_BUILD=$bin attempt none comes-back
    told 0 PASS
    like '*note: A had ended with its server, and was started anew*' "$output"
    fake=$(variant silent "$menu" /^ends-with-server/d)
    RTM_BUILD=$bin attempt none comes-back
    told 0 PASS
    fake=$(variant claims "$menu" 's/^features.*/& reconnect/; /^ends-with-server/d')
    RTM_BUILD=$bin attempt none comes-back
    is 1 "$status"
    like 'A ended*exit status 0*' "$(message)"
    fake=$menu
    RTM_BUILD=$bin attempt segv course # an end of another kind
    is 1 "$status"
    like '*A ended * with signal 11*' "$output"
}

@test "a client that loses its server and stays, which does not claim to come back" {
    while IFS='|' read -r FAULT features case status verdict message; do
        export FAULT
        together "$case" --iut "$(variant stays tests/iuts/words.rtmi "s/^features.*/features = $features/")"
        told "$status" "$verdict"
        like "$message" "$output"
    done <<'END'
no-reconnect|routes|4-session/SES-11-server-killed#1|0|PASS|*
no-reconnect|routes tidy|2-transport/TRN-6-leaves-nothing|0|PASS|*note: A had lost its server, and was started anew*
keeps-table|routes|4-session/SES-11-server-killed#2|1|FAIL SES-11|*
no-reconnect|routes|4-session/SES-11-client-empties#1|2|UNSUPPORTED|*the manifest does not claim reconnect*
no-reconnect|routes reconnect|4-session/SES-11-client-empties#1|1|FAIL SES-12|*
END
}

@test "a client without reconnect is not started before its server" {
    fake=$(variant early tests/iuts/words.rtmi 's/ reconnect//')
    RTM_BUILD=$bin attempt none early-client
    told 2 UNSUPPORTED
    like '*there is no server for A yet, and the manifest does not claim reconnect*' "$output"
    fake=tests/iuts/words.rtmi
    RTM_BUILD=$bin attempt none early-client
    told 0 PASS
}

@test "a client whose ready is an answer of its server" {
    fake=$(variant answer tests/iuts/words.rtmi 's/^ready .*In service.*/ready = "^== end =="/')
    together 9-robustness/ROB-12-any-server#1 --iut "$fake"
    told 2 BROKEN 'A printed "*" last, and no server has answered it: \[client\] has ready = "^== end ==", which has to be printed before that*'
}

@test "places that are fixed: a client's alone, and two that differ" {
    one=$(variant one "$menu" 's/^wire.*/wire = own slides/; /^\[record/,/^oif/d')
    other=$(variant other "$menu" 's/^wire.*/wire = own slides/; s/^name.*/name = Another/; /^\[record/,/^oif/d
        s|-client {socket}|-client /tmp/there.sock|; s|^prompt.*Your choice.*|&\nsocket = /tmp/there.sock|')
    together 4-session/SYN-11-changes --iut "$one" --client "$other"
    told 0 PASS
    sed -i 's|-server {socket}|-server /tmp/here.sock|; s|^prompt.*Your choice.*|&\nsocket = /tmp/here.sock|' "$one"
    together 4-session/SYN-11-changes --iut "$one" --client "$other"
    told 2 UNSUPPORTED
    like '*the server listens at /tmp/here.sock and the client connects to /tmp/there.sock*' "$output"
}

@test "a wire of records: what a server sends, and what a client makes of it" {
    while IFS='|' read -r FAULT case status verdict message; do
        echo "# $FAULT"
        together "$case" --iut "$menu"
        told "$status" "$verdict" "$message"
    done <<'END'
none|4-session/SYN-2-any-server|0|PASS|
none|4-session/SYN-2-any-client|0|PASS|
wrong-op|4-session/SYN-2-any-server|1|FAIL SYN-11|P got a message that cannot be: create of 130.1.1.0/24, which was told already
net-order|4-session/SYN-2-any-server|2|BROKEN|P got a message with the op 16777216, which \[record\] does not name*
net-order|4-session/SYN-2-any-client|1|FAIL SYN-11|A shows *
END
    one=$(variant no-record "$menu" '/^\[record/,/^oif/d')
    together 4-session/SYN-2-any-server --iut "$one"
    told 2 UNSUPPORTED
    like '*wire = own and has no \[record\], and this reads or tells changes*' "$output"
}

@test "the doctor reads a record, too" {
    one=$(variant shifted "$menu" 's/^destination = 4 16/destination = 6 14/')
    RTM_BUILD=$bin rtmtest doctor --iut "$one"
    is 2 "$status"
    like '*\[record\]: what the server sends to who connects*PROBLEM: P got a message that cannot be read as \[record\] has it: no address*change: size, the offsets*' "$output"
    like '*1 problem' "$output"
}

@test "peers that need no more than the socket are tried on every wire" {
    for iut in menu lines; do
        RTM_BUILD=$bin rtmtest run --iut "tests/iuts/$iut.rtmi" --only 9-robustness/ROB-6-any-peer \
            --only 9-robustness/ROB-11-any-garbage --report tap
        like '3 passed, 0 failed, 0 skipped' "${lines[-1]}"
    done
}

@test "a matrix of servers and clients" {
    one=$(variant one "$menu" 's/^name.*/name = One/; s/menu-server {socket}.*/menu-server {socket} no-update/')
    other=$(variant other "$menu" 's/^name.*/name = Other/')
    RTM_BUILD=$bin rtmtest matrix "$one" "$other" tests/iuts/lines.rtmi --only 4-session/SYN-11-changes \
        --report text --report "text=$dir/table.txt" --report "markdown=$dir/table.md" --report "ndjson=$dir/pairs" --save "$dir/runs"
    is 1 "$status"
    like 'server ? clients * One * Other * Lines and silence' "${lines[0]}"
    like 'One * 1 FAIL: SYN-11 * 1 FAIL: SYN-11 * the wires differ' "${lines[1]}"
    like 'Other * 1 PASS * 1 PASS * the wires differ' "${lines[2]}"
    like 'Lines and silence * the wires differ * the wires differ * 1 PASS' "${lines[3]}"
    like 'One with Other: 4-session/SYN-11-changes: *' "${lines[5]}"
    is '3 passed, 2 failed, 0 skipped' "${lines[-1]}"
    is '| Other | 1 PASS | 1 PASS | the wires differ |' "$(sed -n 4p "$dir/table.md")"
    is 9 "$(grep -c '"event":"pair"' "$dir/pairs")"
    rtmtest report tap "$dir/runs/1-it--2-it.ndjson"
    like '*IUT: server of One, client of Other;*' "$output"
    like '*where the wires differ: *wire = own NAME*' "$(<"$dir/table.txt")"
    # one name for both, and a pair that cannot be judged
    RTM_BUILD=$bin rtmtest matrix tests/iuts/menu.rtmi "$(variant mute "$menu" 's/^done .*/done = "^Nothing"/')" \
        --only 4-session/SYN-11-changes
    is 2 "$status"
    like 'A menu* (tests/iuts/menu.rtmi) * 1 PASS *' "${lines[1]}"
    like 'A menu* (*/mute/it.rtmi) * 1 BROKEN *' "${lines[2]}"
    like '*/mute/it.rtmi) with *: 4-session/SYN-11-changes: S *' "${lines[-2]}"
    rtmtest matrix tests/iuts/menu.rtmi --report html
    is 64 "$status"
    like '*a matrix is reported as text, markdown or ndjson*' "$stderr"
    rtmtest matrix
    is 64 "$status"
}

@test "a saved run of a pair is repeated as one" {
    FAULT=digest together 4-session/SYN-11-changes --iut "$python" --client "$ref" --report "ndjson=$dir/run"
    is 1 "$status"
    RTM_BUILD=$bin rtmtest run --rerun "$dir/run" --report tap
    told 1 'FAIL SYN-11' # with the fault that it had
    like '*IUT: server of RTM in Python (clients: RTM reference)*' "$output"
}

@test "who is under test has to be said, and once" {
    rtmtest run --client "$ref"
    is 64 "$status"
    like '*--iut FILE has to say which program is under test beside --client*' "$stderr"
    rtmtest run --iut "$ref" --server "$ref" --client "$ref"
    is 64 "$status"
    like '*one too many*' "$stderr"
    one=$(variant server "$ref" '/^\[client/,$d')
    rtmtest run --iut "$ref" --client "$one"
    is 64 "$status"
    like '*it.rtmi:1:1: there is no \[client\] that could take part*' "$stderr"
}
