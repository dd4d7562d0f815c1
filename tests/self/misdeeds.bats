#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Implementations that misbehave: each gets its verdict and the requirement that it broke, in bounded
# time; teardown() looks for what they left.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# -- what is left behind -------------------------------------------------------------------------

@test "a file left behind is found by name" {
    attempt file create
    told 1 'FAIL ROB-7' 'left behind: file */forgotten'
}

@test "so is a hidden one" {
    attempt hidden create
    told 1 'FAIL ROB-7' 'left behind: file */.forgotten'
}

@test "so is one in /tmp" {
    namespaces
    attempt elsewhere create
    told 1 'FAIL ROB-7' 'left behind: file /tmp/forgotten'
}

@test "so is a socket" {
    attempt socket create
    told 1 'FAIL ROB-7' 'left behind: socket */forgotten'
}

@test "so is a shared memory object" {
    namespaces
    attempt shm create
    told 1 'FAIL ROB-7' 'left behind: shared memory object /dev/shm/forgotten'
}

@test "so is a message queue" {
    namespaces
    attempt queue create
    told 1 'FAIL ROB-7' 'left behind: message queue /dev/mqueue/forgotten'
}

@test "so is a process" {
    namespaces
    attempt daemon create
    told 1 'FAIL ROB-7' 'left behind: process * (*tail*)'
}

@test "all that was left is named at once" {
    namespaces
    attempt untidy create
    told 1 'FAIL ROB-7' 'left behind: process * (*tail*), file */forgotten, shared memory object /dev/shm/forgotten, message queue /dev/mqueue/forgotten'
}

@test "a notice that comes in pieces is one, though its first makes the program ready" {
    attempt halting shown-first
    told 0 PASS
}

@test "a process that ends some moments later was none" {
    attempt lags create
    told 0 PASS
    attempt lags create --sandbox none
    told 0 PASS
}

@test "so is a process without namespaces, and it is ended" {
    attempt daemon create --sandbox none
    told 1 'FAIL ROB-7' 'left behind: process * (*tail*)'
}

@test "so is a process that holds the output open" {
    attempt holder impatient
    told 1 'FAIL ROB-7' 'S ended, but process * (*tail*) keeps its output open*'
}

@test "so is a descriptor, which is named" {
    attempt descriptor impatient
    told 1 'FAIL ROB-8' 'S held * descriptors when it was ready, and holds *'
    like '*descriptor *: /dev/zero*' "$output"
}

# -- how it runs and ends ------------------------------------------------------------------------

@test "a crash is told with its signal" {
    attempt crash create
    told 1 'FAIL TBL-1' 'S ended with signal 11 *, after it was told "create 10.0.0.0/8 1.1.1.1 eth0", instead of answering'
}

@test "an end before it is ready is told with what it said" {
    attempt early-end create
    told 1 'FAIL TRN-1' 'S ended before it was ready, with exit status 3, after it printed "something is missing"'
    like '*S 2 something is missing*' "$output"
}

@test "one that is never ready is ended" {
    attempt hang impatient
    told 1 'FAIL TRN-1' 'S did not become ready within *'
}

@test "one that never answers is ended" {
    attempt mute impatient
    told 1 'FAIL TBL-1' 'S gave no answer to its last question within *'
}

@test "one that ignores quit is ended" {
    attempt stay impatient
    told 1 'FAIL CON-13' 'S did not end within *'
}

@test "an exit status that is not 0 is a failure" {
    attempt exit-3 create
    told 1 'FAIL CON-13' 'S was told to quit and ended with exit status 3'
}

@test "garbage is no answer, and is shown" {
    attempt garbage impatient
    told 1 'FAIL TBL-1' 'S gave no answer to its last question within *'
    like '*S < ???*' "$output"
}

@test "a refusal that is no text is quoted as text" {
    attempt bad-refusal impatient
    told 1 'FAIL TBL-1' 'S refuses what chapter 1 accepts: error: odd \?\?( \?\[31m'
}

