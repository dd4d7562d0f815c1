# SPDX-License-Identifier: MIT
"""Chapter 3: frames as bytes. Numbers by hand from the text, never from wire.def."""
import os
import re
import struct

HELLO, PID, RESYNC = 1, 2, 3
WELCOME, SNAPSHOT_BEGIN, ROUTE, MAC, SNAPSHOT_END, FLUSH, DIGEST, ERROR = range(16, 24)
BYE = 32
NONE, CREATE, UPDATE, DELETE = range(4)
MALFORMED, VERSION, UNEXPECTED, BAD_DIGEST, BAD_PID = range(1, 6)

NAMES = {1: "HELLO", 2: "PID", 3: "RESYNC", 16: "WELCOME", 17: "SNAPSHOT_BEGIN", 18: "ROUTE", 19: "MAC",
         20: "SNAPSHOT_END", 21: "FLUSH", 22: "DIGEST", 23: "ERROR", 32: "BYE"}
FAULT = os.environ.get("FAULT")  # what a test of the suite has it do wrong
HEADER = struct.Struct(("=" if FAULT == "host-order" else ">") + "IBBHQQ")
BODIES = {kind: struct.Struct(">" + shape) for kind, shape in {
    HELLO: "HH", PID: "I", RESYNC: "", WELCOME: "H62s", SNAPSHOT_BEGIN: "", ROUTE: "16sB16s32s", MAC: "18s16s",
    SNAPSHOT_END: "IIQ", FLUSH: "", DIGEST: "IIQ", ERROR: "H126s", BYE: ""}.items()}
OPS = {ROUTE: (CREATE, UPDATE, DELETE), MAC: (CREATE, DELETE)}
FROM_CLIENT = {HELLO, PID, RESYNC, BYE}
FROM_SERVER = set(NAMES) - {HELLO, PID, RESYNC}

BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
QUAD = re.compile(rf"{BYTE}(?:\.{BYTE}){{3}}")
MAC_TEXT = re.compile("[0-9a-f]{2}(:[0-9a-f]{2}){5}")
OIF = re.compile("[!-~]{1,31}")


class Malformed(Exception):
    """What breaks chapter 3, and what was expected."""


def frame(kind, *fields, op=NONE, epoch=0, seq=0):
    """The bytes of a frame. struct fills texts up with NUL."""
    body = BODIES[kind].pack(*fields)
    return HEADER.pack(24 + len(body), kind, op, 0, epoch, seq) + body


def text(raw, name):
    value, nul, rest = raw.partition(b"\0")
    if not nul or rest.strip(b"\0"):
        raise Malformed(f"{name} is no text that ends with NUL and is NUL from there on")
    return value.decode("latin-1")


def header(data, at, kinds):
    """The numbers of the header at `at`, judged: length, kind, op, epoch, seq."""
    length, kind, op, flags, epoch, seq = HEADER.unpack_from(data, at)
    if kind not in kinds:
        raise Malformed(f"type {kind} is unknown or not yours to send, expected one of "
                        + ", ".join(NAMES[k] for k in sorted(kinds)))
    want = 24 + BODIES[kind].size
    if length != want:
        raise Malformed(f"length of {NAMES[kind]} is {length}, expected {want}")
    if flags:
        raise Malformed(f"flags are {flags}, expected 0")
    if op not in OPS.get(kind, (NONE,)):
        raise Malformed(f"op of {NAMES[kind]} is {op}, expected one of {OPS.get(kind, (NONE,))}")
    return length, kind, op, epoch, seq


def route_fields(op, destination, mask, gateway, oif):
    """Key number (tables.py) and value of a ROUTE, judged (FRM-3, FRM-5, FRM-6)."""
    destination, gateway, oif = (text(raw, name) for raw, name in
                                 ((destination, "destination"), (gateway, "gateway_ip"), (oif, "oif")))
    if not QUAD.fullmatch(destination) or mask > 32:
        raise Malformed(f"prefix is {destination!r}/{mask}")
    number = 0
    for part in destination.split("."):
        number = number << 8 | int(part)
    if number & (1 << 32 - mask) - 1:
        raise Malformed(f"{destination}/{mask} has bits below its mask")
    if op == DELETE:
        if gateway or oif:
            raise Malformed("a DELETE has more than its key")
    elif not QUAD.fullmatch(gateway) or not OIF.fullmatch(oif):
        raise Malformed(f"gateway is {gateway!r}, interface {oif!r}")
    return number << 6 | mask, gateway, oif


def mac_fields(op, mac, ip):
    mac, ip = text(mac, "mac"), text(ip, "ip")
    if not MAC_TEXT.fullmatch(mac) or ip and not QUAD.fullmatch(ip):
        raise Malformed(f"mac is {mac!r}, ip {ip!r}")
    if op == DELETE and ip:
        raise Malformed("a DELETE has more than its key")
    return mac, ip


def fields(kind, op, values):
    if kind == ROUTE:
        return route_fields(op, *values)
    if kind == MAC:
        return mac_fields(op, *values)
    if kind in (WELCOME, ERROR):
        return values[0], text(values[1], "text")
    return values


class Reader:
    """Frames out of a stream that is cut anywhere."""

    def __init__(self, kinds):
        self.kinds = kinds
        self.data = bytearray()
        self.at = 0

    def feed(self, data):
        del self.data[:self.at]
        self.at = 0
        self.data += data

    def next(self):
        """(kind, op, epoch, seq, fields) of the next whole frame, or None. A header is judged as soon as it is there."""
        if len(self.data) - self.at < 24:
            return None
        length, kind, op, epoch, seq = header(self.data, self.at, self.kinds)
        if len(self.data) - self.at < length:
            return None
        values = BODIES[kind].unpack_from(self.data, self.at + 24)
        self.at += length
        return kind, op, epoch, seq, fields(kind, op, values)
