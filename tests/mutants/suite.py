#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the mutants, lets the suite find them, and makes the kill matrix. Prints TAP."""
import argparse
import os
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

import matrix  # noqa: E402
import mutant as mutants  # noqa: E402
from judge import Judge, Store, scenarios  # noqa: E402
from sim import Tap  # noqa: E402

SAMPLE = ("PLT-3-shim", "TBL-10-cleared", "TRN-6-lock-stays", "FRM-3-residue", "SYN-1-no-begin", "ARP-5-dashes", "FLU-2-not-numbered", "CON-2-no-reason", "NET-1-first-alone", "ROB-7-socket-left",
          "MQ-1-no-flush")  # soon killed, one of each chapter


def options():
    parser = argparse.ArgumentParser(prog="ci/mutants", description=__doc__)
    parser.add_argument("mutant", nargs="*", help="only these: mutants, or the requirements that they break")
    parser.add_argument("--form", action="store_true", help="builds none: do they apply, has every MUST one or a reason?")
    parser.add_argument("--sample", action="store_true", help="one of each chapter, and --form")
    parser.add_argument("--all", action="store_true", help="every scenario against each, not only those that cite it")
    parser.add_argument("--table", action="store_true", help="write what was found into MATRIX.md")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() + 1, help="mutants at once (the processors, and one)")
    return parser.parse_args()


def check_form(tap, every, table):
    """What needs no build."""
    wrong = [f"{m.path.name}: {said}" for m in every if m.kind != "platform" and (said := mutants.does_not_apply(m))]
    tap.say(not wrong, "every mutant applies to the reference as it stands", "\n".join(wrong))
    why, known = matrix.reasons(), mutants.requirements()
    broken = {name for mutant in every for name in mutant.breaks}
    bare = [name for name, r in known.items()
            if r.level == "MUST" and name not in broken and name not in why]
    tap.say(not bare, "every MUST has a mutant, or a reason in tests/mutants/reasons", "without: " + " ".join(bare) if bare else "")
    stale = [f"{name}: no such requirement or mutant" for name in why if name not in known and name not in {m.name for m in every}]
    stale += [f"{name}: has a mutant by now" for name in why if name in broken]
    stale += [f"{name}: no reason is given" for name in why if not why[name]]
    tap.say(not stale, "no line of tests/mutants/reasons is stale", "\n".join(stale))
    if table:  # the rows are about to be written
        return
    lacks = sorted({m.name for m in every} ^ matrix.listed())
    tap.say(not lacks, "MATRIX.md has a row for every mutant, and no other", f"{' '.join(lacks)}: run ci/mutants --table with these names"
            if lacks else "")


def chosen(every, args):
    if args.form:
        return []
    names = SAMPLE if args.sample else args.mutant
    for name in names:
        if not any(name == m.name or name in m.breaks for m in every):
            raise mutants.MutantError(f"no mutant '{name}', and none that breaks it; ls {mutants.SUITE} names most")
    return [m for m in every if not names or m.name in names or set(m.breaks) & set(names)]


def report(tap, row, why):
    """One line for a mutant: it has to be killed, or to have a reason, not both."""
    mutant, reason = row.mutant, why.get(row.mutant.name)
    text = f"{mutant.name}: {mutant.wrong}"
    if row.steps and reason:
        tap.say(False, text, f"{row.killers()} kills it: take its line out of tests/mutants/reasons")
    elif row.steps:
        tap.say(True, text, f"killed by {row.killers()}")
    elif reason:
        tap.say(True, f"{text} # SKIP {reason}")
    else:
        said = f"no step that cites {' or '.join(mutant.breaks)} fails"
        said += f"; noticed by {' '.join(row.noticed)}" if row.noticed else ""
        tap.say(False, text, said + (f"; undecided: {' '.join(row.undecided)}" if row.undecided else ""))


def attempt(judge, mutant, everything):
    try:
        return judge.judge(mutant, everything), ""
    except mutants.MutantError as error:
        return [], str(error)


