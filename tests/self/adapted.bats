#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that were not written for the suite, operated by their manifests, and what is wrong with
# some of them.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper
load style

@test "a menu with prompts and a client that asks" {
    style menu
    each <<'END'
none|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
no-snapshot|1|FAIL SYN-2|the table of A does not become that of S*
no-delete|1|FAIL SYN-15|the table of * does not become that of S*
sigpipe|1|FAIL TBL-1|S ended with signal 13 (SIGPIPE*
END
}

@test "a prompt ends what is said of nothing, and nothing is lost that comes behind it" {
    style menu
    sed -i '/^done *= "^Route /c silent   = yes' "$fake"
    each <<'END'
none|0|PASS|
prompt-first|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
END
    RTM_BUILD=$bin attempt none course
    like '*note: S says nothing of some changes before its prompt: its table decides*' "$output"
    style menu
    sed -i '/^done *= "^Route /a silent   = yes' "$fake"
    RTM_BUILD=$bin attempt prompt-first course
    told 0 PASS
}

@test "a client that crashes is told with its signal" {
    style menu
    RTM_BUILD=$bin attempt segv course
    is 1 "$status"
    like 'A ended * with signal 11 (SIGSEGV*' "$(message | sed 's/ended with/ended by itself with/')"
}

@test "who ends where its console does is told as that, whatever its clients do then" {
    style menu
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 7-console/CON-12-server-null --report tap
    told 1 'FAIL CON-12' 'S ended *'
    RTM_BUILD=$bin attempt none console-ends
    told 1 'FAIL CON-11' 'A ended *with exit status 0*'
}

@test "who ends where its server is taken to have closed the connection is told as that" {
    style menu
    FAULT=turns-away RTM_BUILD=$bin rtmtest run --iut "$fake" --only 4-session/SYN-2-many-clients --report tap
    told 1 'FAIL SYN-2' 'B11 ended with exit status 0*, as if S had closed its connection; S lives'
}

@test "a server that spins is told" {
    style menu
    RTM_BUILD=$bin attempt spin spins
    told 0 PASS
    like '*note: S used * s of processor in the * s that it ran*' "$output"
}

@test "what a manifest limits is not asked" {
    style menu
    sed -i '/^wire/a longest-oif = 8' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 UNSUPPORTED
    like '*an interface name of 9 bytes; the manifest says longest-oif = 8*' "$output"
    sed -i 's/^longest-oif.*/most-clients = 1/' "$fake"
    RTM_BUILD=$bin attempt none course
    like '*2 clients; the manifest says most-clients = 1*' "$output"
}

@test "a mask and a letter that the manifest rules out are not asked" {
    style lines
    RTM_BUILD=$bin attempt none masks
    told 0 PASS
    RTM_BUILD=$bin attempt none letters
    told 0 PASS
    sed -i '/^wire/a mask-in-key = no\nmac-letters = no' "$fake"
    RTM_BUILD=$bin attempt none masks
    told 2 UNSUPPORTED
    like '*10.0.0.0/8 beside another mask; the manifest says mask-in-key = no*' "$output"
    RTM_BUILD=$bin attempt none letters
    told 2 UNSUPPORTED
    like '*the MAC 01:00:5e:01:01:01 has letters; the manifest says mac-letters = no*' "$output"
    RTM_BUILD=$bin attempt none course
    told 0 PASS
}

@test "a server that listens at a place of its own" {
    style lines
    RTM_BUILD=$bin attempt none two-servers
    told 0 PASS
    for place in /tmp/lines.sock here.sock; do
        style lines
        sed -i "s|lines-server {socket}|lines-server $place|" "$fake"
        RTM_BUILD=$bin attempt none course
        is 64 "$status"
        like "$fake:10:1: \[server\] has a command without {socket}, and \[server\] no socket: say where *" "$stderr"
        sed -i "/^quit/!s|^prompt .*|&\nsocket = $place|" "$fake"
        RTM_BUILD=$bin attempt none course
        told 0 PASS
        RTM_BUILD=$bin attempt none two-servers
        told 2 UNSUPPORTED
        like "*a server at */T.sock; the manifest says socket = $place*" "$output"
    done
}

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

@test "a refusal without a way back, and a fresh process for the next question" {
    style menu
    sed -i '/^\[server.recover\]/,/^send/d; s/^quit .*= say 5/&\nfresh = yes/' "$fake"
    each fresh <<'END'
none|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
END
    RTM_BUILD=$bin attempt none fresh-late
    told 2 UNSUPPORTED
    like '*a refusal has left S in a state of no use (fresh = yes), and clients are connected*' "$output"
    sed -i 's/^quit .*signal INT/&\nfresh = yes/' "$fake"
    RTM_BUILD=$bin attempt none fresh
    is 64 "$status"
    like '*\[client\] has fresh, which is a key of \[server\]*' "$stderr"
}

@test "where silence is an outcome the table decides" {
    style menu
    sed -i 's/^done .*created"/silent = yes/; s/^refused .*there already"/refused = "is not valid"/' "$fake"
    RTM_BUILD=$bin attempt none course
    told 0 PASS
    like '*note: S says nothing of some changes*' "$output"
}

@test "a client whose table nothing shows is not judged" {
    style menu
    sed -i '/^observe/,$d' "$fake"
    echo 'observe = none' >>"$fake"
    RTM_BUILD=$bin attempt none course
    told 2 UNSUPPORTED
    like '*nothing shows the table of A: the manifest says observe = none*' "$output"
}

@test "lines, silence and a log" {
    style lines
    each <<'END'
none|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
no-delete|1|FAIL SYN-15|the table of * does not become that of S*
flood|1|FAIL SYN-2|A prints lines that answer nothing, of more than * bytes, such as: What now?*
END
}

@test "lines and a table that is printed whole" {
    style lines
    sed -i '/^observe/,$d; s/{HOW:-log}/{HOW:-printed}/' "$fake"
    cat >>"$fake" <<'END'
observe = printed
begin   = "^---- routing table"
row     = "^(?<dest>[0-9.]+)/(?<mask>[0-9]+)\t(?<gateway>\S+)\t(?<oif>\S+)$"
[client.arp]
observe = printed
begin   = "^---- neighbours"
row     = "^(?<mac>[0-9a-f:]{17}) is at (?<ip>\S+)$"
END
    each <<'END'
none|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
END
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

@test "a pause before the first row is no empty table" {
    style menu # as above: a pause is time
    local slowly='import os, time; [(time.sleep(.1), os.write(1, d)) for d in iter(lambda: os.read(0, 65536), bytes())]'
    local server="{root}/${bin#"$root"/}/iuts/menu-server"
    sed -i "s|^command .*menu-server.*|command = bash -c \"exec $server \$0 none > >(python3 -c '$slowly')\" {socket}|" "$fake"
    RTM_BUILD=$bin attempt none course
    told 0 PASS
}

@test "neighbours: a log, tables that are printed whole, and a question" {
    style lines
    faults='none|0|PASS|
no-remove|1|FAIL ARP-17|the table of A does not become that of S*'
    each neighbours <<<"$faults"
    sed -i '/^\[client.arp\]/,$d; s/{HOW:-log}/{HOW:-ask}/' "$fake"
    cat >>"$fake" <<'END'
[client.arp]
observe  = ask
question = "^Show the neighbours[?] $"
answer   = y
row      = "^(?<mac>[0-9a-f:]{17}) is at (?<ip>\S+)$"
END
    each neighbours <<<"$faults"
    sed -i '/^\[client.table\]/,$d; s/{HOW:-ask}/{HOW:-printed}/' "$fake"
    cat >>"$fake" <<'END'
[client.table]
observe = printed
begin   = "^---- routing table"
row     = "^(?<dest>[0-9.]+)/(?<mask>[0-9]+)\t(?<gateway>\S+)\t(?<oif>\S+)$"
[client.arp]
observe = printed
begin   = "^---- neighbours"
row     = "^(?<mac>[0-9a-f:]{17}) is at (?<ip>\S+)$"
END
    each neighbours <<<"$faults"
}

@test "neighbours that nothing shows are not judged" {
    style lines
    sed -i '/^\[client.arp\]/,$d' "$fake"
    printf '[client.arp]\nobserve = none\n' >>"$fake"
    RTM_BUILD=$bin attempt none neighbours
    told 2 UNSUPPORTED
    like '*nothing shows the ARP table of A: the manifest says observe = none*' "$output"
}

@test "a farewell that asks back, and one that is not answered" {
    style lines
    RTM_BUILD=$bin attempt none goes
    told 0 PASS
    sed -i 's/^expect .*Leave.*/expect = "^Really"/' "$fake"
    RTM_BUILD=$bin attempt none goes
    told 1 'FAIL CON-13' 'S did not end*'
}

@test "answers stand behind prompts where changes are told at once" {
    style lines
    sed -i '/^silent/d' "$fake"
    RTM_BUILD=$bin attempt none feed
    told 0 PASS
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*[[]server.create[]]: 26 lines at once*fine: one behind the other*' "$output"
    sed -i 's/"^OK"/"^FINE"/' "$fake"
    RTM_BUILD=$bin attempt none feed
    told 2 BROKEN 'S answered 0 of 200 changes that it was told at once, and printed "*OK", which neither done nor refused matches'
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
    make -s -C "$root" BUILD="${bin#"$root"/}" iuts
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

@test "a mask is shown as a dotted quad" {
    paged
    RTM_BUILD=$bin attempt none masks
    told 0 PASS
    RTM_BUILD=$bin attempt none course
    told 0 PASS
}

@test "what is accepted and has to be refused is told by its requirement" {
    style lines
    sed -i '/^done .*OK"/d' "$fake"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 1-tables/TBL-10-host-bits#1 --report tap
    told 1 'FAIL TBL-10'
    like '*has bits below its mask, and is accepted; TBL-10 has it refused, for *' "$output"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 1-tables/TBL-13-interface-refused --report tap
    like '*its oif is "café", and is accepted; TBL-13 has 1 to 31 printable ASCII bytes*' "$output"
}

@test "a table that comes in pages" {
    long_table 45
    paged 'more = "^-- more [(]page [0-9]+ of [0-9]+[)] -- $"'
    turned 0 PASS
    paged 'more = "^-- more .* -- $"' 'more-answer = key x' # no line end: the program waits on
    turned 2 BROKEN
    like '*S < 10.0.8.0 255.255.255.0 via*S < ... and more rows*S < -- more (page 1 of 3) -- *S > x (key)*' "$output"
}

@test "a table that is printed whole, in pages" {
    style lines
    sed -i '/^\[client.table\]/,$d; s/ mac$//; s/{HOW:-log}/{HOW:-pages}/' "$fake"
    printf '%s\n' '[client.table]' 'observe = printed' 'begin = "^---- routing table"' 'done = "^---- neighbours"' \
        'row = "^(?<dest>[0-9.]+)/(?<mask>[0-9]+)\t(?<gateway>\S+)\t(?<oif>\S+)$"' >>"$fake"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 4-session/SYN-11-changes --report tap
    like '*A stops at "Press Enter: " within [[]client.table[]], which is none of its rows and not done*' "$output"
    is 2 "$status"
    echo 'more = "^Press Enter: $"' >>"$fake"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 4-session/SYN-11-changes --report tap
    told 0 PASS
}

@test "messages that are no change" {
    marked 'end = 3'
    follows 0 PASS
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 4-session/SYN-2-any-client --report tap
    told 0 PASS
    marked 'ignore = 9 3'
    follows 0 PASS
    cat >"$dir/flush.rtm" <<'END'
title    a flush in the stream
needs    routes flush

server S
S create 122.1.1.1/32 10.1.1.1 Ethernet1
probe P of S
P subscribes
expect P follows S [SYN-2]
S flush
S create 10.0.0.0/8 10.1.1.1 Ethernet1
expect P follows S [FLU-1]
END
    marked 'end = 3' 'flush = 4'
    sed -i '/^features/s/$/ flush/' "$fake"
    printf '%s\n' '[server.flush]' 'send = 6' 'done = "^All routes deleted"' >>"$fake"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only "$dir/flush.rtm" --report tap
    told 0 PASS
}
