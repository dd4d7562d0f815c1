# SPDX-License-Identifier: MIT
"""A codec for RTM/1, independent of every other one in the project.

Its numbers are written by hand from the chapters, never taken from spec/wire.def: two readings
of one text that agree are worth more than one reading used twice. Standard library only.

    rtmwire.py dump   < NAME.hex        says what a frame is
    rtmwire.py hex    < NAME.txt        the bytes of a dump
"""

import re
import sys
from collections import namedtuple

# -- chapter 3, by hand ------------------------------------------------------------------------

HEADER_SIZE = 24
HEADER = (  # field, offset, width
    ("length", 0, 4),
    ("type", 4, 1),
    ("op", 5, 1),
    ("flags", 6, 2),
    ("epoch", 8, 8),
    ("seq", 16, 8),
)

CLIENT, SERVER, BOTH = "client", "server", "both"
NONE, CREATE, UPDATE, DELETE = 0, 1, 2, 3
OPS = {"NONE": NONE, "CREATE": CREATE, "UPDATE": UPDATE, "DELETE": DELETE}

UINT, TEXT = "uint", "text"
Field = namedtuple("Field", "name kind offset width")
Type = namedtuple("Type", "name code sender body ops fields")


def _type(name, code, sender, body, *fields, ops=(NONE,)):
    return Type(name, code, sender, body, ops, tuple(Field(*field) for field in fields))


_TOTALS = (("routes", UINT, 0, 4), ("macs", UINT, 4, 4), ("digest", UINT, 8, 8))

TYPES = {
    t.name: t
    for t in (
        _type("HELLO", 1, CLIENT, 4, ("version_min", UINT, 0, 2), ("version_max", UINT, 2, 2)),
        _type("PID", 2, CLIENT, 4, ("pid", UINT, 0, 4)),
        _type("RESYNC", 3, CLIENT, 0),
        _type("WELCOME", 16, SERVER, 64, ("version", UINT, 0, 2), ("shm", TEXT, 2, 62)),
        _type("SNAPSHOT_BEGIN", 17, SERVER, 0),
        _type("ROUTE", 18, SERVER, 65, ("destination", TEXT, 0, 16), ("mask", UINT, 16, 1),
              ("gateway_ip", TEXT, 17, 16), ("oif", TEXT, 33, 32), ops=(CREATE, UPDATE, DELETE)),
        _type("MAC", 19, SERVER, 34, ("mac", TEXT, 0, 18), ("ip", TEXT, 18, 16),
              ops=(CREATE, DELETE)),
        _type("SNAPSHOT_END", 20, SERVER, 16, *_TOTALS),
        _type("FLUSH", 21, SERVER, 0),
        _type("DIGEST", 22, SERVER, 16, *_TOTALS),
        _type("ERROR", 23, SERVER, 128, ("code", UINT, 0, 2), ("text", TEXT, 2, 126)),
        _type("BYE", 32, BOTH, 0),
    )
}
BY_CODE = {t.code: t for t in TYPES.values()}
KEYS = {"ROUTE": ("destination", "mask"), "MAC": ("mac",)}

ERRORS = {"MALFORMED": 1, "VERSION": 2, "UNEXPECTED": 3, "DIGEST": 4, "PID": 5}

VERSION = 1
MASK_MAX = 32
OIF_MAX = 31
DIGEST_EVERY = 1024
FRAME_MAX = HEADER_SIZE + 128

# -- chapter 5, by hand ------------------------------------------------------------------------

SHM_MAGIC = 0x52544D2D41525031
SHM_VERSION = 1
SHM_MODE = 0o640
SHM_HEADER_SIZE = 64
SHM_SLOT_SIZE = 32
SHM_CAPACITY_MIN = 16
SHM_CAPACITY_MAX = 16 * 1024 * 1024
SHM_HASH = 0x9E3779B97F4A7C15
SHM_NEVER_USED, SHM_DELETED = 0, 1
SHM = (("magic", 0, 8), ("version", 8, 4), ("capacity", 12, 4), ("epoch", 16, 8), ("count", 24, 4),
       ("probe", 28, 4))
SLOT = (("lock", 0, 4), ("mac", 4, 6), ("ip", 12, 4), ("epoch", 16, 8))


class Malformed(Exception):
    """A frame that chapter 3 calls malformed. `rule` is the requirement that it breaks."""

    def __init__(self, rule, text):
        super().__init__(f"{rule}: {text}")
        self.rule = rule


