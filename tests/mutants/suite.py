#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Builds the mutants of tests/mutants/suite and runs the scenarios of each one's requirement against it. Prints TAP."""
import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import mutant as mutants  # noqa: E402
from run import Tap  # noqa: E402

FOLDER = mutants.HERE / "suite"
CHAPTERS = ("8-network", "11-queues")  # every MUST of these has a mutant
PROGRAMS = ("build/rtm-server", "build/rtm-client")


def musts():
    """The ids of the chapters' requirements that are a MUST."""
    texts = [(mutants.ROOT / f"spec/{chapter}.md").read_text() for chapter in CHAPTERS]
    return re.findall(r"^\*\*([A-Z]+-\d+)\*\* \(MUST,", "\n".join(texts), re.M)


def check_form(tap, every):
    """What needs no build."""
    wrong = [f"{mutant.path.name}: {said}" for mutant in every if (said := mutants.does_not_apply(mutant))]
    tap.say(not wrong, "every mutant of the suite applies to the reference as it stands", "\n".join(wrong))
    bare = [must for must in musts() if must not in {mutant.rule for mutant in every}]
    tap.say(not bare, f"every MUST of {' and '.join(CHAPTERS)} has a mutant", "without: " + " ".join(bare) if bare else "")


def run_scenarios(mutant, tree):
    """The requirements that are named where the mutant fails, and how the run ended."""
    rtmtest = Path(os.environ.get("BUILD", "build")).resolve() / "rtmtest"
    environment = dict(os.environ, RTM_BUILD=str(tree / "build"))
    done = subprocess.run([rtmtest, "run", "--only", mutant.rule, "--report", "ndjson"], cwd=mutants.ROOT,
                          env=environment, text=True, capture_output=True, timeout=600)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    named = [event.get("id", "") for event in events if event.get("verdict") == "FAIL"]
    return named, f"exit status {done.returncode}, failures name: {' '.join(named) or 'none'}"


def look_for(mutant, base, work):
    """What went wrong, nothing if the mutant is found."""
    tree = work / mutant.name
    try:
        mutants.build(mutant, base, tree, PROGRAMS)
        named, said = run_scenarios(mutant, tree)
    except (mutants.MutantError, subprocess.TimeoutExpired) as error:
        return str(error)
    finally:
        subprocess.run(["rm", "-rf", str(tree)], check=True)
    return "" if set(named) & set(mutant.classes) else said


def chosen(every, names):
    unknown = [name for name in names if name not in {mutant.name for mutant in every}]
    if unknown:
        raise mutants.MutantError(f"no mutant '{unknown[0]}'; ls {FOLDER} names them")
    return [mutant for mutant in every if not names or mutant.name in names]


def check(args):
    every = sorted((mutants.read(path) for path in FOLDER.glob("*.patch")), key=lambda mutant: mutant.name)
    picked = [] if args.form else chosen(every, args.mutant)
    tap = Tap(2 + len(picked))
    check_form(tap, every)
    work = Path(os.environ.get("BUILD", "build")).resolve() / "mutants"
    said = mutants.copy_base(work / "base", PROGRAMS) if picked else ""
    if said:
        raise mutants.MutantError(f"the reference itself does not build:\n{said}")
    for mutant in picked:
        wrong = look_for(mutant, work / "base", work)
        tap.say(not wrong, f"{mutant.name}: {mutant.wrong}", wrong)
    return 1 if tap.failed else 0


def main():
    parser = argparse.ArgumentParser(prog="ci/mutants --suite", description=__doc__)
    parser.add_argument("mutant", nargs="*", help="only these")
    parser.add_argument("--form", action="store_true", help="builds none: do they apply, and has every MUST one?")
    try:
        return check(parser.parse_args())
    except mutants.MutantError as error:
        print(f"tests/mutants: {error}", file=sys.stderr)
        return 65


if __name__ == "__main__":
    sys.exit(main())
