# SPDX-License-Identifier: MIT
"""The menus of server and client, operated on a terminal as a person does (CON-3, CON-4)."""

import os
import signal
import subprocess

import pytest
from live import BUILD, CREATE, DELETE, UPDATE, Frame

LOOPS = pytest.mark.parametrize("loop", ["epoll", "select"])
WAYS_OUT = pytest.mark.parametrize("way", ["^D", "^C", "item", "typed", "SIGTERM", "SIGINT"])
A, B = "10.0.0.0/8 1.1.1.1 eth0", "120.100.100.0/24 200.200.200.200 Ethernet-with-31-bytes-of-name1"


def route(row):
    prefix, gateway, oif = row.split()
    return ("Destination", prefix), ("Gateway", gateway), ("Interface", oif)


def rows(text):
    """The rows of a table on the screen, as canonical lines."""
    return [" ".join(line.split()) for line in text.splitlines()
            if len(line.split()) == 3 and "/" in line and line.split()[0][0].isdigit()]


def load(terminal, path):
    """Loads a file, to the prompt behind its answer; that answer."""
    terminal.enter(f"load {path}")
    said = terminal.expect(r"^(Loaded|Refused).*\n").group()
    terminal.ready()
    return said


def leave(terminal, way):
    """Ends a program that shows a prompt; the exit status."""
    if way.startswith("SIG"):
        terminal.process.send_signal(getattr(signal, way))
    elif way == "item":
        terminal.enter(str(next(n for text, n in terminal.items().items() if "Quit" in text)))
    else:
        terminal.type({"^D": "\x04", "^C": "\x03", "typed": "quit\n"}[way])
    return terminal.end()


@pytest.fixture
def server(place):
    """A server on a terminal, at the prompt of its menu."""
    terminal = place.terminal("rtm-server")
    terminal.ready()
    yield terminal
    if terminal.process.poll() is None:
        assert leave(terminal, "^D") == 0
    assert terminal.process.returncode == 0


@pytest.fixture
def client(place):
    """A server on pipes that has A and B, and a synchronised client on a terminal."""
    server = place.server()
    for row in (A, B):
        server.do(f"create {row}")
    terminal = place.terminal("rtm-client")
    terminal.ready()
    while "synchronised" not in terminal.choose("status"):
        pass
    yield terminal, server
    if terminal.process.poll() is None:
        assert leave(terminal, "^D") == 0
    assert terminal.process.returncode == 0


# -- server ------------------------------------------------------------------------------------

def test_the_items_are_numbered(server):
    numbers = list(server.items().values())
    assert numbers == list(range(1, len(numbers) + 1))
    text = "\n".join(server.items()).lower()
    for word in ("create", "update", "delete", "show", "look", "load", "save", "flush", "clients",
                 "digest", "quit"):
        assert word in text


def test_create_show_update_delete(place, server):
    """CON-3 CON-4; a client in Python sees each change"""
    peer = place.replica().peer
    server.choose("create", *route(A))
    peer.change(op=CREATE, seq=1, destination="10.0.0.0", mask=8, gateway_ip="1.1.1.1", oif="eth0")
    server.choose("create", *route(B))
    peer.change(op=CREATE, seq=2)
    everything = [("prefix", ""), ("Gateway", ""), ("Interface", "")]
    assert rows(server.choose("show the routing", *everything)) == [A, B]
    server.choose("update", *route("10.0.0.0/8 9.9.9.9 new"))
    peer.change(op=UPDATE, seq=3, gateway_ip="9.9.9.9", oif="new")
    server.choose("delete", ("Destination", B.split()[0]))
    peer.change(op=DELETE, seq=4)
    assert rows(server.choose("show the routing", *everything)) == ["10.0.0.0/8 9.9.9.9 new"]


def test_flush_by_menu(place, server):
    """CON-4 FLU-1"""
    peer = place.hello()  # it says no PID: nobody signals this process
    server.say(f"create {A}")
    assert "flush 1" in server.choose("flush")
    assert rows(server.say("show")) == []
    peer.skip_to("FLUSH", seq=2)


def test_the_table_is_aligned(server):
    """CON-3; each column begins in one place, under its head"""
    server.say(f"create {A}")
    server.say(f"create {B}")
    lines = [line for line in server.say("show").splitlines() if len(line.split()) == 3]
    assert len(lines) == 3
    starts = [[line.index(word) for word in line.split()] for line in lines]
    assert starts[0] == starts[1] == starts[2]


