# SPDX-License-Identifier: MIT
"""A client in Python against the real server. Each test names the requirements that it checks."""

import os
import random
import re
import signal
from pathlib import Path

import pytest
import rtmwire as wire
from live import CREATE, DELETE, HELLO, UPDATE, Frame, Place, Replica
from test_codec import BAD, GOOD, octets

LOOPS = pytest.mark.parametrize("loop", ["epoll", "select"])
SAMPLE = ["122.1.1.1/32 10.1.1.1 Ethernet1", "126.30.34.0/24 20.1.1.1 Ethernet2",
          "130.1.1.0/24 10.1.1.1 Ethernet1"]
FROM_SERVER = [name for name in GOOD if wire.decode(octets(name)).type != "BYE"
               and wire.TYPES[wire.decode(octets(name)).type].sender != wire.CLIENT]


def fill(server, rows):
    server.write("".join(f"create {row}\n" for row in rows))
    for row in rows:
        answer = server.answer(row)
        assert answer.ok, answer


def many(count, start=0):
    return [f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}/32 192.0.2.{n % 254 + 1} eth{n % 7}"
            for n in range(start, start + count)]


# -- opening -----------------------------------------------------------------------------------

@LOOPS
def test_hello_is_answered_and_the_empty_table_sent(place, loop):
    """SES-2 SYN-1 SYN-4 EPO-1 FRM-2"""
    place.server("--mux", loop)
    peer = place.connect()
    peer.send(HELLO)
    welcome = peer.expect("WELCOME", version=1)
    assert re.fullmatch("/rtm-[0-9a-f]{16}", welcome["shm"])
    assert welcome.epoch >> 32 > 0
    peer.expect("SNAPSHOT_BEGIN", seq=0, epoch=welcome.epoch)
    peer.expect("SNAPSHOT_END", seq=0, epoch=welcome.epoch, routes=0, macs=0, digest=0)


@pytest.mark.parametrize("low, high", [(0, 1), (1, 2), (0, 65535), (1, 65535)])
def test_the_highest_common_version_is_chosen(place, low, high):
    """SES-2"""
    place.server()
    peer = place.connect()
    peer.send(Frame("HELLO", version_min=low, version_max=high))
    peer.expect("WELCOME", version=1)


@pytest.mark.parametrize("low, high", [(0, 0), (2, 2), (2, 65535), (65535, 65535), (2, 1), (1, 0)])
def test_no_common_version(place, low, high):
    """SES-3; a range that is empty holds no version either"""
    place.server()
    peer = place.connect()
    peer.send(Frame("HELLO", version_min=low, version_max=high))
    peer.expect("ERROR", code=wire.ERRORS["VERSION"])
    peer.expect_end()


@pytest.mark.parametrize("frame", [
    Frame("PID", pid=1), Frame("RESYNC"), Frame("BYE")], ids=lambda frame: frame.type)
def test_nothing_comes_before_hello(place, frame):
    """SES-4"""
    place.server()
    peer = place.connect()
    peer.send(frame)
    peer.expect("ERROR", code=wire.ERRORS["UNEXPECTED"])
    peer.expect_end()


def test_second_hello(place):
    """SES-4"""
    place.server()
    peer = place.hello()
    peer.send(HELLO)
    peer.expect_error("UNEXPECTED")


def test_second_pid(place):
    """SES-4"""
    place.server()
    peer = place.replica().peer
    peer.send(Frame("PID", pid=os.getpid()))
    peer.expect_error("UNEXPECTED")


@pytest.mark.parametrize("pid", [0, 1, 4294967295])
def test_a_pid_that_is_not_the_client_s(place, pid):
    """SES-14 SES-4; it is served on, in the middle of changes too, and listed without a pid"""
    server = place.server()
    replica = Replica(place.hello())
    replica.run(0)
    fill(server, many(3000))
    replica.peer.send(Frame("PID", pid=pid))
    errors = []
    replica.on_error = errors.append
    replica.run(3000)
    while not errors:
        replica.step()
    assert errors[0]["code"] == wire.ERRORS["PID"]
    assert "pid=0 " in server.do("show clients").rows[0]
    server.do(f"create {SAMPLE[0]}")
    replica.run(3001)
    replica.peer.send(Frame("PID", pid=os.getpid()))
    replica.peer.expect_error("UNEXPECTED")


