"""Every key of every preset, pressed where it holds: the action that the keymap names is done.

One app a preset; what an action does is not done here, only which one it is. What each does is
tested where it is at home.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from contui.tui.key_presets import PRESETS
from contui.tui.key_table import ACTIONS, SCOPE_TITLES, SECTIONS
from contui.tui.keymap import Keymap
from tests.tui.conftest import Driver, Open
from tests.tui.fake_backend import FakeBackend

Context = tuple[tuple[str, ...], Callable[[Driver], Awaitable[None]]]


def listed(name: str) -> Callable[[Driver], Awaitable[None]]:
    async def go(driver: Driver) -> None:
        driver.app.perform(name)
        await driver.until(lambda: driver.app.section == ("" if name == "containers" else name))

    return go


def opened_by(action: str, kind: str) -> Callable[[Driver], Awaitable[None]]:
    async def go(driver: Driver) -> None:
        driver.app.focus_list()
        driver.app.perform(action)
        await driver.until(lambda: driver.app.panes and driver.pane().spec.kind == kind)
        await driver.until(lambda: driver.app.focused_pane() is driver.pane())

    return go


async def live(driver: Driver) -> None:
    driver.app.focus_list()
    driver.app.perform("attach")
    await driver.until(lambda: driver.app.panes and driver.pane().spec.kind == "session")
    await driver.until(lambda: driver.pane().model.phase.value == "live")


async def ended(driver: Driver) -> None:
    driver.app.focus_list()
    driver.app.perform("shell")
    await driver.until(lambda: driver.pane().spec.label == "bash")
    pane = driver.pane()
    await driver.until(lambda: pane.model.phase.value == "live")
    driver.backend.session("web", pane.model.session).end(1)
    await driver.until(lambda: pane.model.over and driver.app.focused_pane() is pane)


def playing(file: Path) -> Callable[[Driver], Awaitable[None]]:
    async def go(driver: Driver) -> None:
        driver.app.perform("play", str(file))
        await driver.until(lambda: driver.app.panes and driver.pane().spec.kind == "play")
        await driver.until(lambda: driver.app.focused_pane() is driver.pane())

    return go


def contexts(file: Path) -> list[Context]:
    """Scopes, and how to get to where they hold. The list comes first: it has no tabs yet."""
    return [
        (("list", "any"), listed("containers")),
        *(((name, "section"), listed(name)) for name in SECTIONS),
        (("any",), listed("containers")),
        (("log", "text"), opened_by("logs", "log")),
        (("text", "any"), opened_by("inspect", "inspect")),
        (("processes", "any"), opened_by("processes", "processes")),
        (("stats", "any"), opened_by("stats", "stats")),
        (("play", "any"), playing(file)),
        (("leader",), live),
        (("ended", "leader"), ended),
    ]


async def presses(keymap: Keymap, scopes: tuple[str, ...]) -> AsyncIterator[tuple[list[str], str]]:
    """The keys that hold where these scopes do, first come first, and their actions."""
    seen: set[str] = set()
    for scope in scopes:
        for action in keymap.actions:
            lead = [keymap.leader] if scope == "leader" else []
            for key in action.keys if action.scope == scope else ():
                if lead or key not in seen:
                    yield [*lead, key], action.id
                if not lead:
                    seen.add(key)


def test_no_scope_is_left_out() -> None:
    reached = {scope for scopes, _ in contexts(Path()) for scope in scopes}
    assert reached == set(SCOPE_TITLES) == {action.scope for action in ACTIONS}


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_key_does_its_action(
    backend: FakeBackend,
    opened: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    preset: str,
) -> None:
    file = tmp_path / "a.cast"
    lines = [{"version": 2, "width": 20, "height": 5}, [0.5, "o", "one"], [900.0, "o", "two"]]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    backend.add("web")
    backend.keeps_log("web")
    backend.logs_line("web", b"hello\n")
    keymap = Keymap(preset=preset)
    done: list[str] = []
    missed = []
    async with opened(keymap=keymap) as driver:
        app = driver.app
        for scopes, go in contexts(file):
            await go(driver)
            with monkeypatch.context() as patch:
                patch.setattr(app, "perform", lambda id, argument="": done.append(id))
                async for keys, id in presses(keymap, scopes):
                    pane = app.panes.get(app.workspace.focus or "")
                    assert hasattr(app, f"act_{id}") or hasattr(pane, f"act_{id}"), id
                    done.clear()
                    await driver.press(*keys)
                    app.acted()  # as the action would tell
                    if done != [id]:
                        missed.append((scopes, keys, id, list(done)))
    assert missed == []
