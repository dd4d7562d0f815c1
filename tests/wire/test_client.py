# SPDX-License-Identifier: MIT
"""A server in Python against the real client. Each test names the requirements that it checks."""

import signal
import time

import pytest
import rtmwire as wire
from live import CREATE, DEADLINE, DELETE, UPDATE, Frame, readable
from test_codec import BAD, GOOD, octets

LOOPS = pytest.mark.parametrize("loop", ["epoll", "select"])
EPOCH = 77 << 32
A, B, C = "10.0.0.0/8 1.1.1.1 eth0", "20.1.0.0/16 2.2.2.2 eth1", "30.1.1.1/32 3.3.3.3 eth2"
FROM_CLIENT = [name for name in GOOD if name.startswith(("hello", "pid", "resync"))]


def frame(type, seq=0, epoch=EPOCH, **values):
    return Frame(type, epoch=epoch, seq=seq, **values)


def route(op, row, seq=0, epoch=EPOCH):
    """A ROUTE from a canonical line; only its key for a DELETE."""
    prefix, gateway, oif = row.split()
    address, mask = prefix.split("/")
    value = {} if op == DELETE else dict(gateway_ip=gateway, oif=oif)
    return frame("ROUTE", seq, epoch, op=op, destination=address, mask=int(mask), **value)


def sums(type, rows, seq=0, epoch=EPOCH):
    return frame(type, seq, epoch, routes=len(rows), digest=wire.digest(rows))


def snapshot(rows, seq=0, epoch=EPOCH):
    return [frame("SNAPSHOT_BEGIN", seq, epoch), *(route(CREATE, row, 0, epoch) for row in rows),
            sums("SNAPSHOT_END", rows, seq, epoch)]


WELCOME = frame("WELCOME", version=1)


@pytest.fixture
def met(place):
    """A client and its connection, behind HELLO."""
    place.listen()
    client = place.client()
    peer = place.accept()
    hello = peer.expect("HELLO")
    assert hello["version_min"] <= 1 <= hello["version_max"]
    return client, peer


@pytest.fixture
def synced(met):
    """A client that holds A and B at seq 5."""
    client, peer = met
    peer.send(WELCOME, *snapshot([A, B], 5))
    peer.expect("PID", pid=client.pid)
    assert client.table() == [A, B]
    return client, peer


def settle(client, peer, rows, seq):
    """Fence: a new snapshot, sent last; then all before it has been judged."""
    peer.send(*snapshot(rows, seq))
    client.until("status", state="synchronised", seq=seq)


def await_close(client, peer):
    """The client closes, and holds nothing then. A BYE is allowed as its last frame."""
    last = peer.frame("end of file")
    if last is not None:
        assert last.type == "BYE", last
        peer.expect_end()
    answer = client.until("show", routes=0)
    assert answer.rows == [] and answer["state"] != "synchronised"


# -- opening -----------------------------------------------------------------------------------

@LOOPS
def test_from_hello_to_synchronised(place, loop):
    """SES-1 SES-5 SYN-2 SYN-6 CON-8"""
    place.listen()
    client = place.client("--mux", loop)
    peer = place.accept()
    peer.expect("HELLO", flags=0)
    assert client.do("status")["state"] == "connecting"
    peer.send(WELCOME, *snapshot([A, B, C], 9))
    peer.expect("PID", pid=client.pid)
    answer = client.do("status")
    assert answer["state"] == "synchronised"
    assert answer["seq"] == "9" and answer["routes"] == "3"
    assert answer["instance"] == "77" and answer["flushes"] == "0"
    assert client.table() == [A, B, C]
    values = client.do("digest").values
    assert values["digest"] == f"{wire.digest([A, B, C]):016x}"


@pytest.mark.parametrize("version", [0, 2, 65535])
def test_welcome_of_a_version_not_asked_for(met, version):
    """SES-6"""
    client, peer = met
    peer.send(frame("WELCOME", version=version), *snapshot([A]))
    await_close(client, peer)


def test_second_welcome(synced):
    """SES-6"""
    client, peer = synced
    peer.send(WELCOME)
    await_close(client, peer)


