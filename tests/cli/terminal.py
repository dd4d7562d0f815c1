# SPDX-License-Identifier: MIT
"""A program on a pseudo-terminal, operated as a person does: by reading and by typing."""

import fcntl
import os
import pty
import re
import select
import subprocess
import termios
import time

from live import DEADLINE, Place, begin_child, environment, program, until


class Terminal:
    """One program whose console is a terminal of its own, its controlling one."""

    def __init__(self, place, name, *args, **env):
        self.name, self.screen, self.seen, self.over = name, "", 0, False
        self.master, slave = pty.openpty()
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, b"\x18\0\x50\0\0\0\0\0")  # 24 x 80

        def child():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            begin_child()

        self.process = subprocess.Popen(
            [program(name), *args], stdin=slave, stdout=slave, stderr=slave, cwd=place.directory,
            env=environment(place.directory, TERM="dumb", **env), preexec_fn=child)
        os.close(slave)

    def _read(self, end, what):
        poll = select.poll()
        poll.register(self.master, select.POLLIN)
        while not poll.poll(until(end, f"{what} on the terminal of {self.name}:\n{self.screen}")
                            * 1000):
            pass
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: nobody has the other side any more
            data = b""
        self.over = not data
        text = data.decode("ascii", "replace").replace("\r", "")
        self.screen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)

    def expect(self, pattern):
        """Reads on until the pattern is there; the match. What is before is not looked at again."""
        end, wanted = time.monotonic() + DEADLINE, re.compile(pattern, re.MULTILINE)
        while True:
            match = wanted.search(self.screen, self.seen)
            if match:
                self.seen = match.end()
                return match
            assert not self.over, f"{self.name} ended without {pattern!r}:\n{self.screen}"
            self._read(end, repr(pattern))

    def type(self, keys):
        os.write(self.master, keys.encode("ascii"))

    def enter(self, text):
        """A line. Its echo is passed over."""
        self.type(text + "\n")
        self.expect(re.escape(text))

    def question(self, words):
        """Waits for this prompt, with nothing behind it."""
        return self.expect(rf"(?i)^[^\n]*{words}[^\n]*[:?>] *\Z")

    def ready(self):
        """Waits for the prompt of the menu."""
        return self.expect(r"^> *\Z")

    def answer(self):
        """What is shown up to the next prompt of the menu."""
        start = self.seen
        end = self.ready().start()
        return self.screen[start:end]

    def items(self):
        """The numbered items that have been shown: {text: number}."""
        return {text: int(number)
                for number, text in re.findall(r"^ *(\d+)[.)] +(\S.*)$", self.screen, re.MULTILINE)}

    def choose(self, words, *answers):
        """The item with these words, and an answer to each of its questions; all up to the next
        prompt of the menu."""
        self.enter(str(next(n for text, n in self.items().items() if words in text.lower())))
        for question, answer in answers:
            self.question(question)
            self.enter(answer)
        return self.answer()

    def say(self, line):
        """A typed command; what it answers."""
        self.enter(line)
        return self.answer()

    def end(self):
        """The exit status, once the terminal is closed."""
        end = time.monotonic() + DEADLINE
        while not self.over:
            self._read(end, "end")
        return self.process.wait(until(end, f"exit of {self.name}"))

    def hang_up(self):
        """The terminal is gone."""
        if self.master is not None:
            os.close(self.master)
        self.master = None

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.hang_up()


class TerminalPlace(Place):
    """A Place whose programs may also have terminals."""

    def __init__(self):
        super().__init__()
        self.terminals = []

    def terminal(self, name, *args, **env):
        self.terminals.append(
            Terminal(self, name, "--socket", str(self.socket), *args, **env))
        return self.terminals[-1]

    def __exit__(self, kind, *rest):
        for terminal in self.terminals:
            terminal.close()
        super().__exit__(kind, *rest)
        if kind is None:
            statuses = {t.name: t.process.returncode for t in self.terminals}
            assert set(statuses.values()) <= {0}, statuses
