#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Saved runs: refused where they are not whole, compared, run again, made a baseline.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# save FAULT FILE OPTION...: a run of four cases, saved.
save() {
    local FAULT=$1 file=$2 # FAULT: rtmtest() reads it
    shift 2
    rtmtest run --iut "$fake" --only "$cases/table.rtm" --only "$cases/order.rtm" \
        --only "$cases/rows.rtm" --report tap --report ndjson="$file" "$@"
}

# refused FILE MESSAGE: by every command that reads it.
refused() {
    for words in "report tap" "diff $1" baseline 'run --rerun'; do
        read -ra words <<<"$words"
        rtmtest "${words[@]}" "$1"
        is 64 "$status"
        is '' "$output"
        like "$1:$2*" "$stderr"
    done
}

@test "a run without its closing record is refused, with the place" {
    save none "$dir/run"
    head -n -1 "$dir/run" >"$dir/cut"
    refused "$dir/cut" '5:1: no closing record: the run ended after 4 of 4 cases; run it again to the end'
    head -n 1 "$dir/run" >"$dir/cut"
    refused "$dir/cut" '1:1: no closing record: the run ended after 0 of 4 cases*'
}

@test "a run that was cut in the middle of a line is refused" {
    save none "$dir/run"
    head -c -1 "$dir/run" >"$dir/cut"
    refused "$dir/cut" '6:1: the line is cut off*'
    head -c 900 "$dir/run" >"$dir/cut"
    refused "$dir/cut" '*:1: the line is cut off*'
    : >"$dir/cut"
    refused "$dir/cut" '1:1: empty*'
}

@test "counts that do not add up are refused" {
    save none "$dir/run"
    sed 3d "$dir/run" >"$dir/wrong"
    refused "$dir/wrong" '5:1: the closing record counts 6 events, but 5 were read*'
    sed 's/"verdict":"FAIL"/"verdict":"PASS"/' "$dir/run" >"$dir/wrong"
    refused "$dir/wrong" '6:1: the closing record counts 3 PASS, but 4 were read*'
    sed 's/"passed":3/"passed":4/' "$dir/run" >"$dir/wrong"
    refused "$dir/wrong" '6:1: the closing record says 4 passed*'
    sed '$s/^/not json /' "$dir/run" >"$dir/wrong"
    refused "$dir/wrong" '6:*: expected an event, as JSON*'
}

