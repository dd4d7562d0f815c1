# SPDX-License-Identifier: MIT
"""How both judges are called, and how they say what they found."""
import argparse
import sys


class Options(argparse.ArgumentParser):
    """Ends with the project's status for what it does not know."""

    def error(self, message):
        self.exit(64, f"{self.prog}: {message}; see {self.prog} --help\n")


class Tap:
    def __init__(self, planned):
        self.number = self.failed = 0
        print(f"1..{planned}", flush=True)

    def say(self, passed, text, details=""):
        self.number += 1
        self.failed += not passed
        print(f"{'ok' if passed else 'not ok'} {self.number} - {text}")
        if details:
            print("#", details.replace("\n", "\n# "))
        sys.stdout.flush()
