#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Where cases run: both modes, another user, and the end of a run by a signal.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

@test "the report says which sandbox there was" {
    attempt none table --sandbox none
    told 0 PASS
    like '*sandbox: none (asked for);*' "$output"
}

@test "namespaces that cannot be had are an error if they were asked for" {
    command -v unshare >/dev/null || skip 'no unshare(1)'
    # a user namespace that may hold no further ones
    local forbid='echo 0 >/proc/sys/user/max_user_namespaces; echo 0 >/proc/sys/user/max_mnt_namespaces; exec "$@"'
    run --separate-stderr unshare -Urm bash -c "$forbid" - timeout "$deadline" "$bin/rtmtest" run \
        --iut "$fake" --only "$cases/table.rtm" --sandbox namespaces </dev/null 3>&-
    like '*rtmtest: none (no namespaces: *leave --sandbox out*' "$stderr" || skip 'cannot forbid them here'
    is 2 "$status"
}

@test "both sandboxes give the same verdicts" {
    namespaces
    for pair in none:create deaf:create twice:table backwards:order crash:create exit-3:create \
        file:create liar:create early-end:table none:race none:mistaken; do
        attempt "${pair%:*}" "${pair#*:}" --sandbox namespaces
        first="$status $(verdict) $(message | sed 's,/tmp/[^ ]*/,,; s/within [0-9.]* s/in time/')"
        attempt "${pair%:*}" "${pair#*:}" --sandbox none
        is "$pair $first" "$pair $status $(verdict) $(message | sed 's,/tmp/[^ ]*/,,; s/within [0-9.]* s/in time/')"
    done
}

@test "both sandboxes give the same verdicts on the reference" {
    namespaces
    for mode in namespaces none; do
        rtmtest run --only 4-session/SYN-2-late-joiner --sandbox "$mode" --report tap
        is 0 "$status"
        is '1 passed, 0 failed, 0 skipped' "${lines[-1]}"
    done
}

@test "what the caller has open makes no room for the program" {
    local fd
    for fd in {30..60}; do # ends with the test's process
        eval "exec $fd</dev/null"
    done
    rtmtest run --only 2-transport/TRN-13-first --report tap
    is 0 "$status"
    is '1 passed, 0 failed, 0 skipped' "${lines[-1]}"
}

@test "nobody needs to be root" {
    FAULT=none as_nobody --only "$cases/create.rtm"
    told 0 PASS
    FAULT=none as_nobody --only "$cases/create.rtm" --sandbox none
    told 0 PASS
    FAULT=deaf as_nobody --only "$cases/create.rtm"
    told 1 'FAIL SYN-15'
    FAULT=file as_nobody --only "$cases/create.rtm"
    told 1 'FAIL ROB-7' 'left behind: file */forgotten'
}

@test "the processes of a case are no user's that another case has" {
    namespaces
    [ "$EUID" -eq 0 ] || skip 'a user without rights has a namespace for each case'
    grep -q ' 4294967295$' /proc/self/uid_map || skip 'here are too few users'
    FAULT=none rtmtest run --iut "$fake" --only "$cases/copies.rtm" --keep
    is 0 "$status"
    is "$(find "$dir"/tmp/rtmtest.*/* -maxdepth 0 -type d | wc -l)" \
        "$(stat -c %u "$dir"/tmp/rtmtest.*/* | sort -u | wc -l)"
    rm -rf "$dir"/tmp/rtmtest.*
}

@test "who kills all that it may is found by a user without rights too" {
    FAULT=murder as_nobody --only "$cases/namespace.rtm"
    grep -q 'sandbox: namespaces;' <<<"$output" || skip 'no namespaces for such a user here'
    like 'FAIL *' "$(verdict)" # of this step or the next, whichever sees it first
    like '*signal 9*' "$(message)"
    is 1 "$status"
}

@test "64 copies with one socket in /tmp and one object by name do not meet" {
    namespaces
    sed "0,/^quit .*/s||quit = say quit\nsocket = /tmp/the.socket|; s|^name .*|&\nroot = $here/iuts|" \
        "$here/iuts/plain.rtmi" >"$dir/fixed.rtmi"
    fake=$dir/fixed.rtmi
    attempt object copies --jobs 64
    is 0 "$status"
    is '64 passed, 0 failed, 0 skipped' "${lines[-1]}"
    [ ! -e /tmp/the.socket ] && [ ! -e /dev/shm/the-object ] || skip 'somebody has these names'
    FAULT=object rtmtest run --iut "$fake" --report tap --jobs 64 --sandbox none \
        --only "$cases/copies.rtm#1" --only "$cases/create.rtm" --only "$cases/table.rtm"
    rm -f /tmp/the.socket /dev/shm/the-object
    like '*sandbox: none*, 1 at a time*' "$output"
    is '3 passed, 0 failed, 0 skipped' "${lines[-1]}"
}

