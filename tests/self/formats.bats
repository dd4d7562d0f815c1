#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every report of one run, with every verdict in it: the same counts, each format well-formed, and the
# same again from the saved run. check_reports.py looks into the files.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# scenario NAME TITLE LINE...: one of this test, called odd/NAME.
scenario() {
    local name=$1 title=$2
    shift 2
    mkdir -p "$dir/odd"
    printf '%s\n' "title $title" 'needs routes' 'server S' "$@" >"$dir/odd/$name.rtm"
}

# all_formats NAME ARG...: a run with every report in files called NAME.FORMAT.
all_formats() {
    local format name=$1 reports=()
    shift
    for format in pretty tap junit markdown ndjson; do
        reports+=(--report "$format=$dir/$name.$format")
    done
    rtmtest run --iut "$fake" "${reports[@]}" "$@"
}

# every_verdict: a run in which each is given, so often that no two of the counts are the same, and one
# failure is odd to write.
every_verdict() {
    local name only=()
    scenario unsupported 'a lookup' 'expect S finds nothing for 1.1.1.1 [TBL-17]'
    scenario unsaid 'another lookup' 'expect S finds nothing for 2.2.2.2 [TBL-17]'
    scenario known 'a failure that is known' 'expect S refuses delete 10.0.0.0/8 as prefix [TBL-6]'
    scenario stale 'a failure that was known' 'expect S right [TBL-14]'
    scenario strange "a \"title\" with <b>, & | \`\`\` ]]> @ # \\ ä and a%s" \
        'expect S answers "<b>|`]]>" to "show" [CON-1]'
    scenario other 'another failure' 'expect S refuses delete 10.0.0.0/8 as prefix [TBL-6]'
    printf '%s\n' 'odd/known FAIL TBL-6 "on | the <list>"' 'odd/stale FAIL TBL-14 gone' >"$dir/known"
    for name in "$cases"/{table,order,rows,console,create,namespace,mistaken,race}.rtm "$dir"/odd/*.rtm; do
        only+=(--only "$name")
    done
    FAULT=backwards all_formats run "${only[@]}" --sandbox none --baseline "$dir/known"
}

@test "all reports of a run have the same counts, with every verdict in it" {
    every_verdict
    is 1 "$status"
    "$bin/rtmtest" schema >"$dir/schema"
    python3 "$here/check_reports.py" "$dir/run" "$dir/schema" PASS FAIL WEAK UNSUPPORTED SKIPPED BROKEN \
        UNRESOLVED XFAIL XPASS
    is "$(tail -n 1 "$dir/run.tap")" "${lines[-1]}" # standard output has a report all the same
}

@test "a saved run gives the same reports again" {
    every_verdict
    rtmtest report pretty="$dir/again.pretty" tap="$dir/again.tap" junit="$dir/again.junit" \
        markdown="$dir/again.markdown" ndjson="$dir/again.ndjson" "$dir/run.ndjson"
    is 0 "$status"
    is '' "$output$stderr"
    for format in pretty tap junit markdown ndjson; do
        cmp "$dir/run.$format" "$dir/again.$format"
    done
    run --separate-stderr "$bin/rtmtest" report tap - <"$dir/run.ndjson"
    is "$(cat "$dir/run.tap")" "$output"
}

@test "reports are well-formed whatever a program says" {
    for fault in bad-refusal garbage; do
        FAULT=$fault all_formats run --only "$cases/impatient.rtm"
        [ "$status" -gt 0 ]
        "$bin/rtmtest" schema >"$dir/schema"
        python3 "$here/check_reports.py" "$dir/run" "$dir/schema"
    done
}

@test "what was not asked is one line for each reason, and the first failures stand once more at the end" {
    scenario unsupported 'a lookup' 'expect S finds nothing for 1.1.1.1 [TBL-17]'
    scenario unsaid 'another lookup' 'expect S finds nothing for 2.2.2.2 [TBL-17]'
    scenario many 'failure {number}' 'expect S refuses delete 10.0.0.0/8 as prefix [TBL-6]'
    { echo 'rows number' && printf 'row %d\n' {1..22}; } | sed -i '/^needs/r /dev/stdin' "$dir/odd/many.rtm"
    all_formats run --only "$dir"/odd/unsupported.rtm --only "$dir"/odd/unsaid.rtm --only "$dir"/odd/many.rtm
    is 1 "$status"
    "$bin/rtmtest" schema >"$dir/schema"
    python3 "$here/check_reports.py" "$dir/run" "$dir/schema" FAIL UNSUPPORTED
    is 'UNSUPPORTED 2 cases: the manifest does not say how to ask S for lookup' "$(grep ^UNSUPP "$dir/run.pretty")"
    like $'*\n  FAIL       TBL-6   odd/many#20\n  and 2 more\n0 passed, 22 failed, 2 skipped' "$(<"$dir/run.pretty")"
    like $'*\n#   FAIL       TBL-6   odd/many#20\n#   and 2 more\n0 passed, 22 failed, 2 skipped' "$(<"$dir/run.tap")"
}

@test "a run without a failure is well-formed too" {
    all_formats run --only "$cases/table.rtm"
    is 0 "$status"
    "$bin/rtmtest" schema >"$dir/schema"
    python3 "$here/check_reports.py" "$dir/run" "$dir/schema" PASS
    [[ $(<"$dir/run.markdown") != *'## Failures'* ]]
}

@test "the events name the run: suite, spec, claims, kernel, sandbox, seed, implementation" {
    all_formats run --only "$cases/table.rtm" --seed 77
    for format in pretty tap junit markdown ndjson; do
        for fact in 'rtmtest 0' 'RTM/1' 'A fake' 'routes' "$(uname -r)" namespaces 77; do
            grep -qF "$fact" "$dir/run.$format" || { echo "$format lacks $fact"; return 1; }
        done
    done
}

@test "a failure in Markdown has its requirement, what differs and the command" {
    FAULT=deaf all_formats run --only "$cases/create.rtm"
    text=$(<"$dir/run.markdown")
    like '*### FAIL SYN-15 scenarios/create: *' "$text"
    like '*> \*\*SYN-15\*\* (MUST, both): When nothing is under way*' "$text"
    like '*create.rtm:10: expect A equals S*+ 20.0.0.0/8 9.9.9.9 eth2*' "$text"
    again=$(sed -n '/^```sh$/,/^```$/p' "$dir/run.markdown" | sed '1d;$d')
    run --separate-stderr env RTM_SELF="$dir" FAULT=deaf timeout "$deadline" \
        bash -c "$again" </dev/null 3>&-
    is 1 "$status"
    is 'FAIL SYN-15' "$(verdict)"
}

@test "a report that cannot be written whole is told; 70" {
    [ -c /dev/full ] || skip 'no /dev/full here'
    for format in pretty tap junit markdown ndjson; do
        rtmtest run --iut "$fake" --only "$cases/table.rtm" --report "$format=/dev/full"
        is 70 "$status"
        like '*/dev/full is not whole: No space left on device*' "$stderr"
    done
}

@test "a file that cannot be made is told before anything runs; 64" {
    rtmtest run --iut "$fake" --only "$cases/table.rtm" --report "tap=$dir/no/such"
    is 64 "$status"
    is '' "$output"
    like "*$dir/no/such: No such file or directory*" "$stderr"
}
