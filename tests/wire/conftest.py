# SPDX-License-Identifier: MIT
import sys

import pytest

sys.dont_write_bytecode = True

from live import Place  # noqa: E402


@pytest.fixture
def place():
    """A directory of its own; see live.Place."""
    with Place() as it:
        yield it


@pytest.fixture(scope="module")
def shared_place():
    """The same for all tests of a file, where starting anew each time would prove nothing more."""
    with Place() as it:
        yield it