@pytest.mark.parametrize("first", [
    frame("SNAPSHOT_BEGIN"), route(CREATE, A, 1), sums("SNAPSHOT_END", []), frame("FLUSH"),
    sums("DIGEST", []), frame("MAC", 1, op=CREATE, mac="01:23:45:67:89:ab")],
    ids=lambda first: first.type)
def test_nothing_comes_before_welcome(met, first):
    """SES-6"""
    client, peer = met
    peer.send(first, WELCOME, *snapshot([A]))
    await_close(client, peer)


@LOOPS
def test_byte_by_byte(place, loop):
    """TRN-10"""
    place.listen()
    client = place.client("--mux", loop)
    peer = place.accept()
    peer.expect("HELLO")
    peer.drip(WELCOME, *snapshot([A, B], 2), route(CREATE, C, 3))
    peer.expect("PID")
    assert client.until("status", seq=3)["state"] == "synchronised"
    assert client.table() == [A, B, C]


def test_all_in_one_piece(met):
    """TRN-11"""
    client, peer = met
    peer.send(WELCOME, *snapshot([A], 1), route(CREATE, B, 2), route(DELETE, A, 3),
              route(UPDATE, "20.1.0.0/16 9.9.9.9 new", 4), route(CREATE, C, 5))
    client.until("status", seq=5)
    assert client.table() == ["20.1.0.0/16 9.9.9.9 new", C]


def test_pid_once(synced):
    """SES-7 SES-8"""
    client, peer = synced
    settle(client, peer, [A], 9)
    settle(client, peer, [B], 12)
    client.do("quit")
    peer.expect("BYE")
    peer.expect_end()


def test_a_large_snapshot(met):
    """SYN-6"""
    client, peer = met
    rows = [f"10.{n >> 8}.{n & 255}.0/24 192.0.2.{n % 200} eth{n % 9}" for n in range(20000)]
    peer.send(WELCOME, *snapshot(rows, 20000))
    peer.expect("PID")
    assert client.do("digest")["digest"] == f"{wire.digest(rows):016x}"
    assert client.table() == sorted(rows)


# -- snapshots ---------------------------------------------------------------------------------

def test_half_a_snapshot_is_not_shown(met):
    """SYN-7 SYN-5 SES-5"""
    client, peer = met
    begin, *routes, end = snapshot([A, B], 4)
    peer.send(WELCOME, begin, *routes)
    client.until("status", state="snapshot")
    answer = client.do("show")
    assert answer.rows == [] and answer["state"] == "snapshot"
    assert client.do("lookup 10.1.1.1").rows == []
    assert peer.silent()
    peer.send(end)
    peer.expect("PID")
    assert client.table() == [A, B]


def test_the_old_table_is_shown_while_a_snapshot_runs(synced):
    """SYN-5 SYN-6"""
    client, peer = synced
    begin, *routes, end = snapshot([C], 8)
    peer.send(begin, *routes)
    client.until("status", state="snapshot")
    assert client.table() == [A, B]
    peer.send(end)
    client.until("status", state="synchronised", seq=8)
    assert client.table() == [C]


def test_changes_in_a_snapshot_are_upserts(met):
    """SYN-5"""
    client, peer = met
    new = "10.0.0.0/8 9.9.9.9 new"
    peer.send(WELCOME, frame("SNAPSHOT_BEGIN", 5), route(CREATE, A), route(CREATE, A, 6),
              route(UPDATE, B, 7), route(DELETE, C, 8), route(UPDATE, new, 9), route(CREATE, C),
              route(DELETE, C, 10), sums("SNAPSHOT_END", [new, B], 10))
    peer.expect("PID")
    assert client.table() == [new, B]
    assert client.do("status")["seq"] == "10"


def test_begin_inside_a_snapshot_starts_over(met):
    """SYN-8"""
    client, peer = met
    peer.send(WELCOME, frame("SNAPSHOT_BEGIN", 1), route(CREATE, A), *snapshot([B, C], 3))
    peer.expect("PID")
    assert client.table() == [B, C]
    assert client.do("status")["resyncs"] == "0"


