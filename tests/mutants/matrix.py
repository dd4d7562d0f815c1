# SPDX-License-Identifier: MIT
"""The kill matrix: which steps kill which mutant, as text, as Markdown and as lines of JSON."""
import json
import re
import zlib
from collections import defaultdict

import mutant as mutants
import sim

FILE = mutants.HERE / "MATRIX.md"
REASONS = mutants.HERE / "reasons"
SHOWN = 3  # steps that a row of the Markdown names
STEP = re.compile(r"`([^`:]+):(\d+|end)`")
DECORATIVE = "## Decorative scenarios"
LISTED = "Against no mutant of what they cite does one of their steps fail."
INTRO = """# The kill matrix

Made by `ci/mutants --table`; [README](README.md) says what a mutant is and when it counts as killed. A step is a scenario
and the line in it that failed; `:end` is what every case ends with. *Noticed by* are other requirements whose steps failed
in the same runs, which stop soon after the first kill. What a row says holds for the steps as they were: a comment in it is
their sum, and `ci/mutants --form` tells the rows whose steps have changed since.
"""
HEADINGS = {
    "suite": ["requirement", "mutant", "what is wrong", "killed by", "noticed by"],
    "model": ["requirements", "mutant", "what is wrong", "killed by", "noticed by", "seeds of rtm-sim"],
    "platform": ["requirement", "mutant", "what is wrong", "killed by its check"],
}


def reasons():
    """Why a requirement has no mutant, or a mutant survives: the text by the name."""
    lines = [line.split(None, 1) for line in REASONS.read_text().splitlines() if line and not line.startswith("#")]
    return {line[0]: line[1].strip() if len(line) > 1 else "" for line in lines}


class Row:
    """What is known of a mutant: the steps that kill it, and what else noticed it."""

    def __init__(self, mutant, found):
        self.mutant = mutant
        self.steps = [(outcome.scenario, line) for outcome in found for line in outcome.kills]
        self.noticed = sorted({name for outcome in found for name in outcome.noticed}, key=number)
        self.undecided = [outcome.scenario for outcome in found if outcome.undecided and not outcome.kills]

    def killers(self):
        if self.mutant.kind == "platform":
            return "; ".join(message for message, _ in self.steps).replace("|", "\\|")
        shown = [f"`{name}`" if "::" in name else f"`{name}:{line or 'end'}`" for name, line in self.steps[:SHOWN]]
        more = len(self.steps) - SHOWN
        said = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
        return said + (f" {sum_of(said)}" if STEP.search(said) else "")

    def cells(self, why, seeds):
        mutant, kind = self.mutant, self.mutant.kind
        killed = self.killers() or ("none: " + why.get(mutant.name, "**survives**"))
        cells = [*first_cells(mutant), killed]
        if kind != "platform":
            cells.append(" ".join(self.noticed))
        if kind == "model":
            cells.append(seeds.get(mutant.name, ["-"] * 5)[3])
        return cells

    def data(self):
        return {"mutant": self.mutant.name, "kind": self.mutant.kind, "breaks": self.mutant.breaks,
                "wrong": self.mutant.wrong, "noticed": self.noticed,
                "killed": [{"scenario": name, "line": line} for name, line in self.steps]}


def sum_of(line):
    """A comment that tells whether the steps that a row names are still the same."""
    texts = []
    for name, at in STEP.findall(line):
        lines = (mutants.CONFORMANCE / f"{name}.rtm").read_text().splitlines()
        texts.append("end" if at == "end" else lines[int(at) - 1] if int(at) <= len(lines) else "")
    return f"<!-- {zlib.crc32(chr(10).join(texts).encode()):08x} -->"


def first_cells(mutant):
    return [" ".join(mutant.breaks), f"`{mutant.name}`", mutant.wrong.replace("|", "\\|")]


def number(name):
    letters, _, digits = name.partition("-")
    return letters, int(digits or 0)


def old_rows():
    """The rows of MATRIX.md as it is, by the mutant's name."""
    text = FILE.read_text() if FILE.exists() else ""
    lines = [line for line in text.splitlines() if re.match(r"\| [A-Z]+-\d+.* \| `", line)]
    return {line.split(" | ")[1].strip("`"): line for line in lines}


def old_decorative():
    """The list of the last whole run; None if there was none."""
    text = FILE.read_text() if FILE.exists() else ""
    listed = text.partition(DECORATIVE)[2]
    return re.findall(r"^- `(.*)`$", listed, re.M) if LISTED in listed else None


