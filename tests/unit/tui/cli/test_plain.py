"""Plain views: words, lines, nothing drawn; and the prompt that asks for them."""

from __future__ import annotations

import io
import json
from typing import Any, cast

import pytest

from contui.tui.cli import main, plain, record
from contui.tui.cli.errors import CliError
from contui.tui.cli.neutral import colourless
from contui.tui.client import messages


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is printed, complaints included."""
    out: list[str] = []
    monkeypatch.setattr(plain, "show", out.append)
    monkeypatch.setattr(plain, "complain", lambda text, hint="": out.append(f"{text}\n{hint}\n"))
    monkeypatch.setattr(plain, "_containers", lambda: [container("web"), container("db\x1b", 7)])
    return out


def container(name: str, state: int = 3) -> Any:
    return messages.Container(
        name=name, state=state, image="img", argv=["a", "b"],
        exit=messages.Exit(code=3) if state == 7 else None,
    )  # fmt: skip


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(plain.sys, "stdin", io.StringIO(text))


def test_the_list_is_words(shown: list[str]) -> None:
    assert plain._view(["list"]) == 0
    assert shown[0] == "2 containers, 1 running.\n"
    assert shown[1].startswith("1. web; running, started never; image img; command a b")
    assert shown[2].startswith("2. db\\x1b; exited with 3")


def test_what_is_to_be_started_again_is_not_just_over() -> None:
    state = plain._state(container("web", 6))
    assert state == "to be started again, exited with 0, never"


def test_an_unknown_view_is_a_sentence() -> None:
    with pytest.raises(CliError, match="no plain view") as caught:
        plain._view(["lists"])
    assert "--plain list?" in caught.value.hint
    with pytest.raises(CliError, match="takes a container"):
        plain._view(["logs"])


def test_the_prompt_takes_views_numbers_and_commands(
    shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(main, "run", lambda words: ran.append(words) or 4)
    seen: list[str] = []
    monkeypatch.setitem(plain.VIEWS, "logs", (lambda name: iter([seen.append(name) or "x"]), 1))
    typed(monkeypatch, "help\nlogs 1\nstop web 2 99\n\n'open\nquit\n")
    assert plain.Prompt().run() == 0
    assert seen == ["web"]
    assert ran == [["stop", "web", "db\x1b", "99"]]
    text = "".join(shown)
    assert "It ended with 4." in text
    assert "a quotation mark is not closed" in text
    assert text.count("contui> ") == 6
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("stop -t 1 2", ["stop", "-t", "1", "db\x1b"]),
        ("exec -it 1 sleep 2", ["exec", "-it", "web", "sleep", "2"]),
        ("logs -n 1 --timestamps 1 2", ["logs", "-n", "1", "--timestamps", "web", "db\x1b"]),
        ("rename 1 2", ["rename", "web", "2"]),
        ("rmi 1", ["rmi", "1"]),
        ("nonsense 1", ["nonsense", "1"]),
    ],
)
def test_numbers_are_names_only_where_containers_stand(
    shown: list[str], monkeypatch: pytest.MonkeyPatch, line: str, words: list[str]
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(main, "run", lambda words: ran.append(words) or 0)
    typed(monkeypatch, f"{line}\nquit\n")
    plain.Prompt().run()
    assert ran == [words]


def test_the_prompt_ends_with_its_input(shown: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "")
    assert plain.Prompt().run() == 0


def test_keys_are_told(shown: list[str]) -> None:
    plain._view(["keys"])
    assert any("attach to the container's program." in line for line in shown)


def test_sequences_are_left_out() -> None:
    assert colourless(b"\x1b[1;31mred\x1b[m \x1b]0;t\x07x\x1b]8;;u\x1b\\y\x1bPq\x1b\\z\x1b(B.") == (
        b"red xyz."
    )


def test_who_decides_the_size() -> None:
    assert record.sizer([{"cols": 5, "rows": 6}, {"cols": 7, "rows": 8, "sizes": True}]) == (7, 8)
    assert record.sizer([]) == (0, 0)


def test_a_recording_begins_anew_behind_a_gap_and_has_the_sizes_of_the_stream() -> None:
    recording = record.Recording(cast(Any, None), cast(Any, None), "web")
    frames = record.frames
    session = {"tty": True, "cols": 100, "rows": 40}
    lines = recording._lines(frames.ATTACHED, 0, {"session": session, "size": [80, 24]})
    lines += recording._lines(frames.RESIZED, 0, {"offset": 5, "cols": 100, "rows": 40})
    lines += recording._lines(frames.OUTPUT, 1, b"half a \xe6")
    lines += recording._lines(
        frames.VIEWERS, 0, {"viewers": [{"cols": 7, "rows": 8, "sizes": True}]}
    )
    lines += recording._lines(frames.GAP, 1, (0, 9))
    content = {"offset": 9, "cols": 90, "rows": 30, "prologue": b"\x1b[31mshown"}
    lines += recording._lines(frames.RESTORED, 0, content)
    header, *events = [json.loads(line) for line in lines.splitlines()]
    assert (header["width"], header["height"]) == (80, 24)
    assert [event[1:] for event in events] == [
        ["r", "100x40"],
        ["o", "half a "],
        ["m", "9 bytes of output are missing here"],
        ["r", "90x30"],
        ["o", "\x1bc\x1b[31mshown"],
    ]
