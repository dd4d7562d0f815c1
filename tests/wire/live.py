# SPDX-License-Identifier: MIT
"""The real programs, their consoles, and peers in Python that speak to them.

Every wait is for an event and has a deadline; nothing sleeps. A Place is a directory of its own
with all that runs in it: leaving it ends what was started, and looks for what was left behind.
"""

import ctypes
import fcntl
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
import rtmwire as wire
from rtmwire import CREATE, DELETE, UPDATE, Frame

ROOT = Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("RTM_BUILD", "build")).resolve()
DEADLINE = 20.0  # seconds for any one event; only a failure takes so long
SIOCOUTQ = 0x5411
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None)


def program(name):
    path = BUILD / name
    if not os.access(path, os.X_OK):
        pytest.fail(f"{path.name} is not in {path.parent.name}: run make first", pytrace=False)
    return str(path)


def environment(directory, **extra):
    """Nothing of the caller's but what runs programs and sanitizers."""
    keep = {name: value for name, value in os.environ.items()
            if name == "PATH" or name.endswith("SAN_OPTIONS")}
    return {**keep, "LC_ALL": "C", "HOME": str(directory), "TMPDIR": str(directory),
            "XDG_RUNTIME_DIR": str(directory), **extra}


def begin_child(prepare=None):
    """In the child: a test run that is killed must not leave servers behind, and the signals that a
    test blocks are its own affair."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    if prepare:
        prepare()


def until(end, what):
    """Seconds left. Fails when there are none."""
    left = end - time.monotonic()
    if left <= 0:
        raise AssertionError(f"no {what} within {DEADLINE:g} s")
    return left


def readable(fd, end, what):
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    while not poll.poll(until(end, what) * 1000):
        pass


class Answer:
    """Result rows and the closing line of a command."""

    def __init__(self, rows, closing):
        self.rows, self.closing = rows, closing
        self.ok = closing.startswith("ok ")
        self.values = dict(re.findall(r"(\w+)=(\S+)", closing)) if self.ok else {}
        self.kind = None if self.ok else closing.split()[1].rstrip(":")

    def __getitem__(self, name):
        return self.values[name]

    def __repr__(self):
        return "\n".join(self.rows + [self.closing])


class Program:
    """One program with the line protocol on pipes. `prepare` runs in its process before it starts."""

    def __init__(self, place, name, *args, stdin=subprocess.PIPE, prepare=None, **env):
        self.name, self.notices, self.rest = name, [], b""
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [program(name), *args], stdin=stdin, stdout=subprocess.PIPE, stderr=self.errors,
            cwd=place.directory, env=environment(place.directory, **env), bufsize=0,
            preexec_fn=lambda: begin_child(prepare))
        self.pid = self.process.pid

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode("utf-8", "replace")

    def write(self, text):
        """All of it, however full the pipe: what is answered meanwhile is kept."""
        data = text.encode("latin-1") if isinstance(text, str) else text
        fd, out = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(fd, False)
        poll, end = select.poll(), time.monotonic() + DEADLINE
        poll.register(fd, select.POLLOUT)
        poll.register(out, select.POLLIN)
        while data:
            for ready, _ in poll.poll(until(end, f"input taken by {self.name}") * 1000):
                if ready == fd:
                    data = data[os.write(fd, data[:65536]):]
                else:
                    self._read()

    def _read(self):
        data = os.read(self.process.stdout.fileno(), 65536)
        if not data:
            raise AssertionError(f"{self.name} has closed its output: {self.stderr()}")
        self.rest += data

    def _line(self, what):
        end = time.monotonic() + DEADLINE
        while b"\n" not in self.rest:
            readable(self.process.stdout.fileno(), end, f"{what} of {self.name}")
            self._read()
        line, _, self.rest = self.rest.partition(b"\n")
        return line.decode("ascii")

    def answer(self, what="answer"):
        """Rows and closing line of the oldest command not answered yet."""
        rows = []
        while True:
            line = self._line(what)
            if line.startswith("#"):
                self.notices.append(line)
            elif line.startswith(("ok ", "error: ")):
                return Answer(rows, line)
            else:
                rows.append(line)

    def ask(self, line):
        self.write(line + "\n")
        return self.answer(f"answer to {line!r}")

    def do(self, line):
        """A command that must succeed."""
        answer = self.ask(line)
        assert answer.ok, f"{line}: {answer}"
        return answer

    def notice(self, start):
        """The first notice not seen yet that starts so."""
        while True:
            while self.notices:
                line = self.notices.pop(0)
                if line.startswith(start):
                    return line
            line = self._line(f"notice {start!r}")
            assert line.startswith("#"), line
            self.notices.append(line)

    def until(self, command, **wanted):
        """Repeats a command until its closing line has these values."""
        end = time.monotonic() + DEADLINE
        while True:
            answer = self.do(command)
            if all(answer[name] == str(value) for name, value in wanted.items()):
                return answer
            until(end, f"{wanted} but {answer.closing!r}")

    def table(self):
        return sorted(self.do("show").rows)

    def wait(self):
        """The exit status; what is still written is read."""
        end = time.monotonic() + DEADLINE
        while True:
            readable(self.process.stdout.fileno(), end, f"end of {self.name}")
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return self.process.wait(until(end, f"exit of {self.name}"))
            self.rest += data

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        """Ends it, and says with what status: 0 unless it was asked for something else."""
        try:
            if self.process.poll() is None:
                self.signal(signal.SIGCONT)
                self.signal(signal.SIGTERM)
                return self.wait()
            return 0
        finally:
            self.process.kill()
            self.process.wait()
            for file in (self.process.stdin, self.process.stdout, self.errors):
                if file:
                    file.close()


class Peer:
    """One end of a connection, in Python. `sender` is what the other end is."""

    def __init__(self, sock, sender):
        self.sock, self.reader, self.frames, self.ended = sock, wire.Reader(sender), [], False

    def send(self, *items):
        """Frames, or bytes as they are, in one piece. The other end may be gone."""
        data = b"".join(item if isinstance(item, bytes) else wire.pack(item) for item in items)
        self.sock.settimeout(DEADLINE)
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def drip(self, *items):
        """The same byte by byte: each is taken before the next one is sent."""
        for byte in b"".join(item if isinstance(item, bytes) else wire.pack(item)
                             for item in items):
            self.send(bytes([byte]))
            end = time.monotonic() + DEADLINE
            while int.from_bytes(fcntl.ioctl(self.sock, SIOCOUTQ, bytes(4)), "little"):
                until(end, "byte taken")
                os.sched_yield()

    def pump(self, end, what):
        """Waits for bytes and takes them; False at the end of file."""
        readable(self.sock, end, what)
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError:
            data = b""
        self.frames += self.reader.feed(data)
        self.ended = not data
        return not self.ended

    def frame(self, what="frame"):
        """The next frame, or None at the end of file."""
        end = time.monotonic() + DEADLINE
        while not self.frames:
            if self.ended or not self.pump(end, what):
                assert self.reader.rest == b"", "the stream ends inside a frame"
                return None
        return self.frames.pop(0)

    def expect(self, type, **values):
        frame = self.frame(type)
        assert frame is not None, f"end of file, not {type}"
        self.check(frame, type, **values)
        return frame

    @staticmethod
    def check(frame, type, **values):
        assert frame.type == type, f"{frame}, not {type}"
        for name, value in values.items():
            found = frame.fields.get(name, getattr(frame, name, None))
            assert found == value, f"{name} of {frame} is not {value!r}"

    def skip_to(self, type, **values):
        """The next frame of this type, whatever comes before."""
        while True:
            frame = self.frame(type)
            assert frame is not None, f"end of file, no {type}"
            if frame.type == type:
                self.check(frame, type, **values)
                return frame

    def change(self, **values):
        """The next ROUTE; only DIGESTs may come before."""
        while True:
            frame = self.frame("ROUTE")
            if frame is None or frame.type != "DIGEST":
                self.check(frame, "ROUTE", **values)
                return frame

    def expect_end(self):
        frame = self.frame("end of file")
        assert frame is None, f"{frame}, not the end of file"

    def expect_error(self, code):
        """An ERROR after whatever was under way, and the end of file."""
        error = self.skip_to("ERROR")
        assert error["code"] == wire.ERRORS[code], error
        self.expect_end()
        return error

    def silent(self):
        """Whether nothing has come so far."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not self.frames and not poll.poll(0)

    def close(self):
        self.sock.close()


