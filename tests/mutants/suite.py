#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the mutants, lets the suite find them, and makes the kill matrix. Prints TAP."""
import os
import re
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

import matrix  # noqa: E402
import mutant as mutants  # noqa: E402
from judge import Judge, Store, scenarios  # noqa: E402
from tap import Options, Tap  # noqa: E402

SAMPLE = ("PLT-3-shim", "TBL-10-cleared", "TRN-6-lock-stays", "FRM-3-residue", "SYN-1-no-begin", "ARP-5-dashes", "FLU-2-not-numbered", "CON-2-no-reason", "NET-1-first-alone", "ROB-7-socket-left",
          "MQ-1-no-flush")  # soon killed, one of each chapter


def options():
    parser = Options(prog="ci/mutants", description=__doc__)
    parser.add_argument("mutant", nargs="*", help="only these: mutants, or the requirements that they break")
    parser.add_argument("--form", action="store_true", help="builds none: do they apply, has every MUST one or a reason?")
    parser.add_argument("--sample", action="store_true", help="one of each chapter, and --form")
    parser.add_argument("--all", action="store_true", help="every scenario against each, also behind the first that kills")
    parser.add_argument("--table", action="store_true", help="write what was found into MATRIX.md")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() + 1, help="mutants at once (the processors, and one)")
    parser.add_argument("--list", action="store_true", help="list the mutants")
    return parser


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
    stale = list(matrix.stale(every))
    tap.say(not stale, "MATRIX.md has a row for every mutant, and no other", "\n".join(stale))


def chosen(every, args):
    if args.form:
        return []
    names = SAMPLE if args.sample else args.mutant
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
    except (mutants.MutantError, subprocess.TimeoutExpired) as error:
        return [], str(error)


def judge_all(tap, judge, picked, args):
    """The row of each mutant. What nothing has killed is tried again alone, unless there is a reason."""
    why, rows, again = matrix.reasons(), {}, []
    with ThreadPoolExecutor(args.jobs) as pool:
        for mutant, (found, wrong) in zip(picked, pool.map(lambda m: attempt(judge, m, args.all), picked)):
            if wrong:
                tap.say(False, f"{mutant.name}: {mutant.wrong}", wrong)
                continue
            rows[mutant.name] = row = matrix.Row(mutant, found)
            if not row.steps and mutant.shown_by in ("scenarios", "checker") and mutant.name not in why:
                again.append((mutant, found))
            else:
                report(tap, row, why)
    for mutant, found in again:
        rows[mutant.name] = matrix.Row(mutant, judge.judge_again(mutant, found))
        report(tap, rows[mutant.name], why)
    return rows


def check_control(tap, judge, rows):
    """What kills has nothing against the reference."""
    found = judge.control([row for row in rows.values() if row.steps])
    tap.say(not found, "what kills them fails nothing of the reference, built as they are",
            "\n".join(f"{outcome.scenario}: {'undecided' if outcome.undecided else 'fails'}" for outcome in found))


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


def survey(judge, names, every, rows, jobs):
    """Runs what has killed nothing yet of these against one mutant after the other, until it kills one."""
    queue, tried = candidates(judge, every), defaultdict(set)
    found = defaultdict(list)
    while True:
        kills = kills_of(judge.suite, rows)
        turn = defaultdict(list)
        for name, scenario in ((name, judge.suite[name]) for name in names):
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


def check(every, args):
    picked = chosen(every, args)
    tap = Tap(4 - args.table + len(picked) + bool(picked))
    check_form(tap, every, args.table)
    if not picked:
        return 1 if tap.failed else 0
    work = Path(os.environ.get("BUILD", "build")).resolve() / "mutants"
    judge = Judge(work, Store(work / "results.ndjson"), scenarios())
    judge.prepare()
    rows = judge_all(tap, judge, picked, args)
    check_control(tap, judge, rows)
    whole = len(rows) == len(every)
    before = list(judge.suite) if whole else matrix.old_decorative()
    suspects = [name for name in before or () if name in judge.suite]
    kills = (survey(judge, suspects, [row.mutant for row in rows.values()], rows, args.jobs) if whole or args.table
             else kills_of(judge.suite, rows))
    lines = matrix.lines_of(every, rows)
    shown = set(re.findall(r"`([^`:]+):\d+`", "\n".join(lines.values())))
    decorative = None if before is None else [name for name in suspects if not kills[name] and name not in shown]
    closing = matrix.totals(every, lines, judge.suite, decorative, matrix.reasons())
    if args.table:
        matrix.write_markdown(every, lines, decorative, closing)
    matrix.write_data(work / "matrix.ndjson", every, rows, kills, closing)
    if whole:
        print(*(f"# decorative: {name}" for name in decorative), f"# {closing}", sep="\n")
    return 1 if tap.failed else 0


def main():
    parser = options()
    args = parser.parse_args()
    try:
        every = [*mutants.read_platform(), *mutants.read_suite(), *mutants.read_all()]
        if args.jobs < 1:
            parser.error(f"--jobs {args.jobs}: expected 1 or more")
        unknown = set(args.mutant) - {name for m in every for name in (m.name, *m.breaks)}
        if unknown:
            parser.error(f"no mutant '{min(unknown)}', and none that breaks it; ci/mutants --list names them")
        if args.list:
            print(*(f"{m.name:28} {' '.join(m.breaks):16} {m.wrong}" for m in every), sep="\n")
            return 0
        return check(every, args)
    except mutants.MutantError as error:
        print(f"tests/mutants: {error}", file=sys.stderr)
        return 65
    except KeyboardInterrupt:
        print("tests/mutants: interrupted; what was found is kept for the next run", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
