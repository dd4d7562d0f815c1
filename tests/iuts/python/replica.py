# SPDX-License-Identifier: MIT
"""A client's copy of both tables: chapters 4 to 6, without input and output."""
import frames
from frames import CREATE, DELETE, FAULT
from tables import Table


class Replica:
    """One connection. send(kind, *fields, seq=) says something to the server. welcomed(shm, instance) is called at WELCOME."""

    def __init__(self, send, welcomed, pid):
        self.send, self.welcomed, self.pid = send, welcomed, pid
        self.table, self.shadow = Table(), None
        self.epoch, self.seq = None, 0
        self.synchronised = self.asked = self.pid_sent = False
        self.resyncs = 0

    @property
    def state(self):
        if self.epoch is None:
            return "connecting"
        if self.shadow is not None:
            return "snapshot"
        return "synchronised" if self.synchronised else "resyncing" if self.asked else "snapshot"

    def adopt(self, epoch):
        """C2"""
        self.table, self.shadow, self.epoch, self.asked = Table(), None, epoch, False

    def on_frame(self, kind, op, epoch, seq, fields):
        """False if the connection is to be closed."""
        if self.epoch is None:
            return self.before_welcome(kind, epoch, fields)
        if epoch < self.epoch:
            return True  # EPO-3
        if epoch > self.epoch:
            self.adopt(epoch)
        if kind in (frames.WELCOME, frames.BYE):
            return False
        if kind == frames.ERROR:
            return fields[0] == frames.BAD_PID
        if kind == frames.SNAPSHOT_BEGIN:
            self.shadow, self.synchronised, self.asked = Table(), False, False
        elif kind == frames.SNAPSHOT_END:
            self.end_of_snapshot(seq, fields)
        elif kind == frames.FLUSH:
            self.table, self.shadow = Table(), None
            self.in_step(seq)
        elif kind == frames.DIGEST:
            if self.synchronised and seq == self.seq and fields != self.table.totals():
                self.resync(seq)
        elif self.shadow is not None:
            if FAULT == "no-shadow":
                self.change(self.table, kind, op, fields)
            self.change(self.shadow, kind, op, fields)
        elif self.synchronised:
            if seq != self.seq + 1 or self.known(kind, fields) != (op != CREATE):
                self.resync(seq)
            else:
                self.change(self.table, kind, op, fields)
                self.seq = seq
        return True

    def before_welcome(self, kind, epoch, fields):
        """SES-6, SES-15"""
        if kind == frames.ERROR:
            return fields[0] == frames.BAD_PID
        if kind != frames.WELCOME or fields[0] != 1:
            return False
        self.epoch = epoch
        self.welcomed(fields[1], epoch >> 32)
        return True

    def known(self, kind, fields):
        return fields[0] in (self.table.routes if kind == frames.ROUTE else self.table.macs)

    @staticmethod
    def change(table, kind, op, fields):
        if kind == frames.ROUTE:
            if op != DELETE:
                table.put(*fields)
            elif fields[0] in table.routes:
                table.drop(fields[0])
        elif op != DELETE:
            table.put_mac(*fields)
        elif fields[0] in table.macs:
            table.drop_mac(fields[0])

    def end_of_snapshot(self, seq, fields):
        if self.shadow is None:
            return
        shadow, self.shadow = self.shadow, None
        if shadow.totals() != fields:
            return self.resync(seq)
        self.table = shadow
        self.in_step(seq)

    def in_step(self, seq):
        self.synchronised, self.asked, self.seq = True, False, seq
        if not self.pid_sent:
            self.pid_sent = True
            self.send(frames.PID, self.pid + (FAULT == "foreign-pid"))

    def resync(self, seq):
        self.synchronised, self.asked = False, True
        self.resyncs += 1
        self.send(frames.RESYNC, seq=seq)