@test "10 MB in one line are too much" {
    attempt flood impatient
    told 1 'FAIL TBL-1' 'S prints a line of more than 1048576 bytes'
}

@test "output without an end is cut" {
    attempt endless impatient
    told 1 'FAIL TBL-1' 'S prints a line of more than 1048576 bytes'
}

@test "10 MB on standard error harm nothing" {
    attempt complain create
    told 0 PASS
}

@test "one that takes its time is ended at the limit, and not run again" {
    local ended
    for _ in 1 2 3 4 5; do # where it waited for a processor for a tenth of that time it is, and rightly
        attempt sluggish sluggish --limit 1 --report ndjson="$dir/run"
        told 2 UNRESOLVED 'the case takes longer than the [3-9] s that it has (--limit gives it more)'
        like "*in round * of 100*repeat: *--limit 1*" "$output"
        ended=$(grep -oE '"(spent|alone)":true' "$dir/run" | paste -sd ' ')
        [ "$ended" != '"spent":true' ] || break
    done
    [[ $ended != *alone* ]] || skip 'the machine is too loaded for that'
    is '"spent":true' "$ended"
}

@test "one that sleeps while it is asked is told, unless it does so anyway, or works" {
    attempt dozes pace
    told 1 'FAIL ROB-14' 'S did nothing for 1.* s while a question waited on its console: it slept in *; before, it never did for more than 0.5 s'
    attempt sleepy pace
    told 0 PASS
    attempt works pace
    told 0 PASS
}

@test "notices without an end are told, though many are right" {
    attempt notices idle
    told 1 'FAIL TBL-1' 'S prints notices of more than *, such as: # a notice of the hundred or so bytes*'
}

@test "what blocks a process is told" {
    attempt mute impatient
    like '*# *S, pid *, waits in read(2) of descriptor 0, pipe:*; it used 0.* s of processor in the * s that it ran*' "$output"
}

@test "what it prints for nothing is told, too" {
    attempt chatter impatient
    like '*note: S printed * MB that answer nothing in the * s that it ran*' "$output"
}

@test "a pipe or a link where a file should be holds nobody up" {
    attempt fifo impatient
    told 1 'FAIL ROB-7' 'left behind: pipe */transcript'
    mkdir -m 777 "$dir/outside"
    OUTSIDE=$dir/outside attempt link impatient --sandbox none
    told 1 'FAIL ROB-7' 'left behind: file */transcript'
    is '' "$(ls -A "$dir/outside")"
}

# -- what it shows -------------------------------------------------------------------------------

@test "a row that stands twice is told" {
    attempt twice table
    told 1 'FAIL TBL-14' 'the table of S is not that of the oracle'
    like '*1 rows stand more than once*' "$output"
}

@test "a row that is no route is told" {
    attempt no-route table
    told 1 'FAIL TBL-14' 'the table of S is not that of the oracle'
    like '*1 row is no entry: its dest is "300.1.1.1", no address (TBL-11); the row: 300.1.1.1/99 x y*' "$output"
}

@test "a table that differs though its digest agrees is told" {
    attempt liar create
    told 1 'FAIL SYN-15' 'the table of A is not that of S'
    like '*- 10.0.0.0/8 1.1.1.1 eth0*+ 10.0.0.0/8 1.1.1.1 lie0*' "$output"
}

@test "a table that the server never had is told" {
    attempt liar history
    told 1 'FAIL SYN-24' 'A shows a table that S never had'
    like '*- 10.0.0.0/8 1.1.1.1 eth0*+ 10.0.0.0/8 1.1.1.1 lie0*' "$output"
}

@test "so is one that it had before the one that was shown" {
    attempt forgetful history
    told 1 'FAIL SYN-24' 'A shows a table that S had before the one that it showed last'
    attempt none history
    told 0 PASS
}

