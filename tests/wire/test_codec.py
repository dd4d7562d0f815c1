# SPDX-License-Identifier: MIT
"""The codec against the golden vectors, both ways, and against what is known from elsewhere."""

import random
from pathlib import Path

import pytest
import rtmwire as wire
from rtmwire import CREATE, DELETE, UPDATE, Frame, Malformed

VECTORS = Path(__file__).resolve().parents[2] / "spec" / "vectors"
NAMES = sorted(path.stem for path in VECTORS.glob("*.hex"))
GOOD = [name for name in NAMES if not name.startswith("bad-")]
BAD = [name for name in NAMES if name.startswith("bad-")]


def octets(name):
    return bytes.fromhex((VECTORS / (name + ".hex")).read_text("ascii"))


def text(name):
    return (VECTORS / (name + ".txt")).read_text("ascii")


def route(**change):
    return Frame("ROUTE", **{**dict(op=CREATE, epoch=1 << 32, seq=1, destination="122.1.1.0",
                                    mask=24, gateway_ip="10.1.1.1", oif="Ethernet1"), **change})


# -- vectors -----------------------------------------------------------------------------------

def test_every_vector_has_two_files():
    assert set(NAMES) == {path.stem for path in VECTORS.glob("*.txt")} - {"digest"}


def test_vectors_cover_every_type_and_op():
    seen = {(frame.type, frame.op) for frame in (wire.decode(octets(name)) for name in GOOD)}
    assert seen == {(t.name, op) for t in wire.TYPES.values() for op in t.ops}


def test_vectors_cover_every_error_code():
    frames = [wire.undump(text(name)) for name in GOOD]
    assert {f["code"] for f in frames if f.type == "ERROR"} >= set(wire.ERRORS.values())


def test_vectors_cover_both_ends_of_every_field():
    """Each number is seen as 0 (a version and a code as little as they can be) and at its limit."""
    frames = [wire.undump(text(name)) for name in GOOD]
    for t in wire.TYPES.values():
        own = [f for f in frames if f.type == t.name]
        assert own
        for f in t.fields:
            longest = max(len(frame[f.name]) if f.kind == wire.TEXT else 0 for frame in own)
            assert f.kind != wire.TEXT or longest == f.width - 1, (t.name, f.name)
    routes = [f for f in frames if f.type == "ROUTE"]
    assert {0, 32} <= {f["mask"] for f in routes}
    assert {0, 2**64 - 1} <= {f.seq for f in frames} & {f.epoch for f in frames}
    totals = [f for f in frames if f.type in ("SNAPSHOT_END", "DIGEST")]
    assert {2**32 - 1} <= {f["routes"] for f in totals} & {f["macs"] for f in totals}
    assert 2**64 - 1 in {f["digest"] for f in totals}


@pytest.mark.parametrize("name", NAMES)
def test_layout_of_hex(name):
    assert (VECTORS / (name + ".hex")).read_text("ascii") == wire.to_hex(octets(name))


@pytest.mark.parametrize("name", GOOD)
def test_good_decodes_to_its_dump(name):
    assert wire.dump(wire.decode(octets(name))) == text(name)


@pytest.mark.parametrize("name", GOOD)
def test_good_dump_encodes_to_its_bytes(name):
    assert wire.encode(wire.undump(text(name))) == octets(name)


@pytest.mark.parametrize("name", GOOD)
def test_good_is_judged_by_its_sender(name):
    data, sender = octets(name), wire.TYPES[wire.decode(octets(name)).type].sender
    for peer in (wire.CLIENT, wire.SERVER):
        if sender in (peer, wire.BOTH):
            assert wire.decode(data, peer) == wire.decode(data)
        else:
            with pytest.raises(Malformed):
                wire.decode(data, peer)


@pytest.mark.parametrize("name", BAD)
def test_bad_is_refused_for_its_rule(name):
    with pytest.raises(Malformed) as refusal:
        wire.decode(octets(name))
    assert text(name).startswith(f"malformed {refusal.value.rule}: ")
    assert text(name).count("\n") == 1


@pytest.mark.parametrize("name", BAD)
def test_bad_is_refused_from_a_stream(name):
    """Also where the file ends before the length that it claims: nobody waits for the rest."""
    with pytest.raises(Malformed):
        wire.Reader().feed(octets(name))


def test_bad_vectors_break_every_rule():
    assert {text(name).split()[1] for name in BAD} == {f"FRM-{n}:" for n in (1, 2, 3, 4, 5, 6)}


# -- streams -----------------------------------------------------------------------------------

@pytest.mark.parametrize("name", GOOD)
def test_cut_at_every_byte(name):
    data = octets(name)
    for cut in range(len(data) + 1):
        reader = wire.Reader()
        frames = reader.feed(data[:cut]) + reader.feed(data[cut:])
        assert frames == [wire.decode(data)]
        assert reader.rest == b""
        if cut < len(data):
            with pytest.raises(Malformed):
                wire.decode(data[:cut])


@pytest.mark.parametrize("name", BAD)
def test_bad_cut_at_every_byte(name):
    data = octets(name)
    for cut in range(len(data) + 1):
        reader = wire.Reader()
        with pytest.raises(Malformed):
            assert reader.feed(data[:cut]) == []
            reader.feed(data[cut:])