def stale(every):
    """Where the rows are not those of the mutants as they are, or name a scenario that is no more."""
    lines, why = old_rows(), reasons()
    for mutant in every:
        line = lines.pop(mutant.name, None)
        if line is None or not line.startswith("| " + " | ".join(first_cells(mutant)) + " | "):
            yield f"{mutant.name}: {'has no row' if line is None else 'its row says something else'}; run ci/mutants --table {mutant.name}"
        elif " | none: " in line and f" | none: {why.get(mutant.name)} | " not in line:
            yield f"{mutant.name}: its row says that it survives, for no reason or another one"
        elif gone := [name for name, _ in STEP.findall(line) if not (mutants.CONFORMANCE / f"{name}.rtm").exists()]:
            yield f"{mutant.name}: its row names {gone[0]}, which is no more; run ci/mutants --table {mutant.name}"
        elif STEP.search(line) and sum_of(line) not in line:
            yield f"{mutant.name}: the steps that its row names have changed; run ci/mutants --table {mutant.name}"
    yield from (f"{name}: has a row and is no mutant; run ci/mutants --table with any other" for name in lines)


def totals(every, lines, scenarios, decorative, why):
    """What a run closes with, of the rows that there are."""
    asked = {name for name, r in mutants.requirements().items() if r.level == "MUST"}
    killed = [m for m in every if m.name in lines and " | none: " not in lines[m.name]]
    excused = [m for m in every if m.name in lines and m not in killed and m.name in why]
    survive = sum(m.name in lines for m in every) - len(killed) - len(excused)
    proven = asked & {name for m in killed for name in m.breaks}
    return (f"{len(asked)} requirements that are a MUST: {len(proven)} with a mutant that is killed, "
            f"{len((asked - proven) & set(why))} more with a reason. "
            f"{len(every)} mutants: {len(killed)} killed, {len(excused)} not and a reason, {survive} survive, "
            f"{len(every) - len([m for m in every if m.name in lines])} were not run. "
            f"{len(scenarios)} scenarios: {'how many are decorative a whole run tells' if decorative is None else f'{len(decorative)} decorative'}.")


def lines_of(every, rows):
    """A line for each mutant: of this run, or else as it was."""
    why, seeds, lines = reasons(), sim.readme_rows(), old_rows()
    fresh = {name: "| " + " | ".join(row.cells(why, seeds)) + " |" for name, row in rows.items()}
    return {m.name: fresh.get(m.name, lines.get(m.name)) for m in every if m.name in fresh or m.name in lines}


def sections(every, lines):
    """The lines by chapter, those of the model behind them, each with its kind."""
    known, found = mutants.requirements(), defaultdict(list)
    for mutant in (m for m in every if m.name in lines):
        model = mutant.kind == "model"
        found["rules of the model" if model else known[mutant.rule].chapter, mutant.kind].append(lines[mutant.name])
    chapters = list(dict.fromkeys(r.chapter for r in known.values())) + ["rules of the model"]
    return sorted(found.items(), key=lambda item: chapters.index(item[0][0]))


def table(heading, rows):
    return ["| " + " | ".join(heading) + " |", "| " + " | ".join("---" for _ in heading) + " |", *rows]


def write_markdown(every, lines, decorative, closing):
    text = [INTRO, closing.replace(". ", ".\n")]
    for (title, kind), rows in sections(every, lines):
        text += ["", f"## {title}", *table(HEADINGS[kind], rows)]
    text += ["", "## Without a mutant, or not killed"]
    text += table(["", "reason"], [f"| {name} | {reason} |" for name, reason in reasons().items()])
    text += ["", DECORATIVE]
    text += ["Not looked for: no run was whole."] if decorative is None else [LISTED, "", *(f"- `{name}`" for name in decorative)]
    FILE.write_text("\n".join(text) + "\n")


def write_data(path, every, rows, kills, closing):
    """Lines of JSON: of each mutant, each scenario, and the totals."""
    with path.open("w") as file:
        for row in (rows[m.name] for m in every if m.name in rows):
            print(json.dumps(row.data()), file=file)
        for name, killed in kills.items():
            print(json.dumps({"scenario": name, "kills": sorted(killed)}), file=file)
        print(json.dumps({"totals": closing}), file=file)
