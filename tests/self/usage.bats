#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The command line of rtmtest.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

@test "--help names every command, option and exit status" {
    for words in --help -h help 'run --help' 'run -h' 'list --help'; do
        read -ra words <<<"$words"
        rtmtest "${words[@]}"
        is 0 "$status"
        is '' "$stderr"
        for word in run platform list requirements explain coverage parse report diff baseline schema --iut --only --jobs --seed \
            --sandbox --baseline --report --rerun --keep --json --worse --share RTM_SHARE RTM_DATA ' 64 ' ' 70 '; do
            like "*$word*" "$output"
        done
    done
}

@test "--version is one line" {
    for words in --version 'run --version'; do
        read -ra words <<<"$words"
        rtmtest "${words[@]}"
        is 0 "$status"
        like 'rtmtest *[0-9].*[0-9]' "$output"
        is 1 "${#lines[@]}"
    done
}

@test "wrong usage is 64, on standard error, and says what to do" {
    while IFS= read -r line; do
        echo "rtmtest $line"
        read -ra words <<<"$line"
        rtmtest "${words[@]}"
        is 64 "$status"
        is '' "$output"
        like '*rtmtest: *' "$stderr"
        like '*rtmtest*--help*' "$stderr"
    done <<'END'

nonsense
run --nonsense
run --jobs
run --jobs 0
run --jobs 65
run --jobs -1
run --jobs 2x
run --seed -1
run --seed 18446744073709551616
run --seed today
run --sandbox some
run --report latex
run --report junit=
run --report tap --report ndjson
run --report tap --report ndjson=-
run surplus
list surplus
coverage surplus
requirements surplus
schema surplus
report
report tap
diff
diff one
baseline
baseline one two
END
}

@test "a question about nothing is 64, and says what to give" {
    for word in explain parse; do
        rtmtest "$word"
        is 64 "$status"
        is '' "$output"
        like "rtmtest: $word what? Give *" "$stderr"
    done
}

@test "wrong usage names the word that is wrong" {
    rtmtest run --report latex
    like '*expected*pretty, tap, junit, markdown, html or ndjson*latex*' "$stderr"
    rtmtest run --sandbox some
    like '*expected*auto, namespaces or none*some*' "$stderr"
    rtmtest run surplus
    like '*surplus*' "$stderr"
}

@test "a report that has no place is told with what to do, by all that write one" {
    rtmtest run --iut "$fake" --only "$cases/table.rtm" --report "ndjson=$dir/run"
    for words in "run --report junit=$dir/no/x" "report junit=$dir/no/x $dir/run"; do
        read -ra words <<<"$words"
        rtmtest "${words[@]}"
        is 64 "$status"
        is "rtmtest: the report $dir/no/x: No such file or directory; make its directory, or name a file in another one" "$stderr"
    done
    rtmtest run --report "tap=$dir"
    is "rtmtest: the report $dir: Is a directory; name another file" "$stderr"
}

@test "a misspelt command is suggested" {
    rtmtest covreage
    is 64 "$status"
    like '*did you mean coverage*' "$stderr"
}

@test "a misspelt id is suggested" {
    rtmtest explain SNY-2
    is 64 "$status"
    like '*no requirement SNY-2; did you mean SYN-2?*' "$stderr"
    rtmtest run --only SNY-2
    is 64 "$status"
    like '*SNY-2; did you mean SYN-2?*' "$stderr"
}

@test "a misspelt case is suggested, and what means nothing is told" {
    rtmtest list --only 4-session/SYN-2-late-joinre
    is 64 "$status"
    like '*did you mean 4-session/SYN-2-late-joiner?*' "$stderr"
    rtmtest list --only 'nothing like it'
    is 64 "$status"
    like '*nothing like it*rtmtest list*' "$stderr"
}

@test "a misspelt word of a scenario is located and suggested" {
    printf 'title t\nneeds routes\nserver S\nexpect S rigth [TBL-14]\n' >"$dir/t.rtm"
    rtmtest parse "$dir/t.rtm"
    is 1 "$status"
    like "$dir/t.rtm:4:10: \"rigth\": did you mean \"right\"[?]*" "$stderr"
    rtmtest run --only "$dir/t.rtm"
    is 2 "$status"
    like '*did you mean "right"?*' "$stderr"
    is '' "$output" # before anything was started
}

