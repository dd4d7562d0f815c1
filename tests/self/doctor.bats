#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the doctor says of a program and its manifest.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper
load style

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
    like '*\[client.table\]*PROBLEM: A shows "Destination IP: *change: row*' "$output"
    like '*2 problems' "$output"
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
