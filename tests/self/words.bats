#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that were not written for the suite, as in menu.bats: two words, tables printed whole,
# objects of shared memory, and the faults of all of them.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper
load style

@test "what lies at a place of its own is the probe's, or is left behind" {
    style words
    sed -i 's|words-server {socket}|words-server /tmp/words.sock|; s|^ready .*Waiting.*|&\nsocket = /tmp/words.sock|' "$fake"
    RTM_BUILD=$bin attempt none listens
    told 0 PASS
    FAULT=leaves-socket RTM_BUILD=$bin rtmtest run --iut "$fake" --only 9-robustness/ROB-7-nothing-left --report tap
    told 1 'FAIL ROB-7' 'S left words.sock behind'
    sed -i 's/ tidy//' "$fake"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 9-robustness/ROB-7-nothing-left --report tap
    told 2 UNSUPPORTED
}

@test "a table that is printed whole with an end, and nothing above it" {
    style words
    sed -i '/^begin .*== routes ==/d' "$fake"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 1-tables/TBL-3-delete --report tap
    told 0 PASS
    sed -i '/^done .*== macs ==/d' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*[[]client.table[]] is printed whole: it needs begin or done*' "$stderr$output"
}

@test "a pause in the middle of a table is not its end" {
    style words # the pauses are what is tested, so they are made of time
    local slowly='while IFS= read -r l; do sleep 0.1; echo $l; done' client="{root}/${bin#"$root"/}/iuts/words-client"
    sed -i "/^features/s/ tidy//; /^done .*== macs ==/d; s|^command .*words-client.*|command = bash -c \"exec $client \$0 none > >($slowly)\" {socket}|" "$fake"
    RTM_BUILD=$bin attempt none course
    told 0 PASS
}

@test "a line of a log for each of many changes is no idle talk, and drowns nobody" {
    style words
    local talk="sed '/^== end/a $(printf %0600d 0)'"
    echo "command = bash -c \"exec {root}/${bin#"$root"/}/iuts/words-client \$0 none > >($talk)\" {socket}" >"$dir/command"
    sed -i "/^features/s/ tidy//; /^features/s/ mac//; /^.server.arp-add/,/^.server.flush/{/^.server.flush/!d}
        /^command .*words-client/d; /^.client.$/r $dir/command" "$fake"
    RTM_BUILD=$bin attempt none many
    told 0 PASS
    sed -i "s|^command .*words-server.*|command = bash -c \"exec {root}/${bin#"$root"/}/iuts/words-server \$0 none > >(sed -u 3000d)\" {socket}|" "$fake"
    RTM_BUILD=$bin attempt none many
    told 1 'FAIL SYN-11' 'S answered * of 5000 changes within *'
    like '*S > 5000 changes*A < *' "$output"
}

@test "two words, an object for each address, and tables printed whole" {
    style words
    each <<'END'
none|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
END
    each neighbours <<'END'
none|0|PASS|
object-stays|1|FAIL ARP-17|the table of S does not become that of the oracle*
END
}

@test "what a program with a wire of its own does not claim is not asked" {
    style words
    for name in signals:6-flush/FLU-4-signal reconnect:9-robustness/ROB-5-server-killed epochs:6-flush/FLU-19-address; do
        sed -i "s/^features .*/features = routes mac flush signals reconnect/; /^features/s/ ${name%:*}\>//" "$fake"
        RTM_BUILD=$bin rtmtest run --iut "$fake" --only "${name#*:}" --report tap
        told 2 UNSUPPORTED
        like "*the manifest does not claim ${name%:*}*" "$output"
    done
}

@test "faults of the table, those that show at once" {
    run env BUILD="${bin#"$root"/}" RTM_SELF="$dir" "$root/ci/faults" mask-ignored segv sigpipe signals-group leaves-socket
    echo "$output"
    is 0 "$status"
    like '*ok words mask-ignored 1-tables/TBL-9-nested: FAIL TBL-9*' "$output"
    like '*ok words none 9-robustness/ROB-7-nothing-left: PASS*' "$output"
}

@test "what stays on the machine is found without namespaces, and removed" {
    style words
    export RTM_BUILD=$bin
    FAULT=object-stays rtmtest run --iut "$fake" --only 5-arp/ARP-2-delete --sandbox none --report tap
    told 1 'FAIL ARP-2'
    FAULT=leaves-objects rtmtest run --iut "$fake" --only 5-arp/ARP-2-delete --sandbox none --report tap
    told 1 'FAIL ROB-7' 'left behind: shared memory object /dev/shm/01:00:5*'
    local place=$dir/words.sock
    chmod 777 "$dir"
    sed -i "s|words-server {socket}|words-server $place|; s|^ready .*Waiting.*|&\nsocket = $place|" "$fake"
    FAULT=leaves-socket rtmtest run --iut "$fake" --only 4-session/SYN-2-late-joiner --sandbox none --report tap
    told 1 'FAIL ROB-7' "left behind: socket $place"
    FAULT=none rtmtest run --iut "$fake" --only 4-session/SYN-2-late-joiner --sandbox none --report tap
    told 0 PASS
    touch "$place"
    FAULT=none rtmtest run --iut "$fake" --only 4-session/SYN-2-late-joiner --sandbox none --report tap
    told 2 SKIPPED
    like "*$place was there before, and without namespaces it is the server's too*" "$output"
    rm "$place"
}

