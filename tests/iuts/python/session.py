# SPDX-License-Identifier: MIT
"""The server's side of one connection: chapters 4 and 6."""
import os
import select
import signal
import socket
import struct

import frames
from frames import CREATE, FAULT, frame
from stream import Stream

BACKLOG = 4 << 20  # bytes that wait before they are dropped for a new snapshot (ROB-3)
STEP = 256  # routes of a snapshot at once
LINGER = 5  # seconds for a peer to take what was said last
SO_PEERPIDFD = 77


class Session:
    def __init__(self, server, sock, number):
        self.server, self.number = server, number
        self.peer = struct.unpack("3i", sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        self.stream = Stream(server.loop, sock, frames.FROM_CLIENT, self.on_frame, self.end)
        self.stream.on_malformed = lambda text: self.fail(frames.MALFORMED, text)
        self.stream.more = self.step
        self.state = "connected"  # snapshot, synchronised, parting (BYE was read), closing
        self.keys = self.macs = None  # of the snapshot: what is still to be sent
        self.seq, self.mark, self.asked, self.answered = 0, None, False, None
        self.pid_seen, self.pid, self.handle = False, 0, None

    # -- what the client says

    def on_frame(self, kind, op, epoch, seq, fields):
        if self.state == "closing":
            return
        if (kind == frames.HELLO) != (self.state == "connected") or self.state == "parting":
            return self.fail(frames.UNEXPECTED, f"{frames.NAMES[kind]} is not expected in state {self.state}")
        {frames.HELLO: self.on_hello, frames.PID: self.on_pid, frames.RESYNC: self.on_resync,
         frames.BYE: self.on_bye}[kind](seq, *fields)

    def on_hello(self, _, lowest, highest):
        if not lowest <= 1 <= highest:
            return self.fail(frames.VERSION, f"versions {lowest} to {highest} are not spoken here, expected 1 among them")
        self.put(frames.WELCOME, 1, self.server.shm_name().encode())
        self.snapshot()

    def on_pid(self, _, pid):
        if self.mark is None or self.stream.sent < self.mark or self.pid_seen:
            why = "a second PID" if self.pid_seen else "a PID before SNAPSHOT_END"
            return self.fail(frames.UNEXPECTED, why + ": expected one, behind SNAPSHOT_END or FLUSH")
        self.pid_seen = True
        if pid != self.peer:
            self.put(frames.ERROR, frames.BAD_PID, f"pid {pid} is not yours: expected {self.peer}".encode())
        else:
            self.register()

    def register(self):
        """REG-2: a handle of the process at the other end, or none."""
        sock = self.stream.sock
        try:
            try:
                handle = struct.unpack("i", sock.getsockopt(socket.SOL_SOCKET, SO_PEERPIDFD, 4))[0]
            except OSError:
                handle = os.pidfd_open(self.peer)
            self.handle = handle
            signal.pidfd_send_signal(handle, 0)
        except ProcessLookupError as error:
            self.unregister()
            return self.server.without_handle(error) if self.handle is None and not self.hung_up() else None
        except OSError as error:
            self.unregister()
            return self.server.without_handle(error)
        if self.hung_up():
            return self.unregister()
        self.pid = self.peer

    def hung_up(self):
        poll = select.poll()
        poll.register(self.stream.sock, 0)
        return bool(poll.poll(0))

    def unregister(self):
        if self.handle is not None:
            os.close(self.handle)
        self.pid, self.handle = 0, None

    def on_resync(self, seq):
        if self.answered == seq:
            return self.fail(frames.BAD_DIGEST, f"seq {seq} did not fit again: expected a copy that does")
        self.asked = True
        self.snapshot()

    def on_bye(self, _):
        if FAULT == "forgets-bye":
            return
        self.state, self.keys = "parting", None
        self.unregister()
        self.stream.drop()
        self.server.leave(self)

    # -- what it is told

    def put(self, kind, *fields, op=frames.NONE, seq=None):
        self.send(frame(kind, *fields, op=op, epoch=self.server.epoch, seq=self.server.seq if seq is None else seq))

    def send(self, data):
        self.stream.put(data)
        self.server.dirty.add(self)

    def change(self, data, seq):
        """A frame that goes to all who were welcomed."""
        if self.state not in ("snapshot", "synchronised"):
            return
        if self.stream.waiting > BACKLOG:
            self.stream.drop()
            if self.mark is not None and self.mark > self.stream.queued:
                self.mark = None
            self.snapshot()
        else:
            self.seq = seq
            self.send(data)

    def snapshot(self):
        """SYN-1: begins one, also while one is running (SYN-20)."""
        self.state, self.seq = "snapshot", self.server.seq
        self.put(frames.SNAPSHOT_BEGIN)
        table = self.server.table
        self.keys, self.macs, self.at = table.all_keys(), list(table.macs), 0

    def step(self):
        """The next routes of the snapshot, as soon as nothing waits (S5 b); False if there are none."""
        if self.keys is None:
            return False
        table, epoch = self.server.table, self.server.epoch
        data = []
        while self.at < len(self.keys) and len(data) < STEP:
            key = self.keys[self.at]
            self.at += 1
            if key in table.routes:
                data.append(self.server.route(CREATE, key, epoch, 0))
        if len(data) < STEP:
            data += [self.server.mac(CREATE, name, epoch, 0) for name in self.macs if name in table.macs]
            routes, macs, digest = table.totals()
            data.append(frame(frames.SNAPSHOT_END, routes, macs, digest ^ (FAULT == "digest"), epoch=epoch,
                              seq=self.server.seq))
            self.keys, self.state, self.seq = None, "synchronised", self.server.seq
            if self.asked:
                self.asked, self.answered = False, self.server.seq
        self.stream.put(b"".join(data))
        if self.keys is None and self.mark is None:
            self.mark = self.stream.queued
        return True

    def flushed(self, data):
        """FLU-3, FLU-6"""
        if self.state not in ("snapshot", "synchronised"):
            return
        self.keys, self.state, self.seq = None, "synchronised", self.server.seq
        self.send(data)
        if self.mark is None:
            self.mark = self.stream.queued

    def signal(self):
        """FLU-4; whether it was signalled."""
        try:
            if self.pid:
                signal.pidfd_send_signal(self.handle, signal.SIGUSR1)
                return True
        except OSError:
            pass
        return False

    # -- the end

    def fail(self, code, text):
        """The server's last words."""
        self.part()
        self.put(frames.ERROR, code, text.encode()[:125])
        self.stream.flush()
        self.shut()

    def part(self):
        self.state, self.keys = "closing", None
        self.unregister()
        self.server.leave(self)
        self.stream.flush()
        self.stream.drop()

    def shut(self):
        """What the peer still says is read and dropped, or the end would take the last words with it."""
        self.server.loop.after(LINGER, self.stream.close)
        self.stream.more = self.shut_when_sent
        self.stream.on_frame = lambda *_: None
        self.stream.take = self.stream.reader.data.clear
        self.shut_when_sent()

    def shut_when_sent(self):
        if not self.stream.queue and self.stream.open:
            try:
                self.stream.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass
        return False

    def bye(self):
        """SES-9"""
        if self.stream.open and self.state != "closing":
            self.keys = None
            self.unregister()
            self.put(frames.BYE)

    def end(self):
        self.state, self.keys = "closing", None
        self.unregister()
        self.server.leave(self)
        self.stream.close()
