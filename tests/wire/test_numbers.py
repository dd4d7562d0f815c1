# SPDX-License-Identifier: MIT
"""Three tellings of the same numbers: the chapter, wire.def, and the codec's own, written by hand.

Each is read whole: a line that no pattern takes is an error, so nothing can be missing unseen.
"""

import re
from pathlib import Path

import rtmwire as wire

SPEC = Path(__file__).resolve().parents[2] / "spec"


# -- wire.def ----------------------------------------------------------------------------------

ARGUMENTS = {"CONST": 2, "HEADER": 3, "TYPE": 4, "OP": 2, "UINT": 4, "TEXT": 4, "ERROR": 2,
             "SHM": 3, "SLOT": 3}


def number(word):
    """A number of C: decimal, octal or hexadecimal; anything else as it is."""
    if re.fullmatch("0[0-7]+", word):
        return int(word, 8)
    return int(word, 0) if re.fullmatch("[0-9]+|0x[0-9a-f]+", word) else word


def entries():
    """{macro: [arguments...]} of wire.def, the text dropped and numbers made numbers."""
    source = (SPEC / "wire.def").read_text("ascii")
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    source = re.sub(r"^#(ifndef|define|endif|undef)\b.*$", "", source, flags=re.MULTILINE)
    found = {macro: [] for macro in ARGUMENTS}

    def take(match):
        macro, inside = match.groups()
        words = [word.strip() for word in inside.split(",")]
        assert len(words) == ARGUMENTS[macro], match.group()
        found[macro].append(tuple(number(word) for word in words))
        return ""

    rest = re.sub(r'WIRE_(\w+)\(([^"()]*),\s*"[^"]+"\)', take, source)
    assert rest.split() == [], "wire.def holds something that is no entry"
    return found


DEF = entries()
SENDERS = {"CLIENT": wire.CLIENT, "SERVER": wire.SERVER, "BOTH": wire.BOTH}


def test_def_macros_are_declared_and_undefined():
    source = (SPEC / "wire.def").read_text("ascii")
    for macro in ARGUMENTS:
        assert re.search(rf"^#define WIRE_{macro}\(", source, re.MULTILINE)
        assert re.search(rf"^#undef WIRE_{macro}$", source, re.MULTILINE)
    assert set(re.findall(r"^#define WIRE_(\w+)\(", source, re.MULTILINE)) == set(ARGUMENTS)


def test_def_has_nothing_twice():
    for macro, rows in DEF.items():
        keys = [row[:2] if macro in ("UINT", "TEXT") else row[:1] for row in rows]
        assert len(keys) == len(set(keys)), macro


def test_def_header():
    assert DEF["HEADER"] == list(wire.HEADER)


def test_def_constants():
    assert dict(DEF["CONST"]) == {
        name: getattr(wire, name)
        for name in ("VERSION", "HEADER_SIZE", "FRAME_MAX", "MASK_MAX", "OIF_MAX", "DIGEST_EVERY",
                     "SHM_MAGIC", "SHM_VERSION", "SHM_MODE", "SHM_HEADER_SIZE", "SHM_SLOT_SIZE",
                     "SHM_CAPACITY_MIN", "SHM_CAPACITY_MAX", "SHM_HASH", "SHM_NEVER_USED",
                     "SHM_DELETED")}


def test_def_shared_memory():
    assert DEF["SHM"] == list(wire.SHM)
    assert DEF["SLOT"] == list(wire.SLOT)


def test_def_types():
    assert {(name, code, SENDERS[sender], body) for name, code, sender, body in DEF["TYPE"]} == {
        (t.name, t.code, t.sender, t.body) for t in wire.TYPES.values()}


def test_def_ops():
    assert dict(DEF["OP"]) == wire.OPS


def test_def_errors():
    assert dict(DEF["ERROR"]) == wire.ERRORS


def test_def_fields():
    ours = {(t.name, f.kind, *f[:1], *f[2:]) for t in wire.TYPES.values() for f in t.fields}
    theirs = {(row[0], kind, *row[1:]) for kind in (wire.UINT, wire.TEXT)
              for row in DEF[kind.upper()]}
    assert theirs == ours


