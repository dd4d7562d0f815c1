# SPDX-License-Identifier: MIT
"""Message queues of a server that is busy, is not read, or does not start (ROB-13, MQ-18 to MQ-20)."""

import array
import fcntl
import os
import re
import select
import signal
import subprocess
import termios
import time
from pathlib import Path

import pytest
from live import DEADLINE, environment, program

LOOPS = pytest.mark.parametrize("loop", ["epoll", "select"])
ROWS = [f"50.{i // 250}.{i % 250}.0/24 1.1.1.1 eth0" for i in range(8000)]  # more than one slice of a save


@pytest.fixture
def table(place):
    path = place.directory / "table"
    path.write_text("".join(row + "\n" for row in ROWS))
    return path


@pytest.fixture
def queue():
    return f"/rtm-cli-py-{os.getpid()}"


@pytest.fixture
def server(place, queue, loop):
    return place.server("--mq", queue, "--mux", loop)


def send(place, queue, *commands):
    """Puts them into the queue, waiting for room."""
    subprocess.run([program("rtm-send"), queue], input="".join(line + "\n" for line in commands), text=True, check=True,
                   timeout=DEADLINE, env=environment(place.directory))


def pause(server):
    """Stops it, and forgets what it has said."""
    server.signal(signal.SIGSTOP)
    os.waitpid(server.pid, os.WUNTRACED)
    poll = select.poll()
    poll.register(server.process.stdout.fileno(), select.POLLIN)
    while poll.poll(0):
        server._read()
    server.rest = server.rest[server.rest.rfind(b"\n") + 1:]


@LOOPS
def test_a_message_waits_for_one_save(place, server, queue, table):
    server.do("load table")
    server.write("save f\n" * 9000)
    for i in range(3):
        pause(server)
        send(place, queue, f"create 60.{i}.0.0/16 1.1.1.1 eth0")
        server.signal(signal.SIGCONT)
        saves = 0
        while (line := server._line("answer")) != f"# queue {queue}: ok create seq={8001 + i}":
            saves += line.startswith("ok save")
            assert saves < 3, "the next save came first"


@LOOPS
def test_a_queue_that_loads_without_end_lets_the_console_save(place, server, queue, table):
    server.do(f"create {ROWS[-1]}")  # each load is refused for that, at its end
    flood = subprocess.Popen(["yes", "load table"], stdout=subprocess.PIPE)
    sender = subprocess.Popen([program("rtm-send"), queue], stdin=flood.stdout, stderr=subprocess.DEVNULL,
                              env=environment(place.directory))
    try:
        server.notice(f"# queue {queue}: error: busy")
        for _ in range(5):
            server.write("wait\nsave saved\n")
            assert server.answer().closing == "ok wait"
            assert server.answer().closing == "ok save routes=1 macs=0"
    finally:
        for process in flood, sender:
            process.kill()
            process.wait()
        flood.stdout.close()


@LOOPS
def test_a_log_that_nobody_reads_holds_up_no_message(place, server, queue):
    send(place, queue, *(f"bogus {i}" for i in range(8000)))  # it ends: MQ-19
    answers, lost = 0, None
    while lost is None:
        line = server._line("number of answers that were lost")
        answers += line.startswith(f"# queue {queue}: ")
        lost = re.match(r"# (\d+) answers to messages were dropped", line)
    for row in server.do("stats").rows:
        assert not row.startswith("queue_messages") or row == "queue_messages 8000"
    answers += sum(line.startswith(f"# queue {queue}: ") for line in server.notices)
    assert answers + int(lost[1]) == 8000  # MQ-20
    assert int(lost[1]) > 0
    send(place, queue, "create 10.0.0.0/8 1.1.1.1 eth0")
    assert server.notice(f"# queue {queue}: ok") == f"# queue {queue}: ok create seq=1"


@LOOPS
def test_no_answer_is_lost_while_a_table_is_read(place, server, queue, table):
    server.do("load table")
    client = place.client()
    server.write("show\n")
    server._line("first row")
    for i in range(50):
        send(place, queue, f"create 60.{i}.0.0/16 1.1.1.1 eth0")
    client.until("digest", seq=8050)
    assert server.answer().closing == "ok show routes=8000"
    for i in range(50):
        assert server.notice(f"# queue {queue}:") == f"# queue {queue}: ok create seq={8001 + i}"


def read_slowly(server, ends, bytes_more):
    """A byte now and then until `ends` has something to read, and so many more: the longest pause."""
    poll, fd, longest, last = select.poll(), server.process.stdout.fileno(), 0, time.monotonic()
    poll.register(ends, select.POLLIN)
    while bytes_more > 0:
        bytes_more -= bool(poll.poll(0))
        server.rest += os.read(fd, 1)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
        time.sleep(0.01)  # who is slow is made of time
    return longest


@pytest.mark.parametrize("loop", ["epoll"])
def test_no_answer_is_lost_while_the_log_is_read_slowly(place, server, queue):
    sender = subprocess.Popen([program("rtm-send"), queue], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=environment(place.directory))
    sender.stdin.write(b"bogus\n" * 4000)
    sender.stdin.close()
    pause = read_slowly(server, sender.stderr, 50)  # after a second it says that the queue is full
    if pause > 0.9:
        sender.kill()
        pytest.skip("the machine is busy: nobody read for a second")
    for _ in range(4000):
        assert server._line("answer").startswith(f"# queue {queue}: ")  # MQ-20
    assert sender.wait(DEADLINE) == 0
    sender.stderr.close()


def unread(pipe):
    count = array.array("i", [0])
    fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
    return count[0]


def ask_unread(server, times):
    """Asks for so many answers of 19 bytes, which nobody reads, and waits until no more are given."""
    server.process.stdin.write(b"lookup 1.1.1.1\n" * times)
    end = time.monotonic() + DEADLINE
    while unread(server.process.stdin) or Path(f"/proc/{server.pid}/stat").read_text().split()[2] != "S":
        assert time.monotonic() < end


@LOOPS
def test_a_save_ends_though_the_log_is_full(place, server, queue):
    path, most, asked = place.directory / "table", 64 * 1024, 4000
    path.write_text("".join(f"50.{i >> 8}.{i & 255}.0/24 1.1.1.1 eth0\n" for i in range(60000)))
    server.do(f"load {path}")
    ask_unread(server, asked)
    while (room := most - asked * 19 + unread(server.process.stdout)) > 19:  # a notice is longer
        asked += (room - 1) // 19
        ask_unread(server, (room - 1) // 19)
    server.process.stdin.write(b"save saved\n")
    for _ in range(5):
        place.connect().sock.sendall(b"\xff" * 64)  # a notice each
    send(place, queue, *("create 10.0.0.0/8 1.1.1.1 eth0" for _ in range(40)))  # it ends: MQ-19


@LOOPS
def test_a_table_that_cannot_be_loaded_costs_no_message(place, server, queue, loop, table):
    pause(server)
    send(place, queue, "create 10.0.0.0/8 1.1.1.1 eth0")
    server.process.kill()
    server.process.wait()
    table.write_text("\n".join(ROWS + ["no row"]))
    failing = place.start("rtm-server", "--socket", str(place.socket), "--mq", queue, "--mux", loop, "--load", str(table))
    assert failing.wait() == 1
    assert place.server("--mq", queue, "--mux", loop).notice(f"# queue {queue}:") == f"# queue {queue}: ok create seq=1"
