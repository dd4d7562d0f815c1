#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The course: which cases its profile has, and their tiers.
# shellcheck disable=SC2154 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# chosen PROFILE: the cases of a profile, without rows.
chosen() {
    rtmtest list --profile "$1"
    is 0 "$status"
    sed -E 's/[# ].*//' <<<"$output" | sort -u
}

@test "the profile of the course asks what any program can be asked" {
    local name files=()
    for name in $(chosen course | grep -v -- -any-); do # a probe of those speaks what the manifest says
        files+=("tests/conformance/$name.rtm")
    done
    [ "${#files[@]}" -gt 20 ]
    run ! grep -nE '^ *(probe|crowd|feed)| load | shm |digest|^needs.*console' "${files[@]}"
    # every citation in them is the course's
    local ids
    ids=$(grep -hoE '\[[A-Z]+-[0-9]+( [A-Z]+-[0-9]+)*\]$' "${files[@]}" | tr -d '[]' | tr ' ' '\n' | sort -u)
    rtmtest requirements
    run ! grep -wF "$ids" <(awk '$4 == "rtm1" { print $1 }' <<<"$output")
}

@test "what the course asks for and its profile does not is listed" {
    local cited bare listed
    # shellcheck disable=SC2046 # words
    cited=$(grep -hoE '\[[A-Z]+-[0-9]+( [A-Z]+-[0-9]+)*\]$' $(chosen course | sed 's|.*|tests/conformance/&.rtm|') |
        tr -d '[]' | tr ' ' '\n' | sort -u)
    rtmtest requirements
    bare=$(awk '$4 != "rtm1" && $1 !~ /^PLT/ { print $1 }' <<<"$output" | grep -vxF "$cited" | sort)
    listed=$(sed -n '/^What the course asks for and no console shows/,/^$/p' harness/LANGUAGE.md |
        grep -oE '[A-Z]+-[0-9]+' | sort)
    is "$listed" "$bare"
}

@test "tiers follow from what is cited, and are counted in every report" {
    like '*6-flush/FLU-21-right-before-and-behind*' "$(chosen epochs)"
    run ! grep -q FLU-21 <<<"$(chosen course)"
    rtmtest explain FLU-21 FLU-18 SYN-2 ROB-1 SYN-3
    like '*FLU-21 *tier epochs *FLU-18 *tier course-extended *SYN-2 *tier course-core *ROB-1 *tier robustness *SYN-3 *tier rtm1 *' "$output"
    attempt deaf create --report ndjson="$dir/run"
    like '*course-core *0 passed, 1 failed, 0 skipped*' "$output"
    like '*"tier":"course-core"*"tiers":{"course-core":{"passed":0,"failed":1,"skipped":0}}*' "$(<"$dir/run")"
    rtmtest report markdown "$dir/run"
    like '*| course-core | 0 | 1 | 0 |*' "$output"
    rtmtest report junit "$dir/run"
    like '*name="tier.course-core" value="0 passed, 1 failed, 0 skipped"*' "$output"
}

@test "a profile is repeated with what failed in it" {
    attempt deaf create --profile course --report ndjson="$dir/run"
    like "*repeat: * --profile 'course' *" "$output"
    FAULT=deaf rtmtest run --rerun "$dir/run"
    like '*# profile: course-core course-extended*' "$output"
    rtmtest run --profile lecture
    is 64 "$status"
    like '*expected --profile course, *not lecture*' "$stderr"
}

# submissions NAME...: directories of programs with a menu, built by a script of theirs, and their style.
submissions() {
    make -s -C "$root" BUILD="${bin#"$root"/}" iuts
    sed 's|^root .*|build = "sh ./make.sh"|; s|\${RTM_BUILD:-build}/iuts/menu-|./|; s| \${FAULT:-none}||' \
        "$root/tests/iuts/menu.rtmi" >"$dir/style.rtmi"
    local name program
    for name in "$@"; do
        mkdir -p "$dir/in/$name"
        cp "$bin/iuts/menu-server" "$bin/iuts/menu-client" "$dir/in/$name"
        for program in server client; do
            printf '#!/bin/sh\nexec "$(dirname "$0")/menu-%s" "$1" none\n' $program >"$dir/in/$name/$program.sh"
        done
        echo 'for p in server client; do cp $p.sh $p && chmod +x $p || exit; done; echo built' >"$dir/in/$name/make.sh"
    done
}

