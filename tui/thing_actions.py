"""What is done with images, networks, volumes, sessions and events, one by one or marked.

`act_<id>` for `contui.tui.keymap.Action.id`; the lists are in `contui.tui.section_actions`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contui.tui import calls, section_calls
from contui.tui.backend_link import CallFailed
from contui.tui.jobs import Jobs
from contui.tui.messages import ActionDone
from contui.tui.section_actions import SectionActions
from contui.tui.view_models.jobs import Job
from contui.tui.view_models.problem import unreadable
from contui.tui.view_models.section import Item
from contui.tui.view_models.text import Span, byte_size, clean, plural
from contui.tui.view_models.workspace import PaneSpec

if TYPE_CHECKING:
    from contui.tui.screens.choose import Choice
    from contui.tui.view_models.things import ImageInfo, SessionEntry, VolumeInfo


class ThingActions(SectionActions, Jobs):
    """The actions on items."""

    def request(
        self, title: str, call: calls.Call, follow: Callable[[Any], str] | None = None
    ) -> None:
        """Ask the backend for something, without waiting."""
        raise NotImplementedError

    async def choose(self, title: str, choices: list[Choice]) -> str:
        """Let the person choose."""
        raise NotImplementedError

    def _items_of(self, section: str) -> list[Item]:
        """What an action is for; from elsewhere it goes to the list first, to choose there."""
        if self.section != section:
            self.perform(section)
            key = self.keymap.told("row_menu")
            self.say(f"choose here, then {section[:-1]} actions work: {key} lists them")
            return []
        return self.section_model().chosen()

    def _item_of(self, section: str) -> Item | None:
        items = self._items_of(section)
        return items[0] if items else None

    async def _confirmed(self, title: str, items: list[Item], warning: str, yes: str) -> bool:
        from contui.tui.screens.confirm import ConfirmScreen

        names = ", ".join(item.name for item in items[:8])
        more = f" and {len(items) - 8} more" if len(items) > 8 else ""
        lines = [[Span(f"{yes} "), Span(names + more, "strong")], [Span(warning, "muted")]]
        answer: bool = await self.push_screen_wait(ConfirmScreen(title, lines, yes))
        return answer

    async def _inspect(self, kind: str) -> None:
        item = self._item_of(f"{kind}s")
        if item is not None:
            await self.show_or_open(PaneSpec(kind, item.id, item.name, "", kind))

    # -- images ----------------------------------------------------------------------------------

    async def act_image_run(self) -> None:
        """A new container from it, by the form."""
        item = self._item_of("images")
        if item is not None:
            image: ImageInfo = item.data
            await self.new_from(image.reference)

    async def new_from(self, image: str) -> None:
        """The form of a new container, with its image filled in."""
        raise NotImplementedError

    async def act_image_inspect(self) -> None:
        """Everything about it."""
        await self._inspect("image")

    async def act_image_remove(self) -> None:
        """Remove it, when the answer is yes."""
        items = [item for item in self._items_of("images") if item.id != "host"]
        if not items:
            if self.section_model("images").chosen():
                self.say("host is this machine's own root: it cannot be removed", "warning")
            return
        title = f"remove {plural(len(items), 'image')}?"
        warning = "its layers go with its last name; no undo"
        if await self._confirmed(title, items, warning, "remove"):
            self.section_model("images").marked.clear()
            for item in items:
                image: ImageInfo = item.data
                for reference in image.references or (image.id,):
                    call = section_calls.remove_image(reference)
                    self.request(f"remove {clean(reference)}", call)

    async def act_image_import(self) -> None:
        """Make an image from a tar of a root file system."""
        from contui.tui.screens.ask import AskScreen

        if self.section != "images":
            self.act_images()
        hint = "path of a tar: plain, gzip, xz or zstd"
        path = await self.push_screen_wait(AskScreen("import an image", "", hint))
        if not path or not path.strip():
            return
        file = await asyncio.to_thread(Path(path.strip()).expanduser)
        stem = file.name.split(".tar")[0].removesuffix(".tgz").lower()
        name = await self.push_screen_wait(AskScreen("its name", f"{stem}:latest", "NAME:TAG"))
        if name is not None:
            self._import(str(file), name.strip())

    def _import(self, path: str, name: str) -> None:
        """The upload, as a job; cancelled, nothing is left of it."""

        async def upload(job: Job) -> None:
            job.undone = "nothing is left of it"
            try:
                total = await asyncio.to_thread(_readable_size, path)
                job.part = 0.0
                job.begin(f"of {byte_size(total)}")

                def sent(count: int) -> None:
                    job.part = count / max(1, total)
                    if count >= total:
                        job.begin("unpacking")
                    self.show_jobs()

                await self.link.call(section_calls.import_image(path, name, sent))
            except OSError as error:
                raise CallFailed(unreadable(path, error)) from error
            self.say(f"{clean(name)} is there now")

        self.run_job(f"import {clean(name or path)}", upload)

    # -- networks --------------------------------------------------------------------------------

    async def act_network_inspect(self) -> None:
        """Everything about it."""
        await self._inspect("network")

    # -- volumes ---------------------------------------------------------------------------------

    async def act_volume_inspect(self) -> None:
        """Everything about it."""
        await self._inspect("volume")

    async def act_volume_create(self) -> None:
        """Make an empty volume."""
        from contui.tui.screens.ask import AskScreen

        if self.section != "volumes":
            self.act_volumes()
        name = await self.push_screen_wait(
            AskScreen("new volume", "", "its name; empty: one is made up")
        )
        if name is not None:
            call = section_calls.create_volume(name.strip(), {})
            self.request(f"new volume {clean(name.strip())}", call)

    async def act_volume_remove(self) -> None:
        """Remove it with its content, when the answer is yes."""
        items = self._items_of("volumes")
        if not items:
            return
        title = f"remove {plural(len(items), 'volume')}?"
        if await self._confirmed(title, items, "all that is in it goes with it; no undo", "remove"):
            self.section_model("volumes").marked.clear()
            for item in items:
                self.request(f"remove volume {item.name}", section_calls.remove_volume(item.id))

    async def act_volume_prune(self) -> None:
        """Remove all volumes that no container has."""
        if self.section != "volumes":
            self.act_volumes()
            return
        free = [item for item in self.section_model().items if not item.data.uses]
        if not free:
            self.say("every volume is used by a container")
            return
        title = f"remove {plural(len(free), 'unused volume')}?"
        if await self._confirmed(title, free, "all that is in them goes; no undo", "remove"):
            for item in free:
                self.request(f"remove volume {item.name}", section_calls.remove_volume(item.id))

    async def act_disk_usage(self) -> None:
        """What images and volumes take on disk; walks directories, so only when asked."""
        try:
            images, volumes, free = await self.link.call(section_calls.disk_usage(), 120)
        except CallFailed as failed:
            self.post_message(ActionDone("disk usage", failed.problem))
            return
        self._measured("volumes", volumes)
        self._measured("images", images)
        total = sum(images.values()) + sum(volumes.values())
        self.say(
            f"{byte_size(sum(images.values()))} of images, "
            f"{byte_size(sum(volumes.values()))} of volumes; "
            f"{byte_size(free)} of {byte_size(total)} used by no container"
        )

    def _measured(self, section: str, sizes: dict[str, int]) -> None:
        model = self.section_model(section)
        found: list[ImageInfo | VolumeInfo] = [item.data for item in model.items]
        for index, info in enumerate(found):
            key = str(getattr(info, "name", "") or getattr(info, "id", ""))
            found[index] = replace(info, size=sizes.get(key, info.size))
        model.replace(self._items(section, found))
        self.show_section(section)

    # -- sessions --------------------------------------------------------------------------------

    async def act_session_attach(self) -> None:
        """Attach to it, or go to its pane."""
        item = self._item_of("sessions")
        if item is not None:
            entry: SessionEntry = item.data
            if entry.state == "exited":
                self.say(f"{item.name} has ended", "warning")
            else:
                self.perform("session", f"{entry.container}/{entry.id}")

    async def act_session_signal(self) -> None:
        """A signal to its program, chosen from a list."""
        from contui.tui.actions import signal_choices

        items = self._items_of("sessions")
        if not items:
            return
        names = ", ".join(item.name for item in items[:4])
        chosen = await self.choose(f"signal for {names}", signal_choices())
        for item in items if chosen else []:
            self._signal(item, chosen)

    async def act_session_end(self) -> None:
        """End its program, when the answer is yes."""
        items = self._items_of("sessions")
        if not items:
            return
        mains = sum(item.data.main for item in items)
        warning = "it gets TERM; whoever watches loses it"
        if mains:
            warning = "its container stops with it: that is its own program"
        if await self._confirmed(f"end {plural(len(items), 'session')}?", items, warning, "end"):
            for item in items:
                entry: SessionEntry = item.data
                if entry.main:
                    self.request(f"stop {item.name}", calls.stop(entry.container))
                else:
                    self._signal(item, "HUP")
                    self._signal(item, "TERM")

    def act_session_checks(self) -> None:
        """Show the sessions of health checks, or only count them."""
        if self.section != "sessions":
            self.perform("sessions")
        shown = self.section_model("sessions").toggle_aside()
        self.say("health checks are shown" if shown else "health checks are counted only")
        self.fetch()
        self.show_section()

    def _signal(self, item: Item, signal: str) -> None:
        entry: SessionEntry = item.data
        call = section_calls.signal_session(entry.container, entry.id, signal)
        self.request(f"send {signal} to {item.name}", call)

    # -- events ----------------------------------------------------------------------------------

    def act_event_jump(self) -> None:
        """Go to the container that it happened to."""
        item = self._item_of("events")
        if item is None:
            return
        if not item.container or not self.containers.reveal(item.container):
            self.say("what it happened to is no container, or is gone")
            return
        self.act_containers()


def _readable_size(path: str) -> int:
    """Bytes of a file that can be read. Raises OSError."""
    with open(path, "rb") as file:
        return os.fstat(file.fileno()).st_size
