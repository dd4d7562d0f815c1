# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of the command lines share. Each test has a directory of its own, $dir, and starts
# programs with their consoles on pipes. Every wait is a read with a deadline; nothing sleeps.

deadline=20 # seconds for any one event; only a failure takes so long

setup() {
    local root=$BATS_TEST_DIRNAME/../..
    bin=$(realpath -m "${RTM_BUILD:-$root/build}")
    for program in rtm-server rtm-client rtm-send; do
        [ -x "$bin/$program" ] || { echo "$program is not built: run make first"; return 1; }
    done
    dir=$(mktemp -d "${TMPDIR:-/tmp}/rtm-XXXXXX")
    sock=$dir/rtm.sock
    unset RTM_SOCKET RTM_MUX RTM_JOURNAL RTM_ARP_SLOTS RTM_PEERS
    export HOME=$dir XDG_RUNTIME_DIR=$dir LC_ALL=C
    declare -gA pid=() in=() out=()
    rows=() closing='' line=''
}

# What a test has started and not ended itself must end by SIGTERM, with 0, and leave nothing.
teardown() {
    local name bad=0 left
    [ -n "${dir-}" ] || return 0
    for name in "${!pid[@]}"; do
        end "$name" TERM || bad=1
    done
    left=$(cd "$dir" && find . -name '*.sock*')
    [ ! -e "$(object)" ] || left+=" $(object)"
    [ -z "$left" ] || { echo "left behind: $left"; bad=1; }
    rm -rf "$dir"
    return "$bad"
}

# as_started COMMAND...: with the signals of a program that a user starts (a shell ignores SIGINT
# in what it runs in the background), without the descriptors of the others; none survives its test.
as_started() {
    local fd
    for fd in "${in[@]}" "${out[@]}"; do
        exec {fd}>&-
    done
    exec env --default-signal=INT,QUIT setpriv --pdeathsig KILL "$@"
}

# start NAME PROGRAM ARG...: runs it with its console on pipes.
start() {
    local name=$1 program=$2 to from
    shift 2
    mkfifo "$dir/$name.in" "$dir/$name.out"
    (as_started "$bin/$program" "$@") \
        <"$dir/$name.in" >"$dir/$name.out" 2>"$dir/$name.err" 3>&- &
    pid[$name]=$!
    exec {to}>"$dir/$name.in" {from}<"$dir/$name.out"
    in[$name]=$to out[$name]=$from
}

# start_on FILE NAME PROGRAM ARG...: the same with its console's input from FILE.
start_on() {
    local file=$1 name=$2 program=$3 from
    shift 3
    mkfifo "$dir/$name.out"
    (as_started "$bin/$program" "$@") <"$file" >"$dir/$name.out" 2>"$dir/$name.err" 3>&- &
    pid[$name]=$!
    exec {from}<"$dir/$name.out"
    out[$name]=$from
}

# object: the file of the shared memory of the server at $sock, named by the FNV-1a of that path.
object() {
    local hash=$((0xcbf29ce484222325)) path i code
    path=$(realpath "$dir")/rtm.sock
    for ((i = 0; i < ${#path}; i++)); do
        printf -v code %d "'${path:i:1}"
        hash=$(((hash ^ code) * 0x100000001b3))
    done
    printf '/dev/shm/rtm-%016x\n' "$hash"
}

# serve NAME ARG...: a server at $sock that is ready.
serve() {
    start "$1" rtm-server --socket "$sock" "${@:2}"
    await "$1" "# ready $sock"
}

# take NAME: its next line of output, in $line. Fails at the end of file, or with status > 128 if
# none came in time.
take() {
    IFS= read -r -t "$deadline" -u "${out[$1]}" line
}

# await NAME PATTERN: takes lines until one matches.
await() {
    while take "$1"; do
        # shellcheck disable=SC2053 # a pattern
        [[ $line == $2 ]] && return
    done
    echo "$1 never said: $2"
    cat "$dir/$1.err"
    return 1
}

# answer NAME: the oldest answer not taken yet, in ${rows[@]} and $closing.
answer() {
    rows=() closing=''
    while take "$1"; do
        case $line in
        '#'*) ;;
        'ok '* | 'error: '*) closing=$line && return ;;
        *) rows+=("$line") ;;
        esac
    done
    echo "$1 gave no answer"
    cat "$dir/$1.err"
    return 1
}

# ask NAME COMMAND: sends it and takes its answer.
ask() {
    printf '%s\n' "$2" >&"${in[$1]}"
    answer "$1"
}

# until_says NAME COMMAND PATTERN: repeats the command until its closing line matches.
until_says() {
    local end=$((SECONDS + deadline))
    while ask "$1" "$2"; do
        # shellcheck disable=SC2053 # a pattern
        [[ $closing == $3 ]] && return
        [ "$SECONDS" -lt "$end" ] || break
    done
    echo "$1 never said: $3; last was: $closing"
    return 1
}

# flock_of FILE: whether an open-file-description lock on it is free.
flock_of() {
    /usr/bin/env python3 - "$1" <<'PYTHON'
import fcntl, struct, sys
with open(sys.argv[1], "r+") as file:
    ask = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
    kind, *_ = struct.unpack("hhqqi4x", fcntl.fcntl(file, 36, ask))  # 36: F_OFD_GETLK
print("free" if kind == fcntl.F_UNLCK else "held")
PYTHON
}

# for_each_mux FUNCTION: with $mux set to each back-end of the loop.
for_each_mux() {
    for mux in epoll select; do
        echo "--mux $mux"
        "$1"
    done
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

# end NAME [SIGNAL [STATUS]]: sends the signal, waits for the end of its output, and compares its
# exit status, 0 unless said otherwise.
end() {
    local name=$1 number=${pid[$1]} from=${out[$1]} to=${in[$1]-} over=0 status=0
    unset "pid[$name]" "in[$name]"
    [ -z "${2-}" ] || kill -s "$2" "$number" || true
    while [ "$over" -eq 0 ]; do
        take "$name" || over=$?
    done
    if [ "$over" -gt 128 ]; then
        echo "$name does not end"
        kill -s KILL "$number" || true
    fi
    wait "$number" || status=$?
    unset "out[$name]"
    exec {from}<&-
    [ -z "$to" ] || exec {to}>&-
    [ "$status" = "${3-0}" ] || cat "$dir/$name.err"
    rm -f "$dir/$name.in" "$dir/$name.out"
    is "${3-0}" "$status"
}

# hang_up NAME: the end of its console's input.
hang_up() {
    local to=${in[$1]}
    unset "in[$1]"
    exec {to}>&-
}

# once PROGRAM ARG...: runs it to its end, like `run`; $output and $stderr apart.
once() {
    local program=$1
    shift
    run --separate-stderr timeout "$deadline" "$bin/$program" "$@" </dev/null
}
