"""Recording a pane, playing a recording in one, and saving what is shown."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from contui.proto.v1 import sessions_pb2, types_pb2
from contui.tui.casts import file as files
from contui.tui.widgets.play_pane import PlayPane
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend


def kept(kind: str) -> list[Path]:
    return sorted(Path(os.environ["XDG_STATE_HOME"], "contui", kind).glob("*"))


def recorded(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def said(path: Path) -> str:
    return "".join(event[2] for event in recorded(path)[1:] if event[1] == "o")


def written(tmp_path: Path, *events: tuple[float, str, str], **header: Any) -> Path:
    path = tmp_path / "a.cast"
    head = {"version": 2, "width": 40, "height": 10, **header}
    path.write_text("".join(json.dumps(line) + "\n" for line in (head, *events)))
    return path


async def play(driver: Driver, path: Path) -> PlayPane:
    driver.app.perform("play", str(path))
    await driver.until(lambda: driver.app.panes)
    pane = driver.pane()
    await driver.until(lambda: pane.player is not None)
    assert isinstance(pane, PlayPane)
    return pane


async def test_a_recording_is_what_the_pane_shows(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    session = backend.session("web")
    session.write(b"before \xc3")
    async with opened() as driver:
        pane = await driver.attach("web")
        await driver.lead("r")
        await driver.until(lambda: kept("recordings") and "before" in said(kept("recordings")[0]))
        path = kept("recordings")[0]
        await driver.until(lambda: f"● rec {path.name}" in driver.screen())
        assert path.stat().st_mode & 0o777 == 0o600
        session.write(b"\xa9 after")
        session.tell(sessions_pb2.Viewer(id="v", size=types_pb2.Size(cols=91, rows=7), sizes=True))
        await driver.until(lambda: "91x7" in path.read_text())
        await driver.lead("r")
        await driver.until(lambda: pane.recording is None)
        assert said(path) == "before é after"
        assert [e[1:] for e in recorded(path)[1:] if e[1] in "mr"] == [
            ["r", "91x7"], ["m", "the recording was ended"],
        ]  # fmt: skip
        header = recorded(path)[0]
        assert (header["version"], header["title"], header["command"]) == (2, "web", "bash")
        assert header["width"] > 40
        opening = session.opens[1]
        assert opening.access == sessions_pb2.ACCESS_READ_ONLY
        assert (opening.size.cols, opening.size.rows) == (0, 0)
        await driver.until(lambda: "● rec" not in driver.screen())


async def test_keys_are_recorded_only_on_request(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    async with opened() as driver:
        pane = await driver.attach("web")
        driver.app.perform("record_keys")
        await driver.until(lambda: pane.recording is not None and pane.recording.path)
        await driver.until(lambda: "● rec+keys" in driver.screen())
        await driver.until(lambda: kept("recordings") and kept("recordings")[0].read_text())
        await driver.press("a")
        await driver.until(lambda: '"i", "a"' in kept("recordings")[0].read_text())
        driver.app.perform("record")
        await driver.until(lambda: pane.recording is None)


async def test_a_recording_goes_on_after_the_backend_was_away(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    session = backend.session("web")
    async with opened() as driver:
        await driver.attach("web")
        await driver.lead("r")
        session.write(b"one ")
        await driver.until(lambda: kept("recordings") and "one" in said(kept("recordings")[0]))
        await backend.stop()
        session.write(b"two ")
        await backend.start()
        await driver.until(lambda: "two" in said(kept("recordings")[0]))
        session.end(4)
        await driver.until(lambda: "ended with 4" in kept("recordings")[0].read_text())
        assert said(kept("recordings")[0]) == "one two "


async def test_a_full_disk_ends_the_recording_with_a_sentence(
    backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.add("web")

    def full(self: files.CastFile, lines: bytes) -> None:
        raise files.CastError("the recording ends here: the disk is full")

    async with opened() as driver:
        pane = await driver.attach("web")
        monkeypatch.setattr(files.CastFile, "write", full)
        await driver.lead("r")
        await driver.until(lambda: "the disk is full" in driver.screen())
        assert pane.recording is None
        backend.session("web").write(b"goes on")
        await driver.until(lambda: "goes on" in driver.screen())


async def test_playing(tmp_path: Path, backend: FakeBackend, opened: Open) -> None:
    path = written(
        tmp_path, (0, "o", "\x1b[1mfirst"), (0, "m", "a mark\x1b"), (500, "o", "\r\nsecond"),
        (900, "r", "50x5"), (1000, "o", " third"),
    )  # fmt: skip
    async with opened() as driver:
        pane = await play(driver, path)
        await driver.until(lambda: "first" in driver.screen())
        assert "second" not in driver.screen()
        await driver.until(lambda: "a mark␛" in driver.screen())
        await driver.press("space")
        await driver.until(lambda: "paused" in driver.screen())
        await driver.press(".")
        await driver.until(lambda: "second" in driver.screen())
        await driver.press(".", ".")
        await driver.until(lambda: "second third" in driver.screen())
        assert (pane.terminal.terminal.cols, pane.terminal.terminal.rows) == (50, 5)
        await driver.press("home")
        await driver.until(lambda: "second" not in driver.screen())
        assert (pane.terminal.terminal.cols, pane.terminal.terminal.rows) == (40, 10)
        await driver.press("+", "+", "-")
        assert pane.player is not None
        await driver.until(lambda: pane.player and pane.player.speed == 2)
        await driver.press("right")
        await driver.until(lambda: pane.player and pane.player.position == 5)
        await driver.press("left")
        await driver.until(lambda: pane.player and pane.player.position == 0)
        await driver.press("x")
        await driver.until(lambda: not driver.app.panes)


async def test_a_hostile_recording_only_makes_cells(
    tmp_path: Path, backend: FakeBackend, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(
        tmp_path, (0, "o", "\x1b]52;c;aGk=\x07\x1b[c\x1b[6n\x1b]0;[red]t\x07"), (0, "r", "9x9x9"),
        (0, "o", "[bold]end"), title="[red]x",
    )  # fmt: skip
    async with opened() as driver:
        copied: list[str] = []
        monkeypatch.setattr(driver.app, "copy_to_clipboard", copied.append)
        await play(driver, path)
        await driver.until(lambda: "[bold]end" in driver.screen())
        await driver.pilot.pause()
        assert copied == []


async def test_playing_by_form(tmp_path: Path, backend: FakeBackend, opened: Open) -> None:
    path = written(tmp_path, (0, "o", "hello"))
    async with opened() as driver:
        driver.app.perform("play")
        await driver.until(lambda: "play a recording" in driver.screen())
        await driver.press(*"/none", "ctrl+s")
        await driver.until(lambda: "cannot read /none" in driver.screen())
        await driver.press(*(["backspace"] * 5), *str(path), "ctrl+s")
        await driver.until(lambda: "hello" in driver.screen())


async def test_a_pane_as_a_picture(backend: FakeBackend, opened: Open) -> None:
    backend.add("web")
    backend.add("onlyinthelist")
    backend.session("web").write(b"\x1b[38;2;1;2;250mblue<&>\x1b[m\r\n")
    async with opened() as driver:
        await driver.attach("web")
        await driver.until(lambda: "blue" in driver.screen())
        await driver.lead("S")
        await driver.until(lambda: kept("screenshots"))
        await driver.until(lambda: "saved to" in driver.screen())
        text = kept("screenshots")[0].read_text()
        ElementTree.fromstring(text)
        assert "#0102fa" in text
        assert "blue&lt;&amp;&gt;" in text
        assert "onlyinthelist" not in text
        assert "http" not in text.replace("http://www.w3.org", "").replace(
            "https://www.textualize.io", ""
        )
        assert kept("screenshots")[0].stat().st_mode & 0o777 == 0o600


async def test_the_window_as_a_picture(backend: FakeBackend, opened: Open) -> None:
    backend.add("onlyinthelist")
    async with opened() as driver:
        driver.app.perform("screenshot")  # without a pane it is the window
        await driver.until(lambda: kept("screenshots"))
        await driver.until(lambda: "onlyinthelist" in kept("screenshots")[0].read_text())


async def test_a_recording_comes_back_paused_at_its_place(
    backend: FakeBackend, opened: Open, tmp_path: Path
) -> None:
    path = written(tmp_path, (1.0, "o", "first "), (3.0, "o", "second "), (900.0, "o", "last"))
    async with opened() as driver:
        pane = await play(driver, path)
        await driver.press("right")
        await driver.until(lambda: "first second" in driver.screen())
        place = pane.player.position  # type: ignore[union-attr]
        assert place >= 5
    async with opened() as driver:
        await driver.until(lambda: "first second" in driver.screen())
        await driver.until(lambda: "paused" in driver.screen())
        assert driver.pane().player.paused
        assert place - 0.01 <= driver.pane().player.position < 900
        await driver.press("tab", "space")
        await driver.until(lambda: "playing" in driver.screen())
    path.unlink()
    async with opened() as driver:
        await driver.until(lambda: driver.app.panes)
        await driver.until(lambda: "│cannot read " in driver.screen())
        assert driver.pane().spec.kind == "play"
