# SPDX-License-Identifier: MIT
"""Chapter 1: what a table is, how its keys are written, lookup and digest.

The key of a route is one number, destination * 64 + mask: numbers in order are prefixes in order."""
import re
import socket

from frames import MAC_TEXT, OIF, QUAD

MASK = re.compile("[12]?[0-9]|3[0-2]")


class Refused(Exception):
    """A refusal of chapter 7: its kind and what is to be said."""

    def __init__(self, kind, text):
        super().__init__(text)
        self.kind = kind


def quad(number):
    return socket.inet_ntoa(number.to_bytes(4, "big"))


def number(word):
    """TBL-11"""
    if not QUAD.fullmatch(word):
        raise Refused("address", f"'{word}' is no address: expected four numbers from 0 to 255 joined by dots")
    return int.from_bytes(socket.inet_aton(word), "big")


def prefix_key(word):
    destination, slash, mask = word.partition("/")
    address = number(destination)
    if not slash or not MASK.fullmatch(mask):
        raise Refused("mask", f"the mask of '{word}' is '{mask}': expected DEST/MASK with a mask from 0 to 32")
    mask = int(mask)
    if below(address, mask):
        raise Refused("prefix", f"{word} has bits below its mask: expected {quad(address - below(address, mask))}/{mask}")
    return address << 6 | mask


def below(address, mask):
    return address & (1 << 32 - mask) - 1


def prefix_text(key):
    return f"{quad(key >> 6)}/{key & 63}"


def oif(word):
    if not OIF.fullmatch(word):
        raise Refused("oif", f"'{word}' is no interface name: expected 1 to 31 printable bytes without blanks")
    return word


def mac(word):
    if not MAC_TEXT.fullmatch(word.lower()):
        raise Refused("mac", f"'{word}' is no MAC: expected six pairs of hexadecimal digits joined by colons")
    return word.lower()


def fnv1a(line):
    value = 14695981039346656037
    for byte in line.encode():
        value = (value ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return value


class Table:
    """Both tables: routes by key, MACs by text, and their digest (TBL-18)."""

    def __init__(self):
        self.routes = {}
        self.macs = {}
        self.digest = 0
        self.masks = [0] * 33
        self.keys = None  # of a snapshot, shared by all that begin before a key comes or goes

    def line(self, key):
        return f"{prefix_text(key)} %s %s" % self.routes[key]

    def put(self, key, gateway, interface):
        if key in self.routes:
            self.digest -= fnv1a(self.line(key))
        else:
            self.masks[key & 63] += 1
            self.keys = None
        self.routes[key] = gateway, interface
        self.digest = self.digest + fnv1a(self.line(key)) & 0xFFFFFFFFFFFFFFFF

    def drop(self, key):
        self.digest = self.digest - fnv1a(self.line(key)) & 0xFFFFFFFFFFFFFFFF
        self.masks[key & 63] -= 1
        self.keys = None
        del self.routes[key]

    def put_mac(self, name, address):
        if name not in self.macs:
            self.digest = self.digest + fnv1a(name) & 0xFFFFFFFFFFFFFFFF
        self.macs[name] = address

    def drop_mac(self, name):
        self.digest = self.digest - fnv1a(name) & 0xFFFFFFFFFFFFFFFF
        del self.macs[name]

    def totals(self):
        return len(self.routes), len(self.macs), self.digest

    def all_keys(self):
        """Every key of now, as a list that nobody changes."""
        if self.keys is None:
            self.keys = list(self.routes)
        return self.keys

    def match(self, address):
        """The key of the longest match, or None (TBL-16)."""
        for mask in range(32, -1, -1):
            key = address - below(address, mask) << 6 | mask
            if self.masks[mask] and key in self.routes:
                return key
        return None

    def inside(self, within, gateway, interface):
        """The lines that fit a filter, in order (TBL-15, CON-6). None stands for any."""
        for key in sorted(self.routes):
            if within is not None:
                address, mask = within >> 6, within & 63
                if key & 63 < mask or (key >> 6) - below(key >> 6, mask) != address:
                    continue
            value = self.routes[key]
            if gateway in (None, value[0]) and interface in (None, value[1]):
                yield self.line(key)
