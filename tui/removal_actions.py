"""Removing containers, and bringing them back: the true removal waits until the app is quit.

`act_<id>` for `contui.tui.keymap.Action.id`; what waits is `contui.tui.view_models.removals`.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

from contui.tui import calls
from contui.tui.jobs import Jobs
from contui.tui.view_models.asked import Asked
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.removals import Removals, is_final, question, told
from contui.tui.view_models.text import clean, plural

LEAVING = 20.0  # seconds that the removals may take when the app is quit


class RemovalActions(Jobs):
    """Remove, undo, and what is left to do at the end."""

    removals: Removals
    asked: Asked
    _leaving = False

    def targets(self) -> list[ContainerInfo]:
        """The containers that an action is for."""
        raise NotImplementedError

    async def ending(self, container: str, call: calls.Call, seconds: float = 3.0) -> Any:
        """A request that ends a container: its exit is no news, unless the request fails."""
        self.asked.begin(container)
        try:
            answer = await self.link.call(call)
        except BaseException:
            self.asked.failed(container)
            raise
        self.asked.done(container, time.monotonic(), seconds)
        return answer

    async def act_remove(self) -> None:
        """Remove, when the answer is yes."""
        from contui.tui.screens.confirm import ConfirmScreen

        targets = self.targets()
        if not targets:
            return
        title = f"remove {plural(len(targets), 'container')}?"
        lines = question(targets, self.keymap.told("undo"))
        if not await self.push_screen_wait(ConfirmScreen(title, lines, "remove")):
            return
        self.containers.marked.clear()
        self.hide([info for info in targets if not info.live])
        if running := [info for info in targets if info.live]:
            ended: list[ContainerInfo] = []
            work = [(info.name, partial(self._end, info, ended)) for info in running]
            self.run_each(f"remove {_what(running)}", work, lambda: self.hide(ended))

    async def _end(self, info: ContainerInfo, ended: list[ContainerInfo]) -> None:
        """Kill what runs; one of --rm is gone then, others can be hidden."""
        if is_final(info):
            await self.ending(info.id, calls.remove(info.id, True))
            return
        await self.ending(info.id, calls.stop(info.id, 0))
        ended.append(info)

    def hide(self, infos: list[ContainerInfo]) -> None:
        """Take these stopped containers out of the list, to be removed at the end."""
        if not infos:
            return
        self.removals.put(infos)
        self._show_removals()
        self.say(told(infos, self.keymap.told("undo")))

    def _show_removals(self) -> None:
        self.containers.hide(self.removals.ids)
        self.show_containers()

    def act_undo(self) -> None:
        """Bring back what was removed last."""
        back = self.removals.undo()
        if not back:
            self.say("nothing that was removed here can be brought back")
            return
        self._show_removals()
        self.say(f"{_what(back)}: back")
        self.perform("select", back[0].id)

    def seen_alive(self, info: ContainerInfo) -> None:
        """A container changed: one that somebody has started is not removed."""
        if info.state in ("starting", "running") and self.removals.forget(info.id):
            self._show_removals()
            self.say(f"{clean(info.name)} was started: it is not removed", "warning")

    def seen_gone(self, container: str) -> None:
        """A container is no more."""
        if self.removals.forget(container):
            self.containers.hide(self.removals.ids)

    async def make_room(self, name: str) -> None:
        """Truly remove the hidden container that has a name which is needed now."""
        info = self.removals.named(name) if name else None
        if info is not None:
            await self.link.call(calls.remove(info.id, False))
            self.removals.forget(info.id)

    # -- the end ---------------------------------------------------------------------------------

    async def act_quit(self) -> None:
        """Leave; everything lives on, but what was removed. Again: leave that, too."""
        if self._leaving or not len(self.removals):
            self.exit(self._left_behind())
            return
        self._leaving = True
        work = [
            (info.name, partial(self.link.call, calls.remove(info.id, False)))
            for info in self.removals.all()
        ]
        over = asyncio.Event()
        job = self.run_each(f"remove {_what(self.removals.all())}", work, over.set)
        try:
            async with asyncio.timeout(LEAVING):
                await over.wait()
        except TimeoutError:
            job.cancelled = True
        failed = {name for name, _ in job.failed}
        for info in self.removals.all():
            if not job.cancelled and info.name not in failed:
                self.removals.forget(info.id)
        self.exit(self._left_behind())

    def _left_behind(self) -> str:
        """The goodbye, and which containers could not be removed after all."""
        names = ", ".join(clean(info.name) for info in self.removals.all())
        words = [self.goodbye(), f"contui: not removed yet, still there: {names}" if names else ""]
        return "\n".join(word for word in words if word)


def _what(infos: list[ContainerInfo]) -> str:
    return clean(infos[0].name) if len(infos) == 1 else plural(len(infos), "container")
