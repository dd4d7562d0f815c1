#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks the models: each case of the table `cases` against the verdict that it expects. Prints TAP."""
import argparse
import os
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True  # the folder is installed as it stands

import pan  # noqa: E402
import tables  # noqa: E402

MARKS = ("<!-- rules: made by ci/model --rules -->", "<!-- end of rules -->")


def options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="*", help="only these cases, of either set")
    parser.add_argument("--full", action="store_true", help="every case, not only the quick set")
    parser.add_argument("--trace", metavar="CASE", help="tell the shortest run that breaks a property")
    parser.add_argument("--list", action="store_true", help="list the cases")
    parser.add_argument("--rules", action="store_true", help="write the table of rules in README.md anew")
    parser.add_argument("--requirements", action="store_true", help="list what goes wrong without each")
    parser.add_argument("--jobs", type=int, default=2, help="cases at once (2)")
    parser.add_argument("--seconds", type=int, help="for one case (120; with --full 1800)")
    parser.add_argument("--memory", type=int, help="MiB for one case (2000; with --full 10000)")
    parser.add_argument("--depth", type=int, default=pan.DEFAULT_DEPTH, help="of the search, in steps")
    parser.add_argument("--cases", type=Path, default=tables.HERE / "cases", help="another table")
    return parser.parse_args()


def chosen(cases, wanted, full):
    known = {case.name: case for case in cases}
    for name in wanted:
        if name not in known:
            raise tables.TableError(f"no case '{name}'; --list names them")
    if wanted:
        return [known[name] for name in wanted]
    # The longest first: both jobs end at about the same time.
    return sorted((case for case in cases if full or case.set == "quick"), key=lambda case: case.must_fail)


def readme_parts():
    text = (tables.HERE / "README.md").read_text()
    head, rest = text.split(MARKS[0])
    table, tail = rest.split(MARKS[1])
    return head, table.strip(), tail


def write_rules(table):
    head, _, tail = readme_parts()
    (tables.HERE / "README.md").write_text(f"{head}{MARKS[0]}\n{table}\n{MARKS[1]}{tail}")


class Tap:
    def __init__(self, planned):
        self.number = self.failed = 0
        print(f"1..{planned}", flush=True)

    def say(self, passed, text, details=()):
        self.number += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.number} - {text}")
        for detail in details:
            print("#", detail.replace("\n", "\n# "))
        sys.stdout.flush()


def report(tap, case, result, folder):
    measured = f"{result.states} states, depth {result.depth}, {result.seconds:.1f} s"
    if result.verdict == case.expects:
        tap.say(True, f"{case.name}: {result.verdict} ({measured}): {case.shows}")
        return
    details = [f"{case.place}: expects '{case.expects}', the verdict is '{result.verdict}' ({measured})",
               f"all it said: {folder / 'output'}"]
    if result.verdict.startswith("violates"):
        details.append(f"told as a story: ci/model --trace {case.name}")
    tap.say(False, f"{case.name}: {case.shows}", details)


def check(cases, rules, every, args, work):
    limits = pan.Limits(args.seconds or (1800 if args.full else 120),
                        args.memory or (10_000 if args.full else 2000), args.depth)
    tap = Tap(len(cases) + 2)
    missing = list(tables.untied(every, rules))
    tap.say(not missing, "requirements, rules and cases name each other", missing)
    same = readme_parts()[1] == "\n".join(tables.describe(every, rules))
    tap.say(same, "README.md has the rules of today (else: ci/model --rules)")
    with ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda case: pan.verify(case, work / case.name, limits), cases)
        for case, result in zip(cases, results):
            report(tap, case, result, work / case.name)
    return 1 if tap.failed else 0


def tell(case, args, work):
    limits = pan.Limits(args.seconds or 600, args.memory or 8000)
    told, verdict = pan.trace(case, work / f"{case.name}.trace", limits)
    print(f"# {case.name}: {case.shows}\n# -D: {' '.join(case.defines)}; {verdict}")
    print(told or "# there is no such run")
    return 0


def interrupted(number, _):
    pan.kill_running()
    os._exit(128 + number)


def main():
    args = options()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    work = Path(os.environ.get("BUILD", "build")).resolve() / "model"
    try:
        every, rules = tables.read_cases(args.cases), tables.read_rules()
        if args.rules:
            write_rules("\n".join(tables.describe(every, rules)))
            return 0
        if args.list:
            print(*(f"{case.name:24} {case.set:6} {case.expects:32} {case.shows}" for case in every), sep="\n")
            return 0
        if args.requirements:
            print(*tables.link(every, rules), sep="\n")
            return 0
        for tool in ("spin", "gcc"):
            if not shutil.which(tool):
                print(f"spec/model: no {tool} here: run ci/setup --for check", file=sys.stderr)
                return 69
        if args.trace:
            return tell(chosen(every, [args.trace], True)[0], args, work)
        return check(chosen(every, args.case, args.full), rules, every, args, work)
    except (tables.TableError, pan.Failure) as error:
        print(f"spec/model: {error}", file=sys.stderr)
        return 65


if __name__ == "__main__":
    sys.exit(main())
