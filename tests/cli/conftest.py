# SPDX-License-Identifier: MIT
import sys
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "wire"))

from terminal import TerminalPlace  # noqa: E402


@pytest.fixture
def place():
    """A directory of its own, whose programs may have terminals; see live.Place."""
    with TerminalPlace() as it:
        yield it
