#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the mutants and lets rtm-sim look for each: how many seeds it takes, and as what it is found. Prints TAP."""
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

import mutant as mutants  # noqa: E402
from tap import Options, Tap  # noqa: E402

README = mutants.HERE / "README.md"
MARKS = ("<!-- table: made by ci/mutants --sim --table -->", "<!-- end of table -->")
HEADING = ["| rule | mutant | what is wrong | first failing seed | found as |", "| --- | --- | --- | --- | --- |"]
SAMPLE_SEEDS = 300  # a mutant of the sample is found within


def options():
    parser = Options(prog="ci/mutants --sim", description=__doc__)
    parser.add_argument("mutant", nargs="*", help="only these")
    parser.add_argument("--sample", action="store_true", help="one for each rule, of those that are found at once")
    parser.add_argument("--seeds", type=int, default=20_000, help="a mutant that none of these finds is not found (20000)")
    parser.add_argument("--seconds", type=int, default=300, help="for one mutant (300)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="mutants at once (the number of processors)")
    parser.add_argument("--list", action="store_true", help="list the mutants")
    parser.add_argument("--table", action="store_true", help="write what was found into the table of README.md")
    return parser


def readme_rows():
    """The rows of the table in README.md, by the mutant's name."""
    table = README.read_text().split(MARKS[0])[1].split(MARKS[1])[0].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[len(HEADING):]]
    return {row[1].strip("` "): [cell.strip() for cell in row] for row in rows}


def row_of(mutant, seed, kind):
    return [mutant.rule, f"`{mutant.name}`", mutant.wrong, f"{seed:,}", kind]


def write_table(every, found):
    """The rows of this run, and those that it did not look at as they were."""
    known = {**readme_rows(), **found}
    rows = ["| " + " | ".join(known[mutant.name]) + " |" for mutant in every if mutant.name in known]
    head, rest = README.read_text().split(MARKS[0])
    tail = rest.split(MARKS[1])[1]
    README.write_text("\n".join([head + MARKS[0], *HEADING, *rows, MARKS[1] + tail]))


def stale_rows(every):
    """Where the table of README.md is not that of the patches. Its seeds are those of the run that made it."""
    rows = readme_rows()
    for mutant in every:
        row = rows.pop(mutant.name, None)
        if row is None:
            yield f"no row for {mutant.name}"
        elif row[:3] != row_of(mutant, 0, "")[:3] or row[4] not in mutant.classes or not re.fullmatch(r"[\d,]+", row[3]):
            yield f"the row of {mutant.name} says something else than its patch"
    yield from (f"no mutant {name}" for name in rows)


def check_form(tap, every, table):
    """What needs no build."""
    wrong = [f"{mutant.path.name} does not apply: {said}" for mutant in every if (said := mutants.does_not_apply(mutant))]
    tap.say(not wrong, "every mutant applies to the reference as it stands", "\n".join(wrong))
    bare = [rule for rule in mutants.rules() if rule not in {mutant.rule for mutant in every}]
    tap.say(not bare, "every rule has a mutant", "without: " + " ".join(bare) if bare else "")
    if table:  # the rows are about to be written
        return
    stale = list(stale_rows(every))
    tap.say(not stale, "README.md has a row for each mutant (else: ci/mutants --sim --table)", "\n".join(stale))


def look_for(mutant, base, work, args):
    """Builds the mutant and sweeps until a seed fails: the failure, or what went wrong."""
    start = time.monotonic()
    tree = work / mutant.name
    try:
        program = mutants.build(mutant, base, tree)
        command = [program, "--seeds", f"1..{args.seeds}", "--jobs", "1", "--first", "--format", "ndjson"]
        done = subprocess.run(command, text=True, capture_output=True, timeout=args.seconds)
    except (mutants.MutantError, subprocess.TimeoutExpired) as error:
        return None, str(error)
    finally:
        subprocess.run(["rm", "-rf", str(tree)], check=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    failure = next((event for event in events if event["type"] == "failure"), None)
    if failure is None:
        return None, f"not found by {args.seeds:,} seeds (exit status {done.returncode}){done.stderr[-500:]}"
    failure["seconds"] = time.monotonic() - start
    if done.returncode != 1:
        return failure, f"exit status {done.returncode}, expected 1"
    if failure["class"] not in mutant.classes:
        return failure, f"found as {failure['class']}, expected {' or '.join(mutant.classes)}: {failure['text']}"
    return failure, ""


def chosen(every, args):
    known = {mutant.name: mutant for mutant in every}
    if args.mutant:
        return [known[name] for name in args.mutant]
    if args.sample:
        rows = readme_rows()
        quick = {}
        for mutant in every:
            seed = int(rows[mutant.name][3].replace(",", "")) if mutant.name in rows else args.seeds
            if seed <= SAMPLE_SEEDS:
                quick.setdefault(mutant.rule, mutant)
        return list(quick.values())
    return every


def check(every, args):
    picked = chosen(every, args)
    work = Path(os.environ.get("BUILD", "build")).resolve() / "mutants"
    tap = Tap(3 - args.table + len(picked))
    check_form(tap, every, args.table)
    base, rows = work / "base", {}
    said = mutants.copy_base(base)
    if said:
        raise mutants.MutantError(f"the reference itself does not build:\n{said}")
    with ThreadPoolExecutor(args.jobs) as pool:
        results = pool.map(lambda mutant: look_for(mutant, base, work, args), picked)
        for mutant, (failure, wrong) in zip(picked, results):
            measured = f"seed {failure['seed']}, {failure['class']}, {failure['seconds']:.1f} s" if failure else "not found"
            tap.say(not wrong, f"{mutant.name}: {mutant.wrong} ({measured})", wrong)
            if failure:
                rows[mutant.name] = row_of(mutant, failure["seed"], failure["class"])
    if args.table:
        write_table(every, rows)
    return 1 if tap.failed else 0


def main():
    parser = options()
    args = parser.parse_args()
    try:
        every = mutants.read_all()
        unknown = set(args.mutant) - {mutant.name for mutant in every}
        if unknown:
            parser.error(f"no mutant '{min(unknown)}'; ci/mutants --sim --list names them")
        if args.list:
            print(*(f"{mutant.name:28} {' '.join(mutant.breaks):16} {mutant.wrong}" for mutant in every), sep="\n")
            return 0
        return check(every, args)
    except mutants.MutantError as error:
        print(f"tests/mutants: {error}", file=sys.stderr)
        return 65


if __name__ == "__main__":
    sys.exit(main())
