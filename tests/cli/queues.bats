#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Message queues: the option of rtm-server, and rtm-send.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

A='10.0.0.0/8 1.1.1.1 eth0'

# queue: a name of this test's own, in $queue.
queue() {
    queue=/rtm-cli-$$-$BATS_TEST_NUMBER
}

# gone: nothing has that name any more.
gone() {
    once rtm-send "$queue" x
    is 1 "$status"
    like "*$queue: there is no such queue*" "$stderr"
}

# -- options -------------------------------------------------------------------------------------

@test "rtm-send --help names every option" {
    once rtm-send --help
    is 0 "$status"
    is '' "$stderr"
    for word in NAME --priority --no-wait --help --version 'Exit status'; do
        like "*$word*" "$output"
    done
    once rtm-send --version
    is 0 "$status"
    like 'rtm-send *[0-9]*' "$output"
}

@test "a wrong command line of rtm-send is a usage error, 64" {
    for line in '' --nonsense '/a/b x' '/ x' '. x' '/a --priority x y' '/a --priority -1 y' \
        '/a --priority 32768 y' '/a --priority' '--no-wait'; do
        echo "rtm-send $line"
        read -ra words <<<"$line"
        once rtm-send "${words[@]}"
        is 64 "$status"
        is '' "$output"
        like '*rtm-send: *' "$stderr"
    done
}

@test "a wrong --mq is a usage error, 64" {
    for line in '--mq' '--mq /' '--mq a/b' '--mq ..' '--mq a --mq /a'; do
        echo "rtm-server $line"
        read -ra words <<<"$line"
        once rtm-server --socket "$sock" "${words[@]}"
        is 64 "$status"
        like '*rtm-server: *' "$stderr"
    done
    many=()
    for number in {1..17}; do
        many+=(--mq "/q$number")
    done
    once rtm-server --socket "$sock" "${many[@]}"
    is 64 "$status"
    like '*16*' "$stderr"
}

# -- what is sent --------------------------------------------------------------------------------

one_command() {
    serve one --mux "$mux" --mq "${queue#/}"
    once rtm-send "$queue" create $A
    is 0 "$status"
    is '' "$output$stderr"
    await one "# queue $queue: ok create seq=1"
    once rtm-send "${queue#/}" "update $A"
    await one "# queue $queue: ok update seq=2"
    ask one show
    is "$A" "${rows[0]}"
    end one TERM
    gone
}

@test "the words of the command line are one command" {
    queue
    for_each_mux one_command
}

@test "the lines of standard input are one command each" {
    queue
    serve one --mq "$queue" --mq "$queue-2"
    printf 'create %s\n\n  # a comment\nnonsense\nflush' "$A" >"$dir/lines"
    run --separate-stderr timeout "$deadline" "$bin/rtm-send" "$queue-2" <"$dir/lines"
    is 0 "$status"
    await one "# queue $queue-2: ok create seq=1"
    await one "# queue $queue-2: error: syntax: unknown command \"nonsense\"*"
    await one "# queue $queue-2: ok flush seq=2*"
    ask one stats
    like '*queue_messages 3 queue_refused 1*' "${rows[*]}"
}

@test "higher priorities are carried out first" {
    queue
    serve one --mq "$queue"
    kill -s STOP "${pid[one]}"
    once rtm-send "$queue" delete 10.0.0.0/8
    once rtm-send "$queue" --priority 2 create $A
    once rtm-send --priority=1 "$queue" update $A
    kill -s CONT "${pid[one]}"
    await one "# queue $queue: ok create*"
    await one "# queue $queue: ok update*"
    await one "# queue $queue: ok delete*"
}

@test "a command that is too long is refused by the sender, with the limit" {
    queue
    serve one --mq "$queue"
    printf 'flush%4092s\n' '' >"$dir/lines"
    run --separate-stderr timeout "$deadline" "$bin/rtm-send" "$queue" <"$dir/lines"
    is 1 "$status"
    like "rtm-send: line 1: *$queue*4097*4096*" "$stderr"
}

@test "a NUL in a line is sent, and refused by the server" {
    queue
    serve one --mq "$queue"
    printf 'flush\0\n\0flush\n' >"$dir/lines"
    run --separate-stderr timeout "$deadline" "$bin/rtm-send" "$queue" <"$dir/lines"
    is 0 "$status"
    await one "# queue $queue: error: syntax*"
    await one "# queue $queue: error: syntax*"
}

