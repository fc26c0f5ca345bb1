"""`play` on a terminal, with a clock and keys of the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contui.tui.casts.player import Player
from contui.tui.casts.reader import Cast
from contui.tui.cli import play


class Desk:
    """A person who types at certain times, and what is waited for meanwhile."""

    def __init__(self, *keys: tuple[float, bytes]) -> None:
        self.now = 0.0
        self.keys = list(keys)

    def select(self, read: Any, write: Any, error: Any, seconds: float | None) -> Any:
        until = self.now + seconds if seconds is not None else None
        if read and self.keys and (until is None or self.keys[0][0] <= until):
            self.now = max(self.now, self.keys[0][0])
            return read, [], []
        assert until is not None, "nobody would ever type"
        self.now = until
        return [], [], []

    def read(self, descriptor: int, count: int) -> bytes:
        return self.keys.pop(0)[1]


class Raw:
    """A keyboard that needs no preparing."""

    def __init__(self, descriptor: int) -> None: ...

    def enter(self) -> None: ...

    def leave(self) -> None: ...


def show(monkeypatch: pytest.MonkeyPatch, path: Path, desk: Desk, *lines: object) -> play.Show:
    values = [{"version": 2, "width": 20, "height": 5}, *lines]
    path.write_text("".join(f"{json.dumps(value)}\n" for value in values))
    monkeypatch.setattr(play, "monotonic", lambda: desk.now)
    monkeypatch.setattr(play.select, "select", desk.select)
    monkeypatch.setattr(play.os, "read", desk.read)
    monkeypatch.setattr(play.terminal, "is_terminal", lambda descriptor: True)
    monkeypatch.setattr(play.terminal, "Raw", Raw)
    monkeypatch.setattr(play, "_write", lambda text: None)
    return play.Show(Player(Cast(str(path))))


def test_a_pause_takes_no_time_of_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk((1.0, b" "), (61.0, b" "), (62.0, b"q"))
    shown = show(monkeypatch, tmp_path / "x.cast", desk, [0, "o", "a"], [30, "o", "b"])
    shown._loop()
    shown._player.cast.close()
    assert shown._player.position == pytest.approx(2.0)
    assert not shown._player.ended


def test_it_ends_with_the_last_event(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    shown = show(monkeypatch, tmp_path / "x.cast", desk, [0, "o", "a"], [30, "o", "b"])
    shown._loop()
    shown._player.cast.close()
    assert desk.now == pytest.approx(30.0)
    assert "ab" in shown._last_screen()