def test_pid_before_snapshot_end(place):
    """SES-4; a snapshot that nobody reads can't have ended: it fills the socket first"""
    server = place.server()
    fill(server, many(20000))
    peer = place.connect()
    peer.send(HELLO, Frame("PID", pid=os.getpid()))
    peer.expect_error("UNEXPECTED")


def test_frame_behind_bye(place):
    """SES-4"""
    place.server()
    peer = place.replica().peer
    peer.send(Frame("BYE"), Frame("RESYNC"))
    peer.expect_error("UNEXPECTED")


def test_hello_byte_by_byte(place):
    """TRN-10"""
    place.server()
    peer = place.connect()
    peer.drip(HELLO)
    peer.expect("WELCOME", version=1)
    peer.skip_to("SNAPSHOT_END")
    peer.drip(Frame("PID", pid=os.getpid()), Frame("RESYNC"))
    peer.skip_to("SNAPSHOT_END")


def test_several_frames_in_one_read(place):
    """TRN-11"""
    server = place.server()
    peer = place.hello()
    peer.skip_to("SNAPSHOT_END")
    peer.send(Frame("PID", pid=os.getpid()), Frame("RESYNC", seq=7))
    peer.skip_to("SNAPSHOT_END")
    peer.send(Frame("RESYNC", seq=8), Frame("BYE"))
    server.until("show clients", clients=0)


def test_server_shows_who_is_there(place):
    """CON-10"""
    server = place.server()
    assert server.do("show clients").rows == []
    replica = place.replica()
    answer = server.until("show clients", clients=1)
    assert len(answer.rows) == 1
    while f"pid={os.getpid()} " not in answer.rows[0]:
        assert "pid=0 " in answer.rows[0]
        answer = server.until("show clients", clients=1)
    replica.peer.send(Frame("BYE"))
    server.until("show clients", clients=0)


# -- the table as a snapshot -------------------------------------------------------------------

@LOOPS
def test_late_joiner_gets_the_whole_table(place, loop):
    """SYN-1 SYN-2 SYN-3 SYN-4 FRM-7"""
    server = place.server("--mux", loop)
    fill(server, SAMPLE)
    peer = place.hello()
    peer.expect("SNAPSHOT_BEGIN", seq=3)
    frames = [peer.expect("ROUTE", op=CREATE, seq=0) for _ in SAMPLE]
    assert sorted(frame.line for frame in frames) == SAMPLE
    peer.expect("SNAPSHOT_END", seq=3, routes=3, macs=0, digest=wire.digest(SAMPLE))


@LOOPS
def test_changes_while_a_snapshot_runs(place, loop):
    """SYN-3 SYN-4; what nobody reads can't be over"""
    server = place.server("--mux", loop)
    rows = many(20000)
    fill(server, rows)
    replica = Replica(place.hello())
    server.do(f"delete {rows[0].split()[0]}")
    server.do(f"delete {rows[-1].split()[0]}")
    server.do("update 10.0.50.0/32 1.2.3.4 changed")
    server.do("create 9.0.0.0/8 1.2.3.4 first")
    server.do("create 11.0.0.0/8 1.2.3.4 last")
    assert replica.run(20005) == server.table()
    assert replica.snapshots == 1


def test_a_client_without_a_pid_is_served(place):
    """SYN-11; a client that never sends its PID gets all the same"""
    server = place.server()
    peer = place.hello()
    peer.skip_to("SNAPSHOT_END")
    server.do(f"create {SAMPLE[0]}")
    assert peer.change(op=CREATE, seq=1).line == SAMPLE[0]


# -- changes -----------------------------------------------------------------------------------

@LOOPS
def test_each_change_as_it_was_made(place, loop):
    """TBL-1 TBL-2 TBL-3 SYN-11 SYN-12 FRM-7 FRM-5"""
    server = place.server("--mux", loop)
    peer = place.replica().peer
    assert server.do("create 130.1.1.0/24 10.1.1.1 Ethernet1")["seq"] == "1"
    peer.change(op=CREATE, seq=1, destination="130.1.1.0", mask=24, gateway_ip="10.1.1.1",
                oif="Ethernet1")
    assert server.do("update 130.1.1.0/24 20.1.1.1 Ethernet9")["seq"] == "2"
    peer.change(op=UPDATE, seq=2, destination="130.1.1.0", mask=24, gateway_ip="20.1.1.1",
                oif="Ethernet9")
    assert server.do("delete 130.1.1.0/24")["seq"] == "3"
    peer.change(op=DELETE, seq=3, destination="130.1.1.0", mask=24, gateway_ip="", oif="")