def test_fields_fill_their_bodies():
    """No gap, no overlap: offsets follow from the widths."""
    for t in wire.TYPES.values():
        at = 0
        for f in t.fields:
            assert f.offset == at, (t.name, f.name)
            at += f.width
        assert at == t.body, t.name
    at = 0
    for name, offset, width in wire.HEADER:
        assert offset == at, name
        at += width
    assert at == wire.HEADER_SIZE


def test_longest_frame():
    assert wire.FRAME_MAX == wire.HEADER_SIZE + max(t.body for t in wire.TYPES.values())


# -- the chapter -------------------------------------------------------------------------------

CHAPTER = (SPEC / "3-frames.md").read_text("ascii")
OBJECT = re.sub(r"[^\x00-\x7f]", "*", (SPEC / "5-arp.md").read_text("utf-8"))  # it multiplies


def table(*head, chapter=CHAPTER):
    """The rows of the chapter's table whose head begins with these words."""
    lines = chapter.splitlines()
    head = "| " + " | ".join(head) + " |"
    start = next(i for i, line in enumerate(lines) if line.startswith(head))
    rows = []
    for line in lines[start + 2:]:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    raise AssertionError("a table does not end")


def test_chapter_header():
    assert [(name, int(at), int(width)) for name, at, width, _ in table("header field")] == list(
        wire.HEADER)
    assert "a header of 24 bytes" in CHAPTER.replace("\n", " ")
    assert wire.HEADER_SIZE == 24


def test_chapter_shared_memory():
    for head, fields in (("header field", wire.SHM), ("slot field", wire.SLOT)):
        assert [(name, int(at), int(width))
                for name, at, width, _ in table(head, chapter=OBJECT)] == list(fields)
    text = OBJECT.replace("\n", " ")
    for words in (f"| {wire.SHM_MAGIC:#x} |", f"| {wire.SHM_VERSION} |",
                  f"a power of two, {wire.SHM_CAPACITY_MIN} to {wire.SHM_CAPACITY_MAX:,} |",
                  f"A header of {wire.SHM_HEADER_SIZE} bytes",
                  f"slots of {wire.SHM_SLOT_SIZE} bytes", f"(M * {wire.SHM_HASH:#x} modulo 2^64)",
                  f"mode 0{wire.SHM_MODE:o}",
                  f"{wire.SHM_NEVER_USED}: never used. {wire.SHM_DELETED}: deleted."):
        assert words in text, words


def test_chapter_ops():
    text = next(row[3] for row in table("header field") if row[0] == "op")
    assert {name.upper(): int(code) for code, name in re.findall(r"(\d+) (\w+)", text)} == wire.OPS


def test_chapter_types():
    rows = {(name, int(code), sender, int(body))
            for name, code, sender, body, _ in table("type", "code")}
    assert rows == {(t.name, t.code, t.sender, t.body) for t in wire.TYPES.values()}
    assert len(table("type", "code")) == len(wire.TYPES)


def test_chapter_fields():
    pattern = r"(\w+)( text)? \((\d+), (\d+)\)"
    for name, _, _, _, text in table("type", "code"):
        assert re.fullmatch(rf"({pattern}(, {pattern})*)?", text), text
        fields = []
        for field, kind, at, width in re.findall(pattern, text):
            kind = wire.TEXT if "text" in (field, kind.strip()) else wire.UINT
            fields.append(wire.Field(field, kind, int(at), int(width)))
        assert tuple(fields) == wire.TYPES[name].fields, name


def test_chapter_errors():
    text = re.search(r"^ERROR codes: (.*?)\.$", CHAPTER, re.MULTILINE | re.DOTALL).group(1)
    codes = [item.split() for item in text.split(",")]
    assert {name: int(code) for code, name in codes} == wire.ERRORS


def test_chapter_ops_of_types():
    """FRM-4 in the codec's words."""
    for t in wire.TYPES.values():
        assert t.ops == {"ROUTE": (1, 2, 3), "MAC": (1, 3)}.get(t.name, (0,))
    assert "of ROUTE and of MAC MUST be CREATE, UPDATE or DELETE, of MAC not UPDATE" in CHAPTER


def test_chapters_name_the_limits():
    tables, session = ((SPEC / name).read_text("ascii") for name in ("1-tables.md", "4-session.md"))
    assert f"every mask from 0 to {wire.MASK_MAX}" in tables
    assert f"an interface name of 1 to {wire.OIF_MAX} printable ASCII bytes" in tables
    assert f"{wire.DIGEST_EVERY:,} changes" in session
