# SPDX-License-Identifier: MIT
"""Chapter 5: the object in shared memory, its writer and its reader.

A store or load through a memoryview of 4 or 8 bytes is one access. They take effect in the order of the program on
machines that keep the order of stores, x86-64 among them; Python has no fence for the others."""
import fcntl
import mmap
import os
import stat
import struct

MAGIC, LAYOUT, SLOTS = 0x52544D2D41525031, 1, 16384
HEADER = struct.Struct("=QIIQII")
NEVER, DELETED = 0, 1
TRIES = 2000


def lock_whole(fd):
    """An exclusive open-file-description lock; False if another has it."""
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, struct.pack("hh4xqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
    except (BlockingIOError, PermissionError):
        return False
    return True


def file_of(name):
    if not name.startswith("/") or "/" in name[1:] or name in ("/", "/.", "/.."):
        raise ValueError("no name of a shared memory object")
    return "/dev/shm" + name


def home(name, capacity):
    product = int.from_bytes(name, "big") * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return product >> 65 - capacity.bit_length()


class View:
    """The numbers of a mapped object. Indexes are in units of the number's width."""

    def __init__(self, fd, size, access):
        self.map = mmap.mmap(fd, size, prot=access)
        self.bytes = memoryview(self.map)
        self.words = self.bytes[:size & ~7].cast("I")
        self.longs = self.bytes[:size & ~7].cast("Q")

    def epoch(self):
        return self.longs[2]

    def close(self):
        for view in (self.words, self.longs, self.bytes):
            view.release()
        self.map.close()


class Writer(View):
    """The server's object. Raises OSError where it cannot be had."""

    def __init__(self, name, epoch):
        self.path, self.capacity, self.count, self.probe = file_of(name), SLOTS, 0, 0
        self.where = {}  # MAC -> slot
        size = HEADER.size + 32 + self.capacity * 32
        self.remove_stale()
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
        try:
            lock_whole(self.fd)
            os.fchmod(self.fd, 0o640)
            os.posix_fallocate(self.fd, 0, size)
            super().__init__(self.fd, size, mmap.PROT_READ | mmap.PROT_WRITE)
        except OSError:
            os.unlink(self.path)
            os.close(self.fd)
            raise
        self.bytes[:HEADER.size] = HEADER.pack(MAGIC, LAYOUT, self.capacity, epoch, 0, 0)

    def remove_stale(self):
        """SHM-4, SHM-5"""
        try:
            fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return
        try:
            if not lock_whole(fd):
                raise BlockingIOError(11, "held by a process that lives", self.path)
            os.unlink(self.path)
        finally:
            os.close(fd)

    def remove(self):
        os.unlink(self.path)

    def write(self, slot, epoch, entry=None):
        """SHM-11"""
        word, at = 16 + slot * 8, 64 + slot * 32
        lock = self.words[word]
        self.words[word] = lock + 1 & 0xFFFFFFFF
        if entry:
            self.bytes[at + 4:at + 10], self.bytes[at + 12:at + 16] = entry
        self.longs[10 + slot * 4] = epoch
        self.words[word] = lock + 2 & 0xFFFFFFFF

    def full(self):
        return (self.count + 1) * 8 > self.capacity * 7

    def add(self, name, address):
        """name: six bytes, absent. address: four."""
        epoch, slot, steps = self.epoch(), home(name, self.capacity), 1
        while self.longs[10 + slot * 4] == epoch:
            slot, steps = (slot + 1) % self.capacity, steps + 1
        if steps > self.probe:
            self.probe = self.words[7] = steps
        self.write(slot, epoch, (name, address))
        self.where[name] = slot
        self.count = self.words[6] = self.count + 1

    def delete(self, name):
        slot = self.where.pop(name)
        self.write(slot, DELETED)
        self.count = self.words[6] = self.count - 1
        epoch = self.epoch()
        if self.longs[10 + (slot + 1) % self.capacity * 4] == NEVER:  # SHM-15
            while self.longs[10 + slot * 4] not in (epoch, NEVER):
                self.write(slot, NEVER)
                slot = (slot - 1) % self.capacity

    def flush(self, epoch):
        """SHM-12"""
        self.longs[2] = epoch
        self.where.clear()
        self.count = self.words[6] = 0


class Reader(View):
    """A client's view. Raises OSError or ValueError with the reason where it must not be used (SHM-22)."""

    def __init__(self, name, instance):
        fd = os.open(file_of(name), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            info = os.fstat(fd)
            if not stat.S_ISREG(info.st_mode) or info.st_size < 64:
                raise ValueError(f"too small, {info.st_size} bytes")
            magic, version, self.capacity, epoch, _, _ = HEADER.unpack(os.pread(fd, HEADER.size, 0))
            if magic != MAGIC or version != LAYOUT:
                raise ValueError(f"magic {magic:#x} and version {version}, expected {MAGIC:#x} and {LAYOUT}")
            if not 16 <= self.capacity <= 1 << 24 or self.capacity & self.capacity - 1:
                raise ValueError(f"{self.capacity} slots are not a power of two from 16 to 16777216")
            size = 64 + self.capacity * 32
            if info.st_size < size:
                raise ValueError(f"{info.st_size} bytes are too few for {self.capacity} slots")
            if epoch >> 32 != instance:
                raise ValueError(f"of instance {epoch >> 32}, the server's is {instance}")
            super().__init__(fd, size, mmap.PROT_READ)
        finally:
            os.close(fd)

    def find(self, name):
        """The address of a MAC, four bytes, or None (SHM-18 to SHM-21)."""
        epoch, slot, tries = self.epoch(), home(name, self.capacity), TRIES
        for _ in range(min(self.words[7], self.capacity)):
            word, at = 16 + slot * 8, 64 + slot * 32
            while True:
                before = self.words[word]
                found, entry = self.longs[10 + slot * 4], bytes(self.bytes[at + 4:at + 16])
                if before & 1 == 0 and self.words[word] == before:
                    if found == epoch and entry[:6] == name:
                        return entry[8:]
                    if found == NEVER:
                        return None
                    break
                if tries == 0:
                    break
                tries -= 1
                os.sched_yield()
            slot = (slot + 1) % self.capacity
        return None
