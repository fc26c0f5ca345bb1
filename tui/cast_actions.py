"""The actions that keep and show pictures of sessions: `act_<id>` for `contui.tui.keymap`.

Recording is the pane's own (`contui.tui.widgets.recorded_pane`); here are playing and screenshots.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from contui.tui.tab_actions import TabActions
from contui.tui.view_models.text import clean, command_line
from contui.tui.view_models.workspace import PaneSpec

if TYPE_CHECKING:
    from contui.tui.view_models.problem import Problem


class CastActions(TabActions):
    """Plays recordings, and saves what is on the screen."""

    async def act_play(self, path: str = "") -> None:
        """Play a recording in a pane; without a path a form asks for it."""
        from contui.tui.screens.form import FormScreen
        from contui.tui.view_models.forms import Field

        if path:
            await self._play(path, "1", "")
            return
        newest = await asyncio.to_thread(_newest)
        fields = (
            Field("file", "File", newest, "an asciicast v2 file"),
            Field("speed", "Speed", "1", "times as fast as it was"),
            Field("idle", "Idle limit", "2", "seconds; longer pauses are cut short; empty: none"),
        )

        async def attempt(values: dict[str, str]) -> Problem | None:
            return await self._play(values["file"].strip(), values["speed"], values["idle"])

        screen = FormScreen("play a recording", fields, _line, "play it", attempt)
        await self.push_screen(screen)

    async def _play(self, path: str, speed: str, idle: str) -> Problem | None:
        from contui.tui.casts.file import CastError
        from contui.tui.casts.reader import Cast
        from contui.tui.view_models.problem import Problem

        path = _whole(path)
        try:
            (await asyncio.to_thread(Cast, path)).close()
        except CastError as error:
            return Problem("play", error.message, error.hint)
        spec = PaneSpec("play", f"{speed} {idle}", os.path.basename(path), path, "play")
        await self.open_spec(spec)
        return None

    async def act_screenshot(self) -> None:
        """Save the focused pane, exactly, as SVG."""
        pane = self.panes.get(self.workspace.focus or "")
        if pane is None:
            await self.act_screenshot_window()
            return
        await self._save(pane.spec.name, pane.region)

    async def act_screenshot_window(self) -> None:
        """Save the whole window as SVG."""
        await self._save("contui", self.screen.region)

    async def _save(self, name: str, region: object) -> None:
        from contui.tui.casts.file import CastError
        from contui.tui.pictures import picture, save

        text = picture(self, region, clean(name))
        try:
            path = await asyncio.to_thread(save, name, text)
        except CastError as error:
            self.say(clean(error.message), "error")
        else:
            self.say(f"saved to {clean(path)}")


def _whole(path: str) -> str:
    """The path from the root on; ~ is the home directory."""
    return os.path.abspath(os.path.expanduser(path))


def _newest() -> str:
    """The newest recording that the app has made; empty when there is none."""
    from contui.tui.casts.file import folder

    directory = folder("recordings")
    try:
        with os.scandir(directory) as entries:
            found = [(entry.stat().st_mtime, entry.path) for entry in entries]
    except OSError:
        return ""
    return max(found)[1] if found else ""


def _line(values: dict[str, str]) -> str:
    """The command line that does the same. Raises Wrong."""
    from contui.tui.view_models.forms import Wrong

    if not values["file"].strip():
        raise Wrong("file", "which file?")
    argv = ["contui", "play", values["file"].strip()]
    for field, flag in (("speed", "--speed"), ("idle", "--idle-limit")):
        if value := values[field].strip():
            try:
                good = 0 < float(value) < 1e6
            except ValueError:
                good = False
            if not good:
                raise Wrong(field, "a number above 0")
            argv += [flag, value] if (field, value) != ("speed", "1") else []
    return command_line(argv)