def test_shorter_text_leaves_no_residue(place):
    """FRM-3; the strict decoder sees every byte behind the NUL"""
    server = place.server()
    peer = place.replica().peer
    server.do("create 100.100.100.100/32 200.200.200.200 " + "x" * 31)
    peer.change(oif="x" * 31)
    server.do("update 100.100.100.100/32 1.1.1.1 y")
    peer.change(gateway_ip="1.1.1.1", oif="y")
    server.do("delete 100.100.100.100/32")
    peer.change(op=DELETE)
    server.do("create 1.0.0.0/8 2.2.2.2 z")
    peer.change(op=CREATE, oif="z")
    late = place.hello()
    late.skip_to("ROUTE", oif="z")


@pytest.mark.parametrize("command, kind", [
    ("create 122.1.1.1/32 10.1.1.2 Ethernet2", "exists"),
    ("update 1.2.3.4/32 10.1.1.1 Ethernet1", "absent"),
    ("delete 1.2.3.4/32", "absent"),
    ("delete 122.1.1.1/31", "prefix"),
    ("create 122.1.1.1/24 10.1.1.1 Ethernet1", "prefix"),
    ("create 122.1.1.01/32 10.1.1.1 Ethernet1", "address"),
    ("create 122.1.1/32 10.1.1.1 Ethernet1", "address"),
    ("create 9.9.9.9/32 10.1.1.256 Ethernet1", "address"),
    ("create 9.9.9.9/33 10.1.1.1 Ethernet1", "mask"),
    ("create 9.9.9.9/032 10.1.1.1 Ethernet1", "mask"),
    ("create 9.9.9.9/ 10.1.1.1 Ethernet1", "mask"),
    ("create 9.9.9.9/32 10.1.1.1 " + "x" * 32, "oif"),
    ("create 9.9.9.9/32 10.1.1.1", "syntax"),
    ("create 9.9.9.9/32 10.1.1.1 eth 0", "syntax"),
    ("delete", "syntax"),
    ("nonsense", "syntax"),
])
def test_a_refused_change_is_sent_to_nobody(place, command, kind):
    """TBL-4 .. TBL-13 CON-2; the next accepted change proves that there was none between"""
    server = place.server()
    server.do(f"create {SAMPLE[0]}")
    replica = place.replica()
    answer = server.ask(command)
    assert not answer.ok and answer.kind == kind, answer
    assert server.table() == [SAMPLE[0]]
    server.do(f"create {SAMPLE[1]}")
    assert replica.peer.change(seq=2, op=CREATE).line == SAMPLE[1]


@pytest.mark.parametrize("line", [
    b"\xff", b"show \xc3\xa9", b"sh\0ow", b"show " + b"9" * 100000],
    ids=["ff", "utf8", "nul", "long"])
def test_a_line_of_garbage_is_refused_as_one(place, line):
    """CON-9 CON-1"""
    server = place.server()
    server.write(line + b"\ndigest\n")
    assert not server.answer().ok
    assert server.answer().values["seq"] == "0"


@LOOPS
def test_several_clients_through_random_changes(place, loop):
    """SYN-11 SYN-12 SYN-15 SYN-17 TBL-18"""
    server, rng, table = place.server("--mux", loop), random.Random(7), {}
    replicas = [place.replica() for _ in range(4)]
    commands = []
    for _ in range(3000):
        mask = rng.choice((8, 16, 24, 32))
        address = rng.choice((10, 20, 30)) << 24 | rng.getrandbits(10) << 8
        key = f"{wire.quad_text(address ^ wire.host_bits(address, mask))}/{mask}"
        value = f"192.0.2.{rng.randint(0, 255)} {'e' * rng.randint(1, 31)}"
        if key not in table:
            commands.append(f"create {key} {value}")
        elif rng.random() < 0.5:
            commands.append(f"update {key} {value}")
        else:
            commands.append(f"delete {key}")
            value = None
        table[key] = value
        if value is None:
            del table[key]
    server.write("".join(command + "\n" for command in commands))
    for command in commands:
        assert server.answer(command).ok, command
    rows = sorted(f"{key} {value}" for key, value in table.items())
    assert server.table() == rows
    assert server.do("digest")["digest"] == f"{wire.digest(rows):016x}"
    for replica in replicas + [place.replica()]:
        assert replica.run(len(commands)) == rows
    assert all(replica.snapshots == 1 for replica in replicas)