@test "a manifest that is wrong or not there is 64, with its place" {
    rtmtest run --iut "$dir/none.rtmi" --only "$cases/table.rtm"
    is 64 "$status"
    like "$dir/none.rtmi:1:1: cannot be read: No such file*" "$stderr"
    sed 's/^ready /raedy /' "$fake" >"$dir/wrong.rtmi"
    rtmtest run --iut "$dir/wrong.rtmi" --only "$cases/table.rtm"
    is 64 "$status"
    like "$dir/wrong.rtmi:*:*: no such key here; expected *ready*" "$stderr"
}

@test "a baseline that is wrong is 64, with its place" {
    echo 'no/such/case FAIL - "why"' >"$dir/known"
    rtmtest run --iut "$fake" --only "$cases/table.rtm" --baseline "$dir/known"
    is 64 "$status"
    like "$dir/known:1:1: *no/such/case*" "$stderr"
}

@test "a folder without a spec is told with what to do" {
    rtmtest list --share "$dir"
    is 2 "$status"
    like '*--share*' "$stderr"
}

@test "list shows cases with their titles, and some of them" {
    rtmtest list
    is 0 "$status"
    all=${#lines[@]}
    like '*4-session/SYN-2-late-joiner *a client that connects late*' "$output"
    rtmtest list --only SYN-2
    is 0 "$status"
    [ "${#lines[@]}" -lt "$all" ]
    like '*4-session/SYN-2-late-joiner *' "$output"
    rtmtest list --only "$root/tests/conformance/4-session"
    for line in "${lines[@]}"; do
        like '4-session/*' "$line"
    done
    rtmtest list --only "$cases/rows.rtm#2"
    is 1 "${#lines[@]}"
    like '*#2 *20.0.0.0/8*' "$output"
}

@test "requirements are those of the spec, one a line" {
    rtmtest requirements
    is 0 "$status"
    is "$(grep -cE '^\*\*[A-Z]+-[0-9]+\*\* ' spec/[0-9]*.md | awk -F: '{n += $2} END {print n}')" \
        "${#lines[@]}"
    for line in "${lines[@]}"; do
        [[ $line =~ ^[A-Z]+-[0-9]+\ +(MUST|SHOULD|MAY)\ +(server|client|both|platform)\ +(course|corrected|rtm1)\ +. ]]
    done
}

@test "explain gives sentence, place, reason and scenarios" {
    rtmtest explain SYN-2 TRN-3
    is 0 "$status"
    like '*SYN-2  MUST, both, origin course, tier course-core  (spec/4-session.md:*A client that connects late MUST*' "$output"
    like '*checked by *SYN-2-late-joiner.rtm*' "$output"
    like '*TRN-3 *corrected*why: *' "$output"
}

@test "coverage counts scenarios, and fails where a MUST has none" {
    mkdir -p "$dir/share/tests/conformance/1-a"
    ln -s "$root/spec" "$dir/share/spec"
    cp "$cases/table.rtm" "$dir/share/tests/conformance/1-a/"
    rtmtest coverage --share "$dir/share"
    is 1 "$status"
    like '*TBL-14  MUST   1 scenario*' "$output"
    like '*SYN-1   MUST   0 scenarios*' "$output"
    like '*PLT-1   MUST   1 check of the platform*' "$output"
    like '1 cases and * checks; * of * MUSTs have a scenario or a check, for * the spec says why not' "${lines[-1]}"
}

@test "parse counts well-formed cases, and wants some" {
    rtmtest parse "$cases"
    is 0 "$status"
    like '*cases are well-formed' "$output"
    rtmtest parse "$dir"
    is 64 "$status"
    rtmtest parse "$dir/none.rtm"
    is 1 "$status"
    like "$dir/none.rtm:1:1: cannot be read*" "$stderr"
}

@test "out of memory is an internal error, 70" {
    ! grep -q __asan_init "$bin/rtmtest" || skip 'the address sanitizer needs more memory than that'
    head -c 200000000 /dev/zero | tr '\0' '#' >"$dir/big.rtm"
    run --separate-stderr bash -c 'ulimit -v 100000; exec "$@"' - timeout "$deadline" \
        "$bin/rtmtest" parse "$dir/big.rtm"
    is 70 "$status"
    like '*out of memory*' "$stderr"
}
