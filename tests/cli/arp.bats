#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The ARP table on the command lines: its commands, its object in shared memory, its table files.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

A='10.0.0.0/8 1.1.1.1 eth0'
M='00:11:22:33:44:55 10.0.0.1'
N='0a:0b:0c:0d:0e:0f 10.0.0.2'

# add NAME: both entries.
add() {
    ask "$1" "arp add $M"
    is 'ok arp add seq=1' "$closing"
    ask "$1" "arp add $N"
    is 'ok arp add seq=2' "$closing"
}

@test "--arp-slots is a power of two that the layout allows" {
    for slots in x '' 0 8 15 17 24 33554432 -16 16x; do
        once rtm-server --socket "$sock" --arp-slots "$slots"
        is 64 "$status"
        like '*--arp-slots*power of two from 16 to 16777216*' "$stderr"
    done
    RTM_ARP_SLOTS=17 once rtm-server --socket "$sock"
    is 64 "$status"
    like '*RTM_ARP_SLOTS*' "$stderr"
}

@test "both programs show the table, in order and in lower case [ARP-5 ARP-8 ARP-9 ARP-17]" {
    serve one
    ask one "arp add ${N^^}"
    ask one "arp add $M"
    ask one 'show arp'
    is "$(printf '%s\n' "$M" "$N")" "$(printf '%s\n' "${rows[@]}")"
    is 'ok show arp macs=2' "$closing"
    start two rtm-client --socket "$sock"
    until_says two status '*state=synchronised*macs=2*'
    ask two 'show arp'
    is "$(printf '%s\n' "$M" "$N")" "$(printf '%s\n' "${rows[@]}")"
    is 'ok show arp macs=2 state=synchronised' "$closing"
    ask two "lookup ${N%% *}"
    is "$N" "${rows[*]}"
    is 'ok lookup macs=1 state=synchronised' "$closing"
    ask one "arp delete ${N%% *}"
    until_says two "lookup ${N%% *}" 'ok lookup macs=0 *'
    is '' "${rows[*]}"
}

@test "refusals name their kind [ARP-3 ARP-4 ARP-5 ARP-6 CON-2]" {
    serve one
    add one
    while IFS=: read -r kind command; do
        echo "$command"
        ask one "${command//_/:}"
        like "error: $kind: *" "$closing"
    done <<'EOF'
exists:arp add 00_11_22_33_44_55 10.0.0.9
absent:arp delete 00_11_22_33_44_56
mac:arp add 00_11_22_33_44 10.0.0.9
mac:arp delete 001122334455
mac:lookup 0_1
address:arp add 00_11_22_33_44_56 10.0.0
syntax:arp add 00_11_22_33_44_56
syntax:arp delete 00_11_22_33_44_56 10.0.0.1
syntax:arp
syntax:show arp all
EOF
    ask one digest
    like 'ok digest seq=2 routes=0 macs=2 *' "$closing"
}

@test "the table is full at 7/8 [SHM-13]" {
    serve one --arp-slots 16
    for i in {10..23}; do
        ask one "arp add 00:00:00:00:00:$i 1.1.1.1"
        like 'ok arp add *' "$closing"
    done
    ask one 'arp add 00:00:00:00:00:24 1.1.1.1'
    like 'error: full: *--arp-slots*' "$closing"
    is 576 "$(stat -c %s "$(object)")"
}

@test "the object is private and goes with its server [SHM-2 SHM-6]" {
    for_the_end() {
        serve one --mux "$mux"
        is '640 2097216' "$(stat -c '%a %s' "$(object)")"
        is held "$(flock_of "$(object)")"
        end one "$how"
        [ ! -e "$(object)" ]
    }
    how=TERM for_each_mux for_the_end
    how=INT for_each_mux for_the_end
}

@test "the object of a dead server is replaced [SHM-4]" {
    serve one
    add one
    ln "$(object)" "$(object).kept" # a number that is free again could be given again
    end one KILL 137
    is free "$(flock_of "$(object)")"
    serve two
    is 1 "$(stat -c %h "$(object)")"
    rm "$(object).kept"
    ask two 'show arp'
    is 'ok show arp macs=0' "$closing"
}

@test "without shared memory additions are refused and routes served [SHM-14]" {
    name=$(basename "$(object)")
    mkdir "$(object)"
    start one rtm-server --socket "$sock"
    await one "# no shared memory*/$name: Invalid argument"
    await one "# ready $sock"
    ask one "arp add $M"
    like 'error: unavailable: *' "$closing"
    printf '%s\n' "$M" >"$dir/table"
    ask one "load $dir/table"
    like "error: unavailable: $dir/table:1: *" "$closing"
    ask one "create $A"
    start two rtm-client --socket "$sock"
    until_says two show 'ok show routes=1 state=synchronised'
    rmdir "$(object)"
}

@test "a client without the object shows keys [ARP-19 SHM-22]" {
    serve one
    add one
    mv "$(object)" "$(object).away"
    start two rtm-client --socket "$sock"
    await two '# shared memory is not used: /rtm-*: No such file*'
    until_says two 'show arp' 'ok show arp macs=2 state=synchronised'
    is "${M%% *} - ${N%% *} -" "${rows[*]}"
    ask two "lookup ${M%% *}"
    is "${M%% *} -" "${rows[*]}"
    mv "$(object).away" "$(object)"
    end one TERM
    await two '# disconnected*'
    ask two 'show arp'
    is 'ok show arp macs=0 state=connecting' "$closing"
}

@test "load and save keep entries of both kinds [ARP-11 CON-18]" {
    serve one
    printf '%s\n' "${N^^}" "$A" '# between' "$M" >"$dir/table"
    ask one "load $dir/table"
    is 'ok load routes=1 macs=2 seq=3' "$closing"
    ask one "save $dir/saved"
    is 'ok save routes=1 macs=2' "$closing"
    is "$(printf '%s\n' "$A" "$M" "$N")" "$(<"$dir/saved")"
    ask one "load $dir/table"
    like "error: exists: $dir/table:1: ${N%% *} *" "$closing"
    ask one digest
    before=${closing#* routes}
    end one TERM
    serve two --load "$dir/saved"
    await two '# loaded *: routes=1 macs=2 seq=3'
    ask two digest
    is "$before" "${closing#* routes}"
}