class Frame:
    """One frame: the name of its type, its header, and the fields of its body by name."""

    def __init__(self, type, op=NONE, epoch=0, seq=0, flags=0, **fields):
        self.type, self.op, self.flags, self.epoch, self.seq = type, op, flags, epoch, seq
        blank = {f.name: "" if f.kind == TEXT else 0 for f in TYPES[type].fields}
        unknown = set(fields) - set(blank)
        if unknown:
            raise TypeError(f"{type} has no field {', '.join(sorted(unknown))}")
        self.fields = {**blank, **fields}

    def __getitem__(self, field):
        return self.fields[field]

    def __eq__(self, other):
        return isinstance(other, Frame) and vars(self) == vars(other)

    def __repr__(self):
        return "<" + " ".join(dump(self).split("\n")).strip() + ">"

    @property
    def line(self):
        """The canonical line of a ROUTE (chapter 1)."""
        return f"{self['destination']}/{self['mask']} {self['gateway_ip']} {self['oif']}"


# -- chapter 1: addresses, prefixes, digests ---------------------------------------------------

def quad(text):
    """The number of a strict dotted quad (TBL-11), or None."""
    number = "(0|[1-9][0-9]{0,2})"
    match = re.fullmatch(r"\.".join([number] * 4), text, re.ASCII)
    parts = [int(part) for part in match.groups()] if match else [256]
    return None if max(parts) > 255 else int.from_bytes(bytes(parts), "big")


def quad_text(number):
    return ".".join(str(byte) for byte in number.to_bytes(4, "big"))


def host_bits(address, mask):
    """The bits of an address below its mask (TBL-10)."""
    return address & ((1 << (32 - mask)) - 1)


def is_oif(text):
    """TBL-13: 1 to 31 printable ASCII bytes without blanks."""
    return re.fullmatch(r"[!-~]{1,31}", text) is not None


def fnv1a(data):
    h = 14695981039346656037
    for byte in data:
        h = ((h ^ byte) * 1099511628211) % 2**64
    return h


def digest(lines):
    """TBL-18: the sum of the hashes of the canonical lines."""
    return sum(fnv1a(line.encode("ascii")) for line in lines) % 2**64


# -- encoding ----------------------------------------------------------------------------------

def pack(frame, length=None):
    """The bytes of a frame, checked for nothing but that every value fits its width."""
    t = TYPES[frame.type]
    body = bytearray(t.body)
    for f in t.fields:
        value = frame[f.name]
        if f.kind == UINT:
            data = value.to_bytes(f.width, "big")
        else:
            data = value.encode("latin-1")
        if len(data) > f.width:
            raise ValueError(f"{f.name} has {len(data)} bytes, its field {f.width}")
        body[f.offset:f.offset + len(data)] = data
    values = dict(length=HEADER_SIZE + t.body if length is None else length, type=t.code,
                  op=frame.op, flags=frame.flags, epoch=frame.epoch, seq=frame.seq)
    return b"".join(values[name].to_bytes(width, "big") for name, _, width in HEADER) + body


def encode(frame):
    """The bytes of a legal frame. Malformed if it is not legal."""
    data = pack(frame)
    decode(data)
    return data


# -- decoding ----------------------------------------------------------------------------------

def _need(good, rule, text):
    if not good:
        raise Malformed(rule, text)


def check_header(data, sender=None):
    """Judge the first 24 bytes alone; the Type of the frame. A sender restricts the types."""
    h = {name: int.from_bytes(data[at:at + width], "big") for name, at, width in HEADER}
    t = BY_CODE.get(h["type"])
    _need(t, "FRM-1", f"type {h['type']} is unknown")
    _need(sender is None or t.sender in (sender, BOTH), "FRM-1", f"{t.name} is not a {sender}'s")
    want = HEADER_SIZE + t.body
    _need(h["length"] == want, "FRM-1", f"length of {t.name} is {h['length']}, not {want}")
    _need(h["flags"] == 0, "FRM-2", f"flags are {h['flags']}, not 0")
    _need(h["op"] in t.ops, "FRM-4", f"op of {t.name} is {h['op']}")
    return t, h


def _text(name, data):
    text, nul, rest = data.partition(b"\0")
    _need(nul, "FRM-3", f"{name} is not terminated")
    _need(not rest.strip(b"\0"), "FRM-3", f"{name} has bytes behind its NUL")
    return text.decode("latin-1")


