#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The command line of rtm-client, and its console where it is no terminal.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

A='10.0.0.0/8 1.1.1.1 eth0'
B='20.1.0.0/16 2.2.2.2 eth1'

# join NAME ARG...: a client at $sock that is synchronised.
join() {
    start "$1" rtm-client --socket "$sock" "${@:2}"
    until_says "$1" status '*state=synchronised*'
}

# -- options -------------------------------------------------------------------------------------

@test "--help names every option and the environment" {
    once rtm-client --help
    is 0 "$status"
    is '' "$stderr"
    for word in --socket --connect --mux --no-reconnect --help --version RTM_SOCKET RTM_MUX; do
        like "*$word*" "$output"
    done
}

@test "--version is one line" {
    once rtm-client --version
    is 0 "$status"
    is '' "$stderr"
    is 1 "${#lines[@]}"
    like 'rtm-client *[0-9]*' "$output"
}

@test "a wrong command line is a usage error, 64" {
    for line in --nonsense -x surplus '--mux poll' --mux --socket '--load file' '--help=no'; do
        echo "rtm-client $line"
        read -ra words <<<"$line"
        once rtm-client "${words[@]}"
        is 64 "$status"
        is '' "$output"
        like '*rtm-client: *' "$stderr"
    done
}

@test "the error names the option that is unknown" {
    once rtm-client --nonsense
    like '*--nonsense*' "$stderr"
}

@test "a wrong environment is a usage error too" {
    RTM_MUX=poll once rtm-client --socket "$sock"
    is 64 "$status"
    like '*RTM_MUX*' "$stderr"
}

@test "RTM_SOCKET names the socket, an option beats it" {
    serve server
    RTM_SOCKET=$sock start one rtm-client
    until_says one status '*state=synchronised*'
    RTM_SOCKET=$dir/none.sock start two rtm-client --socket "$sock"
    until_says two status '*state=synchronised*'
}

@test "without either it finds the server in XDG_RUNTIME_DIR" {
    start server rtm-server
    await server "# ready $dir/rtm.sock"
    start one rtm-client
    until_says one status '*state=synchronised*'
}

@test "a path of 108 bytes is refused [TRN-7]" {
    once rtm-client --socket "$dir/$(printf '%*s' $((107 - ${#dir})) '' | tr ' ' x)"
    [ "$status" -ne 0 ]
    is '' "$output"
    like '*107*' "$stderr"
}

# -- connecting ----------------------------------------------------------------------------------

@test "it says where it connects, and what became of it" {
    serve server
    ask server "create $A"
    start one rtm-client --socket "$sock"
    await one "# connecting $sock"
    await one '# state synchronised *routes=1*'
}

@test "it says that it was flushed, and what it has left" {
    serve server
    ask server "create $A"
    start one rtm-client --socket "$sock"
    await one '# state synchronised *routes=1*'
    ask server flush
    await one '# flushed flushes=1 routes=0 macs=0'
}

@test "a server that is not there yet is waited for [SES-13]" {
    start one rtm-client --socket "$sock"
    await one "# connecting $sock"
    ask one status
    like '*state=connecting*' "$closing"
    serve server
    until_says one status '*state=synchronised*'
}

@test "a server that goes is waited for, and its table is gone [SES-11 SES-12 ROB-5]" {
    connects_again() {
        serve server --mux "$mux"
        ask server "create $A"
        join one --mux "$mux"
        end server "$how" "$code"
        until_says one show 'ok show routes=0 *'
        serve server
        ask server "create $B"
        until_says one show 'ok show routes=1 state=synchronised'
        is "$B" "${rows[*]}"
        end one TERM
        end server TERM
    }
    how=TERM code=0 for_each_mux connects_again
    how=KILL code=137 for_each_mux connects_again
}

@test "a socket that cannot be reached is named with the reason [TRN-8]" {
    for option in '' --no-reconnect; do
        start one rtm-client --socket "$dir/none/rtm.sock" $option
        await one "# *$dir/none/rtm.sock*No such file*"
        ask one quit
        end one
    done
}

@test "--no-reconnect connects once" {
    serve server
    join one --no-reconnect
    end server TERM
    until_says one show 'ok show routes=0 *'
    serve server
    join two
    ask server "show clients"
    is 'ok show clients clients=1' "$closing"
}

# -- the console ---------------------------------------------------------------------------------