@test "a change that has to be refused, and is not, is told" {
    attempt lenient tries
    told 1 'FAIL TBL-7' 'change 1 of the feed: S said "ok create seq=0"; the oracle refuses it: exists'
    attempt bad-refusal tries
    told 1 'FAIL TBL-1' '*the oracle accepts it'
    attempt none tries
    told 0 PASS
}

# -- where it reaches ----------------------------------------------------------------------------

@test "it can write nowhere outside its directory" {
    namespaces
    mkdir -m 777 "$dir/outside"
    OUTSIDE=$dir/outside attempt escape create
    told 0 PASS
    is '' "$(ls -A "$dir/outside")"
    for place in / /etc /usr /var /var/tmp "$here/iuts"; do
        [ ! -e "$place/escaped" ]
    done
}

@test "it cannot kill who is not its own" {
    namespaces
    local as=()
    [ "$EUID" -ne 0 ] || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
    mkfifo "$dir/in" "$dir/out"
    chmod 666 "$dir/in" "$dir/out"
    "${as[@]}" cat <"$dir/in" >"$dir/out" 3>&- & # of the user that an actor is
    exec {to}>"$dir/in" {from}<"$dir/out"
    attempt murder namespace
    told 1 'FAIL SYN-15' 'A ended with signal 9 *' || told 1 'FAIL TBL-1' 'A ended by itself with signal 9 *'
    echo alive >&"$to"
    IFS= read -r -t 20 -u "$from" line
    is alive "$line"
    exec {to}>&- {from}<&-
    wait
}

@test "a scenario that may signal anybody does not run without namespaces" {
    attempt murder namespace --sandbox none
    told 2 SKIPPED
}

@test "it gets no descriptor of the caller" {
    exec {held}</dev/zero
    attempt descriptor impatient
    exec {held}<&-
    told 1 'FAIL ROB-8'
    is 1 "$(grep -c ': /dev/zero' <<<"$output")"
}

# -- frames --------------------------------------------------------------------------------------

@test "a right stream passes" {
    fake=$here/iuts/frames.rtmi attempt none stream
    told 0 PASS
}

@test "each rule that a frame breaks is the one that is named" {
    while read -r fault id message; do
        echo "$fault"
        fake=$here/iuts/frames.rtmi attempt "$fault" stream
        told 1 "FAIL $id" "$message"
    done <<'END'
length FRM-1 P got a malformed frame: length of a DIGEST is 41; expected 40
flags FRM-2 P got a malformed frame: flags is 1; expected 0
old-epoch EPO-2 P got a frame that does not belong there: the epoch went down*
digest SYN-17 P got a frame that does not belong there: it says 0 routes and 0 MACs with digest *
half FRM-1 P got half a frame, then the end
close SYN-17 the peer of P closed; expected DIGEST
END
}

@test "a server that says nothing is not waited for without end" {
    fake=$here/iuts/frames.rtmi attempt silent stream-in-time
    told 1 'FAIL SYN-17' 'P waited for a frame, and none came within *'
}

@test "a probe does what it is told, and says what it cannot do" {
    while read -r row status verdict message; do
        echo "$row"
        rtmtest run --iut "$here/iuts/frames.rtmi" --only "$cases/told.rtm#$row" --report tap
        told "$status" "${verdict/-/ }" "$message"
    done <<'END'
1 0 PASS
2 0 PASS
3 0 PASS
4 2 BROKEN P keeps 28 bytes only
5 2 BROKEN P is a client; only one that listens can leave
6 2 BROKEN P is a client; expected: P connects
7 1 FAIL-SES-2 the peer of P closed; expected WELCOME
END
}

@test "a peer that closes before it sent what was to be passed on is named" {
    fake=$here/iuts/frames.rtmi attempt close between
    told 1 'FAIL SYN-17' 'the peer of P closed before it sent DIGEST'
}
