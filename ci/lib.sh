# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts of ci/ share. A stage is a script that builds what it needs in $BUILD, counts its
# tests with the functions below, and ends with finish.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
unset MAKEFLAGS MFLAGS MAKELEVEL # a stage builds by itself, also below a make
export BUILD=${BUILD:-build}
RTM_BUILD=$(realpath -m "$BUILD") # manifests and tests find the programs here
export RTM_BUILD RTM_SHARE=$PWD
log=$BUILD/log
mkdir -p "$log"

# The wrapper (rtmtest run --wrap) of programs built with sanitizers: what they find is a finding.
# shellcheck disable=SC2034 # for the stages
sanitizer='env ASAN_OPTIONS=log_path={log}:exitcode=0:handle_sigbus=0:detect_stack_use_after_return=1 UBSAN_OPTIONS=log_path={log}:print_stacktrace=1'

passed=0 failed=0 skipped=0

# build TARGET...: makes them on all cores.
build() {
    make --no-print-directory -j"$(nproc)" "$@"
}

# seconds SINCE: the time since an $EPOCHREALTIME, as "12.3".
seconds() {
    local us=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
    printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10))
}

# python_with_pytest: prints the interpreter that has it; fails if none has.
python_with_pytest() {
    local python
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("pytest"))' \
            2>/dev/null && echo "$python" && return
    done
}

# count PASSED FAILED SKIPPED: adds to what this script will report.
count() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# fail MESSAGE: counts one failure that no test reports.
fail() {
    echo "# FAILED: $1"
    count 0 1 0
}

# keep_busy NUMBER: so many processes use all the processor time that they get, until end_busy.
loops=()
keep_busy() {
    local i
    trap end_busy EXIT
    for ((i = 0; i < $1; i++)); do
        while :; do :; done &
        loops+=($!)
    done
}

end_busy() {
    [ ${#loops[@]} -eq 0 ] || kill "${loops[@]}" 2>/dev/null || true
    loops=()
}

# count_tap COMMAND...: runs a program that prints TAP, shows it, and counts its tests. A plan that
# is missing or not met is a failure, and so is a bad exit with no failed test to explain it. One that
# does not know what it was told (64) has said so, and ends this script.
count_tap() {
    local tap status=0 p f s plan
    tap=$log/$(basename "$0").tap
    "$@" | tee "$tap" || status=$?
    [ "$status" -ne 64 ] || exit 64
    read -r p f s plan < <(awk '
        /^1\.\.[0-9]+/         { plan = substr($1, 4); plans++; all_skipped = /# *[Ss][Kk][Ii][Pp]/ }
        /^ok( |$)/             { if (/# *[Ss][Kk][Ii][Pp]/) s++; else p++ }
        /^not ok( |$)/         { f++ }
        END {
            if (plans == 1 && plan == 0 && all_skipped) s++
            else if (plans != 1 || plan == 0 || plan != p + f + s) bad = "bad"
            print p + 0, f + 0, s + 0, bad ? bad : "met"
        }' "$tap")
    count "$p" "$f" "$s"
    if [ "$plan" = bad ]; then
        fail "$*: $((p + f + s)) results, not what its plan announces (exit status $status)"
    elif [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
        fail "$*: exit status $status, though no test failed"
    fi
}

# count_pytest DIRECTORY...: the same for the Python tests in them.
count_pytest() {
    local python junit status=0 p f s
    junit=$log/$(basename "$0").xml
    if ! python=$(python_with_pytest); then
        fail 'no python3 has pytest: run ci/setup'
        return
    fi
    rm -f "$junit"
    PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -p no:cacheprovider -v \
        --junitxml="$junit" "$@" || status=$?
    if [ ! -s "$junit" ]; then
        fail "pytest left no report (exit status $status)"
        return
    fi
    read -r p f s < <("$python" - "$junit" <<'PYTHON'
import sys
import xml.etree.ElementTree as ET

def total(name):
    return sum(int(suite.get(name)) for suite in suites)

suites = list(ET.parse(sys.argv[1]).iter("testsuite"))
bad = total("failures") + total("errors")
print(total("tests") - bad - total("skipped"), bad, total("skipped"))
PYTHON
    )
    count "$p" "$f" "$s"
    if [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; then
        fail "pytest: exit status $status, though no test failed"
    fi
}

# count_run FILE STATUS: the same for a script that ended with STATUS and left its output in FILE.
count_run() {
    local last p=0 f=0 s=0
    last=$(tail -n 1 "$1")
    if [[ $last =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        p=${BASH_REMATCH[1]} f=${BASH_REMATCH[2]} s=${BASH_REMATCH[3]}
        count "$p" "$f" "$s"
        if [ $((p + f)) -eq 0 ]; then
            fail 'no test was executed'
        elif [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then
            fail "exit status $2, though no test failed"
        fi
    elif [ "$2" -eq 124 ]; then
        fail 'out of time'
    else
        fail "no closing count (exit status $2)"
    fi
}

# part NAME COMMAND...: the same for a script as a part of this one, which it shows.
part() {
    local name=$1 status=0
    shift
    echo "# $name"
    "$@" | tee "$log/$(basename "$0").$name" || status=$?
    count_run "$log/$(basename "$0").$name" "$status"
}

# finish: prints the count and exits, 0 only if something passed and nothing failed.
finish() {
    [ $((passed + failed)) -gt 0 ] || fail 'no test was executed'
    echo "$passed passed, $failed failed, $skipped skipped"
    exit $((failed > 0))
}