# grade ARG...: all of them on four scenarios, into $dir/out.
grade() {
    rtmtest grade --iut "$dir/style.rtmi" --save "$dir/out" --jobs 3 --only TBL-1-sample-table \
        --only SYN-1-each-client --only TRN-1-client --only TRN-2-stopped "$@" "$dir"/in/*
}

# row NAME: its fields but the evidence.
row() {
    sed -n "s/^\"$1\",\(.*\),[^,]*$/\1/p" "$dir/out/grades.csv"
}

@test "submissions are graded, whatever is wrong with some" {
    submissions good late broken unbuilt crashes
    sed -i 's/ none/ no-delete/' "$dir"/in/broken/*.sh
    echo 'echo "server.c:3: error: expected ;" >&2; exit 2' >"$dir/in/unbuilt/make.sh"
    echo 'kill -SEGV $$' >>"$dir/in/crashes/make.sh"
    sed -i '2s/.*/kill -SEGV $$/' "$dir/in/late/server.sh"
    before=$(cd "$dir/in" && find . -type f -exec sha256sum {} + | sort)
    grade
    is 0 "$status"
    is "$before" "$(cd "$dir/in" && find . -type f -exec sha256sum {} + | sort)"
    like '*5 graded; */out/grades.csv' "$output"
    is '"passed",4,4,0,0,0,0,0,0,0,0,"",""' "$(row good)"
    like '"failed",1,4,*,"SYN-1*","the table of * does not become that of S *: + * (should not be there)*"' "$(row broken)"
    is '"does not build",0,4,0,0,0,0,0,0,0,0,"","the build ended with exit status 2: server.c:3: error: expected ;"' "$(row unbuilt)"
    is '"does not build",0,4,0,0,0,0,0,0,0,0,"","the build ended with signal 11 (SIGSEGV)"' "$(row crashes)"
    like '"given up",0,4,*,"TRN-1","S ended before it was ready, with signal 11 *"' "$(row late)"
    # the page, and the command in it
    like '*<h1>RTM conformance of broken</h1>*FAIL*the table of * does not become*--root *' "$(<"$dir/out/broken.html")"
    like '*server.c:3: error: expected ;*' "$(<"$dir/out/unbuilt.html")"
    for page in "$dir"/out/*.html; do
        python3 "$here/check_page.py" "$page"
    done
    rtmtest report html "$dir/out/good.ndjson"
    is "$output" "$(<"$dir/out/good.html")"
}

@test "a submission that hangs is given up" {
    submissions hangs
    sed -i '2s/.*/exec sleep 1000/' "$dir/in/hangs/server.sh" # never ends, to the suite
    grade
    is 0 "$status"
    like '"given up",0,4,*' "$(row hangs)"
}

@test "a submission sees no other, and changes nothing of what was handed in" {
    submissions spy victim
    echo 42 >"$dir/in/victim/secret"
    echo "! cat '$dir/in/victim/secret' && ! ls '$dir/out'/* && ! touch '$dir/in/spy/made' || exit 3" |
        cat - "$dir/in/spy/make.sh" >"$dir/make" && mv "$dir/make" "$dir/in/spy/make.sh"
    grade
    [ ! -e "$dir/in/spy/made" ]
    grep -q '"sandbox":"namespaces"' "$dir/out/spy.ndjson" || skip 'no namespaces here'
    like '"passed",4,4,*' "$(row spy)"
}

@test "what is wrong with a grading is told" {
    submissions one
    rtmtest grade --iut "$dir/style.rtmi"
    is 64 "$status"
    rtmtest grade "$dir/in/one"
    like '*Give --iut FILE*' "$stderr"
    mkdir "$dir/in/empty"
    sed -i 's/^build .*/build = "make -s"/' "$dir/style.rtmi"
    rtmtest grade --iut "$dir/style.rtmi" --save "$dir/out" --only TBL-1-sample-table "$dir/in/two" "$dir/in/empty"
    is 2 "$status"
    like '*in/two: no directory; *in/two: No such file or directory' "${lines[0]}"
    like 'empty: does not build*: make: \*\*\* No targets specified and no makefile found*' "${lines[1]}"
    like '1 graded; *' "${lines[2]}"
    is 3 "$(wc -l <"$dir/out/grades.csv")"
    rtmtest grade --iut "$dir/style.rtmi" --save "$dir/none" "$dir/in/two" "$dir/style.rtmi"
    is 64 "$status"
    like "*nothing to grade: no directory $dir/in/two;*" "$stderr"
    [ ! -e "$dir/none" ] # no table of nothing
    rtmtest grade --iut "$dir/style.rtmi" "$dir/in/one" "$dir/in/one/"
    like '*two submissions have the name one*' "$stderr"
    is 64 "$status"
}

@test "run and doctor build what the manifest says, in a copy" {
    submissions one
    rtmtest run --iut "$dir/style.rtmi" --root "$dir/in/one" --only TRN-1-client --report tap
    is 0 "$status"
    like '*built by: sh ./make.sh*#   built*' "$output"
    [ ! -e "$dir/in/one/server" ]
    rtmtest doctor --iut "$dir/style.rtmi" --root "$dir/in/one"
    like '*0 problems' "$output"
    echo 'echo "no compiler here"; exit 1' >"$dir/in/one/make.sh"
    rtmtest run --iut "$dir/style.rtmi" --root "$dir/in/one" --only TRN-1-client --report tap
    is 2 "$status"
    like '*no compiler here*the build ended with exit status 1*0 passed, 0 failed, 0 skipped' "$output"
    rtmtest doctor --iut "$dir/style.rtmi" --root "$dir/in/one"
    is 2 "$status"
    like '*no compiler here*the build ended with exit status 1*' "$stderr"
}
