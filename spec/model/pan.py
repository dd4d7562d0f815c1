# SPDX-License-Identifier: MIT
"""One case: spin makes the verifier, the compiler builds it, and its words become a verdict."""
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from tables import HERE

DEFAULT_DEPTH = 100_000


@dataclass
class Limits:
    seconds: int
    memory: int  # MiB
    depth: int = DEFAULT_DEPTH


@dataclass
class Result:
    verdict: str  # as Case.expects, or "error: what kept the search from its end"
    states: int = 0
    depth: int = 0
    seconds: float = 0.0


class Failure(Exception):
    """The verifier could not be made or run."""


running = set()  # process groups


def kill_running():
    for group in list(running):
        os.killpg(group, signal.SIGKILL)


def run(command, folder, seconds):
    """What a command says, in either stream. Out of time it is killed with all that it has started."""
    with subprocess.Popen(command, cwd=folder, env={**os.environ, "TMPDIR": str(folder)}, text=True,
                          errors="replace", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True) as process:
        running.add(process.pid)
        try:
            said = process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise Failure(f"{command[0]}: not finished after {seconds} s") from None
        finally:
            running.discard(process.pid)
    with (folder / "output").open("a") as output:
        output.write(f"$ {' '.join(command)}\n{said}")
    return process.returncode, said


def defines(case):
    return [f"-D{define}" for define in case.defines]


def make(case, folder, limits, shortest):
    """Leaves the verifier in the folder. A search for the shortest run goes breadth first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for source in HERE.glob("*.pml"):
        shutil.copy(source, folder)
    status, said = run(["spin", "-a", *defines(case), f"{case.model}.pml"], folder, limits.seconds)
    if status or "rror:" in said:
        raise Failure(f"spin refuses the model:\n{said.strip()}")
    if shortest:
        options = ["-O0", "-DBFS"]
    elif case.expects.endswith("bitstate"):
        options = ["-O1", "-DBITSTATE"]
    else:
        options = ["-O1", "-DCOLLAPSE"]
    status, said = run(["gcc", "-w", *options, "-DSAFETY", f"-DMEMLIM={limits.memory}", "-o", "pan", "pan.c"],
                       folder, limits.seconds)
    if status:
        raise Failure(f"gcc refuses the verifier:\n{said.strip()}")


def search(case, folder, limits, shortest):
    """What the verifier says."""
    if shortest:
        options = ["-w20"]
    elif case.expects.endswith("bitstate"):
        bits = (limits.memory << 20) * 8 // 2  # half of the memory, as a power of two
        options = [f"-m{limits.depth}", f"-w{bits.bit_length() - 1}", "-k3"]
    else:
        options = [f"-m{limits.depth}", "-w24"]
    return run(["./pan", *options], folder, limits.seconds)[1]


def number(pattern, text, default=0):
    found = re.search(pattern, text)
    return float(found[1]) if found else default


def judge(text):
    """The verdict in the words of a verifier. What did not end by itself is never "holds"."""
    broken = re.search(r"^pan:1: (.*) \(at depth", text, re.M)
    if broken:
        named = re.fullmatch(r"assertion violated \(?(?:now\.)?(\w+)\)?", broken[1])
        return f"violates {named[1]}" if named else f"error: {broken[1]}"
    for sign in ("max search depth too small", "Search not completed", "out of memory", "reached -DMEMLIM"):
        if sign in text:
            return f"error: the search was cut off ({sign})"
    if not re.search(r"errors: 0\b", text):
        return "error: the verifier gave no verdict"
    return "holds by bitstate" if "Bit statespace search" in text else "holds"


def verify(case, folder, limits):
    began = time.monotonic()
    shortest = case.must_fail
    try:
        make(case, folder, limits, shortest)
        text = search(case, folder, limits, shortest)
    except Failure as failure:
        return Result(f"error: {failure}", seconds=time.monotonic() - began)
    return Result(judge(text), int(number(r"([0-9.e+]+) states, stored", text)),
                  int(number(r"depth reached (\d+)", text)), time.monotonic() - began)


def trace(case, folder, limits):
    """The shortest run that breaks a property, told line by line; "" if there is none."""
    make(case, folder, limits, True)
    verdict = judge(search(case, folder, limits, True))
    if not verdict.startswith("violates"):
        return "", verdict
    told = run(["spin", "-t", "-B", "-T", *defines(case), f"{case.model}.pml"], folder, limits.seconds)[1]
    lines = [line for line in told.splitlines() if not line.startswith("spin:")]
    return "\n".join(lines), verdict