# Its first rows are out and nobody reads on, so the walk stands still while the table changes: a row
# in front of it comes, and then the last one goes. No table lacked both.
one_table() {
    serve one --mux "$mux" --mq "$queue"
    start two rtm-client --socket "$sock"
    printf '50.%s.0/24 1.1.1.1 eth0\n' {0..31}.{0..249} >"$dir/table"
    ask one "load $dir/table"
    printf 'show\n' >&"${in[one]}"
    take one
    once rtm-send "$queue" create $A
    once rtm-send "$queue" delete 50.31.249.0/24
    until_says two 'lookup 50.31.249.1' 'ok lookup routes=0*'
    timeout "$deadline" sed '/^ok show/q' <&"${out[one]}" >"$dir/shown"
    is 'ok show routes=8000' "$(tail -n 1 "$dir/shown")"
    is 8000 "$(wc -l <"$dir/shown")"
    is '50.31.249.0/24 1.1.1.1 eth0' "$(tail -n 2 "$dir/shown" | head -n 1)"
    end two TERM
    end one TERM
}

@test "the rows of a show are one table, whatever a queue brings meanwhile" {
    queue
    for_each_mux one_table
}

# -- a full queue --------------------------------------------------------------------------------

# fill: stops the server and sends until there is no room.
fill() {
    kill -s STOP "${pid[one]}"
    status=0
    for ((sent = 0; status == 0 && sent < 20; sent++)); do
        once rtm-send "$queue" --no-wait '#'
    done
}

@test "with --no-wait a full queue is an error" {
    queue
    serve one --mq "$queue"
    fill
    is 1 "$status"
    like "*$queue*full*" "$stderr"
    kill -s CONT "${pid[one]}"
    ask one digest
}

@test "a full queue that nobody reads is not waited for" {
    queue
    serve one --mq "$queue"
    fill
    end one KILL 137
    once rtm-send "$queue" create $A
    is 1 "$status"
    like "*$queue: it is full, and no server reads it; start one with --mq" "$stderr"
    serve two --mq "$queue"
    ask two digest
}

@test "a sender waits for room" {
    queue
    serve one --mq "$queue"
    fill
    mkfifo "$dir/said"
    "$bin/rtm-send" "$queue" create $A 2>"$dir/said" 3>&- &
    sender=$!
    read -r -t 20 line <"$dir/said"
    like "rtm-send: message queue $queue: it is full; waiting for room" "$line"
    kill -s CONT "${pid[one]}"
    wait "$sender"
    await one "# queue $queue: ok create*"
}

@test "a sender is told that its server has ended" {
    queue
    serve one --mq "$queue"
    yes nonsense | "$bin/rtm-send" "$queue" 2>"$dir/told" 3>&- &
    sender=$!
    await one "# queue $queue: error: syntax*"
    end one TERM
    status=0
    wait "$sender" || status=$?
    is 1 "$status"
    like "*line *$queue: its server has ended*" "$(cat "$dir/told")"
}

# -- a queue that cannot be had ------------------------------------------------------------------

@test "a server that lives keeps its queue" {
    queue
    serve one --mq "$queue"
    once rtm-server --socket "$sock.2" --mq "$queue"
    is 1 "$status"
    like "rtm-server: message queue $queue: a server that lives has it*" "$stderr"
    ask one digest
}

@test "without room for a queue nothing starts, and nothing is left" {
    queue
    run --separate-stderr timeout "$deadline" bash -c \
        'ulimit -q 1000 && exec "$@"' - "$bin/rtm-server" --socket "$sock" --mq "$queue"
    is 1 "$status"
    like "rtm-server: message queue $queue: *RLIMIT_MSGQUEUE*ulimit -q*" "$stderr"
    [ ! -e "$sock" ]
    gone
}

@test "a killed server's queue goes to the next one" {
    queue
    serve one --mq "$queue"
    kill -s STOP "${pid[one]}"
    once rtm-send "$queue" create $A
    end one KILL 137
    serve two --mq "$queue"
    await two "# queue $queue: ok create seq=1"
}