def test_end_outside_a_snapshot_is_ignored(synced):
    """SYN-9"""
    client, peer = synced
    peer.send(sums("SNAPSHOT_END", [C], 99), route(CREATE, C, 6))
    answer = client.until("status", seq=6)
    assert answer["state"] == "synchronised" and answer["resyncs"] == "0"
    assert client.table() == [A, B, C]


@pytest.mark.parametrize("wrong", [
    frame("SNAPSHOT_END", 8, routes=1, digest=wire.digest([B])),
    frame("SNAPSHOT_END", 8, routes=2, digest=wire.digest([C])),
    frame("SNAPSHOT_END", 8, routes=1, macs=1, digest=wire.digest([C])),
    frame("SNAPSHOT_END", 8)], ids=["digest", "routes", "macs", "nothing"])
def test_a_snapshot_that_does_not_fit(synced, wrong):
    """SYN-10"""
    client, peer = synced
    peer.send(frame("SNAPSHOT_BEGIN", 8), route(CREATE, C), wrong)
    peer.expect("RESYNC", seq=8)
    assert C not in client.table()
    assert client.do("status")["state"] != "synchronised"
    settle(client, peer, [C], 9)
    assert client.table() == [C]
    assert peer.silent()


def test_the_first_snapshot_does_not_fit(met):
    """SYN-7 SYN-10"""
    client, peer = met
    peer.send(WELCOME, frame("SNAPSHOT_BEGIN", 8), route(CREATE, C), sums("SNAPSHOT_END", [A], 8))
    seen = [peer.frame()]
    if seen[0].type == "PID":
        seen.append(peer.frame())
    peer.check(seen[-1], "RESYNC", seq=8)
    assert client.do("show").rows == []
    settle(client, peer, [C], 8)
    if len(seen) == 1:
        peer.expect("PID", pid=client.pid)
    assert client.table() == [C]


# -- changes -----------------------------------------------------------------------------------

def test_each_operation(synced):
    """SYN-11 SYN-16"""
    client, peer = synced
    long, zero = f"20.1.0.0/16 200.200.200.200 {'x' * 31}", "0.0.0.0/0 0.0.0.0 d"
    for seq, (op, row, rows) in enumerate([
            (CREATE, C, [A, B, C]), (UPDATE, long, [A, long, C]), (UPDATE, B, [A, B, C]),
            (DELETE, A, [B, C]), (CREATE, zero, [zero, B, C])], 6):
        peer.send(route(op, row, seq))
        client.until("status", seq=seq)
        assert client.table() == rows
    peer.send(sums("DIGEST", client.table(), 10))
    settle(client, peer, [], 10)
    assert client.do("status")["resyncs"] == "0"


@pytest.mark.parametrize("change", [
    route(CREATE, C, 7), route(CREATE, C, 5), route(CREATE, C, 4), route(CREATE, C, 0),
    route(CREATE, C, 2**64 - 1), route(CREATE, A, 6), route(UPDATE, C, 6), route(DELETE, C, 6)],
    ids=["gap", "twice", "back", "zero", "far", "create-present", "update-absent", "delete-absent"])
def test_a_change_that_does_not_follow(synced, change):
    """SYN-13 SYN-14; none is applied until the next snapshot, the next in order neither"""
    client, peer = synced
    peer.send(change, route(DELETE, A, change.seq + 1 & 2**64 - 1), route(DELETE, B, 6))
    peer.expect("RESYNC", seq=change.seq)
    answer = client.do("status")
    assert answer["state"] == "resyncing" and answer["resyncs"] == "1"
    settle(client, peer, [B, C], 9)
    assert client.table() == [B, C]
    peer.send(route(CREATE, A, 10))
    client.until("status", seq=10, state="synchronised")
    assert client.table() == [A, B, C]
    assert peer.silent()


# -- digests -----------------------------------------------------------------------------------

def test_a_digest_that_fits(synced):
    """SYN-18"""
    client, peer = synced
    peer.send(sums("DIGEST", [A, B], 5), route(CREATE, C, 6), sums("DIGEST", [A, B, C], 6))
    peer.send(route(DELETE, C, 7))
    assert client.until("status", seq=7)["resyncs"] == "0"
    assert peer.silent()


