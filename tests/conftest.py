"""Fixtures for the whole suite."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator

import pytest

from tests.support.engine import Engine

# gRPC's fork handlers reach into threads that a child of a test of the shim does not have; the
# backend goes without them, too. gRPC reads it when it is imported.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

# nohup ignores HUP, and a shell without job control INT and QUIT of what it puts in the background:
# every client under test would inherit that.
for _ignored in (signal.SIGHUP, signal.SIGQUIT):
    signal.signal(_ignored, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine of this test's own; everything it made is gone afterwards, or the test fails."""
    assert os.geteuid() == 0, "these tests run real containers: run them as root"
    assert shutil.which("runc"), "runc is not on PATH: ./run test installs it"
    with Engine() as own:
        yield own


@pytest.fixture(scope="module")
def shared_engine() -> Iterator[Engine]:
    """One engine for all tests of a module that leave nothing behind themselves."""
    with Engine() as own:
        yield own
