# SPDX-License-Identifier: MIT
"""Flush, registration and who is signalled, at the real server. The clients that are signalled are
this process, which takes its signals one by one, or children of it."""

import ctypes
import errno
import os
import platform
import resource
import signal
import socket
import struct

import pytest
import rtmwire as wire
from live import CREATE, HELLO, Frame, Peer, Replica

A, B = "10.0.0.0/8 1.1.1.1 eth0", "20.1.0.0/16 2.2.2.2 eth1"
SO_PEERPIDFD = 77
CALLS = {"x86_64": dict(getsockopt=55), "aarch64": dict(getsockopt=209)}
EVERYWHERE = dict(pidfd_send_signal=424, pidfd_open=434)


class Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


def refusing(*rules):
    """What makes system calls fail in the process that runs it and in what that one starts. A rule
    is a call, an errno, and perhaps the number and value of an argument that it is about."""
    numbers = {**EVERYWHERE, **CALLS.get(platform.machine(), {})}
    load, equal, give = 0x20, 0x15, 0x06  # words of the BPF machine
    code = []
    for call, error, *argument in rules:
        if call not in numbers:
            pytest.skip(f"the number of {call} on {platform.machine()} is not known here")
        code += [(load, 0, 0, 0), (equal, 0, 3 if argument else 1, numbers[call])]
        if argument:
            code += [(load, 0, 0, 16 + 8 * argument[0]), (equal, 0, 1, argument[1])]
        code += [(give, 0, 0, 0x00050000 | error)]
    code += [(give, 0, 0, 0x7fff0000)]
    program = Filter(len(code), b"".join(struct.pack("=HBBI", *word) for word in code))
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare():
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.byref(program), 0, 0):
            raise OSError(ctypes.get_errno(), "seccomp")
    return prepare


NO_PEERPIDFD = ("getsockopt", errno.ENOPROTOOPT, 2, SO_PEERPIDFD)
NO_OPEN = ("pidfd_open", errno.ENOSYS)
NO_SEND = ("pidfd_send_signal", errno.ENOSYS)


class Signals:
    """SIGUSR1 of this process, which blocks it."""

    def taken(self):
        """Who has sent those that are pending: one at most, since they coalesce."""
        senders = []
        while info := signal.sigtimedwait([signal.SIGUSR1], 0):
            senders.append(info.si_pid)
        return senders


@pytest.fixture
def signals():
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    yield Signals()
    Signals().taken()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def listed(server, pid, count=1):
    """Waits until so many clients are registered with this pid, and nobody with another one."""
    while True:
        rows = server.do("show clients").rows
        pids = [row.split()[1] for row in rows]
        assert set(pids) <= {f"pid={pid}", "pid=0"}, rows
        if pids.count(f"pid={pid}") == count:
            return


def registered(place, server, count=1):
    replicas = [place.replica() for _ in range(count)]
    listed(server, os.getpid(), count)
    return replicas


def flush(server, signalled):
    answer = server.do("flush")
    assert answer["signalled"] == str(signalled), answer
    return answer


def expect_flush(peer, flushes, seq):
    """Whatever older comes before it; the server goes on behind it."""
    epoch = peer.skip_to("FLUSH", seq=seq).epoch
    assert epoch & 0xffffffff == flushes


def unconnected(place):
    """A peer whose connection a child is to make: the kernel then names that child."""
    peer = Peer(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM), wire.SERVER)
    place.peers.append(peer)
    return peer


def fork(run):
    """The pid of a child that runs it; it ends with 0 unless something was raised."""
    pid = os.fork()
    if pid == 0:
        try:
            run()
            os._exit(0)
        except BaseException:
            os._exit(99)
    return pid


# -- the server's tables and streams ------------------------------------------------------------

def test_flush_empties_and_tells_everybody(place, signals):
    """FLU-1 FLU-2 FLU-3 FLU-4 REG-1"""
    server = place.server()
    server.do(f"create {A}")
    one, = registered(place, server)
    two = place.hello()
    two.skip_to("SNAPSHOT_END")
    answer = flush(server, 1)
    assert (answer["seq"], answer["flushes"]) == ("2", "1")
    assert server.do("show").rows == []
    assert signals.taken() == [server.pid]
    server.do(f"create {B}")
    for peer in (one.peer, two):
        expect_flush(peer, 1, 2)
        route = peer.change(op=CREATE, seq=3, destination="20.1.0.0")
        assert route.epoch & 0xffffffff == 1
    late = place.replica()
    assert late.run(3) == [B] and late.epoch & 0xffffffff == 1
    assert server.do("stats").rows[1] == "flushes 1"


