#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The simulator: its command line, sweeps, shrinking, and scenarios of what it finds. Builds a mutant
# of the reference, which it has to find.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# sim ARG...: runs the simulator; $status, $output and $stderr apart.
sim() {
    run --separate-stderr timeout "$deadline" "${program:-$bin/rtm-sim}" "$@" </dev/null 3>&-
}

# make_in TREE: builds the programs of a copy of the reference.
make_in() {
    env -u MAKEFLAGS make -s -j2 -C "$1" BUILD=build CFLAGS=-O1 share=- bin=- \
        build/rtm-sim build/rtm-server build/rtm-client >/dev/null
}

# copy_to TREE: the sources of the reference.
copy_to() {
    mkdir -p "$1/spec"
    cp -a Makefile ref "$1"
    cp -a spec/wire.def "$1/spec"
}

# In the folder of the build, which the sandbox of rtmtest shows.
setup_file() {
    cd "$BATS_TEST_DIRNAME/../.." || return 1
    trees=$(realpath -m "${RTM_BUILD:-build}")/self-sim
    export trees
    rm -rf "$trees"
    copy_to "$trees/reference"
    make_in "$trees/reference"
}

teardown_file() {
    rm -rf "$trees"
}

# tree NAME: a copy of the reference with its objects, $tree.
tree() {
    tree=$trees/$1
    rm -rf "$tree"
    cp -a "$trees/reference" "$tree"
}

# build: makes its programs; sim runs this one from now on.
build() {
    make_in "$tree"
    program=$tree/build/rtm-sim
}

# mutant NAME: that mutant.
mutant() {
    tree "$1"
    patch -s -p1 -d "$tree" <"tests/mutants/$1.patch"
    build
}

# class: that of the last report.
class() {
    grep -oE '^(seed [0-9]+: )?[a-z]+: [0-9]+ events' <<<"$output" | sed -E 's/.*: ([a-z]+): .*|([a-z]+): .*/\1\2/'
}

@test "--help names every option and every class of failure" {
    sim --help
    is 0 "$status"
    is '' "$stderr"
    for word in --seed --seeds --replay --trace --shrink --into --jobs --first --format; do
        like "*$word*" "$output"
    done
    for word in $(sed -nE 's/^CLASS\([A-Z]+, "([a-z]+)", "..*/\1/p' ref/sim/check.def); do
        [ "$word" = holds ] || like "*  $word *" "$output"
    done
}

@test "a wrong command line is a usage error, 64" {
    for line in --nonsense surplus --seed '--seed x' '--seed 1x' '--seed -1' '--seeds 5' '--seeds 5..4' '--seeds 1..' \
        '--seeds 1..2x' '--seed 1 --seeds 1..2' '--jobs 0 --seeds 1..2' '--jobs 257 --seeds 1..2' '--format xml --seeds 1..2' \
        '--seeds 1..2 --shrink' '--seed 1 --into x' '--seed 1 --shrink --trace' --jobs '--replay /nonexistent'; do
        echo "rtm-sim $line"
        read -ra words <<<"$line"
        sim "${words[@]}"
        is 64 "$status"
        is '' "$output"
        like '*rtm-sim: *' "$stderr"
    done
    sim
    is 64 "$status"
}

@test "a seed gives the same run each time, and another one another run" {
    local first
    sim --seed 7 --trace
    is 0 "$status"
    first=$output
    sim --seed 7 --trace
    is "$first" "$output"
    sim --seed 8 --trace
    [ "$first" != "$output" ]
}

