"""What a log pane reads, when: the newest lines while it follows, pages where somebody scrolls.

Owned by `contui.tui.widgets.log_pane`; fills a `Window` through `contui.tui.log_link`. Nothing is
held in memory for later: the log itself is the memory, read again by position.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from time import monotonic
from typing import Any

from contui.tui.backend_link import BackendLink, CallFailed
from contui.tui.log_link import Page, Wanted, scan
from contui.tui.view_models.log_window import Key, LogLine, Source, Window
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import byte_size

FIRST = 400  # lines that are read at first, and the most that one piece of news brings
PAGE = 400  # lines that are read when somebody scrolls beyond what is there
RETRY = 0.3  # seconds before a lost log is read again

Task = asyncio.Task[None]


@dataclass
class Busy:
    """What takes its time, for the line below the text."""

    what: str
    done: float  # 0 to 1
    since: float  # of time.monotonic()


class Reading:
    """The logs of one pane."""

    def __init__(
        self, link: BackendLink, changed: Callable[[], None], moved: Callable[[Key | None], None]
    ) -> None:
        """`changed`: there is something to draw; `moved`: go to a line, None for the end."""
        self._link = link
        self._changed = changed
        self._moved = moved
        self.window = Window()
        self.wanted = Wanted()
        self.held = False
        self.busy: Busy | None = None
        self.problem: Problem | None = None
        self._following: dict[str, Task] = {}
        self._work: Task | None = None
        self._landing = False  # a jump decides what is loaded

    # -- which logs ------------------------------------------------------------------------------

    def add(self, id: str, name: str) -> None:
        """One more log, read from its end; nothing when it is there already."""
        if id not in self._following:
            self._start(self.window.add(id, name))

    def again(self, id: str) -> None:
        """The container runs again."""
        source = self.window.sources.get(id)
        task = self._following.get(id)
        if source is not None and (task is None or task.done()):
            self._start(source)

    def close(self) -> None:
        """Stop all reading."""
        for task in [*self._following.values(), *([self._work] if self._work else [])]:
            task.cancel()

    # -- following -------------------------------------------------------------------------------

    def _start(self, source: Source) -> None:
        old = self._following.get(source.id)
        if old is not None:
            old.cancel()
        task = asyncio.get_running_loop().create_task(self._follow(source))
        self._following[source.id] = task

    async def _follow(self, source: Source) -> None:
        """Until the container has ended; again after a loss of the backend."""
        while True:
            await self._link.wait_up()
            try:
                if not source.loaded and not self._landing:
                    await self._load_end(source)
                await self._news(source)
            except CallFailed as failed:
                if failed.problem.kind != "unavailable":
                    source.state, self.problem = "failed", failed.problem
                    self._changed()
                    return
                source.state = "reconnecting"
                self._changed()
                await asyncio.sleep(RETRY)
            else:
                source.state = "ended"
                self._changed()
                return

    async def _load_end(self, source: Source) -> None:
        pages = scan(self._link, source.id, self.wanted, limit=FIRST, backwards=True)
        first = True
        async for page in pages:
            source.known(page.start, page.end)
            if first:
                source.forget()
                source.after, first = page.end, False
            self._progress("searching", 1 - _part(page))
            self._take_back(source, page)
        source.at_end = True
        self._merged(keep_end=True)
        opened = [line.position for line in source.lines if line.open]
        source.after = int(min([source.after, *opened]))

    async def _news(self, source: Source) -> None:
        limit = 0 if self.held else FIRST
        place = source.end if self.held else source.after
        source.state = "live"
        flood = source.end <= place  # else what is sent first was there already, behind a jump
        self._changed()
        async for page in scan(
            self._link, source.id, self.wanted, limit=limit, position=place, follow=True
        ):
            source.known(page.start, page.end)
            if self.held:
                source.below += page.skipped_lines
            elif not page.ended:
                if page.skipped_bytes and page.start > source.after:
                    source.skip_to([], page.start, 0)
                source.skip_to(page.lines, page.next, page.skipped_lines, flood)
                flood = True
                self._merged(keep_end=True)
            self._changed()

    def hold(self, held: bool) -> None:
        """Take in nothing new from now on, only count it; or go on from where that was."""
        if held == self.held:
            return
        self.held = held
        for source in self.window.sources.values():
            source.below = 0
            self._start(source)
        if not held:
            self._stop_work()

    # -- pages -----------------------------------------------------------------------------------

    def more_above(self) -> None:
        """Read what lies above, unless something is being read."""
        sources = self.window.to_load_above()
        if sources and not self.working:
            self._do(self._above, sources)

    async def _above(self, sources: list[Source]) -> None:
        for source in sources:
            pages = scan(
                self._link,
                source.id,
                self.wanted,
                limit=PAGE,
                position=source.before,
                backwards=True,
            )
            async for page in pages:
                source.known(page.start, page.end)
                self._progress("reading back", 1 - _part(page))
                self._take_back(source, page)
        self._merged(keep_end=False)

    def _take_back(self, source: Source, page: Page) -> None:
        finished = page.finished or (page.next <= page.start and not page.lines)
        source.put_back(page.lines, page.next, finished)
        self.window.merge()
        self._changed()

    def more_below(self) -> None:
        """Read what lies below, unless something is being read."""
        sources = self.window.to_load_below()
        if sources and not self.working:
            self._do(self._below, sources)

    async def _below(self, sources: list[Source]) -> None:
        for source in sources:
            await self._on(source, PAGE, position=source.after)
        self._merged(keep_end=True)

    async def _on(self, source: Source, limit: int, **place: Any) -> None:
        """A page forwards; what was rotated away meanwhile is marked."""
        wanted = place.get("position")
        async for page in scan(self._link, source.id, self.wanted, limit=limit, **place):
            source.known(page.start, page.end)
            lines = page.lines
            if wanted is not None and wanted < page.start and lines:
                text = f"{byte_size(page.start - wanted)} were rotated away"
                mark = LogLine(page.start - 0.5, b"", lines[0].at, notice=text)
                lines, wanted = [mark, *lines], None
            self._progress("searching", _part(page))
            source.put_on(lines, page.next, page.finished)
            self.window.merge()
            self._changed()

    def _merged(self, keep_end: bool) -> None:
        self.window.merge()
        self.window.trim(keep_end)
        self.busy = None
        self._changed()

    # -- jumps -----------------------------------------------------------------------------------

    def to_start(self) -> None:
        """The first lines of the logs."""
        self._jump({source.id: {"position": 0} for source in self.window.sources.values()})

    def to_time(self, at_ns: int) -> None:
        """The first lines that are not older."""
        self._jump({source.id: {"time": at_ns} for source in self.window.sources.values()})

    def to_part(self, fraction: float) -> None:
        """As far into the logs; several go to the time at which the first one is there."""
        sources = list(self.window.sources.values())
        if len(sources) == 1:
            only = sources[0]
            place = only.start + int((only.end - only.start) * fraction)
            self._jump({only.id: {"position": place}})
        elif sources:
            self._do(self._to_part_of_all, sources, fraction)

    async def _to_part_of_all(self, sources: list[Source], fraction: float) -> None:
        largest = max(sources, key=lambda source: source.end - source.start)
        place = largest.start + int((largest.end - largest.start) * fraction)
        pages = scan(self._link, largest.id, self.wanted, limit=1, position=place)
        lines = [line async for page in pages for line in page.lines]
        if lines:
            await self._land({source.id: {"time": lines[0].at} for source in sources})

    def change(self, wanted: Wanted, near: LogLine | None) -> None:
        """Show other lines, around the place of one of them; without it the newest."""
        self.wanted, self.problem = wanted, None
        self._stop_work()
        if near is None or not self.held:
            for source in self.window.sources.values():
                source.forget()
                self._start(source)
            self.window.merge()
            self._changed()
            return
        self._jump(self._around(near))

    def _around(self, line: LogLine) -> dict[str, dict[str, Any]]:
        own = self.window.source(line)
        places: dict[str, dict[str, Any]] = {
            source.id: {"time": line.at} for source in self.window.sources.values()
        }
        places[own.id] = {"position": int(line.position)}
        return places

    def _jump(self, places: dict[str, dict[str, Any]]) -> None:
        self._stop_work()
        self._landing = True
        self.hold(True)
        self._do(self._land, places)

    async def _land(self, places: dict[str, dict[str, Any]]) -> None:
        for source in self.window.sources.values():
            source.forget()
        self.window.merge()
        firsts: list[Key] = []
        for id, place in places.items():
            source = self.window.sources[id]
            await self._on(source, PAGE, **place)
            if source.lines:
                firsts.append(source.lines[0].key)
                source.before = int(source.lines[0].position)
            else:
                source.before = source.after
        self._moved(min(firsts) if firsts else None)
        await self._above([s for s in self.window.sources.values() if s.before > s.start])
        for source in self.window.sources.values():
            source.at_start = source.at_start or source.before <= source.start
        self._merged(keep_end=False)

    # -- searching -------------------------------------------------------------------------------

    def find(self, pattern: str, step: int, found: Callable[[bool], None]) -> None:
        """Look through all of the logs for the next match in a direction and go there. `found` is
        told whether there was one."""
        self._stop_work()
        self._do(self._find, pattern, step, found)

    async def _find(self, pattern: str, step: int, found: Callable[[bool], None]) -> None:
        wanted = self.wanted.with_pattern(pattern)
        best: tuple[int, Source, LogLine] | None = None
        for source in self.window.sources.values():
            edge = source.after if step > 0 else source.before
            if (step > 0 and source.at_end) or (step < 0 and source.at_start):
                continue
            async for page in scan(
                self._link, source.id, wanted, limit=1, position=edge, backwards=step < 0
            ):
                source.known(page.start, page.end)
                part = _part(page)
                self._progress(f"searching /{pattern}", part if step > 0 else 1 - part)
                for line in page.lines:
                    if best is None or (line.at - best[0]) * step < 0:
                        best = line.at, source, line
        self.busy = None
        if best is None:
            found(False)
            self._changed()
            return
        _, source, line = best
        self._landing = True
        self.hold(True)
        line.key = (line.at, source.number, line.position)
        await self._land(self._around(line))
        found(True)

    # -- one thing at a time ---------------------------------------------------------------------

    @property
    def working(self) -> bool:
        """Whether something is being read that somebody waits for."""
        return self._work is not None and not self._work.done()

    def _do(self, work: Callable[..., Coroutine[Any, Any, None]], *about: Any) -> None:
        self._work = asyncio.get_running_loop().create_task(self._guarded(work, *about))

    async def _guarded(self, work: Callable[..., Coroutine[Any, Any, None]], *about: Any) -> None:
        try:
            await work(*about)
        except CallFailed as failed:
            if failed.problem.kind != "unavailable":
                self.problem = failed.problem
        finally:
            if self._work is asyncio.current_task():
                self.busy, self._landing = None, False
                self._changed()

    def _stop_work(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work, self.busy = None, None
        self._landing = False

    def cancel(self) -> bool:
        """Give up what takes its time; False when there is nothing."""
        if self.busy is None:
            return False
        self._stop_work()
        for source in self.window.sources.values():
            if not source.loaded:
                self._start(source)
        self._changed()
        return True

    def _progress(self, what: str, done: float) -> None:
        since = self.busy.since if self.busy and self.busy.what == what else monotonic()
        self.busy = Busy(what, done, since)
        self._changed()


def _part(page: Page) -> float:
    """How far into the log an answer goes on."""
    whole = page.end - page.start
    return min(max((page.next - page.start) / whole, 0.0), 1.0) if whole > 0 else 1.0