@pytest.mark.parametrize("wrong", [
    frame("DIGEST", 5, routes=2, digest=wire.digest([A, C])),
    frame("DIGEST", 5, routes=3, digest=wire.digest([A, B])),
    frame("DIGEST", 5, routes=2, macs=1, digest=wire.digest([A, B]))],
    ids=["digest", "routes", "macs"])
def test_a_digest_that_does_not_fit(synced, wrong):
    """SYN-18 SYN-22"""
    client, peer = synced
    peer.send(wrong, route(CREATE, C, 6))
    peer.expect("RESYNC", seq=5)
    assert client.do("status")["state"] != "synchronised"
    settle(client, peer, [A], 6)
    assert client.table() == [A]
    assert peer.silent()


@pytest.mark.parametrize("seq", [4, 6])
def test_a_digest_of_another_seq(synced, seq):
    """SYN-18"""
    client, peer = synced
    peer.send(sums("DIGEST", [C], seq), route(CREATE, C, 6))
    assert client.until("status", seq=6)["state"] == "synchronised"
    assert peer.silent()


def test_a_digest_inside_a_snapshot(synced):
    """SYN-19"""
    client, peer = synced
    begin, *routes, end = snapshot([C], 5)
    peer.send(begin, sums("DIGEST", [], 5), *routes, sums("DIGEST", [], 5), end)
    peer.send(route(CREATE, A, 6))
    assert client.until("status", seq=6)["resyncs"] == "0"
    assert client.table() == [A, C]


# -- epochs ------------------------------------------------------------------------------------

def test_frames_of_an_older_epoch(synced):
    """EPO-3; of any kind"""
    client, peer = synced
    old = EPOCH - 1
    peer.send(route(DELETE, A, 6, old), *snapshot([C], 9, old), frame("FLUSH", 9, old),
              sums("DIGEST", [C], 5, old), route(CREATE, C, 6))
    answer = client.until("status", seq=6)
    assert answer["state"] == "synchronised" and answer["resyncs"] == "0"
    assert client.table() == [A, B, C]


def test_a_route_of_a_newer_epoch(synced):
    """EPO-4"""
    client, peer = synced
    peer.send(route(CREATE, C, 6, EPOCH + 1))
    assert client.until("status", flushes=1)["instance"] == "77"
    client.until("status", seq=6)
    assert client.table() == [C]


def test_a_newer_epoch_inside_a_snapshot(synced):
    """EPO-4; the end of the old one is dropped, and the client is not caught in it"""
    client, peer = synced
    peer.send(frame("SNAPSHOT_BEGIN", 5), route(CREATE, A), frame("FLUSH", 6, EPOCH + 1),
              sums("SNAPSHOT_END", [A], 6), route(CREATE, C, 7, EPOCH + 1))
    assert client.until("status", seq=7)["state"] == "synchronised"
    assert client.table() == [C]


def test_a_snapshot_of_a_newer_epoch_empties_first(synced):
    """EPO-4"""
    client, peer = synced
    begin, *rest = snapshot([C], 9, EPOCH + 1)
    peer.send(begin)
    client.until("status", state="snapshot")
    assert client.table() == []
    peer.send(*rest)
    client.until("status", state="synchronised", seq=9)
    assert client.table() == [C]


@pytest.mark.parametrize("epoch", [EPOCH, EPOCH + 1, 78 << 32])
def test_flush(synced, epoch):
    """EPO-5"""
    client, peer = synced
    peer.send(frame("FLUSH", 6, epoch), route(CREATE, C, 7, epoch))
    answer = client.until("status", seq=7)
    assert answer["state"] == "synchronised" and answer["resyncs"] == "0"
    assert client.table() == [C]


def test_flush_synchronises_without_a_snapshot(met):
    """EPO-5 SYN-7"""
    client, peer = met
    peer.send(WELCOME, frame("FLUSH", 3), route(CREATE, C, 4))
    assert client.until("status", seq=4)["state"] == "synchronised"
    assert client.table() == [C]


