# SPDX-License-Identifier: MIT
# Programs of tests/iuts, for tests that change their manifests or faults. Loaded behind helper.bash.
# shellcheck shell=bash disable=SC2154 # set by helper.bash

# Before the first test of a file.
setup_file() {
    local top
    top=$(realpath "$BATS_TEST_DIRNAME/../..")
    make -s -C "$top" BUILD="$(realpath -m --relative-to="$top" "${RTM_BUILD:-$top/build}")" iuts
}

# style MANIFEST [LINE...]: a manifest of tests/iuts with lines added to it, for attempt.
style() {
    mkdir -p "$dir/style"
    sed "s|^root .*|root = $root|" "$root/tests/iuts/$1.rtmi" >"$dir/style/it.rtmi"
    shift
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$dir/style/it.rtmi"
    fake=$dir/style/it.rtmi
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

# paged [LINE...]: the lines server with dotted masks and pages of 20 rows; the lines go to its table.
paged() {
    style lines
    sed -i 's|lines-server {socket} .*|lines-server {socket} none pages|; /^\[server.table\]/,/^row/d' "$fake"
    printf '%s\n' '[server.table]' 'send = SHOW' \
        'row = "^(?<dest>[0-9.]+) (?<mask>[0-9.]+) via (?<gateway>\S+) dev (?<oif>\S+)$"' "$@" >>"$fake"
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
