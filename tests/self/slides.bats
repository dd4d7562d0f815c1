#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The map of the slides (ci/slides): what is wrong in it is found.
# shellcheck disable=SC2154,SC2030,SC2031 # set by helper.bash
bats_require_minimum_version 1.5.0
load helper

# mapped SED_SCRIPT: the map changed so; what is wrong with it in $output.
mapped() {
    mkdir -p "$dir/spec"
    ln -sfn "$root/tests" "$dir/tests"
    sed "$1" "$root/spec/slides.md" >"$dir/spec/slides.md"
    cd "$dir" || return 1
    run "$root/ci/slides" "$bin/rtmtest"
}

@test "the map as it is has nothing wrong" {
    mapped ''
    is '' "$output"
}

@test "a map that is wrong is told with the line" {
    line=$(grep -n '| Every change is sent' spec/slides.md | cut -d: -f1)
    while IFS='@' read -r script expected; do
        mapped "$line$script"
        like "spec/slides.md:$expected" "${lines[0]}"
    done <<END
s/SYN-11 /SYN-11 QQQ-1 /@$line: the spec has no requirement QQQ-1
s/SYN-11 /QQQ-1 /@$line: the spec has no requirement QQQ-1
s/11-changes.rtm/11-absent.rtm/@$line: there is no *SYN-11-absent.rtm
s/11-changes.rtm/2-late-joiner.rtm/@$line: *SYN-2-late-joiner.rtm cites none of this topic's requirements
s/\[.*)/a scenario/@$line: expected a link to a scenario, or *
s/\[.*)/\`rtmtest platform\`/@$line: expected a link to a scenario, or *
d@1: no topic has SYN-11, whose origin is course
END
    mapped 's/^|.*//'
    like '*expected topics*' "$output"
}