def test_the_epoch_is_forgotten(place, synced):
    """EPO-6 ROB-5; the next server may be of a lower one"""
    client, peer = synced
    peer.close()
    peer = place.accept()
    peer.expect("HELLO")
    low = 3 << 32
    peer.send(frame("WELCOME", 0, low, version=1), *snapshot([C], 1, low))
    peer.expect("PID")
    answer = client.do("status")
    assert answer["instance"] == "3" and answer["connects"] == "2"
    assert client.table() == [C]


# -- malformed ---------------------------------------------------------------------------------

@pytest.mark.parametrize("name", BAD + FROM_CLIENT)
def test_malformed_frame(synced, name):
    """FRM-9; frames that are a client's to send are malformed too"""
    client, peer = synced
    peer.send(octets(name), route(CREATE, C, 6), *snapshot([C], 9))
    await_close(client, peer)
    assert client.do("status")["state"] == "connecting"


def test_half_a_frame_is_not_applied(synced):
    """TRN-10; the console goes on meanwhile, and the rest completes it"""
    client, peer = synced
    for seq, cut in zip(range(6, 20, 2), (1, 4, 23, 24, 25, 57, 88)):
        data = wire.encode(route(DELETE, A, seq))
        peer.send(data[:cut])
        assert client.table() == [A, B]
        peer.send(data[cut:], route(CREATE, A, seq + 1))
        client.until("status", seq=seq + 1)
    assert client.table() == [A, B]


# -- closing -----------------------------------------------------------------------------------

@LOOPS
@pytest.mark.parametrize("how", ["quit", "SIGINT", "SIGTERM"])
def test_farewell(place, how, loop):
    """SES-8 CON-13"""
    place.listen()
    client = place.client("--mux", loop)
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(WELCOME, *snapshot([A]))
    peer.expect("PID")
    if how == "quit":
        assert client.ask("quit").closing == "ok quit"
    else:
        client.signal(getattr(signal, how))
    peer.expect("BYE", flags=0)
    peer.expect_end()
    assert client.wait() == 0


def test_quit_without_a_server(place):
    """CON-13"""
    client = place.client()
    assert client.do("status")["state"] == "connecting"
    assert client.ask("quit").closing == "ok quit"
    assert client.wait() == 0


@pytest.mark.parametrize("how", ["bye", "end"])
def test_the_server_goes(place, synced, how):
    """SES-11 SES-12"""
    client, peer = synced
    if how == "bye":
        peer.send(frame("BYE", 5))
    peer.close()
    answer = client.until("show", routes=0)
    assert answer["state"] != "synchronised"
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(WELCOME, *snapshot([C], 1))
    peer.expect("PID", pid=client.pid)
    assert client.table() == [C]
    assert client.do("status")["connects"] == "2"


def test_bye_of_the_server_empties_at_once(synced):
    """SES-11; a server that has said BYE has ended the connection, or its client ends it"""
    client, peer = synced
    peer.send(frame("BYE", 5), *snapshot([C], 9))
    await_close(client, peer)


def test_a_half_snapshot_goes_with_its_connection(place, met):
    """SES-11 SYN-7"""
    client, peer = met
    peer.send(WELCOME, *snapshot([A, B, C], 3)[:-1])
    client.until("status", state="snapshot")
    peer.close()
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(WELCOME, *snapshot([C], 1))
    peer.expect("PID")
    assert client.table() == [C]


def test_an_early_client(place):
    """SES-13"""
    client = place.client()
    client.notice("# connecting")
    assert client.do("status")["state"] == "connecting"
    place.listen()
    peer = place.accept()
    peer.expect("HELLO")


def test_a_server_that_closes_again_and_again(place):
    """SES-12; the pauses grow, to 2 seconds at most"""
    place.listen()
    client = place.client()
    for _ in range(3):
        place.accept().close()
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(WELCOME, *snapshot([A]))
    peer.expect("PID")
    client.until("status", state="synchronised")


