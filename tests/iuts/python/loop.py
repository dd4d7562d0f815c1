# SPDX-License-Identifier: MIT
"""One loop for descriptors, timers and signals. poll(2) takes files and terminals too, so any console will do."""
import heapq
import itertools
import os
import select
import signal
import time

READ, WRITE = select.POLLIN, select.POLLOUT


class Loop:
    def __init__(self):
        self.poll, self.handlers = select.poll(), {}
        self.timers, self.count = [], itertools.count()
        self.before_wait = []  # called each turn, before it waits
        self.running = True
        self.signals = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self.signals[1], warn_on_full_buffer=False)
        self.watch(self.signals[0], lambda _: os.read(self.signals[0], 4096))
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, self.stop)

    def stop(self, *_):
        self.running = False

    def watch(self, fd, handler, events=READ):
        """handler(events) is called when one of the events, a hang-up or an error is there."""
        self.handlers[fd] = handler
        self.poll.register(fd, events)

    def unwatch(self, fd):
        if self.handlers.pop(fd, None):
            self.poll.unregister(fd)

    def after(self, seconds, action):
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.count), action))

    def turn(self, timeout=None):
        """One round: what is due, what is ready."""
        if any([action() for action in self.before_wait]) or timeout is None and not self.running:
            timeout = 0
        if self.timers:
            until = max(0, self.timers[0][0] - time.monotonic())
            timeout = until if timeout is None else min(timeout, until)
        for fd, events in self.poll.poll(None if timeout is None else timeout * 1000 + 0.5):
            if fd in self.handlers:
                self.handlers[fd](events)
        while self.timers and self.timers[0][0] <= time.monotonic():
            heapq.heappop(self.timers)[2]()

    def run(self):
        while self.running:
            self.turn()

    def settle(self, seconds, done):
        """Goes on until done() or the time is over."""
        end = time.monotonic() + seconds
        while not done() and time.monotonic() < end:
            self.turn(end - time.monotonic())
