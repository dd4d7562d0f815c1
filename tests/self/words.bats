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

@test "objects of shared memory that are named or kept otherwise" {
    style words
    RTM_BUILD=$bin attempt none object-left
    told 0 PASS
    sed -i 's/^value .*text$/value = network-order/' "$fake"
    RTM_BUILD=$bin attempt none neighbours
    told 1 'FAIL ARP-17' 'the table of S does not become that of the oracle*'
    like '*- 01:00:50:01:01:01 10.1.1.1*+ 01:00:50:01:01:01 49.48.46.49*' "$output"
    sed -i 's/^name .*mac}"$/name = "arp-{mac}"/; s/^value .*/value = text-nul/' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*\[shm\]: /arp-01:00:5e:01:01:01*PROBLEM: the object /arp-01:00:5e:01:01:01: No such file*; the objects there: /01:00:5e:01:01:01*' "$output"
    is 2 "$status"
}