def test_a_burst_ends_with_a_digest(place):
    """SYN-17 CON-7"""
    server = place.server()
    peer = place.replica().peer
    fill(server, SAMPLE)
    while peer.change().seq < 3:
        pass
    peer.expect("DIGEST", seq=3, routes=3, macs=0, digest=wire.digest(SAMPLE))
    values = server.do("digest").values
    assert values == dict(seq="3", routes="3", macs="0", digest=f"{wire.digest(SAMPLE):016x}")


def test_a_digest_in_any_1024_changes(place):
    """SYN-17; the replica counts"""
    server = place.server()
    replica = place.replica()
    fill(server, many(5000))
    replica.run(5000)
    assert replica.digests >= 4


@LOOPS
def test_a_load_in_the_middle_of_a_show(place, loop):
    """CON-21; a walk that went on would lack the first rows of the file and show its last"""
    server, rows = place.server("--mux", loop), many(20000)
    fill(server, rows)
    replica = place.replica()
    more = [row.replace("/32", "/31") for row in rows[::2]]
    (place.directory / "table").write_text("".join(row + "\n" for row in more))
    server.write(f"load {place.directory}/table\nshow\n")
    replica.run(30000)  # all is applied, and nobody has read what the show says
    answer = server.answer()
    shown = sum("/31 " in row for row in answer.rows)
    assert sorted(answer.rows) == sorted(rows + more[:shown])
    assert answer["routes"] == str(len(answer.rows))
    assert server.answer().closing == "ok load routes=10000 macs=0 seq=30000"


def test_a_save_while_a_load_runs(place):
    """CON-20; one line behind the other in one write"""
    server = place.server()
    (place.directory / "table").write_text("".join(row + "\n" for row in many(50000)))
    server.write(f"load {place.directory}/table\nsave {place.directory}/saved\nwait\n")
    assert server.answer().kind == "busy"
    assert server.answer()["routes"] == "50000"
    assert server.answer().closing == "ok wait"
    assert server.do(f"save {place.directory}/saved")["routes"] == "50000"


# -- resynchronisation -------------------------------------------------------------------------

@LOOPS
def test_resync_gives_a_new_snapshot(place, loop):
    """SYN-20 SYN-22"""
    server = place.server("--mux", loop)
    fill(server, SAMPLE)
    replica = place.replica()
    replica.peer.send(Frame("RESYNC", seq=3))
    while replica.snapshots < 2:
        replica.step()
    assert sorted(replica.table.values()) == SAMPLE
    server.do(f"delete {SAMPLE[0].split()[0]}")
    assert replica.run(4) == SAMPLE[1:]


def test_resync_while_a_snapshot_runs(place):
    """SYN-20"""
    server = place.server()
    rows = many(20000)
    fill(server, rows)
    replica = Replica(place.hello())
    replica.step()
    replica.peer.send(Frame("RESYNC", seq=0))
    server.do("create 9.0.0.0/8 1.2.3.4 first")
    begins = 1
    while begins < 2 or replica.shadow is not None:
        begins += replica.step().type == "SNAPSHOT_BEGIN"
    assert replica.run(20001) == server.table()


def test_second_mismatch_in_a_row(place):
    """SYN-21"""
    server = place.server()
    fill(server, SAMPLE)
    peer = place.replica().peer
    peer.send(Frame("RESYNC", seq=3))
    end = peer.skip_to("SNAPSHOT_END")
    peer.send(Frame("RESYNC", seq=end.seq))
    peer.expect_error("DIGEST")
    assert place.replica().run(3) == SAMPLE


def test_first_snapshot_is_no_answer_to_a_resync(place):
    """SYN-21; a RESYNC that names the END of the first snapshot is the first mismatch"""
    server = place.server()
    fill(server, SAMPLE)
    peer = place.hello()
    end = peer.skip_to("SNAPSHOT_END")
    peer.send(Frame("RESYNC", seq=end.seq))
    end = peer.skip_to("SNAPSHOT_END")
    peer.send(Frame("RESYNC", seq=end.seq))
    peer.expect_error("DIGEST")


