#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that were not written for the suite, operated by their manifests, and what is wrong with
# some of them: menus and prompts.
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

@test "a notice may stand behind a prompt, that of a field too, and may come in pieces" {
    style menu
    sed -i '/^prompt/a notice = "^[[][0-9]+ connected]$"' "$fake"
    local notices='notices|0|PASS|
half-notices|0|PASS|'
    each <<<"$notices"
    sed -i 's/^notice .*/notice = "connected"/' "$fake"
    each <<<"$notices"
    RTM_BUILD=$bin FAULT=notices rtmtest doctor --iut "$fake"
    like '*0 problems' "$output"
    sed -i '/^notice/d; /^\[server.recover\]/,/^send/d' "$fake"
    RTM_BUILD=$bin attempt half-notices course
    told 2 BROKEN
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

@test "a pause before the first row is no empty table" {
    style menu # as above: a pause is time
    local slowly='import os, time; [(time.sleep(.1), os.write(1, d)) for d in iter(lambda: os.read(0, 65536), bytes())]'
    local server="{root}/${bin#"$root"/}/iuts/menu-server"
    sed -i "s|^command .*menu-server.*|command = bash -c \"exec $server \$0 none > >(python3 -c '$slowly')\" {socket}|" "$fake"
    RTM_BUILD=$bin attempt none course
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
