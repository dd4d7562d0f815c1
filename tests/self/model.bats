#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The runner of the formal models: a wrong table, a wrong verdict and a search that was cut off all fail.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

spec=spec # below which the models are

# model LINE OPTION...: runs the one case of this line.
model() {
    echo "$1" >"$dir/cases"
    shift
    run --separate-stderr timeout "$deadline" env BUILD="$dir" \
        python3 "$spec/model/run.py" --cases "$dir/cases" "$@" </dev/null 3>&-
}

# answered PATTERN: the result of the case, behind those of the tables.
answered() {
    like "$1" "$(grep -E '^(not )?ok 3 ' <<<"$output")"
}

@test "a case with the verdict that it expects passes, with its measures" {
    model 'a | peer | HANDLE=4 | holds | quick | S9 | it'
    answered 'ok 3 - a: holds (* states, depth *, * s): it'
    model 'a | peer | HANDLE=0 | violates right_addressee | quick | S9 | it'
    answered 'ok 3 - a: violates right_addressee (* states, depth *, * s): it'
}

@test "a case that should fail and holds is a failure" {
    model 'a | peer | HANDLE=4 | violates right_addressee | quick | S9 | it'
    answered 'not ok 3 - a: it'
    like "*cases:1: expects 'violates right_addressee', the verdict is 'holds' (*" "$output"
    is 1 "$status"
}

@test "a case that should hold and fails is a failure" {
    model 'a | peer | HANDLE=0 | holds | quick | S9 | it'
    answered 'not ok 3 - a: it'
    like "*expects 'holds', the verdict is 'violates right_addressee' (*ci/model --trace a*" "$output"
}

@test "a case that breaks another property than expected is a failure" {
    model 'a | peer | HANDLE=0 | violates farewell | quick | S9 | it'
    answered 'not ok 3 - a: it'
    like "*the verdict is 'violates right_addressee' (*" "$output"
}

@test "a search that was cut off never holds" {
    model 'a | sync | OPS=2 | holds | quick | S1 | it' --depth 20
    answered 'not ok 3 - a: it'
    like "*the verdict is 'error: the search was cut off (max search depth too small)' (*" "$output"
    model 'a | sync | OPS=3 | holds | quick | S1 | it' --memory 140
    answered 'not ok 3 - a: it'
    like "*the verdict is 'error: *" "$output"
    model 'a | sync | OPS=5 | holds | quick | S1 | it' --seconds 2
    answered 'not ok 3 - a: it'
    like "*the verdict is 'error: *: not finished after 2 s' (*" "$output"
}

@test "a bit-state search is one only if the table says so" {
    model 'a | sync | OPS=2 | holds by bitstate | quick | S1 | it'
    answered 'ok 3 - a: holds by bitstate (*'
}

@test "a table that means less than it says is refused" {
    while IFS='~' read -r line message; do
        echo "$line"
        model "$line"
        is 65 "$status"
        is "spec/model: cases:1: $message" "$stderr"
        is '' "$output"
    done <<'END'
a | sync | NO_S11 | holds | quick | S1 | it~sync.pml knows no define 'NO_S11'
a | sync | NO_S | holds | quick | S1 | it~sync.pml knows no define 'NO_S'
a | sync | NO_S1=x | holds | quick | S1 | it~sync.pml knows no define 'NO_S1=x'
a | snyc | - | holds | quick | S1 | it~no model snyc.pml
a | sync | - | violates found | quick | S1 | it~sync.pml asserts no property 'found'
a | sync | - | hold | quick | S1 | it~expects 'holds', 'holds by bitstate' or 'violates PROPERTY'
a | sync | - | holds | often | S1 | it~the set is quick or full, not 'often'
a | sync | - | holds | quick | it~6 columns, not 7
END
    model $'a | sync | - | holds | quick | S1 | it\na | sync | - | holds | quick | S1 | it'
    is "spec/model: cases:2: the case 'a' stands at cases:1 already" "$stderr"
    model '# nothing'
    is 'spec/model: cases: no cases' "$stderr"
}

@test "rules without cases and cases without rules are failures" {
    model 'a | peer | HANDLE=4 | holds | quick | S10 | it'
    like "*not ok 1 - *# cases:1: rules has no 'S10'*" "$output"
    like '*# rules:*: no case breaks S1, and no argument says why*' "$output"
    like '*not ok 2 - README.md *' "$output"
}

@test "a standstill that breaks no property is an error" {
    spec=$dir/spec
    cp -r "$root/spec" "$spec"
    echo 'active proctype stuck() { false }' >>"$spec/model/peer.pml"
    model 'a | peer | HANDLE=4 | holds | quick | S9 | it'
    like "*the verdict is 'error: invalid end state' (*" "$output"
}

@test "requirements and rules have to name each other" {
    spec=$dir/spec
    cp -r "$root/spec" "$spec"
    sed -i '/^\*\*EPO-5\*\*/s/ (C5)$//; /^\*\*SYN-1\*\*/s/ (S5)$/ (S5, A9)/' "$spec/4-session.md"
    model 'a | peer | HANDLE=4 | holds | quick | S9 | it'
    like '*# 4-session.md:*: SYN-1 names A9, which spec/model/rules does not have*' "$output"
    like '*# rules:*: no requirement of 4-session.md names C5*' "$output"
}

@test "the shortest run is told" {
    model 'a | peer | HANDLE=0 | violates right_addressee | quick | S9 | it' --trace a
    is 0 "$status"
    like '*STRANGER: is given pid 7*server: signals STRANGER, for connection 0' "$output"
    model 'a | peer | HANDLE=4 | holds | quick | S9 | it' --trace a
    like '*; holds*there is no such run' "$output"
}

@test "without spin it says what to do" {
    mkdir "$dir/bin"
    run --separate-stderr /usr/bin/env PATH="$dir/bin" \
        "$(python3 -c 'import sys; print(sys.executable)')" spec/model/run.py
    is 69 "$status"
    is 'spec/model: no spin here: run ci/setup --for check' "$stderr"
}
