# SPDX-License-Identifier: MIT
"""One connection: bytes that wait, a reader, a socket that never blocks."""
import collections

from frames import Malformed, Reader
from loop import READ, WRITE

CHUNK = 16384  # read at once: fewer than 1,000 frames (ROB-13)


class Stream:
    def __init__(self, loop, sock, kinds, on_frame, on_end):
        """on_frame(*frame) for each whole frame, on_malformed(text) once, on_end() once."""
        self.loop, self.sock, self.reader = loop, sock, Reader(kinds)
        self.on_frame, self.on_end = on_frame, on_end
        self.queue, self.begun, self.waiting = collections.deque(), 0, 0
        self.queued = self.sent = 0
        self.reading, self.more, self.interest = True, None, READ
        sock.setblocking(False)
        loop.watch(sock.fileno(), self.ready)

    @property
    def open(self):
        return self.sock.fileno() >= 0

    def ready(self, events):
        if events & ~WRITE and self.reading:
            self.receive()
        if self.open and events & WRITE:
            self.flush()

    def receive(self):
        try:
            data = self.sock.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self.reader.feed(data)
        self.take()
        if not data and self.open:
            self.on_end()

    def take(self):
        try:
            while self.open and self.reading and (frame := self.reader.next()):
                self.on_frame(*frame)
        except Malformed as error:
            self.on_malformed(str(error))

    def put(self, data):
        self.queue.append(data)
        self.waiting += len(data)
        self.queued += len(data)

    def drop(self):
        """Forgets what waits, but for the rest of what is partly written."""
        head = self.queue.popleft() if self.begun else None
        self.queued -= self.waiting
        self.queue.clear()
        self.waiting = 0
        if head:
            end = self.cut(head)
            self.put(head[:end])
            self.queued -= self.begun
            self.waiting -= self.begun

    def cut(self, head):
        """Where the frame ends of which some bytes are written; head may hold many."""
        at = 0
        while at < self.begun:
            at += int.from_bytes(head[at:at + 4], "big")
        return at

    def flush(self):
        """Writes what fits; then asks `more` for more."""
        try:
            while self.queue or self.more and self.more():
                head = self.queue[0]
                if len(head) < 4096 and len(self.queue) > 1 and not self.begun:
                    head = self.join()
                count = self.sock.send(memoryview(head)[self.begun:])
                self.begun += count
                self.waiting -= count
                self.sent += count
                if self.begun == len(head):
                    self.queue.popleft()
                    self.begun = 0
        except BlockingIOError:
            pass
        except OSError:
            self.drop_all()
        self.care()

    def join(self):
        parts, size = [], 0
        while self.queue and size < 65536:
            parts.append(self.queue.popleft())
            size += len(parts[-1])
        self.queue.appendleft(b"".join(parts))
        return self.queue[0]

    def drop_all(self):
        self.queue.clear()
        self.begun = self.waiting = 0
        self.more = None

    def care(self):
        """Waits for what there is to wait for."""
        events = (READ if self.reading else 0) | (WRITE if self.queue else 0)
        if self.open and events != self.interest:
            self.interest = events
            self.loop.poll.modify(self.sock.fileno(), events)

    def close(self):
        if self.open:
            self.loop.unwatch(self.sock.fileno())
            self.sock.close()
            self.drop_all()