def test_resyncs_that_are_not_in_a_row(place):
    """SYN-21; what fitted in between makes the next mismatch a first one"""
    server = place.server()
    peer = place.replica().peer
    for seq, row in enumerate(SAMPLE, 1):
        peer.send(Frame("RESYNC", seq=seq - 1))
        peer.skip_to("SNAPSHOT_END", seq=seq - 1)
        server.do(f"create {row}")
        peer.change(seq=seq)


# -- malformed ---------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def crowd(shared_place):
    """A server with a table, and a client that must notice nothing."""
    server = shared_place.server()
    fill(server, SAMPLE)
    return shared_place, server, shared_place.replica()


@pytest.mark.parametrize("name", BAD + FROM_SERVER)
def test_malformed_frame(crowd, name):
    """FRM-8 FRM-10 FRM-11; frames that are a server's to send are malformed too"""
    place, server, other = crowd
    peer = place.hello()
    peer.send(octets(name))
    error = peer.expect_error("MALFORMED")
    assert error["text"] != "" and error["text"].isprintable()
    seq = int(server.do("update 122.1.1.1/32 10.1.1.1 Ethernet1")["seq"])
    assert other.run(seq) == SAMPLE


@pytest.mark.parametrize("name", [name for name in BAD if "hello" in name])
def test_malformed_hello(crowd, name):
    """FRM-8, in the first frame of all"""
    place, server, _ = crowd
    peer = place.connect()
    peer.send(octets(name))
    peer.expect("ERROR", code=wire.ERRORS["MALFORMED"])
    peer.expect_end()
    assert server.table() == SAMPLE


def test_malformed_behind_good_frames(crowd):
    """TRN-11 FRM-8"""
    place, server, _ = crowd
    peer = place.connect()
    peer.send(HELLO, Frame("RESYNC"), octets("bad-flags-bye"))
    peer.expect("WELCOME")
    peer.expect_error("MALFORMED")


def test_malformed_byte_by_byte(crowd):
    """FRM-8; the header is enough, and its last byte is needed"""
    place, _, _ = crowd
    peer = place.hello()
    peer.skip_to("SNAPSHOT_END")
    header = octets("bad-length-hello-huge")
    assert len(header) == wire.HEADER_SIZE
    for byte in header:
        peer.send(bytes([byte]))
    peer.expect_error("MALFORMED")


def test_random_bytes(crowd):
    """FRM-8 FRM-10"""
    place, server, other = crowd
    rng = random.Random(3)
    for _ in range(200):
        peer = place.connect() if rng.random() < 0.5 else place.hello()
        peer.send(rng.choice((b"", wire.pack(Frame("RESYNC", seq=9)))), rng.randbytes(300))
        while peer.frame() is not None:
            pass
        peer.close()
    seq = int(server.do("update 122.1.1.1/32 10.1.1.1 Ethernet1")["seq"])
    assert other.run(seq) == SAMPLE


@pytest.mark.parametrize("size", [0, 1, 23, 24, 27])
def test_half_a_frame_and_silence_or_end(crowd, size):
    """TRN-2 ROB-6 SES-10; HELLO has 28 bytes"""
    place, server, other = crowd
    before = len(server.do("show clients").rows)
    quiet, gone = place.connect(), place.connect()
    for peer in (quiet, gone):
        peer.send(wire.encode(HELLO)[:size])
    gone.close()
    seq = int(server.do("update 122.1.1.1/32 10.1.1.1 Ethernet1")["seq"])
    assert other.run(seq) == SAMPLE
    quiet.send(wire.encode(HELLO)[size:])
    quiet.expect("WELCOME", version=1)
    quiet.close()
    server.until("show clients", clients=before)


# -- closing -----------------------------------------------------------------------------------

def test_bye_of_a_client(place):
    """SES-10"""
    server = place.server()
    peer = place.replica().peer
    server.until("show clients", clients=1)
    peer.send(Frame("BYE"))
    peer.expect_end()
    server.until("show clients", clients=0)


def test_end_of_file_without_bye(place):
    """SES-10 TRN-12"""
    server = place.server()
    stays = place.replica()
    for peer in [place.hello() for _ in range(5)]:
        peer.close()
        server.do(f"create {SAMPLE[0]}")
        server.do(f"delete {SAMPLE[0].split()[0]}")
    server.until("show clients", clients=1)
    assert stays.run(10) == []