@test "without namespaces TMPDIR has to be short, and open to who the programs run as" {
    mkdir -p "$dir/tmp/a-directory-with-a-rather-long-name/of-the-kind-that-pipelines-choose"
    TMPDIR=$dir/tmp/a-directory-with-a-rather-long-name/of-the-kind-that-pipelines-choose attempt none table --sandbox none
    is 2 "$status"
    like '*of-the-kind-that-pipelines-choose/rtmtest.*: no path * name another directory in TMPDIR' "$stderr"
    rm -r "$dir/tmp/a-directory-with-a-rather-long-name"
    [ "$EUID" -eq 0 ] || skip 'here programs run as who calls'
    mkdir -m 700 "$dir/tmp/private"
    TMPDIR=$dir/tmp/private attempt none table --sandbox none
    rmdir "$dir/tmp/private"
    is 2 "$status"
    like '*/private/rtmtest.*: who the programs run as may not go there; name another directory in TMPDIR' "$stderr"
}

@test "what killed servers leave in shared memory is removed without namespaces" {
    apart 'mount -t tmpfs none /dev/shm'
    run --separate-stderr "${away[@]}" timeout "$deadline" bash -c '"$@" && ls -A /dev/shm' - "$bin/rtmtest" run \
        --sandbox none --report tap --only 2-transport/TRN-3-killed --only 5-arp/SHM-4-stale </dev/null 3>&-
    is '2 passed, 0 failed, 0 skipped' "${lines[-1]}"
    sed "s|^root .*|root = $root|; /^\[server.create\]/,/^\$/s/^done .*/done = \"^Never\"/" \
        "$root/tests/iuts/reference.rtmi" >"$dir/never.rtmi"
    # shellcheck disable=SC2016 # of the shell in there
    run --separate-stderr "${away[@]}" timeout "$deadline" bash -c '"$@" & until grep -q . "$TMPDIR"/*/0.objects; do :; done
        kill -INT $!; wait $!; echo "$?:"; ls -A /dev/shm' - env --default-signal=INT RTM_SELF="$dir" "$bin/rtmtest" run \
        --sandbox none --report tap --iut "$dir/never.rtmi" --only "$cases/idle.rtm" </dev/null 3>&-
    is 2: "${lines[-1]}"
}

@test "what a server forgets there is found" {
    mkdir "$dir/python"
    cp -r "$root/tests/iuts/python" "$dir"
    sed -i '/^    def remove(self/,/unlink/s/os.unlink.*/pass/' "$dir/python/segment.py"
    sed 's/^features .*/& tidy/' "$root/tests/iuts/python.rtmi" >"$dir/forgets.rtmi"
    rtmtest run --iut "$dir/forgets.rtmi" --sandbox none --report tap --only 5-arp/ARP-1-add
    told 1 'FAIL ROB-7' 'left behind: shared memory object /dev/shm/rtm-*'
}

@test "as many queues at a time as the user may have" {
    rtmtest run --only "$cases/queues.rtm" --report tap --jobs 16
    is 0 "$status"
    run --separate-stderr timeout "$deadline" env RTM_SELF="$dir" bash -c 'ulimit -q 400000 && exec "$@"' - \
        "$bin/rtmtest" run --only "$cases/queues.rtm" --report tap --jobs 16 </dev/null 3>&-
    is '0 16 passed, 0 failed, 0 skipped' "$status ${lines[-1]}"
}

# interrupted SIGNAL MODE: ends a run in the middle of a case; leaves its end in $status and $output.
interrupted() {
    mkfifo "$dir/events"
    env --default-signal=INT,TERM,HUP RTM_SELF="$dir" FAULT=mute "$bin/rtmtest" run --iut "$fake" \
        --only "$cases/console.rtm" --only "$cases/idle.rtm" --jobs 2 --sandbox "$2" --report tap \
        --report ndjson="$dir/run" </dev/null >"$dir/events" 2>&1 3>&- &
    local pid=$! line from
    exec {from}<"$dir/events"
    output=''
    while IFS= read -r -t 30 -u "$from" line; do
        output+=$line$'\n'
        case $line in
        # both were started by then, and the other one waits for an answer that never comes
        'ok 1 - scenarios/console'*) kill -s "$1" "$pid" ;;
        esac
    done
    exec {from}<&-
    status=0
    wait "$pid" || status=$?
}

@test "a signal ends a run at once, with its count and nothing left; 2" {
    for signal in INT TERM HUP; do
        for mode in auto none; do
            echo "$signal, $mode"
            rm -f "$dir/events"
            interrupted "$signal" "$mode"
            is 2 "$status"
            like '*Bail out! undecided: the run was interrupted in scenarios/idle (*.* s)*' "$output"
            like $'*\n1 passed, 0 failed, 0 skipped\n' "$output"
            is '' "$(our_processes)"
            is '' "$(ls -A "$dir/tmp")"
            is "$(grep -v '^rtmtest: ' <<<"${output%$'\n'}")" "$("$bin/rtmtest" report tap "$dir/run")"
            like '*tests="2" failures="0" errors="1"*<error type="UNDECIDED" message="undecided: the run was interrupted in scenarios/idle (*"*' \
                "$("$bin/rtmtest" report junit "$dir/run")"
        done
    done
}

@test "a reader that goes away ends a run too" {
    run --separate-stderr timeout "$deadline" bash -c \
        '"$@" | head -n 1; exit "${PIPESTATUS[0]}"' - env --default-signal=PIPE RTM_SELF="$dir" \
        FAULT=mute "$bin/rtmtest" run --iut "$fake" --only "$cases/console.rtm" \
        --only "$cases/idle.rtm" --jobs 2 --report tap </dev/null 3>&-
    is 2 "$status"
}
