# SPDX-License-Identifier: MIT
"""SIGUSR1 at the real client, whose server and shared memory are in Python."""

import os
import signal
import struct
import time
from pathlib import Path

import pytest
import rtmwire as wire
from live import CREATE, DEADLINE, until
from test_client import A, B, C, EPOCH, frame, route, snapshot, sums

MAGIC, CAPACITY = 0x52544d2d41525031, 16
OLD, NEW = EPOCH, EPOCH + 1


class Shared:
    """An object as chapter 5 lays it out, with no entry in it."""

    def __init__(self, epoch):
        self.name = f"/rtm-test-{os.getpid()}-{epoch}"
        self.path = Path("/dev/shm" + self.name)
        header = struct.pack("=QIIQII32x", MAGIC, 1, CAPACITY, epoch, 0, 1)
        self.path.write_bytes(header + bytes(32 * CAPACITY))

    def store(self, epoch):
        with open(self.path, "r+b", buffering=0) as file:
            os.pwrite(file.fileno(), struct.pack("=Q", epoch), 16)

    def remove(self):
        self.path.unlink()


@pytest.fixture
def shared():
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("/dev/shm can't be written to")
    it = Shared(OLD)
    yield it
    it.remove()


def pending(client):
    """Whether SIGUSR1 waits for the client, which blocks it and takes it when it comes to that."""
    for line in Path(f"/proc/{client.pid}/status").read_text().splitlines():
        if line.startswith("ShdPnd:"):
            return bool(int(line.split()[1], 16) >> (signal.SIGUSR1 - 1) & 1)
    raise AssertionError("no ShdPnd")


def send_signal(client):
    """Fence: it has been taken, and an answer that is given now is given after it."""
    end = time.monotonic() + DEADLINE
    client.signal(signal.SIGUSR1)
    while pending(client):
        until(end, "signal taken")
        os.sched_yield()


def welcome(name, epoch=OLD):
    return frame("WELCOME", 0, epoch, version=1, shm=name)


@pytest.fixture(params=["epoll", "select"])
def met(place, shared, request):
    """A client and its connection, behind WELCOME."""
    place.listen()
    client = place.client("--mux", request.param)
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(welcome(shared.name))
    return client, peer


@pytest.fixture
def synced(met):
    """A client that holds A and B at seq 5."""
    client, peer = met
    peer.send(*snapshot([A, B], 5))
    peer.expect("PID", pid=client.pid)
    return client, peer


def check_follows(client, peer, epoch, seq):
    """FLUSH and a change behind it, without a RESYNC."""
    peer.send(frame("FLUSH", seq, epoch), route(CREATE, C, seq + 1, epoch))
    answer = client.until("status", state="synchronised", seq=seq + 1, flushes=epoch & 0xffffffff)
    assert answer["resyncs"] == "0"
    assert client.table() == [C]


def test_a_newer_epoch_is_adopted_at_once(synced, shared):
    """FLU-9 FLU-11: whatever the stream still holds"""
    client, peer = synced
    shared.store(NEW)
    send_signal(client)
    status = client.do("status")
    assert (status["routes"], status["flushes"], status["state"]) == ("0", "1", "synchronised")
    peer.send(route(CREATE, C, 6), sums("DIGEST", [A, B, C], 6), *snapshot([A, B, C], 6))
    check_follows(client, peer, NEW, 7)


def test_an_epoch_that_is_not_newer_changes_nothing(synced, shared):
    """FLU-10: a late signal, or a stranger's"""
    client, peer = synced
    for epoch in (OLD, OLD - 1, 0):
        shared.store(epoch)
        send_signal(client)
        assert client.table() == [A, B]
    check_follows(client, peer, NEW, 6)
    shared.store(NEW)
    send_signal(client)
    assert client.table() == [C]


def test_a_snapshot_under_way_is_void(met, shared):
    """FLU-12: the first one of the connection"""
    client, peer = met
    whole = snapshot([A, B], 5)
    peer.send(*whole[:2])
    client.until("status", state="snapshot")
    shared.store(NEW)
    send_signal(client)
    assert client.do("status")["flushes"] == "1"
    peer.send(*whole[2:])
    check_follows(client, peer, NEW, 6)
    peer.expect("PID", pid=client.pid)


def test_several_flushes_in_one_signal(synced, shared):
    """FLU-13"""
    client, peer = synced
    shared.store(OLD + 3)
    send_signal(client)
    assert client.do("status")["flushes"] == "3"
    peer.send(frame("FLUSH", 6, OLD + 1), route(CREATE, A, 7, OLD + 1), frame("FLUSH", 8, OLD + 2),
              route(CREATE, B, 9, OLD + 2))
    check_follows(client, peer, OLD + 3, 10)


def test_inside_a_frame(synced, shared):
    """FLU-14"""
    client, peer = synced
    whole = wire.pack(route(CREATE, C, 6))
    peer.drip(whole[:40])
    shared.store(NEW)
    send_signal(client)
    assert client.table() == []
    peer.send(whole[40:])
    check_follows(client, peer, NEW, 7)


@pytest.mark.parametrize("when", ["start", "between"])
def test_without_a_connection(place, shared, when):
    """REG-7 FLU-16: it neither ends the client nor changes what comes later"""
    shared.store(NEW)
    if when == "start":
        client = place.client()
        client.notice("# connecting")
        send_signal(client)
        place.listen()
        peer = place.accept()
    else:
        place.listen()
        client = place.client()
        peer = place.accept()
        send_signal(client)
    peer.expect("HELLO")
    peer.send(welcome(shared.name), *snapshot([A, B], 5))
    peer.expect("PID")
    assert client.table() == [A, B]
    assert client.do("status")["flushes"] == "0"


def test_a_late_signal_of_an_old_server(place, synced, shared):
    """FLU-16 FLU-20: the new server's epoch is a lower one"""
    client, peer = synced
    client.signal(signal.SIGSTOP)
    shared.store(OLD + 9)
    client.signal(signal.SIGUSR1)
    peer.close()
    client.signal(signal.SIGCONT)
    peer = place.accept()
    peer.expect("HELLO")
    low = Shared(1 << 32)
    try:
        peer.send(welcome(low.name, 1 << 32), *snapshot([C], 2, 1 << 32))
        peer.expect("PID")
        assert client.table() == [C]
        send_signal(client)
        assert client.table() == [C]
        low.store((1 << 32) + 1)
        send_signal(client)
        assert client.table() == []
    finally:
        low.remove()


@pytest.mark.parametrize("name", ["", "/rtm-test-not-there"])
def test_without_an_object(place, name):
    """FLU-17"""
    place.listen()
    client = place.client()
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(welcome(name), *snapshot([A, B], 5))
    peer.expect("PID")
    send_signal(client)
    assert client.table() == [A, B]
    check_follows(client, peer, NEW, 6)