@test "a replayed trace is the same run" {
    local whole
    sim --seed 7
    whole=${output#seed 7: }
    sim --seed 7 --trace
    grep -v '^seed' <<<"$output" | sed '$d' >"$dir/moves" # the last settling comes by itself
    sim --replay "$dir/moves"
    is 0 "$status"
    is "$whole" "$output"
}

@test "a line that is no move is refused with its place" {
    printf '# a comment\n\nA starts\nA starts nothing\n' >"$dir/moves"
    sim --replay "$dir/moves"
    is 64 "$status"
    like "rtm-sim: $dir/moves:4: \"A starts nothing\"; expected *" "$stderr"
}

@test "a sweep says the same in any number of processes" {
    local one
    sim --seeds 1..60 --format ndjson
    is 0 "$status"
    one=$(sed -E 's/"seconds".*"hash"/"hash"/' <<<"$output")
    sim --seeds 1..60 --jobs 3 --format ndjson
    is "$one" "$(sed -E 's/"seconds".*"hash"/"hash"/' <<<"$output")"
    sim --seeds 2..61 --format ndjson
    [ "$one" != "$(sed -E 's/"seconds".*"hash"/"hash"/' <<<"$output")" ]
}

@test "a race that is never met fails a sweep of many seeds, and no small one" {
    sim --seeds 1..1
    is 0 "$status"
    like '* races never met; fewer seeds may do so*' "$output"
    tree no-flush
    sed -i '/^MOVE(FLUSH,/s/, [0-9]*)$/, 0)/' "$tree/ref/sim/move.def"
    sed -i 's/once_in(world, 8)) {$/false) {/' "$tree/ref/sim/draw.c"
    build
    sim --seeds 1..100
    is 0 "$status"
    sim --seeds 1..2000 --jobs 2
    is 1 "$status"
    like '* NEVER  a flush while a snapshot is walked*' "$output"
    like '* races never met: so many seeds should have*bad: 0 of 2000 seeds failed' "$output"
}

@test "a mutant is found, with its class and its lowest seed, however many processes look" {
    local one
    mutant C1-older-applied
    sim --seeds 1..300 --first --format ndjson
    is 1 "$status"
    one=$(grep '"failure"' <<<"$output" | head -n 1)
    like '{"type":"failure","seed":*,"class":"*","requirement":"*","text":"*"}' "$one"
    sim --seeds 1..300 --first --jobs 3 --format ndjson
    is "$one" "$(grep '"failure"' <<<"$output" | head -n 1)"
    sim --seed "$(sed -E 's/.*"seed":([0-9]+).*/\1/' <<<"$one")"
    is 1 "$status"
    is "$(sed -E 's/.*"class":"([a-z]+)".*/\1/' <<<"$one")" "$(class)"
}

@test "a seed that crashes or hangs is a finding, and the sweep goes on" {
    tree faults
    sed -i '/^static int handle_digest/,/^{/s/^{/{\n    if (frame->seq == 30 \&\& getenv("FAULT")) {\n        while (*getenv("FAULT") == 104)\n            continue;\n        abort();\n    }/' \
        "$tree/ref/core/client.c"
    sed -i 's/^#include <string.h>/#include <stdlib.h>\n&/' "$tree/ref/core/client.c"
    build
    sim --seeds 1..40
    is 0 "$status"
    FAULT=crash sim --seeds 1..40 --jobs 2 --format ndjson
    is 1 "$status"
    like '*"class":"crash","requirement":"*","text":"the run ended its process by signal 6 (Aborted)"*' "$output"
    like '*"type":"sweep","seeds":40,*' "$output"
    seed=$(sed -nE '1s/.*"seed":([0-9]+).*/\1/p' <<<"$output")
    FAULT=crash sim --seed "$seed" --shrink --into "$dir/crash"
    is 1 "$status"
    FAULT=crash sim --replay "$dir/crash.moves"
    is 134 "$status"
    FAULT=hang sim --seeds "$seed..$((seed + 1))" --format ndjson
    is 1 "$status"
    like '{"type":"failure","seed":'"$seed"',"class":"hang",*' "$output"
}

@test "what fails shrinks to a few moves, which fail in the same way" {
    mutant C1-older-applied
    sim --seeds 1..300 --first --format ndjson
    seed=$(sed -nE '1s/.*"seed":([0-9]+).*/\1/p' <<<"$output")
    class=$(sed -nE '1s/.*"class":"([a-z]+)".*/\1/p' <<<"$output")
    sim --seed "$seed" --shrink --into "$dir/found"
    is 1 "$status"
    like "$class \[*\]: *" "$output"
    [ "$(grep -vc '^#' "$dir/found.moves")" -le 14 ]
    sim --replay "$dir/found.moves"
    is 1 "$status"
    is "$class" "$(class)"
    program=$bin/rtm-sim
    sim --replay "$dir/found.moves"
    is 0 "$status"
    sim --seed 1 --shrink
    is 0 "$status"
}

@test "its scenario fails on the programs of the mutant, and passes on those of the reference" {
    for name in C1-older-applied C4-end-keeps; do
        mutant "$name"
        sim --seeds 1..300 --first --format ndjson
        seed=$(sed -nE '1s/.*"seed":([0-9]+).*/\1/p' <<<"$output")
        sim --seed "$seed" --shrink --into "$dir/found"
        sed 's/^/    /' "$dir/found.rtm"
        rtmtest run --only "$dir/found.rtm" --report tap
        is PASS "$(verdict)"
        is 0 "$status"
        run --separate-stderr timeout "$deadline" env RTM_SELF="$dir" RTM_BUILD="$tree/build" \
            "$bin/rtmtest" run --only "$dir/found.rtm" --report tap </dev/null 3>&-
        like 'FAIL *' "$(verdict)"
        is 1 "$status"
    done
}

@test "what cannot be said stands in the scenario, and is counted" {
    mutant A3-no-bound
    sim --seeds 1..300 --first --format ndjson
    seed=$(sed -nE '1s/.*"seed":([0-9]+).*/\1/p' <<<"$output")
    sim --seed "$seed" --shrink --into "$dir/found"
    like "*$dir/found.rtm: $(grep -c '^# cannot be said: ' "$dir/found.rtm") moves cannot be said*" "$output"
    rtmtest parse "$dir/found.rtm"
    is 0 "$status"
}

@test "where that decides what the server sends, nothing is left to be run" {
    mutant C4-adds
    sim --seeds 1..300 --first --format ndjson
    seed=$(sed -nE '1s/.*"seed":([0-9]+).*/\1/p' <<<"$output")
    sim --seed "$seed" --shrink --into "$dir/found"
    grep -E '^# cannot be said: knob (journal|chunk|walk)' "$dir/found.unsaid"
    like "*$dir/found.unsaid: to be read, not run: $(grep -c '^# cannot be said: ' "$dir/found.unsaid") moves cannot be said*" "$output"
    [ ! -e "$dir/found.rtm" ]
}
