#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that were not written for the suite, as in menu.bats: lines, silence, logs and pages.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper
load style

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

@test "lines, silence and a log" {
    style lines
    each <<'END'
none|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
no-delete|1|FAIL SYN-15|the table of * does not become that of S*
flood|1|FAIL SYN-2|A prints lines that answer nothing, of more than * bytes, such as: What now?*
END
}

# print_whole: its clients print their tables whole.
print_whole() {
    sed -i -E '/^\[client.table\]/,$d; s/\{HOW:-(log|ask)\}/{HOW:-printed}/' "$fake"
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
}

@test "lines and a table that is printed whole" {
    style lines
    print_whole
    each <<'END'
none|0|PASS|
no-update|1|FAIL SYN-11|the table of A does not become that of S*
END
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
    print_whole
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
    told 2 BROKEN 'S printed "Leave (y/n)? " when it was told to quit, and reads its console again: *'
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

@test "the last line of a table may end in the prompt" {
    style lines
    sed -i -e '/^row .*dev/a done = "^-- (?<routes>[0-9]+) in all --$"' -e 's/^prompt .*/prompt = "rtm> $"/' "$fake"
    RTM_BUILD=$bin attempt footer course
    told 0 PASS
    sed -i 's/^done .*in all.*/done = "^-- none"/' "$fake"
    RTM_BUILD=$bin attempt footer course
    told 2 BROKEN 'S came back to its prompt, and nothing that it printed matched done or refused of table'
}

@test "so may the last row, and an answer, where prompt = matches the whole of a prompt" {
    style lines
    sed -i 's/^prompt .*/prompt = "rtm> $"/; s/^features .*/features = routes/; /^silent/d' "$fake"
    FAULT=joined RTM_BUILD=$bin rtmtest run --iut "$fake" --only 4-session/SYN-11-changes --report tap
    told 0 PASS
    FAULT=joined RTM_BUILD=$bin rtmtest doctor --iut "$fake" # tells it lines at once
    like '*one behind the other, and each is answered*' "$output"
    sed -i 's/^prompt .*/prompt = "> $"/; s/^done .*OK.*/&\nsilent = yes/' "$fake"
    RTM_BUILD=$bin attempt joined course
    told 2 BROKEN 'S prints "* dev Ethernet1rtm> ", and \[server\] has prompt = "> $": it has to match the whole *'
    style lines
    sed -i -E 's/^features .*/features = routes/; /^\[client.table\]/,$d; s/\{HOW:-log\}/{HOW:-joined}/' "$fake"
    sed -i 's/^ready .*Listening.*/&\nprompt = "client> $"/' "$fake"
    printf '%s\n' '[client.table]' 'observe = printed' 'begin = "^---- routing table"' \
        'row = "^(?<dest>[0-9.]+)/(?<mask>[0-9]+)\t(?<gateway>\S+)\t(?<oif>\S+)$"' >>"$fake"
    RTM_BUILD=$bin attempt none course
    told 0 PASS
}

@test "a name may have what a bare prompt ends in" {
    style lines
    sed -i 's/^prompt .*/prompt = ">$"/; s/^features .*/features = routes/' "$fake"
    FAULT=bare RTM_BUILD=$bin rtmtest run --iut "$fake" --only '1-tables/TBL-13-interface#4' --report tap
    told 0 PASS
}

@test "the middle of a row may look like the end of a prompt" {
    style lines
    sed -i '/^\[server\]/,/^$/s/^prompt .*/prompt = "> $"/; s/^features .*/features = routes/' "$fake"
    RTM_BUILD=$bin attempt halting course
    told 0 PASS
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