@test "so is an object whose name is no MAC's" {
    style words
    FAULT=none RTM_BUILD=$bin rtmtest run --iut "$fake" --only '5-arp/ARP-5-refused#6' --sandbox none --report tap
    told 1 'FAIL ARP-5'
    [ ! -e /dev/shm/01-00-5e-01-01-01 ]
}

@test "a signal ends a run with nothing left at a place of its own" {
    style words
    local place=$dir/tmp/words.sock pid status=0 until=$((SECONDS + 30))
    chmod 777 "$dir/tmp"
    sed -i "s|words-server {socket}|words-server $place|; s|^ready .*Waiting.*|&\nsocket = $place|" "$fake"
    sed -i '/^\[server.table\]/,/^$/s/^done .*/done = "^Never"/' "$fake"
    env --default-signal=INT RTM_SELF="$dir" RTM_BUILD="$bin" timeout "$deadline" "$bin/rtmtest" run --iut "$fake" \
        --only "$cases/idle.rtm" --sandbox none --report tap </dev/null >"$dir/out" 2>&1 3>&- &
    pid=$!
    until [ -S "$place" ] || [ "$SECONDS" -ge "$until" ]; do :; done
    [ -S "$place" ] || { cat "$dir/out"; return 1; }
    kill -INT "$pid"
    wait "$pid" || status=$?
    is 2 "$status"
    is '' "$(ls -A "$dir/tmp")"
}

@test "an object of somebody else is let be without namespaces" {
    style words
    export RTM_BUILD=$bin FAULT=none
    local mac
    printf -v mac '02:00:%02x:%02x:%02x:%02x' $((RANDOM & 255)) $((RANDOM & 255)) $((RANDOM & 255)) $((RANDOM & 255))
    printf '%s\n' 'title    an address' 'needs    mac' 'server S' "S arp add $mac 10.1.1.1" \
        'expect S right [ARP-1]' >"$dir/object.rtm"
    echo 10.9.9.9 >"/dev/shm/$mac"
    rtmtest run --iut "$fake" --only "$dir/object.rtm" --sandbox none --report tap
    is 10.9.9.9 "$(cat "/dev/shm/$mac")"
    rm "/dev/shm/$mac"
    told 2 SKIPPED
    like "*/dev/shm/$mac was there before, and without namespaces it is the program's too*" "$output"
    rtmtest run --iut "$fake" --only "$dir/object.rtm" --sandbox none --report tap
    told 0 PASS
    [ ! -e "/dev/shm/$mac" ]
}

@test "runs with names of the machine wait for each other without namespaces" {
    style words
    local lock pid until=$((SECONDS + 30))
    exec {lock}</dev/shm
    flock "$lock"
    env RTM_SELF="$dir" RTM_BUILD="$bin" timeout "$deadline" "$bin/rtmtest" run --iut "$fake" \
        --only 5-arp/ARP-1-add --sandbox none --report tap >"$dir/out" 2>"$dir/told" </dev/null 3>&- {lock}>&- &
    pid=$!
    until [ -s "$dir/told" ] || [ "$SECONDS" -ge "$until" ]; do :; done
    like 'rtmtest: waits for another run *' "$(cat "$dir/told" "$dir/out")"
    is '' "$(grep '^ok' "$dir/out")"
    exec {lock}>&-
    wait "$pid" || cat "$dir/told" "$dir/out"
    is '1 passed, 0 failed, 0 skipped' "$(tail -n 1 "$dir/out")"
}

@test "objects of shared memory that are named or kept otherwise" {
    style words
    RTM_BUILD=$bin attempt none object-left
    told 0 PASS
    sed -i 's/^value .*text$/value = network-order/' "$fake"
    RTM_BUILD=$bin attempt none neighbours
    told 2 BROKEN 'S has an entry that \[shm\] does not read: the object /01:00:50:01:01:0? holds it with value = text, where *'
    like '*- 01:00:50:01:01:01 10.1.1.1*+ 01:00:50:01:01:01 49.48.46.49*' "$output"
    sed -i 's/^name .*mac}"$/name = "arp-{mac}"/; s/^value .*/value = text-nul/' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*\[shm\]: /arp-01:00:5e:01:01:01*PROBLEM: the object /arp-01:00:5e:01:01:01: No such file*; the objects there: /01:00:5e:01:01:01*' "$output"
    is 2 "$status"
}
