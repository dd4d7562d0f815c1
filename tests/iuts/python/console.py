# SPDX-License-Identifier: MIT
"""Chapter 7: the line protocol on standard input and output, the same for server and client."""
import collections
import os
import select

import tables
from loop import WRITE
from tables import Refused

LONGEST = 16384  # bytes of a line: any program takes 4,095 (CON-9)
TURN = 200  # commands before everybody else has a turn (ROB-13)
UNREAD = 1 << 20  # bytes of answers that wait before no more commands are taken


def words_of(rest, *names):
    """Exactly these words."""
    if len(rest) < len(names):
        raise Refused("syntax", f"{names[len(rest)]} is missing: expected {' '.join(names)}")
    if len(rest) > len(names):
        raise Refused("syntax", f"'{rest[len(names)]}' is a word too many: expected {' '.join(names) or 'nothing more'}")
    return rest


class Console:
    """commands: name -> function(words) -> the closing line behind `ok NAME`, or None where it is answered later."""

    def __init__(self, loop, commands):
        self.loop, self.commands = loop, commands
        self.lines, self.rest, self.overlong = collections.deque(), b"", False
        self.out, self.size = collections.deque(), 0
        self.paused = lambda: False
        self.writing = False
        self.input = 0
        loop.before_wait.append(self.work)
        if os.isatty(0):
            self.commands = {**commands, "menu": self.menu}
            self.menu([])
        loop.watch(0, self.read)

    def menu(self, _):
        for number, name in enumerate(sorted(self.commands), 1):
            self.say(f"{number:3}. {name}")
        return ""

    def read(self, _):
        try:
            data = os.read(0, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.loop.unwatch(0)
            self.input = None
            data = b"\n" if self.rest or self.overlong else b""
        parts = (self.rest + data).split(b"\n")
        for part in parts[:-1]:
            self.lines.append(None if self.overlong or len(part) > LONGEST else part)
            self.overlong = False
        self.rest = parts[-1]
        if len(self.rest) > LONGEST:
            self.rest, self.overlong = b"", True
        self.work_later()

    def work_later(self):
        """No more is read while there is enough to do."""
        if self.input is not None and (self.lines or self.size > UNREAD) == (0 in self.loop.handlers):
            if 0 in self.loop.handlers:
                self.loop.unwatch(0)
            else:
                self.loop.watch(0, self.read)

    def work(self):
        """A turn's commands; whether there is more to do at once."""
        for _ in range(TURN):
            if not self.lines or self.paused() or self.size > UNREAD or not self.loop.running:
                break
            self.answer(self.lines.popleft())
        self.work_later()
        self.write()
        return bool(self.lines) and not self.paused() and self.size <= UNREAD

    def answer(self, line):
        try:
            if line is None:
                raise Refused("syntax", f"the line is too long: expected at most {LONGEST} bytes")
            if any(byte != 9 and not 32 <= byte < 127 for byte in line):
                raise Refused("syntax", "the line has a byte that is neither printable ASCII nor a tab: expected a command")
            words = line.decode().split()
            if words and not words[0].startswith("#"):
                self.command(words)
        except Refused as error:
            self.say(f"error: {error.kind}: {error}")

    def command(self, words):
        name = " ".join(words[:2])
        if name not in self.commands:
            name = words[0]
        if name not in self.commands:
            if name.isdigit() and 0 < int(name) <= len(self.commands) and os.isatty(0):
                name = sorted(self.commands)[int(name) - 1]
                return self.command([*name.split(), *words[1:]])
            raise Refused("syntax", f"'{name}' is no command: expected one of {', '.join(sorted(self.commands))}")
        text = self.commands[name](words[len(name.split()):])
        if text is not None:
            self.say(f"ok {name} {text}".rstrip())

    def say(self, *lines):
        data = "".join(line + "\n" for line in lines).encode("ascii", "backslashreplace")
        self.out.append(data)
        self.size += len(data)

    def write(self, _=None):
        """Never blocks: 4,096 bytes always fit where poll(2) says that there is room."""
        poll = select.poll()
        poll.register(1, WRITE)
        try:
            while self.out and poll.poll(0):
                if len(self.out) > 1 and len(self.out[0]) < 4096:
                    self.out = collections.deque([b"".join(self.out)])
                head = self.out.popleft()
                count = os.write(1, head[:4096])
                self.size -= count
                if count < len(head):
                    self.out.appendleft(memoryview(head)[count:])
        except OSError:
            self.out.clear()
            self.size = 0
        if self.writing != bool(self.out):
            self.writing = bool(self.out)
            if self.writing:
                self.loop.watch(1, self.write, WRITE)
            else:
                self.loop.unwatch(1)


def filter_of(rest):
    """[DEST/MASK] [via GATEWAY] [dev OIF]"""
    within = gateway = interface = None
    words = collections.deque(rest)
    if words and words[0] not in ("via", "dev"):
        within = tables.prefix_key(words.popleft())
    for name, what in ("via", "GATEWAY"), ("dev", "OIF"):
        if words and words[0] == name:
            words.popleft()
            if not words:
                raise Refused("syntax", f"{what} is missing: expected {name} {what}")
            if name == "via":
                gateway = words.popleft()
                tables.number(gateway)
            else:
                interface = tables.oif(words.popleft())
    if words:
        raise Refused("syntax", f"'{words[0]}' is out of place: expected [DEST/MASK] [via GATEWAY] [dev OIF]")
    return within, gateway, interface


def readers(owner, console, state):
    """The commands that server and client share. owner.table is the table, owner.address(mac) the text of an address,
    state() what is added to closing lines."""
    def show(rest):
        rows = list(owner.table.inside(*filter_of(rest)))
        console().say(*rows)
        return f"routes={len(rows)}{state()}"

    def show_arp(rest):
        words_of(rest)
        rows = [f"{name} {owner.address(name)}" for name in sorted(owner.table.macs)]
        console().say(*rows)
        return f"macs={len(rows)}{state()}"

    def lookup(rest):
        word, = words_of(rest, "ADDRESS or MAC")
        if ":" in word:
            name = tables.mac(word)
            rows = [f"{name} {owner.address(name)}"] if name in owner.table.macs else []
            console().say(*rows)
            return f"macs={len(rows)}{state()}"
        key = owner.table.match(tables.number(word))
        console().say(*([] if key is None else [owner.table.line(key)]))
        return f"routes={int(key is not None)}{state()}"

    def help_(rest):
        words_of(rest)
        console().say(*sorted(console().commands))
        return ""

    return {"show": show, "show arp": show_arp, "lookup": lookup, "help": help_}