def test_byte_at_a_time():
    reader, frames = wire.Reader(), []
    for byte in b"".join(octets(name) for name in GOOD):
        frames += reader.feed(bytes([byte]))
    assert frames == [wire.decode(octets(name)) for name in GOOD]


def test_all_at_once():
    stream = b"".join(octets(name) for name in GOOD)
    assert wire.Reader().feed(stream) == [wire.decode(octets(name)) for name in GOOD]


def test_header_is_enough_for_a_bad_length():
    data = octets("bad-length-hello-zero")
    reader = wire.Reader()
    assert reader.feed(data[:wire.HEADER_SIZE - 1]) == []
    with pytest.raises(Malformed):
        reader.feed(data[wire.HEADER_SIZE - 1:wire.HEADER_SIZE])


def test_surplus_is_no_frame():
    for name in GOOD:
        with pytest.raises(Malformed):
            wire.decode(octets(name) + b"\0")


def test_random_routes_there_and_back():
    rng = random.Random(1)
    for _ in range(2000):
        mask = rng.randint(0, 32)
        address = rng.getrandbits(32)
        frame = route(op=rng.choice((CREATE, UPDATE)), seq=rng.getrandbits(64),
                      destination=wire.quad_text(address ^ wire.host_bits(address, mask)),
                      mask=mask, gateway_ip=wire.quad_text(rng.getrandbits(32)),
                      oif="".join(chr(rng.randint(33, 126)) for _ in range(rng.randint(1, 31))))
        data = wire.encode(frame)
        assert wire.decode(data) == frame
        assert wire.undump(wire.dump(frame)) == frame


def test_one_changed_byte_is_refused_or_read_as_written():
    """No byte of a ROUTE is ignored: each change is malformed or comes back as the same bytes."""
    data = octets("route-create")
    for at in range(len(data)):
        for value in range(256):
            changed = data[:at] + bytes([value]) + data[at + 1:]
            try:
                frame = wire.decode(changed)
            except Malformed:
                continue
            assert wire.pack(frame) == changed


# -- by hand, without the codec's own tables ---------------------------------------------------

def test_route_byte_by_byte():
    assert wire.encode(route(op=UPDATE, epoch=0x0102030405060708, seq=0x1112131415161718)) == (
        b"\x00\x00\x00\x59" b"\x12" b"\x02" b"\x00\x00"
        b"\x01\x02\x03\x04\x05\x06\x07\x08" b"\x11\x12\x13\x14\x15\x16\x17\x18"
        b"122.1.1.0\0\0\0\0\0\0\0" b"\x18" b"10.1.1.1\0\0\0\0\0\0\0\0"
        b"Ethernet1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")


def test_hello_byte_by_byte():
    assert wire.encode(Frame("HELLO", version_min=1, version_max=0x0203)) == (
        b"\x00\x00\x00\x1c\x01\x00\x00\x00" + bytes(16) + b"\x00\x01\x02\x03")


@pytest.mark.parametrize("word, value", [  # from the authors of FNV
    (b"", 0xcbf29ce484222325),
    (b"a", 0xaf63dc4c8601ec8c),
    (b"foobar", 0x85944171f73967e8),
])
def test_fnv1a_of_known_words(word, value):
    assert wire.fnv1a(word) == value


# -- addresses ---------------------------------------------------------------------------------

@pytest.mark.parametrize("text", ["0.0.0.0", "255.255.255.255", "1.20.30.4", "10.0.200.199"])
def test_quad(text):
    assert wire.quad_text(wire.quad(text)) == text


@pytest.mark.parametrize("text", [
    "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "01.2.3.4", "1.2.3.00",
    "1.2.3.256", "1.2.3.1000", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "+1.2.3.4", "-1.2.3.4",
    "0x1.2.3.4", "1.2.3.4/8", "\u0661.2.3.4"])
def test_no_quad(text):
    assert wire.quad(text) is None


# -- digests -----------------------------------------------------------------------------------

def tables():
    lines, found = [], []
    for row in (VECTORS / "digest.txt").read_text("ascii").splitlines():
        word, _, rest = row.partition(" ")
        if word == "line":
            lines.append(rest)
        elif word == "digest":
            found.append((lines, rest))
            lines = []
        else:
            assert word in ("", "#")
    assert not lines
    return found


@pytest.mark.parametrize("lines, value", tables())
def test_digest_of_table(lines, value):
    assert f"{wire.digest(lines):016x}" == value
    assert wire.digest(reversed(lines)) == wire.digest(lines)


def test_digest_vectors_cover_the_wrap_and_nothing():
    sums = [sum(wire.fnv1a(line.encode()) for line in lines) for lines, _ in tables()]
    assert 0 in sums
    assert max(sums) >= 2**64


def test_digest_is_kept_by_sums():
    lines = tables()[-1][0]
    total = wire.digest(lines)
    assert (total - wire.fnv1a(lines[0].encode())) % 2**64 == wire.digest(lines[1:])


def test_delete_needs_only_its_key():
    frame = route(op=DELETE, gateway_ip="", oif="")
    assert wire.decode(wire.encode(frame)).line == "122.1.1.0/24  "