@test "it shows what the server has" {
    shows() {
        serve server --mux "$mux"
        join one --mux "$mux"
        ask server "create $A"
        ask server "create $B"
        until_says one show 'ok show routes=2 state=synchronised'
        is "$A $B" "${rows[*]}"
        ask one 'lookup 20.1.2.3'
        is "$B" "${rows[*]}"
        like 'ok lookup routes=1 *' "$closing"
        ask one 'lookup 99.1.2.3'
        is '' "${rows[*]}"
        like 'ok lookup routes=0 *' "$closing"
        ask one digest
        mine=${closing% state=*}
        ask server digest
        is "$closing" "$mine"
        ask server "delete ${A%% *}"
        until_says one show 'ok show routes=1 *'
        end one TERM
        end server TERM
    }
    for_each_mux shows
}

@test "it can change nothing [CON-5]" {
    serve server
    ask server "create $A"
    join one
    for command in "create $B" "update $A" "delete ${A%% *}" "load $dir/x" "save $dir/x" \
        'show clients' flush; do
        ask one "$command"
        like 'error: @(syntax|unavailable): *' "$closing"
    done
    ask one show
    is "$A" "${rows[*]}"
    [ ! -e "$dir/x" ]
}

@test "a console on a file and on /dev/null [CON-11 CON-12]" {
    printf '%s\n' help status nonsense >"$dir/commands"
    on_a_file() {
        serve server
        start_on "$dir/commands" one rtm-client --socket "$sock" --mux "$mux"
        answer one
        is 'ok help' "$closing"
        answer one
        like 'ok status *' "$closing"
        answer one
        like 'error: syntax: *' "$closing"
        start_on /dev/null two rtm-client --socket "$sock" --mux "$mux"
        until_says server 'show clients' 'ok show clients clients=2'
        end one TERM
        end two TERM
        until_says server 'show clients' 'ok show clients clients=0'
        end server TERM
    }
    for_each_mux on_a_file
}

@test "the end of a console on a pipe is not the end of the client [CON-11]" {
    serve server
    join one
    hang_up one
    ask server "create $A"
    until_says server 'show clients' 'ok show clients clients=1'
    end one INT
}

@test "quit, SIGINT and SIGTERM end with 0, with and without a server [CON-13]" {
    ends_cleanly() {
        for how in quit INT TERM; do
            start one rtm-client --socket "$sock" --mux "$mux"
            ask one status
            if [ "$how" = quit ]; then
                ask one quit
                is 'ok quit' "$closing"
                end one
            else
                end one "$how"
            fi
        done
    }
    for_each_mux ends_cleanly
    serve server
    for_each_mux ends_cleanly
    until_says server 'show clients' 'ok show clients clients=0'
}

@test "a flush empties the server and its clients, one of them stopped [FLU-1 FLU-4 FLU-18]" {
    flushes() {
        serve server --mux "$mux"
        ask server "create $A"
        ask server 'arp add 02:00:00:00:00:01 1.2.3.4'
        join one --mux "$mux"
        join two --mux "$mux"
        until_says server flush 'ok flush * signalled=2' # once both are registered
        ask server "create $B"
        kill -s STOP "${pid[two]}"
        ask server flush
        like 'ok flush seq=* flushes=* signalled=2' "$closing"
        kill -s CONT "${pid[two]}"
        for name in one two; do
            until_says "$name" show 'ok show routes=0 state=synchronised'
            ask "$name" 'show arp'
            is 'ok show arp macs=0 state=synchronised' "$closing"
        done
        end one TERM
        end two TERM
        end server TERM
    }
    for_each_mux flushes
}

@test "SIGUSR1 ends neither program [REG-7]" {
    serve server
    ask server "create $A"
    join one
    until_says one show 'ok show routes=1 *'
    kill -s USR1 "${pid[server]}" "${pid[one]}"
    ask server show
    is "$A" "${rows[*]}"
    ask one show
    is "$A" "${rows[*]}"
}

@test "a client that is stopped ends with the server's table [ROB-4]" {
    serve server
    join one
    kill -s STOP "${pid[one]}"
    ask server "create $A"
    ask server "create $B"
    ask server "delete ${A%% *}"
    kill -s CONT "${pid[one]}"
    until_says one digest '*seq=3 *'
    ask one show
    is "$B" "${rows[*]}"
}
