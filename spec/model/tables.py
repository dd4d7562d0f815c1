# SPDX-License-Identifier: MIT
"""The tables `cases` and `rules`, and what ties them to the models and to the spec."""
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEC = HERE.parent


class TableError(Exception):
    """What is wrong with a table, with its place."""


@dataclass
class Case:
    name: str
    model: str
    defines: list
    expects: str  # "holds", "holds by bitstate" or "violates PROPERTY"
    set: str
    rules: list
    shows: str
    place: str

    @property
    def must_fail(self):
        return self.expects.startswith("violates")


@dataclass
class Rule:
    name: str
    chapter: str  # whose requirements name it, or "-"
    says: str
    argument: str  # why no case breaks it, or ""
    place: str


def rows(path, columns):
    """The rows of a table as lists of text, each with its place."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        place = f"{path.name}:{number}"
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != columns:
            raise TableError(f"{place}: {len(cells)} columns, not {columns}")
        yield cells, place


def model_text(model):
    """The text of a model with all that it includes."""
    text = (HERE / f"{model}.pml").read_text()
    return text + "".join((HERE / name).read_text() for name in re.findall(r'^#include "(.*)"', text, re.M))


def words(text):
    return [] if text == "-" else text.split()


def check_case(case):
    """Refuses what would make a case mean less than it says, a misspelt define first of all."""
    if not (HERE / f"{case.model}.pml").is_file():
        raise TableError(f"{case.place}: no model {case.model}.pml")
    text = model_text(case.model)
    for define in case.defines:
        name = re.fullmatch(r"(\w+)(=\d+)?", define)
        if not name or not re.search(rf"^\s*#.*\b{name[1]}\b", text, re.M):
            raise TableError(f"{case.place}: {case.model}.pml knows no define '{define}'")
    if case.must_fail:
        broken = case.expects.removeprefix("violates ")
        if f"assert({broken})" not in text:
            raise TableError(f"{case.place}: {case.model}.pml asserts no property '{broken}'")
    elif case.expects not in ("holds", "holds by bitstate"):
        raise TableError(f"{case.place}: expects 'holds', 'holds by bitstate' or 'violates PROPERTY'")
    if case.set not in ("quick", "full"):
        raise TableError(f"{case.place}: the set is quick or full, not '{case.set}'")


def read_cases(path):
    cases = {}
    for (name, model, defines, expects, set_, rules, shows), place in rows(path, 7):
        case = Case(name, model, words(defines), expects, set_, words(rules), shows, place)
        if name in cases:
            raise TableError(f"{place}: the case '{name}' stands at {cases[name].place} already")
        check_case(case)
        cases[name] = case
    if not cases:
        raise TableError(f"{path.name}: no cases")
    return list(cases.values())


def read_rules():
    rules = {}
    for (name, chapter, says, argument), place in rows(HERE / "rules", 4):
        rules[name] = Rule(name, chapter, says, "" if argument == "-" else argument, place)
    return rules


def read_spec():
    """The requirements, each as (place, rules that its sentence or its reason names)."""
    named = {}
    for chapter in sorted(SPEC.glob("[0-9]*.md")):
        last = None
        for number, line in enumerate(chapter.read_text().splitlines(), 1):
            head = re.match(r"\*\*([A-Z]+-[0-9]+)\*\* \(", line)
            if head:
                last = head[1]
                named[last] = (f"{chapter.name}:{number}", [])
            elif line.strip() and not line.startswith(">"):
                last = None
            if last:
                named[last][1].extend(re.findall(r"\b[SCA](?:[1-9]|10)\b", line))
    return named


def untied(cases, rules):
    """What is missing between requirements, rules and cases, one line for each."""
    for case in cases:
        for name in case.rules:
            if name not in rules:
                yield f"{case.place}: rules has no '{name}'"
    for rule in rules.values():
        if not rule.argument and not any(rule.name in case.rules and case.must_fail for case in cases):
            yield f"{rule.place}: no case breaks {rule.name}, and no argument says why"
    spec = read_spec()
    for requirement, (place, names) in spec.items():
        for name in names:
            if name not in rules:
                yield f"{place}: {requirement} names {name}, which spec/model/rules does not have"
    for rule in rules.values():
        if not (SPEC / rule.chapter).is_file():
            continue
        if not any(rule.name in names and place.startswith(rule.chapter) for place, names in spec.values()):
            yield f"{rule.place}: no requirement of {rule.chapter} names {rule.name}"


def broken_by(rule, cases):
    """What goes wrong without the rule: each case with its property."""
    mine = [case for case in cases if rule.name in case.rules and case.must_fail]
    told = [f"`{case.name}`: {case.expects.removeprefix('violates ')}" for case in mine]
    return told + ([f"by argument: {rule.argument}"] if rule.argument else [])


def describe(cases, rules):
    """The table of README.md: what each rule says, what shows that it is needed, and that it is enough."""
    yield "| rule | says | without it | with it |"
    yield "| --- | --- | --- | --- |"
    for rule in rules.values():
        holds = [f"`{case.name}`" for case in cases if rule.name in case.rules and not case.must_fail]
        yield f"| {rule.name} | {rule.says} | {', '.join(broken_by(rule, cases))} | {', '.join(holds)} |"


def link(cases, rules):
    """Each requirement that names a rule, with what goes wrong without that rule."""
    for requirement, (place, names) in read_spec().items():
        for name in dict.fromkeys(names):
            yield f"{requirement:7} {name:3} {', '.join(broken_by(rules[name], cases))}"
