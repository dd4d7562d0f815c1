# SPDX-License-Identifier: MIT
"""A mutant: a patch of the reference with a head that says what it breaks. Reads, applies, builds it."""
import hashlib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RULES = ROOT / "spec/model/rules"
SUITE = HERE / "suite"
CONFORMANCE = ROOT / "tests/conformance"
SHIM = ROOT / "tests/self/platform/shim.c"
HEAD = ("rule", "breaks", "found as", "wrong")  # the lines before the patch, in this order
SIMULATOR = ("build/rtm-sim",)
PROGRAMS = ("build/rtm-server", "build/rtm-client", "build/rtm-send")
COPIED = ("Makefile", "ref", "spec/wire.def")  # what a build of the reference is made of
CHECKED = ("ROB-10",)  # what shows under a checker of memory only


class MutantError(Exception):
    """What is wrong with a mutant, with its place."""


@dataclass
class Mutant:
    name: str
    path: Path
    rule: str
    breaks: list  # requirements
    classes: list  # of failure, any of which is right
    wrong: str  # what it does, in one line
    run: list  # the scenarios that show it, where none can cite what it breaks

    @property
    def kind(self):
        """Whose it is: of the model, of the suite, of the platform, or none."""
        return {HERE: "model", SUITE: "suite", ROOT: "reference"}.get(self.path.parent, "platform")

    @property
    def shown_by(self):
        """What is run to show it: checks of the platform, tests, scenarios under a checker of memory, or scenarios."""
        if self.kind == "platform":
            return "promises"
        if self.run and ".py::" in self.run[0]:
            return "tests"
        return "checker" if set(self.breaks) & set(CHECKED) else "scenarios"


def read(path):
    """The mutant of a file; its head is checked, its patch is not."""
    head, patch = {}, path.read_text().split("\n--- a/", 1)
    for number, line in enumerate(patch[0].strip().splitlines(), 1):
        key, _, value = line.partition(": ")
        wanted = HEAD[number - 1] if number <= len(HEAD) else "run"
        if key != wanted or key in head or not value.strip():
            raise MutantError(f"{path.name}:{number}: expected the lines {', '.join(HEAD)}, then the patch")
        head[key] = value.strip()
    if len(head) < len(HEAD) or len(patch) < 2:
        raise MutantError(f"{path.name}: expected the lines {', '.join(HEAD)}, then the patch")
    if not path.stem.startswith(head["rule"] + "-"):
        raise MutantError(f"{path.name}: a mutant of {head['rule']} is named {head['rule']}-WHAT.patch")
    return Mutant(path.stem, path, head["rule"], head["breaks"].split(), head["found as"].split(), head["wrong"],
                  head.get("run", "").split())


def reference(breaks, run):
    """No mutant: what fails on it proves nothing."""
    return Mutant("the reference", ROOT / "ref", "", breaks, [], "nothing", run)


def rules():
    """The rules of the model that a mutant may break, each with what it says, in their order."""
    rows = [[cell.strip() for cell in line.split("|")] for line in RULES.read_text().splitlines()
            if line and not line.startswith("#")]
    return {row[0]: row[2] for row in rows if row[1] != "-"}


def read_all(folder=HERE):
    """All mutants in the order of the rules, and those of a rule by name."""
    order = list(rules())
    mutants = [read(path) for path in folder.glob("*.patch")]
    for mutant in mutants:
        if mutant.rule not in order:
            raise MutantError(f"{mutant.path.name}:1: spec/model/rules has no rule '{mutant.rule}'")
    return sorted(mutants, key=lambda mutant: (order.index(mutant.rule), mutant.name))


def read_suite():
    """Those that the suite has to find, in the order of the requirements."""
    order = list(requirements())
    mutants = [read(path) for path in SUITE.glob("*.patch")]
    for mutant in mutants:
        if mutant.rule not in order:
            raise MutantError(f"suite/{mutant.path.name}:1: the spec has no requirement '{mutant.rule}'")
    return sorted(mutants, key=lambda mutant: (order.index(mutant.rule), mutant.name))


def read_platform():
    """Those that break a promise of the machine: one for each number that the shim knows."""
    numbers = {int(number) for some in re.findall(r"BROKEN\(([\d, ]+)\)", SHIM.read_text()) for number in some.split(",")}
    return [Mutant(f"PLT-{number}-shim", SHIM, f"PLT-{number}", [f"PLT-{number}"], [], f"`shim.c` with BREAK={number}", [])
            for number in sorted(numbers)]


@dataclass
class Requirement:
    chapter: str
    level: str
    sentence: str


def requirements():
    """Those of the spec by id, in its order."""
    found = {}
    for path in sorted((ROOT / "spec").glob("[0-9]*.md"), key=lambda path: int(path.name.split("-")[0])):
        for name, level, sentence in re.findall(r"^\*\*([A-Z]+-\d+)\*\* \((\w+), [^)]*\) (.*)", path.read_text(), re.M):
            found[name] = Requirement(path.stem, level, sentence)
    return found


def patch(mutant, tree, *options):
    """Applies it; what patch(1) said if it does not fit exactly, else nothing."""
    done = subprocess.run(["patch", "-p1", "--fuzz=0", "--batch", *options, "-i", str(mutant.path)], cwd=tree,
                          text=True, capture_output=True)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def does_not_apply(mutant):
    """Why it does not apply to the reference as it stands; nothing if it does."""
    return patch(mutant, ROOT, "--dry-run")


def make(tree, jobs, programs):
    """Builds programs of a tree; its warnings are no errors here."""
    command = ["make", "-s", f"-j{jobs}", "BUILD=build", "CFLAGS=-O1", "share=-", "bin=-", *programs]
    done = subprocess.run(command, cwd=tree, text=True, capture_output=True, timeout=600)
    return "" if done.returncode == 0 else (done.stdout + done.stderr).strip()


def copy_base(tree, programs=SIMULATOR):
    """The reference itself at `tree`, built; what has not changed since the last time is not built again."""
    for name in COPIED:
        target = tree / name
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", str(ROOT / name), str(target)], check=True)
    return make(tree, 2, programs)


def build(mutant, base, tree, programs=SIMULATOR):
    """The mutant's programs in `tree`, a copy of `base` with its objects; gives the path of the first."""
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["cp", "-a", str(base), str(tree)], check=True)
    said = patch(mutant, tree)
    if said:
        raise MutantError(f"{mutant.path.name} does not apply:\n{said}")
    said = make(tree, 1, programs)
    if said:
        raise MutantError(f"{mutant.path.name} does not compile:\n{said}")
    return tree / programs[0]


def reference_digest():
    """Of all that the programs are made of."""
    digest = hashlib.sha256()
    for name in COPIED:
        for path in sorted(path for path in [ROOT / name, *(ROOT / name).rglob("*")] if path.is_file()):
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def keep(mutant, base, digest, folder):
    """The folder of the mutant's programs and its key: built, unless they lie there from another run."""
    home = folder / mutant.name
    key = hashlib.sha256(digest.encode() + mutant.path.read_bytes().split(b"\n--- a/", 1)[-1]).hexdigest()
    note = home / "key"
    if not (note.exists() and note.read_text() == key):
        shutil.rmtree(home, ignore_errors=True)
        tree = folder / f"{mutant.name}.tree"
        home.mkdir(parents=True)
        try:
            build(mutant, base, tree, PROGRAMS)
            for program in PROGRAMS:
                shutil.move(tree / program, home)
            note.write_text(key)
        finally:
            shutil.rmtree(tree, ignore_errors=True)
    return home, key
