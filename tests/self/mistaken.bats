#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Manifests that do not fit their program: BROKEN, with what was seen, and never the program's fault.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper
load style

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
    told 2 BROKEN 'S shows "  122.1.1.1*", and row of \[server.table\] does not match that line; if it is no row, a notice in *'
    style words
    sed -i '/^begin .*routes/,/^row/s|^row .*|row = "^(?<dest>[0-9.]+) (?<mask>[0-9]+) (?<gateway>.+) (?<oif>.+)"|' "$fake"
    RTM_BUILD=$bin attempt none course
    told 2 BROKEN 'A shows "122.1.1.1/32 *", and row of \[client.table\] does not match that line; if it is no row, a notice in *'
}

@test "a line that has what a missing route has is no row where a notice says so" {
    style words
    local client="{root}/${bin#"$root"/}/iuts/words-client" detail='/ Ethernet/a next hop 10.1.1.1 on Ethernet1'
    sed -i "s|^command .*words-client.*|command = bash -c \"exec $client \$0 half-snapshot > >(sed -u '$detail')\" {socket}|" "$fake"
    unnoticed() { FAULT=half-snapshot RTM_BUILD=$bin rtmtest run --iut "$fake" --only 4-session/SYN-2-late-joiner --report tap; }
    unnoticed
    told 2 BROKEN 'A shows "next hop *; if it is no row, a notice in \[client\] *'
    sed -i '/^\[client\]/a notice = "^next hop "' "$fake"
    unnoticed
    told 1 'FAIL SYN-2'
}

@test "a line with a MAC is an entry, also where others are rows" {
    style words
    sed -i 's/^row .*"^(?<mac>.*/row = "^(?<mac>[0-9a-f:]{17}) (?<ip>[0-9.]+)$"/' "$fake"
    FAULT=client-keeps-macs RTM_BUILD=$bin rtmtest run --iut "$fake" --only 6-flush/FLU-1-macs --report tap
    told 2 BROKEN 'A shows "01:00:5e:01:01:01 -", and row of \[client.arp\] does not match that line*'
    FAULT=none RTM_BUILD=$bin rtmtest run --iut "$fake" --only 6-flush/FLU-1-macs --report tap
    told 0 PASS
}

@test "a route without a mask, or with a word for it, is the manifest's fault until it says so" {
    local host='S shows "  255.255.255.255 via *", in which row of \[server.table\] finds no mask; no-mask = 32 *'
    local default='S shows "  default via *", in which row of \[server.table\] finds no address as dest; default = *'
    style words
    unread() {
        FAULT=bare RTM_BUILD=$bin rtmtest run --iut "$fake" --only "1-tables/TBL-1-create#$1" --report tap
        told 2 BROKEN "$2"
    }
    unread 3 'S shows "  255.255.255.255 via *", and row of \[server.table\] does not match that line; if it is no row, a notice in *'
    sed -i 's|^row .* via .*|row = "^  (?<dest>\\S+?)(?:/(?<mask>[0-9]+))? via (?<gateway>\\S+) dev (?<oif>\\S+)$"|' "$fake"
    unread 2 "$default"
    unread 3 "$host"
    FAULT=bare RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*with 10.50.0.1/32 and 0.0.0.0/0*PROBLEM: S shows "  *1 problem' "$output"
    sed -i 's|^row .* via .*|&\nno-mask = 32\ndefault = default|' "$fake"
    FAULT=bare RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*0 problems' "$output"
    for fault in bare:0:PASS wrong-mask:1:'FAIL TBL-1'; do
        IFS=: read -r name code verdict <<<"$fault"
        FAULT=$name RTM_BUILD=$bin rtmtest run --iut "$fake" --only '1-tables/TBL-1-create#3' --report tap
        told "$code" "$verdict"
    done
    sed -i 's|^no-mask .*|no-mask = 33|' "$fake"
    RTM_BUILD=$bin rtmtest doctor --iut "$fake"
    like '*expected a number from 0 to 32*' "$stderr$output"
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

@test "a table that stops within a line is the manifest's fault" {
    long_table 21
    paged
    turned 2 BROKEN 'S stops at "-- more (page 1 of 2) -- " within \[server.table\], which is none of its rows: more = *'
    paged 'done = "^Total"'
    turned 2 BROKEN 'S stops at "-- more (page 1 of 2) -- " within \[server.table\], which is none of its rows and not done: *'
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