def judge_all(tap, judge, picked, args):
    """The row of each mutant. What is left undecided, since the machine was busy, is tried again alone."""
    why, rows, again = matrix.reasons(), {}, []
    with ThreadPoolExecutor(args.jobs) as pool:
        for mutant, (found, wrong) in zip(picked, pool.map(lambda m: attempt(judge, m, args.all), picked)):
            rows[mutant.name] = row = matrix.Row(mutant, found)
            if wrong:
                tap.say(False, f"{mutant.name}: {mutant.wrong}", wrong)
            elif row.undecided and not row.steps:
                again.append((mutant, found))
            else:
                report(tap, row, why)
    for mutant, found in again:
        left = [judge.suite[name] for name in rows[mutant.name].undecided]
        found = [outcome for outcome in found if outcome.scenario not in rows[mutant.name].undecided]
        rows[mutant.name] = matrix.Row(mutant, found + judge.look(mutant, left, jobs=1))
        report(tap, rows[mutant.name], why)
    return rows


def kills_of(suite, rows):
    """The mutants that each scenario kills with a step of its own, by its name."""
    kills = {name: set() for name in suite}
    for row in rows.values():
        for name, line in row.steps:
            if line and name in kills:
                kills[name].add(row.mutant.name)
    return kills


def candidates(judge, every):
    """For each scenario the mutants of what it cites: its own requirement first, then what few others cite."""
    spread = defaultdict(int)
    for scenario in judge.suite.values():
        for name in scenario.cites:
            spread[name] += 1
    def order(scenario, mutant):
        shared = set(mutant.breaks) & scenario.cites
        return scenario.own not in shared, min(spread[name] for name in shared), mutant.name
    return {s.name: sorted((m for m in every if m.kind != "platform" and set(m.breaks) & s.cites),
                           key=lambda m: order(s, m)) for s in judge.suite.values()}


def survey(judge, every, rows, jobs):
    """Runs what has killed nothing yet against one mutant after the other, until it kills one."""
    queue, tried = candidates(judge, every), defaultdict(set)
    found = defaultdict(list)
    while True:
        kills = kills_of(judge.suite, rows)
        turn = defaultdict(list)
        for name, scenario in judge.suite.items():
            left = [m for m in queue[name] if m.name not in tried[name]]
            if left and not kills[name]:
                turn[left[0].name].append(scenario)
                tried[name].add(left[0].name)
        if not turn:
            return kills
        print(f"# {sum(map(len, turn.values()))} scenarios that have killed nothing yet are tried", flush=True)
        with ThreadPoolExecutor(jobs) as pool:
            for mutant, more in pool.map(lambda m: (m, judge.look(m, turn[m.name], linger=None)),
                                         [m for m in every if m.name in turn]):
                found[mutant.name] += more
                row = matrix.Row(mutant, more)
                rows[mutant.name].steps = list(dict.fromkeys(rows[mutant.name].steps + row.steps))
                rows[mutant.name].noticed = sorted({*rows[mutant.name].noticed, *row.noticed}, key=matrix.number)


def check(args):
    every = [*mutants.read_platform(), *mutants.read_suite(), *mutants.read_all()]
    picked = chosen(every, args)
    whole = len(picked) == len(every)
    tap = Tap(4 - args.table + len(picked))
    check_form(tap, every, args.table)
    if not picked:
        return 1 if tap.failed else 0
    work = Path(os.environ.get("BUILD", "build")).resolve() / "mutants"
    judge = Judge(work, Store(work / "results.ndjson"), scenarios())
    judge.prepare()
    rows = judge_all(tap, judge, picked, args)
    kills = survey(judge, every, rows, args.jobs) if whole else kills_of(judge.suite, rows)
    decorative = [name for name in kills if not kills[name]] if whole else matrix.old_decorative()
    lines = matrix.lines_of(every, rows)
    closing = matrix.totals(every, lines, judge.suite, decorative, matrix.reasons())
    if args.table:
        matrix.write_markdown(every, lines, decorative, closing)
    matrix.write_data(work / "matrix.ndjson", every, rows, kills, closing)
    if whole:
        print(*(f"# decorative: {name}" for name in decorative), f"# {closing}", sep="\n")
    return 1 if tap.failed else 0


def main():
    try:
        return check(options())
    except mutants.MutantError as error:
        print(f"tests/mutants: {error}", file=sys.stderr)
        return 65


if __name__ == "__main__":
    sys.exit(main())
