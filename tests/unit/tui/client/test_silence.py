"""A backend that holds its connections and answers nothing: told of, and at last given up."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from contui.tui.client import messages, silence, wire
from contui.tui.client.errors import ApiError
from tests.unit.tui.client.conftest import Server


class Told(Exception):
    """Ends the waiting as soon as the user would be told."""


def _told(message: str, hint: str) -> None:
    raise Told(message, hint)


@pytest.fixture
def mute(tmp_path: Path) -> Iterator[wire.Channel]:
    """A channel to a socket at which nobody answers."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{tmp_path}/s.sock")
        listener.listen()
        address = f"unix://{tmp_path}/s.sock"
        made = wire.Channel(wire.connect(address), address)
        yield made
        made.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "QUIET_S", 0.02)


def _ask(channel: wire.Channel) -> None:
    channel.call("SystemService/Version", messages.VersionRequest(), messages.VersionResponse)


def test_a_silent_backend_is_told_of(mute: wire.Channel, soon: None) -> None:
    mute.on_silence = _told
    with pytest.raises(Told, match="does not answer"):
        _ask(mute)


def test_it_is_given_up_at_last(
    mute: wire.Channel, soon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(silence, "GIVEN_UP_S", 0.05)
    with pytest.raises(ApiError, match="does not answer") as caught:
        _ask(mute)
    assert caught.value.status == "unavailable"


def test_a_call_that_takes_long_is_not_a_silent_backend(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "QUIET_S", 60.0)
    channel = wire.Channel(wire.connect(server.address), server.address)
    _ask(channel)
    channel.on_silence = _told
    long = channel.start("SystemService/DiskUsage", messages.DiskUsageRequest())
    waiting = silence.Silence(channel, 60.0)
    for _ in range(2):
        assert waiting.lasts()  # it is asked, and whoever waits goes on to wait
        while waiting.pause != silence.AGAIN_S:
            assert channel.pump(30), "no answer to the question"
    assert not long.done
    channel.close()


def test_a_backend_that_is_stuck_is_told_of(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connections live, their first words come: only a question shows it."""
    channel = wire.Channel(wire.connect(server.address), server.address)
    _ask(channel)
    channel.on_silence = _told
    stuck = threading.Event()
    monkeypatch.setattr(wire, "QUIET_S", 0.02)  # from here on: nothing answers any more
    server.soon(stuck.wait)
    try:
        with pytest.raises(Told):
            _ask(channel)
    finally:
        stuck.set()
        channel.close()


def test_a_stopped_backend_has_its_remedy(
    mute: wire.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    proc = {"cmdline": b"python\0-m\0contui.backend\0", "stat": b"7 (py) T) T 1 7"}
    monkeypatch.setattr(silence, "_proc", lambda pid, name: proc[name])
    message, hint = silence.reason(mute)
    assert message == f"the backend is stopped (process {os.getpid()})"
    assert f"kill -CONT {os.getpid()}" in hint