@test "a run that is not there is told; a run that was killed is not taken for one" {
    refused "$dir/none" '1:1: cannot be read: No such file or directory'
    mkfifo "$dir/go"
    FAULT=mute RTM_SELF=$dir "$bin/rtmtest" run --iut "$fake" --only "$cases/console.rtm" \
        --only "$cases/idle.rtm" --jobs 2 --report ndjson="$dir/run" --report tap </dev/null >"$dir/go" 3>&- &
    pid=$!
    grep -q -m 1 'ok 1 - scenarios/console' "$dir/go"
    kill -KILL "$pid"
    wait "$pid" || true
    xargs -r kill -KILL <<<"$(our_processes | sed 's|/proc/\([0-9]*\)/.*|\1|')" || true
    rm -rf "$dir"/tmp/*
    refused "$dir/run" '2:1: no closing record: the run ended after 1 of 2 cases*'
}

@test "the same verdicts are no difference, whatever the order; 0" {
    save none "$dir/a" --seed 1
    save none "$dir/b" --seed 2
    rtmtest diff "$dir/a" "$dir/b"
    is 0 "$status"
    is 'the same verdicts' "${lines[-1]}"
    rtmtest diff --json "$dir/a" "$dir/b"
    is 0 "$status"
    like '*"differs":false,"worse":false*' "$output"
}

@test "diff says what is newly failing, by case and by requirement; 1" {
    save none "$dir/a"
    save deaf "$dir/b"
    rtmtest diff "$dir/a" "$dir/b"
    is 1 "$status"
    like '*cases newly failing: 1*  scenarios/table: PASS -> FAIL TBL-14: the table of S is not*' "$output"
    like '*requirements newly failing: 1*  TBL-14: holds -> fails*' "$output"
    is 'something got worse' "${lines[-1]}"
    rtmtest diff --worse "$dir/a" "$dir/b"
    is 1 "$status"
}

@test "diff says what is newly passing; --worse is content with it" {
    save deaf "$dir/a"
    save none "$dir/b"
    rtmtest diff "$dir/a" "$dir/b"
    is 1 "$status"
    like '*cases newly passing: 1*  scenarios/table: FAIL TBL-14 -> PASS*' "$output"
    like '*requirements newly passing: *  TBL-14: fails -> holds*' "$output"
    is 'they differ; nothing got worse' "${lines[-1]}"
    rtmtest diff --worse "$dir/a" "$dir/b"
    is 0 "$status"
}

@test "diff has added, removed and changed cases, and JSON of all that" {
    save none "$dir/a" --only "$cases/console.rtm"
    save backwards "$dir/b" --only "$cases/namespace.rtm" --sandbox none
    rtmtest diff "$dir/a" "$dir/b"
    is 1 "$status"
    like '*; some cases only: *' "$output"
    [[ $output != *added* && $output != *removed* && $output != *unchecked* ]]
    sed -i '1s/"whole":false/"whole":true/' "$dir/a" "$dir/b"
    rtmtest diff --json "$dir/a" "$dir/b"
    is 1 "$status"
    python3 - 3<<<"$output" <<'PYTHON'
import json, os
d = json.load(os.fdopen(3))
cases = {kind: [(c["case"], c["from"], c["to"]) for c in d["cases"][kind]] for kind in d["cases"]}
assert cases == {"newly_failing": [], "newly_passing": [],
                 "changed": [("scenarios/order", "PASS", "WEAK TBL-15")],
                 "added": [("scenarios/namespace", "-", "SKIPPED")],
                 "removed": [("scenarios/console", "PASS", "-")]}, cases
requirements = {r["requirement"]: (r["from"], r["to"]) for kind in d["requirements"].values() for r in kind}
assert requirements["TBL-15"] == ("holds", "missed") and requirements["CON-1"] == ("holds", "unchecked")
assert d["differs"] and d["worse"] and d["from"]["event"] == d["to"]["event"] == "start"
PYTHON
}

@test "what failed is run again, with the manifest and the seed of that run" {
    save deaf "$dir/run" --seed 5 --sandbox none
    FAULT=deaf rtmtest run --rerun "$dir/run" --report tap
    is 1 "$status"
    like '*sandbox: none (asked for); seed 5; 2 cases*' "$output"
    like '*not ok * - scenarios/table: *' "$output"
    like '*not ok * - scenarios/rows\\#2: *' "$output"
    FAULT=none rtmtest run --rerun "$dir/run" --report tap --seed 6
    like '*seed 6;*ok * - scenarios/table: *' "$output"
    is '1 passed, 1 failed, 0 skipped' "${lines[-1]}"
}

@test "a run is made again with its environment, or says what differs" {
    save deaf "$dir/run"
    rtmtest run --rerun "$dir/run" --report tap
    is 1 "$status"
    is '' "$stderr"
    is '0 passed, 2 failed, 0 skipped' "${lines[-1]}"
    FAULT=none rtmtest run --rerun "$dir/run" --report tap
    is 'rtmtest: FAULT is "none" now; it was "deaf" in that run' "$stderr"
    like '*ok * - scenarios/table: *' "$output"
}

@test "where nothing failed there is nothing to run again; 2" {
    echo 'scenarios/rows#2 FAIL TBL-6 "it is"' >"$dir/known"
    save none "$dir/run" --baseline "$dir/known"
    is 0 "$status"
    rtmtest run --rerun "$dir/run"
    is 2 "$status"
    is '' "$output"
    like '*no case failed in *' "$stderr"
    rtmtest run --rerun "$dir/run" --only TBL-1
    is 64 "$status"
}

@test "a case that failed and is gone is told" {
    cp "$cases/mistaken.rtm" "$dir/gone.rtm"
    rtmtest run --iut "$fake" --only "$dir/gone.rtm" --report ndjson="$dir/run"
    rm "$dir/gone.rtm"
    rtmtest run --rerun "$dir/run"
    is 64 "$status"
    like '*no requirement, case, file or tag with a scenario: */gone.rtm*' "$stderr"
}

@test "what was UNRESOLVED is no known failure" {
    save deaf "$dir/run"
    sed -i 's/"verdict":"FAIL"/"verdict":"UNRESOLVED"/; s/"FAIL":\([0-9]*\)/"UNRESOLVED":\1/; s/"exit":1/"exit":2/' "$dir/run"
    rtmtest baseline "$dir/run"
    is 0 "$status"
    like '*# scenarios/table was UNRESOLVED: run it again*' "$output"
    is '' "$(grep -v '^#' <<<"$output")"
}

@test "a baseline made of a run makes its failures known; then they are stale" {
    save deaf "$dir/run" --only "$cases/mistaken.rtm"
    is 1 "$status"
    rtmtest baseline "$dir/run"
    is 0 "$status"
    is 4 "${#lines[@]}" # a remark, and a line each
    like '*scenarios/table FAIL TBL-14 "the table of S is not that of the oracle"*' "$output"
    sed 's/"the table .*"/"ticket 12" "^the table"/' <<<"$output" >"$dir/known"
    save deaf "$dir/again" --only "$cases/mistaken.rtm" --baseline "$dir/known"
    is 0 "$status"
    like '*not ok * - scenarios/table: *# TODO known: ticket 12*' "$output"
    is '2 passed, 0 failed, 3 skipped' "${lines[-1]}"
    rtmtest baseline "$dir/again"
    is "$(sort "$dir/known")" "$(sort <<<"$output")"
    save none "$dir/mended" --only "$cases/mistaken.rtm" --baseline "$dir/known"
    is 1 "$status"
    like '*# XPASS*passes, but the baseline says FAIL TBL-14 with "^the table" (ticket 12)*' "$output"
    rtmtest baseline "$dir/mended"
    [[ $output != *scenarios/table* ]]
}