HELLO = Frame("HELLO", version_min=1, version_max=1)


class Replica:
    """A client that trusts nothing: it follows the stream and checks every number in it."""

    def __init__(self, peer):
        self.peer, self.table, self.shadow = peer, {}, None
        self.seq, self.epoch, self.synchronised = None, 0, False
        self.snapshots, self.since_digest, self.digests = 0, 0, 0

    def sums(self, table):
        return dict(routes=len(table), macs=0, digest=wire.digest(table.values()))

    def step(self):
        frame = self.peer.frame("frame of the server")
        assert frame is not None, "the server has closed"
        assert frame.epoch >= self.epoch, frame
        self.epoch = frame.epoch
        getattr(self, "on_" + frame.type.lower())(frame)
        return frame

    def on_snapshot_begin(self, frame):
        assert self.seq is None or frame.seq >= self.seq
        self.shadow, self.seq, self.since_digest = {}, frame.seq, 0

    def on_snapshot_end(self, frame):
        assert self.shadow is not None and frame.seq == self.seq
        self.peer.check(frame, "SNAPSHOT_END", **self.sums(self.shadow))
        self.table, self.shadow, self.synchronised = self.shadow, None, True
        self.snapshots += 1

    def on_route(self, frame):
        key = frame["destination"], frame["mask"]
        inside = self.shadow is not None
        table = self.shadow if inside else self.table
        if inside and frame.seq == 0:
            assert frame.op == CREATE, frame
        else:
            assert frame.seq == self.seq + 1, f"{frame} follows seq {self.seq}"
            assert inside or (frame.op == CREATE) == (key not in table), frame
            self.seq = frame.seq
            self.since_digest += 1
            assert self.since_digest <= wire.DIGEST_EVERY
        if frame.op == DELETE:
            table.pop(key, None)
        else:
            table[key] = frame.line

    def on_digest(self, frame):
        self.since_digest = 0
        if self.shadow is None:
            self.peer.check(frame, "DIGEST", seq=self.seq, **self.sums(self.table))
            self.digests += 1

    def run(self, seq):
        """Follows the stream until it is synchronised at this seq."""
        while not (self.synchronised and self.shadow is None and self.seq == int(seq)):
            self.step()
        return sorted(self.table.values())


