#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that were not written for the suite, operated by their manifests, and what is wrong with
# some of them.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# style MANIFEST [LINE...]: a manifest of tests/iuts with lines added to it, for attempt.
style() {
    mkdir -p "$dir/style"
    sed "s|^root .*|root = $root|" "$root/tests/iuts/$1.rtmi" >"$dir/style/it.rtmi"
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$dir/style/it.rtmi"
    fake=$dir/style/it.rtmi
    make -s -C "$root" BUILD="${bin#"$root"/}" iuts
}

# each [SCENARIO], FAULT VERDICT MESSAGE from standard input: what it has to give on the scenario.
each() {
    local fault status verdict message
    while IFS='|' read -r fault status verdict message; do
        echo "# $fault"
        RTM_BUILD=$bin attempt "$fault" "${1:-course}"
        told "$status" "$verdict" "$message"
    done
}

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

@test "a refusal without a way back is the manifest's fault" {
    style menu
    sed -i '/^\[server.recover\]/,/^send/d' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'S does not come back to its prompt behind a refusal*'
}

@test "an answer that no pattern knows is the manifest's fault" {
    style menu
    sed -i 's/^done .*created"/done = "^Created"/' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'S came back to its prompt, and nothing that it printed matched*'
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
    style words
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
    style menu
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

@test "the doctor finds nothing to change in a manifest that is right" {
    for name in menu lines reference; do
        style "$name"
        RTM_BUILD=$bin rtmtest doctor --iut "$fake"
        like '*0 problems' "$output"
        is 0 "$status"
    done
}

@test "the doctor says where nobody listens, and so does a run" {
    style menu
    sed -i 's|^prompt.*Your choice.*|&\nsocket = there.sock|; s|menu-\(.*\) {socket}|menu-\1 here.sock|' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    is 2 "$status"
    like '*where it listens*PROBLEM: there is no */there.sock; who listens here: *here.sock*change: socket to *1 problem' "$output"
    for name in ROB-12-any-server#1 ROB-6-any-peer; do
        RTM_BUILD=$bin rtmtest run --iut "$fake" --only "9-robustness/$name" --report tap
        told 2 BROKEN '*there.sock*the manifest says socket = there.sock*'
    done
}

@test "the doctor tries what is claimed of signals, and says what could be" {
    style words
    sed -i '/^features/s/ signals tidy//' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*features without signals*the client minds SIGUSR1*features without tidy*claim tidy*0 problems' "$output"
    style words
    FAULT=dies-of-term RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    is 2 "$status"
    like '*tidy, SIGINT*fine: *tidy, SIGTERM*PROBLEM: A was sent SIGTERM and ended with signal 15*leave tidy out*1 problem' "$output"
}

@test "the doctor puts a client beside a server that says nothing" {
    style words
    sed -i 's/^ready .*In service.*/ready = "^== end =="/' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    is 2 "$status"
    like '*beside a server that says nothing*PROBLEM: B printed *no server has answered it*change: ready to *1 problem' "$output"
}

@test "the doctor says which dialogue is wrong" {
    style menu
    sed -i 's/^done .*updated"/done = "^Updated"/; s/^row .*Destination.*/row = "^To: (?<dest>.) (?<mask>.) (?<gateway>.) (?<oif>.)"/' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    is 2 "$status"
    like '*\[server.update\]*S < Route updated.*PROBLEM: S came back to its prompt*change: the patterns*' "$output"
    like '*\[client.table\]*PROBLEM: the table of A does not become*change: row*' "$output"
    like '*2 problems' "$output"
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

# astray SED MESSAGE: a manifest with one thing wrong in it: the first case explains it, all others are
# told at once, and so does the doctor.
astray() {
    style menu
    sed -i "$1" "$fake"
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only "$cases/course.rtm" --only "$cases/spins.rtm" \
        --only "$cases/masks.rtm" --only "$cases/order.rtm" --jobs 1 --report tap
    is 2 "$status"
    is '0 passed, 4 failed, 0 skipped' "${lines[-1]}"
    is 4 "$(grep -c '^# BROKEN' <<<"$output")"
    grep -F "# $2" <<<"$output"
    is 3 "$(grep -c "^# the .* is not started again: in scenarios/[a-z]* .*doctor --iut $fake" <<<"$output")"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    is 2 "$status"
    grep -F "PROBLEM: $2" <<<"$output"
}

@test "a prompt that never comes is told with what stands there, and once" {
    astray 's/^prompt .*/prompt = "^Your chioce: $"/' \
        'S printed "Your choice: " last, without a line end, and [server] has prompt = "^Your chioce: $": no match'
}

@test "so is a sign of being ready" {
    astray '/^prompt /s/.*/&\nready = "^Welcome"/' \
        'S printed "Your choice: " last, and [server] has ready = "^Welcome": no match'
}

@test "what a dialogue does not expect is its manifest's fault" {
    style menu
    sed -i 's/"^Mask: $"/"^Mask [0-9]"/' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'S printed "Mask: " last in its dialogue for create, which expects "^Mask \[0-9\]": no match'
}

@test "so is an answer in the middle of which the program waits" {
    style menu
    sed -i '/^prompt /s/.*/ready = "^Your choice: $"/; s/^done .*created"/done = "^Created"/' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'S printed "Your choice: " last when it was asked for create, and neither done nor refused of that matches'
}

# paged [LINE...]: the lines server with dotted masks and pages of 20 rows; the lines go to its table.
paged() {
    style lines
    sed -i 's|lines-server {socket} .*|lines-server {socket} none pages|; /^\[server.table\]/,/^row/d' "$fake"
    printf '%s\n' '[server.table]' 'send = SHOW' \
        'row = "^(?<dest>[0-9.]+) (?<mask>[0-9.]+) via (?<gateway>\S+) dev (?<oif>\S+)$"' "$@" >>"$fake"
}

@test "a mask is shown as a dotted quad" {
    paged
    RTM_BUILD=$bin attempt none masks
    told 0 PASS
    RTM_BUILD=$bin attempt none course
    told 0 PASS
}

@test "a group of a row that holds something else is the manifest's fault" {
    paged
    sed -i 's/^row = .*/row = "^(?<dest>[0-9]+.(?<mask>[0-9.]+)) [0-9.]+ via (?<gateway>\\S+) dev (?<oif>\\S+)$"/' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'no row of the table of S is understood by row of \[server.table\]: its mask is "1.1.1", no number from 0 to 32*; the row: 122.1.1.1 255.255.255.255 via*'
}

@test "rows that no row matches are the manifest's fault" {
    style words
    sed -i 's|^row .*(?<oif>.*|row = "^(?<dest>[0-9.]+) (?<mask>[0-9]+) (?<gateway>.+) (?<oif>.+)"|' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'S shows "  122.1.1.1*", and row of \[server.table\] matches no line of that table'
    style words
    sed -i '/^begin .*routes/,/^row/s|^row .*|row = "^(?<dest>[0-9.]+) (?<mask>[0-9]+) (?<gateway>.+) (?<oif>.+)"|' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'A shows "122.1.1.1/32 *", and row of \[client.table\] matches no line of that table'
}

@test "who has accepted nothing may be asked in the wrong words" {
    style words
    sed -i '/^\[server.create\]/,/^done/s/^send .*"/send = "MAKE {dest}"/' "$fake"
    RTM_BUILD=$bin attempt none course
    is 1 "$status"
    like "*S has accepted no route yet; rtmtest doctor --iut $fake shows whether the manifest is right*" "$output"
}

@test "a prompt in colours is told without them" {
    style lines
    sed -i 's/^prompt .*/prompt = "^rmt> $"/' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'S printed "rtm> " last, without a line end, and \[server\] has prompt = "^rmt> $": no match'
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

# long_table N: a scenario with so many routes, in $dir.
long_table() {
    {
        printf '%s\n' 'title    a table of more than a page' 'needs    routes' '' 'server S'
        for i in $(seq "$1"); do echo "S create 10.0.$i.0/24 1.1.1.1 eth0"; done
        printf '%s\n' 'expect S right [TBL-1]' 'S delete 10.0.1.0/24' 'expect S right [TBL-3]'
    } >"$dir/long.rtm"
}

# turned STATUS VERDICT [MESSAGE]
turned() {
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only "$dir/long.rtm" --report tap
    told "$@"
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

@test "a table that stops within a line is the manifest's fault" {
    long_table 21
    paged
    turned 2 BROKEN 'S stops at "-- more (page 1 of 2) -- " within \[server.table\], which is none of its rows: more = *'
    paged 'done = "^Total"'
    turned 2 BROKEN 'S stops at "-- more (page 1 of 2) -- " within \[server.table\], which is none of its rows and not done: *'
}

# marked [LINE...]: the menu server and client with messages that are no change; the lines go to [record].
marked() {
    style menu
    sed -i 's|${FAULT:-none}$|${FAULT:-none} marks|' "$fake"
    for line; do sed -i "s|^\[record\].*|&\n$line|" "$fake"; done
}

# follows STATUS VERDICT [MESSAGE]: what a probe makes of the server's messages.
follows() {
    RTM_BUILD=$bin rtmtest run --iut "$fake" --only 4-session/SYN-2-any-server --report tap
    told "$@"
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

@test "messages that the manifest cannot read are its fault" {
    marked
    follows 2 BROKEN 'P got a message with the op 3, which \[record\] does not name*'
    like '*bytes 03000000 00000000*' "$output"
    style menu
    FAULT=net-order follows 2 BROKEN 'P got a message with the op 16777216, which*' # of this program or of op?
    sed -i 's/^oif .*/oif = 60 4 text/' "$fake"
    follows 2 BROKEN 'P got a message that cannot be read as \[record\] has it: no oif that chapter 1 knows*'
    style menu
    sed -i 's/^size .*/size = 4096/' "$fake"
    follows 2 BROKEN 'P got 216 bytes of a message, and \[record\] has a size of 4096: no more came*'
}

@test "the doctor notices pages" {
    paged
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    is 2 "$status"
    like '*[[]server.table]: a table of 26 routes*PROBLEM: S stops at "-- more (page 1 of 2) -- "*change: *more to what stands*1 problem' "$output"
    paged 'more = "^-- more .* -- $"'
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*0 problems' "$output"
}

@test "the doctor tells the cause once, and what follows from it as that" {
    style menu
    sed -i 's/^expect .*Gateway.*/expect = "^Gatway: $"/' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    is 2 "$status"
    like '*[[]server.create]*PROBLEM: S printed "Gateway: " last*[[]server.table]?  not tried*[[]server.update]*  follows, it seems, from [[]server.create]: *' "$output"
    like '*[[]server.delete]*fine: *1 problem; * more may follow from [[]server.create]: mend that first' "$output"
}

@test "the doctor reads what a server sends of changes and of a flush" {
    marked 'end = 3' 'flush = 4'
    printf '%s\n' '[server.flush]' 'send = 6' 'done = "^All routes deleted"' >>"$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*what it sends of an update and a delete*fine: *what it sends of a flush*P < flush (op 4)*fine: *0 problems' "$output"
    sed -i '/^end = 3/d' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*[[]record]: *PROBLEM: P got a message with the op 3, which [[]record] does not name*' "$output"
}
