# SPDX-License-Identifier: MIT
"""Runs scenarios against the programs of a mutant, and keeps what came of each for the next time."""
import hashlib
import json
import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import mutant as mutants

MANIFEST = mutants.ROOT / "tests/iuts/reference.rtmi"
CITATION = re.compile(r"\[([A-Z]+-\d+)\]")
LINGER = 10  # seconds that a run has for other steps once one has found the mutant
LIMIT = 900  # seconds for one run of scenarios
CHECKER = "valgrind -q --vgdb=no --leak-check=full --num-callers=20 --log-file={log}"


@dataclass
class Found:
    """What a scenario made of a mutant."""
    scenario: str
    kills: list = field(default_factory=list)  # lines of steps that cite what it breaks; 0 is the end of the case
    noticed: list = field(default_factory=list)  # other requirements that failed
    undecided: bool = False


@dataclass
class Scenario:
    name: str
    path: Path
    cites: set
    cases: int

    @property
    def own(self):
        """The requirement that it is named after."""
        return re.match(r"[A-Z]+-\d+", self.path.stem).group()


def rtmtest():
    return Path(os.environ.get("BUILD", "build")).resolve() / "rtmtest"


def python():
    """The interpreter that has pytest, as ci/lib.sh looks for it."""
    found = [name for name in ("python3", "/usr/bin/python3")
             if subprocess.run([name, "-c", "import pytest"], capture_output=True, check=False).returncode == 0]
    if not found:
        raise mutants.MutantError("no python3 has pytest: run ci/setup")
    return found[0]


def environment(**more):
    return dict(os.environ, RTM_DATA="none", **more)


def scenarios():
    """All of the suite by name, in its order."""
    listed = subprocess.run([rtmtest(), "list"], cwd=mutants.ROOT, env=environment(), text=True, capture_output=True,
                            check=True).stdout
    found = {}
    for case in (line.split()[0] for line in listed.splitlines() if line):
        name = case.split("#")[0]
        if name not in found:
            path = mutants.CONFORMANCE / f"{name}.rtm"
            found[name] = Scenario(name, path, set(CITATION.findall(path.read_text())), 0)
        found[name].cases += 1
    return found


class Store:
    """What was found before: one line of JSON for each mutant and scenario."""

    def __init__(self, path):
        self.path, self.known, self.lock = path, {}, threading.Lock()
        levels = {name: r.level for name, r in mutants.requirements().items()}
        self.suite = hashlib.sha256(rtmtest().read_bytes() + MANIFEST.read_bytes() + str(levels).encode()).hexdigest()
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = path.read_text().splitlines() if path.exists() else []
        for record in (json.loads(line) for line in lines if line.endswith("}")):
            self.known[record["key"]] = record

    def key(self, mutant, programs, scenario):
        """Of all that the outcome depends on: the mutant's programs, what it breaks, the scenario, the suite."""
        said = f"{programs} {mutant.breaks} {self.suite} "
        return hashlib.sha256(said.encode() + scenario.path.read_bytes()).hexdigest()

    def find(self, mutant, programs, scenario):
        record = self.known.get(self.key(mutant, programs, scenario))
        return record and Found(scenario.name, record["kills"], record["noticed"])

    def add(self, mutant, programs, scenario, found):
        record = {"key": self.key(mutant, programs, scenario), "mutant": mutant.name, "breaks": mutant.breaks,
                  "scenario": scenario.name, "kills": found.kills, "noticed": found.noticed}
        with self.lock:
            self.known[record["key"]] = record
            with self.path.open("a") as file:
                print(json.dumps(record), file=file)


def missed(event):
    """Whether the case found a requirement missed: a SHOULD that is missed is WEAK."""
    return event.get("verdict") == "FAIL" or (event.get("verdict") == "WEAK" and event.get("level") == "SHOULD")


def run(mutant, home, chosen, linger=LINGER, jobs=2):
    """Runs scenarios: what each of them found. It may be ended early, when one has found the mutant."""
    command = [rtmtest(), "run", "--report", "ndjson", "--jobs", str(jobs)]
    if mutant.shown_by == "checker":
        command += ["--wrap", CHECKER]
    for scenario in chosen:
        command += ["--only", scenario.name]
    # Of its own session, or an interrupt of the terminal would end it with another result.
    process = subprocess.Popen(command, cwd=mutants.ROOT, env=environment(RTM_BUILD=str(home)), text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    timers = [threading.Timer(LIMIT, process.kill)]
    timers[0].start()
    found, ended = {}, {}
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] != "case":
            continue
        name = event["case"].split("#")[0]
        outcome = found.setdefault(name, Found(name))
        ended[name] = ended.get(name, 0) + 1
        if take(outcome, event, mutant) and linger is not None and len(timers) == 1:
            timers.append(threading.Timer(linger, process.send_signal, [signal.SIGINT]))
            timers[-1].start()
    complaint = process.stderr.read()
    process.wait()
    for timer in timers:
        timer.cancel()
    if len(timers) == 1 and (not ended or process.returncode not in (0, 1, 2)):
        raise mutants.MutantError(f"rtmtest ended with status {process.returncode} behind {len(ended)} scenarios: {complaint.strip()}")
    return [found[s.name] for s in chosen if s.name in found and (found[s.name].kills or ended[s.name] == s.cases)]


