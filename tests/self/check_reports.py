# SPDX-License-Identifier: MIT
"""check_reports.py RUN SCHEMA [VERDICT...]: compares RUN.ndjson, .tap, .pretty, .junit and .markdown of
one run. Each is read by itself, as a reader of that format would; the events must fit the schema, and
the verdicts given must all have been found."""
import json
import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter

FAILURES, ERRORS = {"FAIL", "XPASS"}, {"BROKEN", "UNRESOLVED"}
SKIPPED = {"SKIPPED", "UNSUPPORTED", "XFAIL"}
run, schema = sys.argv[1], json.load(open(sys.argv[2]))


def fits(value, rule):
    """Whether a value fits a JSON Schema, of which the words that event_schema() uses are known."""
    known = {"$schema", "title", "description", "type", "pattern", "items", "enum", "minimum", "maximum",
             "propertyNames", "additionalProperties", "const", "properties", "required", "oneOf"}
    assert set(rule) <= known, rule
    kinds = {"string": str, "array": list, "integer": int, "number": (int, float), "boolean": bool,
             "object": dict}
    if "type" in rule and (not isinstance(value, kinds[rule["type"]])
                           or isinstance(value, bool) and rule["type"] != "boolean"):
        return False
    if "oneOf" in rule and sum(fits(value, one) for one in rule["oneOf"]) != 1:
        return False
    if "const" in rule and value != rule["const"] or "enum" in rule and value not in rule["enum"]:
        return False
    if "pattern" in rule and not re.search(rule["pattern"], value):
        return False
    if not rule.get("minimum", value) <= value if "minimum" in rule else False:
        return False
    if "maximum" in rule and value > rule["maximum"]:
        return False
    if "items" in rule and not all(fits(item, rule["items"]) for item in value):
        return False
    if not isinstance(value, dict):
        return True
    others = rule.get("additionalProperties", True)
    for name, member in value.items():
        if not fits(name, rule.get("propertyNames", {})):
            return False
        one = rule.get("properties", {}).get(name, others)
        if one is False or one is not True and not fits(member, one):
            return False
    return set(rule.get("required", [])) <= set(value)


def text_of(extension):
    text = open(f"{run}.{extension}", encoding="utf-8", newline="").read()
    odd = {c for c in text if ord(c) < 32 and c != "\n" or ord(c) == 127}
    assert not odd, (extension, odd)
    return text


def triple(verdicts):
    bad = sum(verdicts[v] for v in FAILURES | ERRORS)
    skipped = sum(verdicts[v] for v in SKIPPED)
    return sum(verdicts.values()) - bad - skipped, bad, skipped


def same(what, found, wanted):
    assert found == wanted, f"{what}: {found}, not {wanted}"


def last_line(text):
    return tuple(map(int, re.fullmatch(r"(\d+) passed, (\d+) failed, (\d+) skipped",
                                       text.splitlines()[-1]).groups()))


def natural(name):
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name)]


def groups(told):
    """(label, text, case) as pretty tells them: the number of the cases in place of the only one."""
    by_text = {}
    for label, text, case in told:
        by_text.setdefault((label, text), []).append(case)
    return [(*key, f"{len(some)} cases" if len(some) > 1 else some[0]) for key, some in by_text.items()]


def groups_of(text, labels):
    return [(m[0], m[2], m[1]) for m in re.findall(rf"^({labels}) +(\d+ cases|\S+): (.*)$", text, re.M)]


events = [json.loads(line) for line in text_of("ndjson").splitlines()]
for event in events:
    assert fits(event, schema), event
    assert not fits({**event, "surplus": 1}, schema) and not fits({"event": event["event"]}, schema)
cases, end = events[1:-1], events[-1]
verdicts = Counter(e["verdict"] for e in cases)
same("verdicts asked for", set(sys.argv[3:]) - set(verdicts), set())
same("ndjson counts", Counter(end["counts"]), verdicts)
same("ndjson sums", (end["passed"], end["failed"], end["skipped"]), triple(verdicts))
same("ndjson events", end["events"], len(events))

tap = text_of("tap")
same("TAP plan", re.findall(r"^1\.\.(\d+)$", tap, re.M), [str(len(cases))])
results = re.findall(r"^(not ok|ok) (\d+) - ((?:\\.|[^\\#\n])*)(?: # (SKIP|TODO) .*)?$", tap, re.M)
same("TAP numbers", [int(r[1]) for r in results], list(range(1, len(cases) + 1)))
same("TAP titles", [re.sub(r"\\(.)", r"\1", r[2]) for r in results],
     [f"{e['case']}: {e['title']}" for e in cases])
kinds = Counter((r[0], r[3]) for r in results)
same("TAP results", (kinds["ok", ""], kinds["not ok", ""], kinds["ok", "SKIP"] + kinds["not ok", "TODO"]),
     triple(verdicts))
same("TAP verdicts", Counter(re.findall(r"^# ([A-Z]+) (?:[A-Z]+-\d+)?$", tap, re.M)),
     verdicts - Counter(PASS=verdicts["PASS"]))
same("TAP last line", last_line(tap), triple(verdicts))