@LOOPS
@pytest.mark.parametrize("how", ["quit", "SIGINT", "SIGTERM"])
def test_farewell(place, how, loop):
    """SES-9 CON-13 TRN-6 ROB-7; the Place sees what is left behind"""
    server = place.server("--mux", loop)
    fill(server, SAMPLE)
    peers = [place.replica().peer for _ in range(3)]
    if how == "quit":
        assert server.ask("quit").closing == "ok quit"
    else:
        server.signal(getattr(signal, how))
    for peer in peers:
        peer.skip_to("BYE")
        peer.expect_end()
    assert server.wait() == 0
    assert list(place.directory.iterdir()) == []


def test_another_instance_after_kill(place):
    """TRN-3 EPO-1 EPO-2"""
    server = place.server()
    first = place.hello().skip_to("SNAPSHOT_END").epoch
    server.signal(signal.SIGKILL)
    server.wait()
    assert place.socket.exists()
    server = place.server()
    second = place.hello().skip_to("SNAPSHOT_END").epoch
    assert second >> 32 not in (0, first >> 32)
    assert server.do("digest")["seq"] == "0"


def test_another_instance_after_quit(place):
    """EPO-1"""
    epochs = set()
    for _ in range(4):
        server = place.server()
        epochs.add(place.hello().skip_to("SNAPSHOT_END").epoch >> 32)
        server.do("quit")
        assert server.wait() == 0
    assert len(epochs) == 4 and 0 not in epochs


# -- slow and many -----------------------------------------------------------------------------

@LOOPS
def test_a_client_that_stops_reading(place, loop):
    """ROB-2 ROB-3 ROB-4; about 4 MB of changes against a bound of 64 KiB"""
    server = place.server("--mux", loop, "--journal", "64k")
    slow, quick = place.replica(), place.replica()
    rows = many(1000)
    fill(server, rows)
    begins = 0
    for turn in range(40):
        server.write("".join(f"update {row.split()[0]} 1.1.1.{turn} turn{turn}\n" for row in rows))
        for _ in rows:
            assert server.answer().ok
        while quick.seq < 1000 * (turn + 2):
            begins += quick.step().type == "SNAPSHOT_BEGIN"
    final = server.table()
    assert quick.run(41000) == final
    assert slow.run(41000) == final
    assert slow.snapshots >= 2


def test_memory_for_those_who_do_not_read(place):
    """ROB-3; the bound holds for all of them together, not only for each"""
    def resident():
        status = Path(f"/proc/{server.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    server = place.server("--journal", "64k")
    rows = many(500)
    fill(server, rows)
    peers = [place.replica() for _ in range(8)]
    before = resident()
    for turn in range(60):
        server.write("".join(f"update {row.split()[0]} 1.1.1.{turn} eth{turn}\n" for row in rows))
        for _ in rows:
            assert server.answer().ok
    if "libasan" not in Path(f"/proc/{server.pid}/maps").read_text():  # it keeps what was freed
        assert resident() - before < 4096
    final = server.table()
    for replica in peers:
        assert replica.run(30500) == final


def test_clients_leave_no_descriptor(place):
    """ROB-8"""
    def descriptors():
        return len(os.listdir(f"/proc/{server.pid}/fd"))

    server = place.server()
    place.hello().close()
    server.until("show clients", clients=0)
    before = descriptors()
    for turn in range(100):
        peer = place.connect() if turn % 3 == 0 else place.hello()
        if turn % 3 == 2:
            peer.send(Frame("BYE"))
        peer.close()
    place.hello().close()
    server.until("show clients", clients=0)
    assert descriptors() == before


def test_without_a_descriptor_those_who_are_there_are_served(place):
    """TRN-9"""
    import resource
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    server = place.server()
    stays = place.replica()
    used = len(os.listdir(f"/proc/{server.pid}/fd"))
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + 2, limits[1]))
    peers = [place.connect() for _ in range(8)]
    for peer in peers:
        peer.send(HELLO)
    server.do(f"create {SAMPLE[0]}")
    assert stays.run(1) == [SAMPLE[0]]
    for peer in peers:  # each that goes makes room for another
        peer.expect("WELCOME", version=1)
        peer.close()
    server.until("show clients", clients=1)
    assert place.replica().run(1) == [SAMPLE[0]]


def test_one_place_per_server():
    """Two servers in two places know nothing of each other."""
    with Place() as one, Place() as two:
        first, second = one.server(), two.server()
        first.do(f"create {SAMPLE[0]}")
        assert second.table() == []
        assert two.replica().run(0) == []