def take(outcome, event, mutant):
    """Adds what a case found; whether that was the mutant."""
    if event["verdict"] in ("UNRESOLVED", "BROKEN"):
        outcome.undecided = True
    if not missed(event):
        return False
    if event.get("id") in mutant.breaks:
        outcome.kills = sorted({*outcome.kills, event.get("line", 0)})
        return True
    outcome.noticed = sorted({*outcome.noticed, event.get("id", "none")})
    return False


class Judge:
    """Finds out which scenarios kill a mutant."""

    def __init__(self, work, store, suite):
        self.work, self.store, self.suite = work, store, suite
        self.base = work / "base"
        self.digest = mutants.reference_digest()
        self.shim = None

    def named(self, mutant):
        """The likeliest: those named after what it breaks, or those that its head names."""
        return [s for s in self.suite.values() if s.name in mutant.run or (not mutant.run and s.own in mutant.breaks)]

    def citing(self, mutant):
        return [s for s in self.suite.values() if s.cites & set(mutant.breaks)]

    def programs(self, mutant):
        """The folder of its programs, and what they are known by."""
        if mutant.kind == "reference":
            return self.base / "build", self.digest
        return mutants.keep(mutant, self.base, self.digest, self.work / "kept")

    def look(self, mutant, chosen, fresh=False, **how):
        """What the scenarios find, from the store or, always if fresh, by running them."""
        if not chosen:
            return []
        home, key = self.programs(mutant)
        known = {s.name: None if fresh else self.store.find(mutant, key, s) for s in chosen}
        found = [outcome for outcome in known.values() if outcome]
        missing = [s for s in chosen if not known[s.name]]
        enough = how.get("linger", LINGER) is not None and any(outcome.kills for outcome in found)
        if not missing or enough:
            return found
        for outcome in run(mutant, home, missing, **how):
            found.append(outcome)
            if outcome.kills or not outcome.undecided:
                self.store.add(mutant, key, self.suite[outcome.scenario], outcome)
        return found

    def judge(self, mutant, everything=False):
        """Runs the likeliest scenarios, then, unless they find it, the others that cite what it breaks."""
        if mutant.shown_by == "promises":
            return self.judge_shim(mutant)
        if mutant.shown_by == "tests":
            return self.judge_tests(mutant)
        if everything:
            return self.look(mutant, list(self.suite.values()), linger=None)
        found = self.look(mutant, self.named(mutant))
        if not any(outcome.kills for outcome in found):
            seen = {outcome.scenario for outcome in found}
            found += self.look(mutant, [s for s in self.citing(mutant) if s.name not in seen], linger=0)
        return found

    def judge_again(self, mutant, found):
        """With nothing beside it, since a race needs the processors: the likeliest scenarios, and what was undecided. Then
        all that are left: the suite blames steps for more than their line cites."""
        unsure = {outcome.scenario for outcome in found if outcome.undecided} | {s.name for s in self.named(mutant)}
        found = [outcome for outcome in found if outcome.scenario not in unsure]
        found += self.look(mutant, [self.suite[name] for name in unsure], fresh=True, jobs=1)
        if not any(outcome.kills for outcome in found):
            seen = {outcome.scenario for outcome in found}
            found += self.look(mutant, [s for s in self.suite.values() if s.name not in seen], linger=0)
        return found

    def judge_shim(self, mutant):
        """Whether the check of the platform finds the promise broken."""
        number = mutant.rule.split("-")[1] if mutant.kind == "platform" else "0"
        only = [word for name in mutant.breaks for word in ("--only", name)]
        done = subprocess.run([rtmtest(), "platform", *only, "--report", "ndjson"], cwd=mutants.ROOT,
                              env=environment(BREAK=number, LD_PRELOAD=str(self.shim)), text=True, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=60)
        events = [event for event in map(json.loads, done.stdout.splitlines()) if event["event"] == "case"]
        return [Found(event["message"], [0]) for event in events if missed(event) and event["id"] in mutant.breaks]

    def judge_tests(self, mutant):
        """Whether the tests fail that its head names; these cite the requirement."""
        home, _ = self.programs(mutant)
        done = subprocess.run([python(), "-m", "pytest", "-q", "-p", "no:cacheprovider", *mutant.run], cwd=mutants.ROOT,
                              env=environment(RTM_BUILD=str(home)), text=True, capture_output=True, timeout=LIMIT)
        return [Found(name, [0]) for name in re.findall(r"^FAILED (\S+)", done.stdout, re.M)]

    def control(self, rows):
        """What kills these mutants and fails on the reference too, built as they are: it proves nothing."""
        found = []
        for kind in sorted({row.mutant.shown_by for row in rows}):
            some = [row for row in rows if row.mutant.shown_by == kind]
            killers = {name for row in some for name, _ in row.steps}
            reference = mutants.reference(sorted({name for row in some for name in row.mutant.breaks}), sorted(killers))
            if kind == "promises":
                found += self.judge_shim(reference)
            elif kind == "tests":
                found += self.judge_tests(reference)
            else:
                found += self.look(reference, [self.suite[name] for name in reference.run], linger=None)
        return [outcome for outcome in found if outcome.kills or outcome.undecided]

    def prepare(self):
        """Builds the reference itself and the shim."""
        self.shim = self.work / "shim.so"
        said = mutants.copy_base(self.base, mutants.PROGRAMS)
        if said:
            raise mutants.MutantError(f"the reference itself does not build:\n{said}")
        subprocess.run(["cc", "-fPIC", "-shared", "-D_GNU_SOURCE", "-o", self.shim, mutants.SHIM], check=True)