def test_a_flush_ends_a_snapshot(place, signals):
    """FLU-6 FLU-8; and a PID is in place behind it (SES-4)"""
    server = place.server()
    rows = place.directory / "rows"
    rows.write_text("".join(f"10.{i >> 8}.{i & 255}.0/24 1.1.1.1 e\n" for i in range(20000)))
    server.do(f"load {rows}")
    peer = place.hello()
    flush(server, 0)
    server.do(f"create {A}")
    while (frame := peer.frame()).type != "FLUSH":
        assert frame.type != "SNAPSHOT_END"
    peer.change(op=CREATE, destination="10.0.0.0", mask=8)
    peer.send(Frame("PID", pid=os.getpid()))
    listed(server, os.getpid())
    flush(server, 1)


def test_flush_while_a_load_runs(place):
    """CON-22"""
    server = place.server()
    rows = place.directory / "rows"
    rows.write_text("".join(f"10.{i >> 8}.{i & 255}.0/24 1.1.1.1 e\n" for i in range(60000)))
    server.write(f"load {rows}\nflush\nwait\n")
    refused = server.answer()
    assert refused.kind == "busy", refused
    answers = {server.answer().closing.split()[1] for _ in range(2)}
    assert answers == {"load", "wait"}
    assert flush(server, 0)["seq"] == "60001"


@pytest.mark.parametrize("words", ["flush now", "flushes", "FLUSH"])
def test_flush_has_no_words(place, words):
    server = place.server()
    server.do(f"create {A}")
    assert server.ask(words).kind == "syntax"
    assert server.table() == [A]


def test_a_signal_does_not_end_the_server(place):
    server = place.server()
    server.do(f"create {A}")
    server.signal(signal.SIGUSR1)
    assert server.table() == [A]


# -- who is signalled ---------------------------------------------------------------------------

@pytest.mark.parametrize("how", ["silent", "forged", "bye", "closed", "expelled"])
def test_who_is_not_registered_gets_no_signal(place, signals, how):
    """REG-3 REG-5 SES-14; another connection of the same process stays registered (REG-6)"""
    server = place.server()
    stays, = registered(place, server)
    if how in ("silent", "forged"):
        peer = place.hello()
        peer.skip_to("SNAPSHOT_END")
        if how == "forged":
            peer.send(Frame("PID", pid=server.pid))
            peer.skip_to("ERROR")
    else:
        goes, = [place.replica()]
        listed(server, os.getpid(), 2)
        if how == "bye":
            goes.peer.send(Frame("BYE"))
        elif how == "closed":
            goes.peer.close()
        else:
            goes.peer.send(HELLO)
        listed(server, os.getpid(), 1)
    flush(server, 1)
    assert signals.taken() == [server.pid]
    expect_flush(stays.peer, 1, 1)
    if how in ("silent", "forged"):
        expect_flush(peer, 1, 1)
    stays.peer.send(Frame("BYE"))
    listed(server, os.getpid(), 0)
    flush(server, 0)
    assert signals.taken() == []