def test_not_to_connect_again(place):
    """SES-11 SES-12, told otherwise; its farewell proves that no connection came before it"""
    place.listen()
    client = place.client("--no-reconnect")
    peer = place.accept()
    peer.expect("HELLO")
    peer.send(WELCOME, *snapshot([A]))
    peer.expect("PID")
    peer.close()
    client.until("show", routes=0)
    assert client.do("status")["state"] != "synchronised"
    assert client.ask("quit").closing == "ok quit"
    assert client.wait() == 0
    place.listener.setblocking(False)
    with pytest.raises(BlockingIOError):
        place.listener.accept()


# -- the console of a client -------------------------------------------------------------------

@pytest.mark.parametrize("line", [
    f"create {C}", f"update {A}", "delete 10.0.0.0/8", "load rows", "save rows", "show clients",
    "flush", "wait"])
def test_the_console_changes_nothing(synced, line):
    """CON-5"""
    client, _ = synced
    answer = client.ask(line)
    assert answer.kind in ("syntax", "unavailable"), answer
    assert client.table() == [A, B]


@pytest.mark.parametrize("address, row", [
    ("10.255.255.255", A), ("20.1.255.0", B), ("20.2.0.0", None), ("0.0.0.0", None)])
def test_lookup(synced, address, row):
    """TBL-16 TBL-17"""
    client, _ = synced
    answer = client.do(f"lookup {address}")
    assert answer.rows == ([row] if row else [])
    assert answer["routes"] == str(len(answer.rows))


@pytest.mark.parametrize("words, rows", [
    ("0.0.0.0/0", [A, B]), ("20.0.0.0/8", [B]), ("20.1.0.0/16", [B]), ("20.1.0.0/17", []),
    ("via 1.1.1.1", [A]), ("dev eth1", [B]), ("via 1.1.1.1 dev eth1", []),
    ("10.0.0.0/8 via 1.1.1.1 dev eth0", [A])])
def test_show_with_a_filter(synced, words, rows):
    """CON-6"""
    client, _ = synced
    answer = client.do(f"show {words}")
    assert sorted(answer.rows) == rows
    assert answer["routes"] == str(len(rows)) and answer["state"] == "synchronised"


# -- one state of the table --------------------------------------------------------------------

MANY = [f"10.{n >> 8}.{n & 255}.0/24 1.1.1.1 eth{n % 5}" for n in range(20000)]
FIRST, LAST = "9.0.0.0/8 9.9.9.9 first", "11.0.0.0/8 9.9.9.9 last"


@pytest.fixture
def showing(met):
    """A client in the middle of a show: nobody reads what it says."""
    client, peer = met
    peer.send(WELCOME, *snapshot([FIRST, *MANY], 5))
    peer.expect("PID")
    client.write("show\n")
    readable(client.process.stdout.fileno(), time.monotonic() + DEADLINE, "first rows")
    return client, peer


def test_changes_in_the_middle_of_a_show(showing):
    """CON-21; a walk that went on would end with LAST, which was made after FIRST was removed"""
    client, peer = showing
    peer.send(route(DELETE, FIRST, 6), route(CREATE, LAST, 7), route(CREATE, LAST, 9))
    peer.expect("RESYNC", seq=9)
    answer = client.answer()
    assert answer.rows == [FIRST, *MANY]
    assert answer.values == {"routes": str(len(answer.rows)), "state": "synchronised"}


@pytest.mark.parametrize("how", ["end", "epoch", "snapshot"])
def test_a_table_goes_in_the_middle_of_a_show(place, showing, how):
    """CON-21"""
    client, peer = showing
    if how == "end":
        peer.close()
        place.accept()
    elif how == "epoch":
        peer.send(frame("FLUSH", 9, EPOCH + 1), route(CREATE, LAST, 11, EPOCH + 1))
        peer.expect("RESYNC", seq=11)
    else:
        peer.send(*snapshot([LAST], 9), route(CREATE, LAST, 11))
        peer.expect("RESYNC", seq=11)
    answer = client.answer()
    assert answer.rows == [FIRST, *MANY]
    assert answer.values == {"routes": str(len(answer.rows)), "state": "synchronised"}