def _check_route(frame):
    address, mask = quad(frame["destination"]), frame["mask"]
    _need(address is not None, "FRM-6", f"destination is {frame['destination']!r}")
    _need(mask <= MASK_MAX, "FRM-6", f"mask is {mask}")
    _need(host_bits(address, mask) == 0, "FRM-6",
          f"{frame['destination']}/{mask} has bits below its mask")
    if frame.op != DELETE:
        _need(quad(frame["gateway_ip"]) is not None, "FRM-6", f"gateway is {frame['gateway_ip']!r}")
        _need(is_oif(frame["oif"]), "FRM-6", f"oif is {frame['oif']!r}")


def _check_mac(frame):
    _need(re.fullmatch("[0-9a-f]{2}(:[0-9a-f]{2}){5}", frame["mac"]), "ARP-15",
          f"mac is {frame['mac']!r}")
    _need(frame["ip"] == "" or quad(frame["ip"]) is not None, "ARP-15", f"ip is {frame['ip']!r}")


def decode(data, sender=None):
    """The Frame that exactly these bytes are. Malformed says which rule they break."""
    _need(len(data) >= HEADER_SIZE, "FRM-1", f"{len(data)} bytes are no header")
    t, h = check_header(data, sender)
    _need(len(data) == h["length"], "FRM-1", f"{len(data)} bytes, length says {h['length']}")
    body, fields = data[HEADER_SIZE:], {}
    for f in t.fields:
        part = bytes(body[f.offset:f.offset + f.width])
        fields[f.name] = int.from_bytes(part, "big") if f.kind == UINT else _text(f.name, part)
    frame = Frame(t.name, h["op"], h["epoch"], h["seq"], h["flags"], **fields)
    if frame.op == DELETE:
        for name, value in fields.items():
            _need(name in KEYS[t.name] or not value, "FRM-5", f"{name} of a DELETE is {value!r}")
    if t.name == "ROUTE":
        _check_route(frame)
    if t.name == "MAC":
        _check_mac(frame)
    return frame


class Reader:
    """Frames out of a stream that may be cut anywhere."""

    def __init__(self, sender=None):
        self.sender = sender
        self.rest = b""

    def feed(self, data):
        """The frames that are complete now. A header is judged as soon as it is there."""
        self.rest += data
        frames = []
        while len(self.rest) >= HEADER_SIZE:
            _, h = check_header(self.rest[:HEADER_SIZE], self.sender)
            if len(self.rest) < h["length"]:
                break
            frames.append(decode(self.rest[:h["length"]], self.sender))
            self.rest = self.rest[h["length"]:]
        return frames


# -- text --------------------------------------------------------------------------------------

def _escape(value):
    return value.encode("unicode_escape").decode("ascii") if isinstance(value, str) else value


def _unescape(text):
    return text.encode("ascii").decode("unicode_escape")


def dump(frame):
    """`frame TYPE`, then a line `field value` for header and body. Numbers are decimal. A text is
    as it is, its unprintable bytes as \\xNN; an empty one is its field's name alone."""
    t = TYPES[frame.type]
    rows = [("length", HEADER_SIZE + t.body), ("type", t.code), ("op", frame.op),
            ("flags", frame.flags), ("epoch", frame.epoch), ("seq", frame.seq)]
    rows += [(f.name, _escape(frame[f.name])) for f in t.fields]
    return f"frame {t.name}\n" + "".join(
        f"{name}\n" if value == "" else f"{name} {value}\n" for name, value in rows)


def undump(text):
    """The Frame that dump() has written. ValueError if a line is missing, surplus or moved."""
    head, *rows = text.splitlines()
    t = TYPES[head.removeprefix("frame ")]
    values = dict(row.partition(" ")[::2] for row in rows)
    fields = {f.name: _unescape(values[f.name]) if f.kind == TEXT else int(values[f.name])
              for f in t.fields}
    header = {name: int(values[name]) for name in ("op", "epoch", "seq", "flags")}
    frame = Frame(t.name, **header, **fields)
    if dump(frame) != text:
        raise ValueError("not the dump of a frame: " + text)
    return frame


def to_hex(data):
    """16 bytes on a line, blanks between."""
    return "".join(data[at:at + 16].hex(" ") + "\n" for at in range(0, len(data), 16))


def main(argv):
    if argv[1:] == ["dump"]:
        sys.stdout.write(dump(decode(bytes.fromhex(sys.stdin.read()))))
    elif argv[1:] == ["hex"]:
        sys.stdout.write(to_hex(encode(undump(sys.stdin.read()))))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv)