pretty = text_of("pretty")
platform = events[0].get("platform", False)
grouped = set() if platform else {"UNSUPPORTED", "SKIPPED"}  # one line for each reason, not for each case
names = "|".join(set(verdicts) - grouped)
same("pretty verdicts", Counter(re.findall(rf"^({names}) +\S", pretty, re.M) if names else ()),
     Counter({v: n for v, n in verdicts.items() if v not in grouped and (platform or v != "PASS")}))
same("pretty reasons", sorted(groups_of(pretty, "UNSUPPORTED|SKIPPED") if grouped else ()),
     sorted(groups((e["verdict"], e["message"], e["case"]) for e in cases if e["verdict"] in grouped)))
quiet = {e["case"] for e in cases if e["verdict"] in grouped | {"PASS"}}
notes = [("note", note, e["case"]) for e in cases for note in e.get("notes", []) if not platform]
same("pretty notes", sorted(groups_of(pretty, "note")),
     sorted(groups(n for n in notes if n[2] in quiet) + [n for n in notes if n[2] not in quiet]))
for name, text, before in (("pretty", pretty, ""), ("TAP", tap, "# ")):
    lines = text.splitlines()
    bad = sorted((e for e in cases if e["verdict"] in FAILURES | ERRORS), key=lambda e: natural(e["case"]))
    listed = [[e["verdict"], e.get("id", "-"), e["case"]] for e in bad[:20]]
    listed += [["and", str(len(bad) - 20), "more"]] if len(bad) > 20 else []
    start = lines.index(before + "failed:") + 1 if bad else len(lines) - 1
    same(name + " failures at the end", [line.removeprefix(before).split() for line in lines[start:-1]], listed)
same("pretty last line", last_line(pretty), triple(verdicts))
same("pretty and TAP sums", re.findall(r"^verdicts: (.*)$", pretty, re.M),
     re.findall(r"^# verdicts: (.*)$", tap, re.M))

text_of("junit")
root = ET.parse(f"{run}.junit").getroot()
suite, = root.findall("testsuite")
found = suite.findall("testcase")
failures, errors, skipped = (sum(c.find(n) is not None for c in found) for n in ("failure", "error", "skipped"))
for element in (root, suite):
    same("JUnit attributes", [int(element.get(n)) for n in ("tests", "failures", "errors", "skipped")],
         [len(found), failures, errors, skipped])
    float(element.get("time"))
same("JUnit cases", len(found), len(cases))
same("JUnit failures and errors", (failures, errors),
     (sum(verdicts[v] for v in FAILURES), sum(verdicts[v] for v in ERRORS)))
same("JUnit skipped", skipped, sum(verdicts[v] for v in SKIPPED))
for case, event in zip(found, cases):
    same("JUnit name", f"{case.get('classname')}/{case.get('name')}", f"{event['case']}: {event['title']}")
    float(case.get("time"))
    for child in case:
        if child.tag in ("failure", "error"):
            assert event["message"] in child.get("message") and event["verdict"] in child.get("type")
            assert event["message"] in child.text and "repeat: " in child.text

markdown = text_of("markdown")
same("Markdown sums", re.findall(r"^\*\*(\d+) passed, (\d+) failed, (\d+) skipped\*\*", markdown, re.M),
     [tuple(map(str, triple(verdicts)))])
same("Markdown table", Counter({m[0]: int(m[1]) for m in
                                re.findall(r"^\| ([A-Z]+) \| (\d+) \| \w+ \|$", markdown, re.M)}), verdicts)
tiers = [(tier, *(str(n[s]) for s in ("passed", "failed", "skipped"))) for tier, n in end.get("tiers", {}).items()]
counted = Counter(case["tier"] for case in cases if "tier" in case)
same("ndjson tiers", Counter({t[0]: sum(map(int, t[1:])) for t in tiers}), counted)
same("Markdown tiers", re.findall(r"^\| ([a-z0-9-]+) \| (\d+) \| (\d+) \| (\d+) \|$", markdown, re.M), tiers)
same("pretty tiers", re.findall(r"^([a-z0-9-]+) +(\d+) passed, (\d+) failed, (\d+) skipped$", text_of("pretty"), re.M), tiers)
same("JUnit tiers", re.findall(r'name="tier\.(.+?)" value="(\d+) passed, (\d+) failed, (\d+) skipped"',
                               text_of("junit")), tiers)
outside, fence = [], None
for line in markdown.splitlines():
    ticks = re.match(r"`{3,}", line)
    if fence is None and ticks:
        fence = ticks.group()
    elif fence is not None and line == fence:
        fence = None
    elif fence is None:
        outside.append(line)
assert fence is None, "a fence is open"
same("Markdown sections", Counter(m.group(1) for m in (re.match(r"### ([A-Z]+) ", o) for o in outside) if m),
     Counter({v: n for v, n in verdicts.items() if v in FAILURES | ERRORS | {"WEAK"}}))
same("Markdown skipped", Counter(m.group(1) for m in (re.match(r"\| ([A-Z]+) \| \S*/", o) for o in outside) if m),
     Counter({v: n for v, n in verdicts.items() if v in SKIPPED}))
for line in outside:
    if line.startswith("|"):
        cells = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) - 1
        assert cells in (2, 3, 4), line
    plain = re.sub(r"\\.", "", line)
    assert "`" not in plain and "<" not in re.sub(r"</?(details|summary)>", "", plain), line
