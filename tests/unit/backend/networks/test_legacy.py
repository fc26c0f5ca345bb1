"""Rules in the old packet filter."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.networks import legacy


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The calls made; a check finds a rule that was inserted before."""
    seen: list[tuple[str, ...]] = []

    def run(*arguments: str) -> bool:
        seen.append(arguments)
        inserted = [call for call in seen[:-1] if call[0] == "-I"]
        return arguments[0] != "-C" or any(call[1:] == arguments[1:] for call in inserted)

    (tmp_path / "names").write_text("nat\nfilter\n")
    monkeypatch.setattr(legacy, "_NAMES", tmp_path / "names")
    monkeypatch.setattr(legacy, "_program", lambda: "/iptables-legacy")
    monkeypatch.setattr(legacy, "_run", run)
    return seen


def test_both_directions_are_opened_and_closed(calls: list[tuple[str, ...]]) -> None:
    legacy.open_chain("br", "mark")
    opened = [call for call in calls if call[0] == "-I"]
    assert [call[1:4] for call in opened] == [("FORWARD", "-i", "br"), ("FORWARD", "-o", "br")]
    assert all("mark" in call and call[-1] == "ACCEPT" for call in opened)
    calls_before = len(calls)
    legacy.close_chain("br", "mark")
    assert [call[0] for call in calls[calls_before:]] == ["-C", "-D", "-C", "-D"]


def test_where_it_is_not_in_use_nothing_is_run(
    calls: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "names").write_text("nat\n")
    legacy.open_chain("br", "mark")
    monkeypatch.setattr(legacy, "_NAMES", tmp_path / "missing")
    legacy.close_chain("br", "mark")
    assert calls == []