def test_a_dead_client_whose_connection_lives(place, signals):
    """REG-2: its handle reaches nobody, whoever has its number"""
    server = place.server()
    peer = unconnected(place)

    def run():
        peer.sock.connect(str(place.socket))
        peer.send(HELLO)
        peer.skip_to("SNAPSHOT_END")
        peer.send(Frame("PID", pid=os.getpid()))
        signal.sigwait([signal.SIGUSR1])

    pid = fork(run)
    listed(server, pid)
    flush(server, 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    flush(server, 0)
    assert len(server.do("show clients").rows) == 1
    assert signals.taken() == []


@pytest.mark.parametrize("old", [False, True])
def test_a_number_of_somebody_who_is_gone(place, signals, old):
    """REG-2 REG-4: the number is right, but its process is not there any more"""
    server = place.server(prepare=refusing(NO_PEERPIDFD) if old else None)
    peer = unconnected(place)
    pid = fork(lambda: peer.sock.connect(str(place.socket)))
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    peer.send(HELLO)
    peer.skip_to("SNAPSHOT_END")
    peer.send(Frame("PID", pid=pid))
    server.notice("# client 1: no handle of process")
    flush(server, 0)
    expect_flush(peer, 1, 1)


def test_without_the_option_the_number_is_opened(place, signals):
    """REG-2: what kernels before 6.5 offer"""
    server = place.server(prepare=refusing(NO_PEERPIDFD))
    replica, = registered(place, server)
    flush(server, 1)
    assert signals.taken() == [server.pid]
    expect_flush(replica.peer, 1, 1)


def test_without_the_option_who_has_hung_up_is_nobody(place, signals):
    """REG-2: the process lives, but its number may have been given away as well"""
    server = place.server(prepare=refusing(NO_PEERPIDFD))
    stays = place.hello()
    stays.skip_to("SNAPSHOT_END")
    peer = place.hello()
    peer.skip_to("SNAPSHOT_END")
    server.signal(signal.SIGSTOP)
    peer.send(Frame("PID", pid=os.getpid()))
    peer.close()
    server.signal(signal.SIGCONT)
    server.notice("# client 2: no handle of process")
    server.until("show clients", clients=1)
    flush(server, 0)
    assert signals.taken() == []


@pytest.mark.parametrize("rules", [(NO_PEERPIDFD, NO_OPEN), (NO_SEND,),
                                   (("pidfd_send_signal", errno.EPERM),),
                                   (("getsockopt", errno.EMFILE, 2, SO_PEERPIDFD),)],
                         ids=["no-open", "no-send", "no-right", "no-descriptor"])
def test_without_a_handle_a_client_is_served(place, signals, rules):
    """REG-4; said once"""
    server = place.server(prepare=refusing(*rules))
    replicas = [place.replica() for _ in range(3)]
    server.notice(f"# client 1: no handle of process {os.getpid()}: ")
    for replica in replicas:  # fence: this is answered behind the PID
        replica.peer.send(Frame("RESYNC", seq=77))
        replica.peer.skip_to("SNAPSHOT_END")
    assert {row.split()[1] for row in server.do("show clients").rows} == {"pid=0"}
    server.do(f"create {A}")
    flush(server, 0)
    assert signals.taken() == []
    for replica in replicas:
        expect_flush(replica.peer, 1, 2)
    assert server.notices == []


def test_without_a_descriptor_a_client_is_served(place, signals):
    """REG-4 TRN-9; once there is one again the next client is registered"""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    server = place.server()
    peer = place.hello()
    peer.skip_to("SNAPSHOT_END")
    used = len(os.listdir(f"/proc/{server.pid}/fd"))
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used, limits[1]))
    peer.send(Frame("PID", pid=os.getpid()))
    server.notice("# client 1: no handle of process")
    flush(server, 0)
    expect_flush(peer, 1, 1)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
    registered(place, server)
    flush(server, 1)


@pytest.mark.parametrize("how", ["bye", "closed", "expelled", "killed"])
def test_handles_are_given_back(place, how):
    """ROB-8 REG-5"""
    server = place.server()
    before = os.listdir(f"/proc/{server.pid}/fd")
    replica = place.replica()
    listed(server, os.getpid())
    assert len(os.listdir(f"/proc/{server.pid}/fd")) == len(before) + 2
    if how == "killed":
        replica.peer.sock.shutdown(socket.SHUT_RDWR)
    elif how == "closed":
        replica.peer.close()
    else:
        replica.peer.send(Frame("BYE") if how == "bye" else HELLO)
    server.until("show clients", clients=0)
    if how == "bye":  # it may say more, which would be an error, until it closes
        assert len(os.listdir(f"/proc/{server.pid}/fd")) == len(before) + 1
        replica.peer.close()
    server.do("show")
    while os.listdir(f"/proc/{server.pid}/fd") != before:
        server.do("show")


# -- real clients -------------------------------------------------------------------------------

@pytest.mark.parametrize("loop", ["epoll", "select"])
def test_real_clients_are_flushed(place, loop):
    """FLU-18 FLU-4, one of them stopped meanwhile"""
    server = place.server("--mux", loop)
    server.do(f"create {A}")
    clients = [place.client("--mux", loop) for _ in range(3)]
    for client in clients:
        client.until("status", state="synchronised")
    while "pid=0" in repr(server.do("show clients")):
        pass
    clients[0].signal(signal.SIGSTOP)
    flush(server, 3)
    flush(server, 3)
    server.do(f"create {B}")
    clients[0].signal(signal.SIGCONT)
    for client in clients:
        client.until("status", seq=4, flushes=2, state="synchronised", resyncs=0)
        assert client.table() == [B]


def test_a_new_server_starts_over(place):
    """FLU-20: an epoch of the old one is nothing to the new one"""
    server = place.server()
    client = place.client()
    listed(server, client.pid)
    for _ in range(5):
        flush(server, 1)
    client.until("status", flushes=5)
    server.signal(signal.SIGKILL)
    server.process.wait()
    place.programs.remove(server)
    server.end()
    again = place.server()
    again.do(f"create {A}")
    client.until("status", state="synchronised", flushes=0, seq=1)
    assert client.table() == [A]
    client.signal(signal.SIGUSR1)
    assert client.table() == [A]