class Place:
    """A directory and what runs in it."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="rtm-"))
        self.socket = self.directory / "rtm.sock"
        # the reference names its shared memory by its socket
        self.object = Path(f"/dev/shm/rtm-{wire.digest([str(self.socket.resolve())]):016x}")
        self.programs, self.peers, self.listener = [], [], None
        self.network = None  # address and port, of whoever listens there

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for peer in self.peers:
            peer.close()
        self.silence()
        statuses = {f"{p.name} {p.pid}": p.end() for p in reversed(self.programs)}
        left = sorted(path.name for path in self.directory.glob("rtm.sock*"))
        left += [str(self.object)] if self.object.exists() else []
        shutil.rmtree(self.directory)
        if kind is None:
            assert set(statuses.values()) <= {0}, statuses
            assert left == [], "left behind"

    def start(self, name, *args, **keywords):
        self.programs.append(Program(self, name, *args, **keywords))
        return self.programs[-1]

    def server(self, *args, **keywords):
        server = self.start("rtm-server", "--socket", str(self.socket), *args, **keywords)
        server.notice(f"# ready {self.socket}")
        return server

    def network_server(self, *args, at="127.0.0.1:0", **keywords):
        """A server that serves the network, too."""
        server = self.start("rtm-server", "--socket", str(self.socket), "--listen", at, *args,
                            **keywords)
        host, _, port = server.notice("# listening ").split()[-1].rpartition(":")
        self.network = host.strip("[]"), int(port)
        server.notice(f"# ready {self.socket}")
        return server

    def client(self, *args, **keywords):
        return self.start("rtm-client", "--socket", str(self.socket), *args, **keywords)

    def network_client(self, *args, **keywords):
        return self.start("rtm-client", "--connect", "%s:%d" % self.network, *args, **keywords)

    def connect(self):
        """A raw connection to the server."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(DEADLINE)
        sock.connect(str(self.socket))
        self.peers.append(Peer(sock, wire.SERVER))
        return self.peers[-1]

    def connect_network(self):
        """The same through the network."""
        self.peers.append(Peer(socket.create_connection(self.network, DEADLINE), wire.SERVER))
        return self.peers[-1]

    def hello(self):
        """A connection that has been welcomed."""
        peer = self.connect()
        peer.send(HELLO)
        peer.expect("WELCOME", version=1)
        return peer

    def replica(self):
        """A synchronised client in Python."""
        replica = Replica(self.hello())
        while not replica.synchronised:
            replica.step()
        replica.peer.send(Frame("PID", pid=os.getpid()))
        return replica

    def listen(self):
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(self.socket))
        self.listener.listen(8)

    def listen_network(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.network = self.listener.getsockname()

    def accept(self):
        """The next connection of a client."""
        readable(self.listener, time.monotonic() + DEADLINE, "connection of the client")
        self.peers.append(Peer(self.listener.accept()[0], wire.CLIENT))
        return self.peers[-1]

    def silence(self):
        """No server is here any more."""
        if self.listener:
            self.listener.close()
            self.listener = None
            self.socket.unlink(missing_ok=True)


__all__ = ["BUILD", "CREATE", "DEADLINE", "DELETE", "HELLO", "ROOT", "UPDATE", "Answer", "Frame",
           "Peer", "Place", "Program", "Replica", "environment", "program", "readable"]
