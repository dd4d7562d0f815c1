# SPDX-License-Identifier: MIT
"""Table files: chapter 7."""
import os

import tables
from console import words_of
from tables import Refused

TURN = 500  # rows before everybody else has a turn


def reason(path, error):
    return Refused("file", f"{path}: {error.strerror}: expected a file that can be used")


def row(line, known):
    """Key and value of a row. known keeps one copy of each text."""
    words = line.split()
    if ":" in words[0]:
        name, address = words_of(words, "MAC", "ADDRESS")
        tables.number(address)
        return tables.mac(name), known.setdefault(address, address)
    prefix, gateway, interface = words_of(words, "DEST/MASK", "GATEWAY", "OIF")
    key = tables.prefix_key(prefix)
    tables.number(gateway)
    value = gateway, tables.oif(interface)
    return key, known.setdefault(value, value)


class Load:
    """Checks all rows, then makes them, a part each turn. done(load, refusal or None) is called once."""

    def __init__(self, server, path, done):
        self.server, self.path, self.done = server, path, done
        try:
            self.file = open(path, encoding="latin-1", newline="\n")
        except OSError as error:
            raise reason(path, error) from None
        self.pending, self.known, self.number, self.order = {}, {}, 0, None
        self.routes = self.macs = 0

    def turn(self):
        """Whether there is more to do."""
        try:
            if self.order is None:
                self.check()
            else:
                self.apply()
        except Refused as error:
            self.end(Refused(error.kind, f"{self.path}:{self.number}: {error}"))
        except OSError as error:
            self.end(reason(self.path, error))
        return self.server.load is self

    def check(self):
        for _ in range(TURN):
            line = self.file.readline(1 << 16)
            if not line:
                self.order = iter(list(self.pending))
                return
            self.number += 1
            line = line.strip()
            if line and not line.startswith("#"):
                key, value = row(line, self.known)
                if key in self.pending or self.server.has(key):
                    raise Refused("exists", f"{line.split()[0]} is there already: expected a new one")
                if isinstance(key, str):
                    self.server.can_add(self.macs)
                    self.macs += 1
                else:
                    self.routes += 1
                self.pending[key] = value

    def apply(self):
        for _ in range(TURN):
            key = next(self.order, None)
            if key is None:
                return self.end(None)
            value = self.pending.pop(key)
            if isinstance(key, str):
                self.server.add_mac(key, value)
            else:
                self.server.create(key, *value)

    def end(self, refusal):
        self.file.close()
        self.server.load = None
        self.done(self, refusal)


def save(table, address, path):
    """Beside the file and then in its place, so that an older one stays if this fails (CON-19)."""
    try:
        if os.path.lexists(path) and not os.path.isfile(path):
            return write(table, address, path)
        write(table, address, path + ".new")
        os.replace(path + ".new", path)
    except OSError as error:
        try:
            os.unlink(path + ".new")
        except OSError:
            pass
        raise reason(path, error) from None


def write(table, address, path):
    with open(path, "w", encoding="ascii") as file:
        file.writelines(line + "\n" for line in table.inside(None, None, None))
        file.writelines(f"{name} {address(name)}\n" for name in sorted(table.macs))