def test_the_arp_table_by_menu(place, server):
    """CON-3 CON-4"""
    mac, other = "00:11:22:33:44:55", "0a:00:00:00:00:01"
    server.choose("add an arp", ("MAC", mac), ("Address", "10.0.0.1"))
    server.choose("add an arp", ("MAC", other.upper()), ("Address", "10.0.0.2"))
    shown = [line.split() for line in server.choose("show the arp").splitlines() if ":" in line]
    assert shown == [[mac, "10.0.0.1"], [other, "10.0.0.2"]]
    assert [other, "10.0.0.2"] in [line.split() for line in
                                   server.choose("look up a mac", ("MAC", other)).splitlines()]
    client = place.terminal("rtm-client")
    client.ready()
    while "2 MAC" not in client.choose("status"):
        pass
    shown = [line.split() for line in client.choose("show the arp").splitlines() if ":" in line]
    assert shown == [[mac, "10.0.0.1"], [other, "10.0.0.2"]]
    assert leave(client, "item") == 0
    server.choose("delete an arp", ("MAC", mac))
    assert mac not in server.choose("show the arp")


def test_a_filter_by_prompts(server):
    """CON-6"""
    server.say(f"create {A}")
    server.say(f"create {B}")
    show = "show the routing"
    assert rows(server.choose(show, ("prefix", "10.0.0.0/8"), ("Gateway", ""),
                              ("Interface", ""))) == [A]
    assert rows(server.choose(show, ("prefix", ""), ("Gateway", "200.200.200.200"),
                              ("Interface", ""))) == [B]
    assert rows(server.choose(show, ("prefix", ""), ("Gateway", ""), ("Interface", "eth0"))) == [A]
    assert rows(server.choose(show, ("prefix", ""), ("Gateway", "1.1.1.1"),
                              ("Interface", "eth1"))) == []


@pytest.mark.parametrize("item, answers, expected", [
    ("create", route("10.0.0.0/8 2.2.2.2 eth1"), "10.0.0.0/8"),
    ("create", route("10.1.2.3/8 2.2.2.2 eth1"), "10.0.0.0/8"),
    ("create", route("11.0.0.0/33 2.2.2.2 eth1"), "33"),
    ("create", route("11.0.0.0/8 2.2.2.256 eth1"), "2.2.2.256"),
    ("create", route("11.0.0.0/8 2.2.2.2 " + "x" * 32), "31"),
    ("update", route("11.0.0.0/8 2.2.2.2 eth1"), "11.0.0.0/8"),
    ("delete", [("Destination", "11.0.0.0/8")], "11.0.0.0/8"),
    ("delete", [("Destination", "nonsense")], "nonsense"),
    ("look", [("Address", "1.2.3")], "1.2.3"),
    ("load", [("File", "none")], "none"),
])
def test_refusals_by_menu(server, item, answers, expected):
    """CON-2; the program goes on, and nothing has changed"""
    server.say(f"create {A}")
    said = server.choose(item, *answers)
    assert expected in said and len(said.strip()) > len(expected) + 10
    assert rows(server.say("show")) == [A]


@pytest.mark.parametrize("line", ["0", "99", "nonsense", "-1", "1 2", "create", "create 1"])
def test_lines_that_mean_nothing(server, line):
    """CON-2"""
    assert server.say(line).strip() != ""
    assert rows(server.say("show")) == []


def test_bytes_that_are_not_ascii(server):
    """CON-9"""
    os.write(server.master, "sh\u00f6w\n".encode())
    server.ready()
    assert rows(server.say("show")) == []


def test_an_empty_line_shows_the_menu_again(server):
    before = server.screen.count("Create")
    server.enter("")
    server.ready()
    assert server.screen.count("Create") > before


def test_an_empty_answer_cancels(server):
    server.enter(str(next(n for text, n in server.items().items() if "Create" in text)))
    server.question("Destination")
    server.enter("")
    server.ready()
    assert rows(server.say("show")) == []


def test_a_long_field_is_taken_whole(place, server):
    """CON-18; what was cut would be another file"""
    server.say(f"create {A}")
    folder = place.directory.joinpath(*["f" * 200] * 4)
    folder.mkdir(parents=True)
    assert "1 routes" in server.choose("save", ("File", f"{folder}/saved"))
    assert (folder / "saved").read_text() == f"{A}\n"
    assert [path.name for path in folder.iterdir()] == ["saved"]


def test_fields_that_are_too_long_are_refused(server):
    """CON-9"""
    said = server.choose("create", ("Destination", "10.0.0.0/8"), ("Gateway", "1" * 2500),
                         ("Interface", "e" * 2500))
    assert "too long" in said and "4352" in said
    assert rows(server.say("show")) == []


def test_typed_commands(place, server):
    """What the line protocol takes works on a terminal as well."""
    server.say(f"create {A}")
    server.say(f"save {place.directory}/saved")
    server.say("delete 10.0.0.0/8")
    assert rows(server.say("show")) == []
    load(server, place.directory / "saved")
    assert rows(server.say("show")) == [A]
    assert rows(server.say("lookup 10.1.2.3")) == [A]
    for command in ("show clients", "digest", "stats", "help"):
        assert server.say(command).strip() != ""


