# SPDX-License-Identifier: MIT
"""Peers in Python that speak to the real programs over TCP. Each test names the requirements that it
checks."""

import ctypes
import os
import socket

import pytest
from live import CREATE, DELETE, HELLO, Frame, Replica

LOOPS = pytest.mark.parametrize("loop", ["epoll", "select"])
EPOCH = 77 << 32
PIDFD_GETFD = 438  # of syscall(2), on any processor
libc = ctypes.CDLL(None, use_errno=True)
ENTRIES = {"01:00:5e:01:01:01": "10.1.1.1", "01:00:5e:01:01:02": "255.255.255.255",
           "ff:ff:ff:ff:ff:ff": "0.0.0.0"}


def opened(place):
    peer = place.connect_network()
    peer.send(HELLO)
    peer.expect("WELCOME", version=1, shm="")
    return peer


@LOOPS
@pytest.mark.parametrize("at", ["127.0.0.1:0", "[::1]:0"])
def test_addresses_come_in_snapshots_and_changes(place, loop, at):
    """NET-1 NET-6 NET-7"""
    server = place.network_server("--mux", loop, at=at)
    for mac, ip in ENTRIES.items():
        server.do(f"arp add {mac} {ip}")
    peer = opened(place)
    peer.expect("SNAPSHOT_BEGIN")
    for mac, ip in ENTRIES.items():
        peer.expect("MAC", op=CREATE, seq=0, mac=mac, ip=ip)
    peer.expect("SNAPSHOT_END", macs=len(ENTRIES))
    server.do("arp delete 01:00:5e:01:01:01")
    server.do("arp add 01:00:5e:01:01:01 9.9.9.9")
    peer.skip_to("MAC", op=DELETE, mac="01:00:5e:01:01:01", ip="")
    peer.skip_to("MAC", op=CREATE, mac="01:00:5e:01:01:01", ip="9.9.9.9")


@LOOPS
def test_a_pid_is_refused_and_the_session_goes_on(place, loop):
    """NET-9 NET-11: also that of the peer itself, which is on this machine"""
    server = place.network_server("--mux", loop)
    replica = Replica(opened(place))
    while not replica.synchronised:
        replica.step()
    replica.peer.send(Frame("PID", pid=os.getpid()))
    replica.peer.expect("ERROR", code=5)
    assert server.do("flush")["signalled"] == "0"
    replica.peer.expect("FLUSH", seq=1)
    server.do("create 10.0.0.0/8 1.1.1.1 eth0")
    replica.peer.skip_to("ROUTE", seq=2)


@LOOPS
def test_frames_are_put_together_and_garbage_is_answered(place, loop):
    """TRN-10 NET-13 FRM-8"""
    server = place.network_server("--mux", loop)
    peer = place.connect_network()
    peer.drip(HELLO)
    peer.skip_to("SNAPSHOT_END")
    peer.send(b"create 10.0.0.0/8 1.1.1.1 eth0\n" * 20000)
    peer.expect_error("MALFORMED")
    assert server.table() == []


@LOOPS
def test_a_client_shows_the_addresses_of_its_stream(place, loop):
    """NET-8 NET-10 NET-14"""
    place.listen_network()
    client = place.network_client("--mux", loop)
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(Frame("WELCOME", epoch=EPOCH, version=1, shm="/rtm-0"),
              Frame("FLUSH", epoch=EPOCH, seq=3),
              Frame("MAC", op=CREATE, epoch=EPOCH, seq=4, mac="01:00:5e:01:01:01", ip="10.1.1.1"),
              Frame("MAC", op=CREATE, epoch=EPOCH, seq=5, mac="01:00:5e:01:01:02", ip=""))
    client.until("status", seq=5)
    assert client.do("show arp").rows == ["01:00:5e:01:01:01 10.1.1.1", "01:00:5e:01:01:02 -"]
    assert client.do("lookup 01:00:5e:01:01:01").rows == ["01:00:5e:01:01:01 10.1.1.1"]
    client.write("quit\n")
    peer.expect("BYE")
    peer.expect_end()


@LOOPS
def test_tables_are_equal_over_both(place, loop):
    """NET-12"""
    server = place.network_server("--mux", loop)
    local, remote = place.client("--mux", loop), place.network_client("--mux", loop)
    for n in range(50):
        server.do(f"create 10.0.{n}.0/24 192.0.2.{n} eth{n % 3}")
        server.do(f"arp add 02:00:00:00:00:{n:02x} 198.51.100.{n}")
        if n == 20:
            server.do("flush")
    for client in (local, remote):
        client.until("digest", seq=server.do("digest")["seq"], state="synchronised")
        assert client.table() == server.table()
        assert client.do("show arp").rows == server.do("show arp").rows


def servers_end(server, peer):
    """The socket of the connection that the server has; a test is skipped where it may not be had."""
    handle = os.pidfd_open(server.pid)
    for fd in os.listdir(f"/proc/{server.pid}/fd"):
        if not os.readlink(f"/proc/{server.pid}/fd/{fd}").startswith("socket:"):
            continue
        copy = libc.syscall(PIDFD_GETFD, handle, int(fd), 0)
        if copy < 0:
            pytest.skip(f"pidfd_getfd: {os.strerror(ctypes.get_errno())}")
        end = socket.socket(fileno=copy)
        if end.family == peer.sock.family and end.getsockname() == peer.sock.getpeername() \
                and not end.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            os.close(handle)
            return end
        end.close()
    pytest.fail("the server has no end of the connection")


@LOOPS
def test_who_acknowledges_nothing_is_given_up(place, loop):
    """NET-16: the kernel was told when; the time is not waited for"""
    server = place.network_server("--mux", loop)
    with servers_end(server, opened(place)) as end:
        assert 0 < end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 120 * 1000
