"""Forms that were sent before."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.tui import form_history


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_the_last_one_comes_first_and_once() -> None:
    assert form_history.load("new") == []
    for name in ("a", "b", "a"):
        form_history.add("new", {"name": name})
    assert form_history.load("new") == [{"name": "a"}, {"name": "b"}]
    assert form_history.load("exec host") == []
    assert form_history.path().stat().st_mode & 0o077 == 0


def test_it_does_not_grow() -> None:
    for number in range(form_history.KEPT + 5):
        form_history.add("new", {"name": str(number)})
    for number in range(form_history.KINDS + 5):
        form_history.add(f"exec {number}", {})
    assert len(form_history._read()) == form_history.KINDS
    form_history.add("new", {"name": "x"})
    assert len(form_history.load("new")) == 1


def test_a_broken_file_is_an_empty_one() -> None:
    form_history.add("new", {"name": "a"})
    form_history.path().write_text('{"new": [{"name": 3}, {"name": "b"}, 7]}')
    assert form_history.load("new") == [{"name": "b"}]
    form_history.path().write_text("{")
    assert form_history.load("new") == []
    form_history.add("new", {"name": "c"})
    assert form_history.load("new") == [{"name": "c"}]
