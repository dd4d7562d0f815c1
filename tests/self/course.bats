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
    for name in $(chosen course); do
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