@pytest.mark.parametrize("bad", [False, True])
def test_a_load_ends_with_a_prompt(place, server, bad):
    """CON-16; its answer comes later, on a line of its own, and the prompt is then there again"""
    (place.directory / "table").write_text(f"{A}\n" + "nonsense\n" * bad)
    said = load(server, place.directory / "table")
    assert (f"{place.directory}/table:2" if bad else "1") in said
    assert rows(server.say("show")) == ([] if bad else [A])


def test_a_notice_ends_with_a_prompt(place, server):
    """What comes while a question stands there does not take it away."""
    peer = place.hello()
    peer.send(b"\xff" * 24)
    server.expect(r"^# .*\n")
    server.ready()


def test_a_message_ends_with_a_prompt(place):
    """MQ-8; its answer is that of the line protocol, for it is the log"""
    queue = f"/rtm-menu-{os.getpid()}"
    server = place.terminal("rtm-server", "--mq", queue)
    server.ready()
    subprocess.run([BUILD / "rtm-send", queue, f"create {A}"], check=True)
    server.expect(rf"^# queue {queue}: ok create seq=1\r?\n")
    server.ready()
    assert rows(server.say("show")) == [A]
    assert leave(server, "SIGTERM") == 0


def test_clients_by_menu(place, server):
    """CON-10"""
    replica = place.replica()
    assert "1" in server.choose("clients")
    replica.peer.send(Frame("BYE"))
    while "1" in server.choose("clients"):
        pass


def test_keys_can_be_corrected(server):
    """The erase key of the terminal"""
    server.type("shox\x7fw\n")
    server.ready()
    assert rows(server.say(f"create {A}")) == []
    assert rows(server.say("show")) == [A]


@LOOPS
@WAYS_OUT
def test_the_server_ends(place, way, loop):
    """CON-13 SES-9 TRN-6"""
    terminal = place.terminal("rtm-server", "--mux", loop)
    terminal.ready()
    peer = place.replica().peer
    assert leave(terminal, way) == 0
    peer.skip_to("BYE")
    peer.expect_end()
    assert not list(place.directory.iterdir())


@pytest.mark.parametrize("way", ["^D", "^C", "SIGTERM"])
def test_the_server_ends_within_a_question(place, way):
    """CON-13"""
    terminal = place.terminal("rtm-server")
    terminal.ready()
    terminal.enter(str(next(n for text, n in terminal.items().items() if "Create" in text)))
    terminal.question("Destination")
    terminal.enter("10.0.0.0/8")
    terminal.question("Gateway")
    assert leave(terminal, way) == 0
    assert not list(place.directory.iterdir())


def test_the_terminal_goes_away(place):
    """Its end is the end of the session: by a hang-up, or by the end of the input."""
    terminal = place.terminal("rtm-server")
    terminal.ready()
    terminal.hang_up()
    assert terminal.process.wait(20) in (0, -signal.SIGHUP)
    place.terminals.remove(terminal)
    for path in place.directory.iterdir():  # SIGHUP ends a program without a farewell
        path.unlink()
    place.object.unlink(missing_ok=True)


# -- client ------------------------------------------------------------------------------------

def test_the_client_shows_its_table(client):
    """CON-3"""
    terminal, server = client
    everything = [("prefix", ""), ("Gateway", ""), ("Interface", "")]
    assert rows(terminal.choose("show the routing", *everything)) == [A, B]
    assert rows(terminal.choose("look", ("Address", "10.9.9.9"))) == [A]
    assert rows(terminal.choose("look", ("Address", "99.9.9.9"))) == []
    assert server.do("digest")["digest"] in terminal.choose("digest")
    server.do("delete 10.0.0.0/8")
    while rows(terminal.say("show")) != [B]:
        pass


def test_the_menu_of_the_client_changes_nothing(client):
    """CON-5"""
    terminal, _ = client
    text = "\n".join(terminal.items()).lower()
    for word in ("show", "look", "digest", "status", "quit"):
        assert word in text
    for word in ("create", "update", "delete", "load", "save"):
        assert word not in text
        assert terminal.say(f"{word} {A}").strip() != ""
    assert rows(terminal.say("show")) == [A, B]


@LOOPS
@WAYS_OUT
@pytest.mark.parametrize("alone", [False, True], ids=["connected", "alone"])
def test_the_client_ends(place, way, loop, alone):
    """CON-13 SES-8"""
    if not alone:
        place.listen()
    terminal = place.terminal("rtm-client", "--mux", loop)
    terminal.ready()
    if not alone:
        peer = place.accept()
        peer.expect("HELLO")
    assert leave(terminal, way) == 0
    if not alone:
        peer.expect("BYE")
        peer.expect_end()
