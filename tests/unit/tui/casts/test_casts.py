"""Recording to asciicast v2 and reading it back: the format, its bounds, hostile files."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.casts import file as files
from contui.tui.casts.file import CastError, CastFile
from contui.tui.casts.player import Player
from contui.tui.casts.reader import LONGEST, Cast, parse, resized
from contui.tui.casts.recorder import STDERR, STDOUT, Recorder


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def recorder(clock: Clock | None = None) -> Recorder:
    return Recorder(clock or Clock(), lambda: 1_700_000_000.9)


def events(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.splitlines()]


def test_the_header() -> None:
    header = json.loads(recorder().begin((100, 30), title="web", command=("sh", "-c", "x")))
    assert header == {
        "version": 2, "width": 100, "height": 30, "timestamp": 1_700_000_000,
        "title": "web", "command": "sh -c x",
        "env": {"TERM": "xterm-256color", "SHELL": os.environ.get("SHELL", "/bin/sh")},
    }  # fmt: skip


def test_an_unknown_size_is_the_usual_one() -> None:
    assert json.loads(recorder().begin((0, 0)))["width"] == 80


def test_events_have_times_that_never_go_back() -> None:
    clock = Clock()
    one = recorder(clock)
    one.begin((80, 24))
    clock.now += 1.25
    first = one.output(STDOUT, b"a")
    clock.now -= 1.0
    second = one.resize((90, 25))
    clock.now += 2.0
    third = one.marker("here")
    assert events(first + second + third) == [
        [1.25, "o", "a"], [1.25, "r", "90x25"], [2.25, "m", "here"],
    ]  # fmt: skip
    assert one.resize((90, 25)) == b""
    assert one.resize((0, 0)) == b""


def test_input_is_there_only_when_it_is_given() -> None:
    one = recorder()
    one.begin((80, 24))
    assert events(one.typed(b"ls\r")) == [[0.0, "i", "ls\r"]]


def test_a_gap_is_a_marker() -> None:
    one = recorder()
    one.begin((80, 24))
    assert events(one.gap(7))[0][1:] == ["m", "7 bytes of output are missing here"]


def test_nothing_is_written_before_the_header() -> None:
    assert recorder().output(STDOUT, b"x") == b""


@given(st.binary(max_size=60), st.lists(st.integers(0, 60)))
def test_characters_that_are_cut_anywhere_come_whole(data: bytes, cuts: list[int]) -> None:
    one = recorder()
    one.begin((80, 24))
    lines, at = b"", 0
    for cut in [*sorted(cuts), len(data)]:
        lines += one.output(STDOUT, data[at:cut])
        at = max(at, cut)
    lines += one.end()
    assert "".join(event[2] for event in events(lines)) == data.decode("utf-8", "replace")


@given(st.text("a\r\n", max_size=20), st.lists(st.integers(0, 20)))
def test_line_feeds_of_programs_without_a_terminal_start_lines(text: str, cuts: list[int]) -> None:
    one = recorder()
    one.begin((80, 24), tty=False)
    lines, at, data = b"", 0, text.encode()
    for cut in [*sorted(cuts), len(data)]:
        lines += one.output(STDOUT, data[at:cut])
        at = max(at, cut)
    said = "".join(event[2] for event in events(lines))
    assert said == text.replace("\r\n", "\n").replace("\n", "\r\n")


def test_streams_are_decoded_apart() -> None:
    one = recorder()
    one.begin((80, 24))
    lines = one.output(STDOUT, b"\xc3") + one.output(STDERR, b"x") + one.output(STDOUT, b"\xa9")
    assert [event[2] for event in events(lines)] == ["x", "é"]
    assert events(one.output(STDERR, b"\xe2\x82") + one.end("over"))[-2:] == [
        [0.0, "o", "�"], [0.0, "m", "over"],
    ]  # fmt: skip


# -- the file ------------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.cast"
    one = CastFile(str(path))
    one.write(b"[]\n")
    one.close()
    one.close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == b"[]\n"


def test_what_is_there_is_not_overwritten_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.cast"
    path.write_text("mine")
    path.chmod(0o644)
    with pytest.raises(CastError, match="exists already"):
        CastFile(str(path))
    CastFile(str(path), overwrite=True).close()
    assert path.read_text() == ""
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(CastError):
        CastFile(str(tmp_path / "link"), overwrite=True)
    assert not (tmp_path / "target").exists()


def test_a_full_disk_is_a_sentence_and_leaves_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.cast"
    one = CastFile(str(path))
    one.write(b"[1]\n")
    room, write = [2], os.write

    def limited(descriptor: int, data: Any) -> int:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = write(descriptor, data[: room[0]])
        room[0] -= count
        return count

    monkeypatch.setattr(files.os, "write", limited)
    with pytest.raises(CastError, match="the disk is full") as caught:
        one.write(b"[22]\n")
    assert str(path) in caught.value.hint
    assert path.read_bytes() == b"[1]\n"


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CastError, match="cannot write"):
        CastFile(str(tmp_path / "no" / "x.cast"))


def test_names_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert files.made_up_name("../../a b\x1b", "cast", 0.0).startswith("a-b-1")
    assert files.made_up_name("..", "cast").startswith("session-")
    first = files.new_path("recordings", "web", "cast")
    assert first.startswith(str(tmp_path / "contui" / "recordings" / "web-"))
    Path(first).touch()
    assert files.new_path("recordings", "web", "cast") != first


# -- reading -------------------------------------------------------------------------------------


Make = Callable[..., Cast]


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[Make]:
    """Makes recordings of a header and lines, objects or bytes."""
    made: list[Cast] = []

    def make(*lines: object, header: object = None) -> Cast:
        path = tmp_path / f"{len(made)}.cast"
        head = {"version": 2, "width": 80, "height": 24} if header is None else header
        rows = [
            row if isinstance(row, bytes) else json.dumps(row).encode() for row in (head, *lines)
        ]
        path.write_bytes(b"\n".join(rows))
        made.append(Cast(str(path)))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_what_was_recorded_is_read(tmp_path: Path) -> None:
    clock = Clock()
    one = recorder(clock)
    lines = one.begin((90, 20), title="t")
    clock.now += 0.5
    lines += one.output(STDOUT, "é\x1b[1m\x00\u2028".encode())
    path = tmp_path / "x.cast"
    path.write_bytes(lines)
    found = Cast(str(path))
    assert (found.size, found.title) == ((90, 20), "t")
    assert list(found.events()) == [(0.5, "o", "é\x1b[1m\x00\u2028")]
    assert list(found.events()) == [(0.5, "o", "é\x1b[1m\x00\u2028")]
    assert found.duration() == 0.5
    found.close()


def test_hostile_events_are_skipped(cast: Make) -> None:
    found = cast(
        [1, "o", "a"],
        [0.5, "o", "goes back"],
        [-1, "o", "negative"],
        b'[NaN, "o", "x"]',
        b'[Infinity, "o", "x"]',
        b'[1e999, "o", "x"]',
        b"[" + b"9" * 5000 + b', "o", "x"]',
        b"[" * 100_000,
        [True, "o", "x"],
        [2, "o", 7],
        [2, "z", "unknown kind"],
        [2, ["o"], "x"],
        {"a": 1},
        b"\xff\xfe",
        b"",
        [3, "o", "b"],
        b'[4, "o", "torn',
    )
    assert [event[2] for event in found.events()] == ["a", "goes back", "b"]
    assert [event[0] for event in found.events()] == [1, 1, 3]
    assert found.skipped == 13
    assert found.duration() == 3


def test_a_line_of_many_megabytes_is_passed_over(cast: Make) -> None:
    found = cast(b'[1, "o", "' + b"x" * (2 * LONGEST) + b'"]', [2, "o", "b"])
    assert [event[2] for event in found.events()] == ["b"]


@pytest.mark.parametrize(
    "header", [b"", b"{", b"[]", b"nonsense", {"version": 1}, {"version": 3}, {"width": 3}]
)
def test_what_is_no_recording_is_a_sentence(cast: Make, header: object) -> None:
    with pytest.raises(CastError):
        cast(header=header)


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("none", "pipe", "."):
        with pytest.raises(CastError):
            Cast(str(tmp_path / name))


def test_sizes_are_bounded(cast: Make) -> None:
    assert cast(header={"version": 2, "width": 10**9, "height": 5}).size == (1000, 5)
    assert cast(header={"version": 2, "width": "x", "height": 5}).size == (80, 24)
    assert resized("100x50") == (100, 50)
    assert resized("9999999x1") == (1000, 1)
    for wrong in ("", "x", "0x5", "-1x5", "1x", "a" * 50, "9" * 50 + "x1"):
        assert resized(wrong) is None


@given(st.binary(max_size=40))
def test_no_line_raises(line: bytes) -> None:
    parse(line)


# -- playing -------------------------------------------------------------------------------------


def texts(found: Any) -> list[str]:
    return [event[2] for event in found]


def test_events_come_when_they_are_due(cast: Make) -> None:
    player = Player(cast([0, "o", "a"], [1, "o", "b"], [10, "o", "c"]))
    assert player.wait() == 0
    assert texts(player.tick(0)) == ["a"]
    assert player.wait() == 1
    assert texts(player.tick(0.5)) == []
    player.paused = True
    assert player.wait() is None
    assert texts(player.tick(100)) == []
    player.paused = False
    player.faster(2)
    assert player.wait() == 0.25
    assert texts(player.tick(0.25)) == ["b"]
    assert texts(player.step()) == ["c"]
    assert player.ended
    assert player.wait() is None


def test_long_pauses_are_shortened(cast: Make) -> None:
    found = cast([1, "o", "a"], [100, "o", "b"], [101, "o", "c"])
    player = Player(found, idle_limit=2.0)
    assert texts(player.tick(3)) == ["a", "b"]
    assert player.wait() == 1
    own = cast(
        [50, "o", "a"],
        header={"version": 2, "width": 1, "height": 1, "idle_time_limit": 3},
    )
    assert Player(own).wait() == 3


def test_seeking(cast: Make) -> None:
    player = Player(cast([1, "o", "a"], [2, "o", "b"], [3, "o", "c"]))
    assert not player.back(2.5)
    assert texts(player.seek(2.5)) == ["a", "b"]
    assert player.back(1.5)
    assert texts(player.seek(1.5)) == ["a"]
    assert texts(player.seek(-5)) == []
    assert player.position == 0


def test_the_speed_has_bounds(cast: Make) -> None:
    player = Player(cast(), speed=1e9)
    assert player.speed == 64
    player.faster(1e-9)
    assert player.speed == 0.0625
