#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The options of both programs for the network, and what they say of it.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

A='10.0.0.0/8 1.1.1.1 eth0'

# serve_network NAME ARG...: a server on the network; its places, in order, in ${places[@]}.
serve_network() {
    places=()
    start "$1" rtm-server --socket "$sock" "${@:2}"
    while take "$1" && [[ $line != '# ready '* ]]; do
        like '# listening *:*' "$line"
        places+=("${line#'# listening '}")
    done
    is "# ready $sock" "$line"
}

# join_network NAME PLACE ARG...: a synchronised client there.
join_network() {
    start "$1" rtm-client --connect "${@:2}"
    until_says "$1" status '*state=synchronised*'
}

# -- options -------------------------------------------------------------------------------------

@test "a wrong address is a usage error, 64, and named" {
    for value in x 127.0.0.1 127.0.0.1: :7000 127.0.0.1:65536 127.0.0.1:-1 ::1:7000 '[::1]' \
        example.org:7000 127.0.0.1:http; do
        once rtm-server --socket "$sock" --listen "$value"
        is 64 "$status"
        like "*--listen \"${value//\[/\\[}\"*127.0.0.1:7000*" "$stderr"
        once rtm-client --connect "$value"
        is 64 "$status"
        like "*--connect \"${value//\[/\\[}\"*127.0.0.1:7000*" "$stderr"
    done
    once rtm-client --connect 127.0.0.1:0
    is 64 "$status"
}

@test "a client is told one place to connect to" {
    once rtm-client --socket "$sock" --connect 127.0.0.1:7000
    is 64 "$status"
    like '*--connect "127.0.0.1:7000"*--socket*not both*' "$stderr"
}

@test "a number of peers is at least 1" {
    for value in 0 -1 x 1k 99999999999; do
        once rtm-server --socket "$sock" --peers "$value"
        is 64 "$status"
        like "*--peers \"$value\"*" "$stderr"
    done
    RTM_PEERS=none once rtm-server --socket "$sock"
    is 64 "$status"
    like '*RTM_PEERS*' "$stderr"
}

@test "there are 16 places at most" {
    local some=()
    for _ in {1..16}; do
        some+=(--listen 127.0.0.1:0)
    done
    once rtm-server --socket "$sock" "${some[@]}" --listen 127.0.0.1:0
    is 64 "$status"
    like '*at most 16*' "$stderr"
    serve_network server "${some[@]}"
    is 16 "${#places[@]}"
}

@test "what other machines reach has to be allowed, in any order of options [NET-3 NET-4]" {
    for place in 0.0.0.0:0 '[::]:0' 192.0.2.1:7000; do
        once rtm-server --socket "$sock" --listen 127.0.0.1:0 --listen "$place"
        is 64 "$status"
        is '' "$output"
        like "*${place//\[/\\[}*no authentication*--public*" "$stderr"
        [ ! -e "$sock" ]
    done
    serve_network server --public --listen 0.0.0.0:0
    like "*${places[0]}*no authentication*" "$(<"$dir/server.err")"
    end server TERM
    serve_network server --listen 127.0.0.1:0 --listen 127.1.2.3:0
    is '' "$(<"$dir/server.err")"
}

@test "a place that is taken or not ours is named, with the reason [NET-5]" {
    serve_network server --listen 127.0.0.1:0
    once rtm-server --socket "$dir/other.sock" --listen "${places[0]}"
    is 1 "$status"
    like "rtm-server: ${places[0]}: Address already in use; *--listen" "$stderr"
    once rtm-server --socket "$dir/other.sock" --public --listen 192.0.2.1:7000
    is 1 "$status"
    like 'rtm-server: 192.0.2.1:7000: Cannot assign requested address; *' "$stderr"
    [ ! -e "$dir/other.sock" ] && [ ! -e "$dir/other.sock.lock" ]
}

# -- clients -------------------------------------------------------------------------------------

@test "clients of both kinds follow, over IPv4 and IPv6 [NET-12]" {
    follow_all() {
        serve_network server --mux "$mux" --listen 127.0.0.1:0 --listen '[::1]:0'
        ask server "create $A"
        ask server 'arp add 01:00:5e:01:01:01 10.1.1.1'
        join_network four "${places[0]}" --mux "$mux"
        join_network six "${places[1]}" --mux "$mux"
        start local rtm-client --socket "$sock" --mux "$mux"
        for name in four six local; do
            until_says "$name" 'show arp' '*macs=1 *'
            is '01:00:5e:01:01:01 10.1.1.1' "${rows[*]}"
            ask "$name" show
            is "$A" "${rows[*]}"
        done
        for name in four six local server; do
            end "$name" TERM
        done
    }
    for_each_mux follow_all
}

@test "show clients tells where they come from, and registers none" {
    serve_network server --listen 127.0.0.1:0
    join_network one "${places[0]}"
    ask server 'show clients'
    is 1 "${#rows[@]}"
    like 'client=1 pid=0 state=synchronised seq=0 backlog=0 from=127.0.0.1:*' "${rows[0]}"
    ask server flush
    is 'ok flush seq=1 flushes=1 signalled=0' "$closing"
}

@test "a client says what it connects to, why it cannot, and connects when it can [NET-14]" {
    serve_network server --listen 127.0.0.1:0
    end server TERM
    start one rtm-client --connect "${places[0]}"
    await one "# connecting ${places[0]}"
    await one "# cannot connect to ${places[0]}: Connection refused; trying on"
    serve_network server --listen "${places[0]}"
    await one '# state synchronised *'
    start two rtm-client --connect "${places[0]}" --no-reconnect
    await two '# state synchronised *'
    end server KILL 137
    await two '# state connecting *'
    rm -f "$sock" "$sock.lock" "$(object)"
}

@test "who comes when there are enough waits for a place [NET-17]" {
    serve_network server --listen 127.0.0.1:0 --peers 1
    join_network one "${places[0]}"
    start two rtm-client --connect "${places[0]}"
    await two '# connecting *'
    start local rtm-client --socket "$sock"
    until_says local status '*state=synchronised*'
    ask two status
    like '*state=connecting*' "$closing"
    end one TERM
    until_says two status '*state=synchronised*'
}
