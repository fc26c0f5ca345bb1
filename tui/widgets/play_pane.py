"""A recording played in a pane: paused, moved through and sped up by keys.

`contui.tui.casts.player` says what is due; files are read in a thread. Nothing that a recording
holds reaches the person's terminal but the cells that the emulator makes of it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from textual import events, on

from contui.tui.casts.file import CastError
from contui.tui.casts.recorder import MARKER, OUTPUT, RESIZE
from contui.tui.keymap import Keymap
from contui.tui.messages import KeyPressed, PaneChanged
from contui.tui.terminal.view_messages import Input, Resized
from contui.tui.view_models.text import Span, clean
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.scrollback import ScrollbackPane
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contui.tui.casts.player import Player
    from contui.tui.casts.reader import Event

RESET = b"\x1bc\x1b[3J"
SEEK_S = 5.0
BATCH = 200  # events that are taken from the file at once
SHOWN_S = 0.5  # seconds between two drawings of the position


class PlayPane(ScrollbackPane):
    """Plays one file."""

    def __init__(self, pane_id: str, spec: PaneSpec, keymap: Keymap) -> None:
        super().__init__(pane_id, spec, None)
        self.player: Player | None = None
        self._keymap = keymap
        self._problem = ""
        self._mark = ""
        self._length = 0.0
        self._wanted: list[Callable[[], Iterator[Event]]] = []
        self._changed = asyncio.Event()

    def on_mount(self) -> None:
        self.terminal.key_filter = self._key
        self.terminal.read_only = True
        self.draw()
        in_worker(self, "play", self._run, exclusive=True)

    def give_focus(self) -> None:
        self.screen.set_focus(self.terminal)

    @on(Input)
    @on(Resized)
    def _nobody_there(self, event: Input | Resized) -> None:
        """There is no program behind this terminal."""
        event.stop()

    # -- playing ---------------------------------------------------------------------------------

    async def _run(self) -> None:
        try:
            await asyncio.to_thread(self._load)
        except CastError as error:
            self._problem = f"{error.message} {error.hint}"
            self.terminal.feed(f"{clean(error.message)}\r\n{clean(error.hint)}\r\n".encode())
            self.draw()
            return
        assert self.player is not None
        self._take_size(self.player.cast.size)
        try:
            await self._play(self.player)
        finally:
            self.player.cast.close()

    def _load(self) -> None:
        from contui.tui.casts.player import Player
        from contui.tui.casts.reader import Cast

        speed, idle, place = (*self.spec.container.split(" "), "", "")[:3]
        cast = Cast(self.spec.session)
        self._length = cast.duration()
        player = self.player = Player(cast, _number(speed) or 1.0, _number(idle))
        at = _number(place)
        if at is not None:  # it was open when contui was left: it waits where it was
            player.paused = True
            self._wanted.append(lambda: player.seek(at))

    def kept_spec(self) -> PaneSpec:
        if self.player is None:
            return self.spec
        _, idle, *_ = (*self.spec.container.split(" "), "")
        place = f"{self.player.speed:g} {idle} {self.player.position:.2f}"
        return replace(self.spec, container=place)

    async def _play(self, player: Player) -> None:
        last = monotonic()
        while True:
            now = monotonic()
            found = self._wanted.pop(0)() if self._wanted else player.tick(now - last)
            last = now
            await self._feed(found)
            self.draw()
            if not self._wanted:
                await self._pause(player.wait())

    async def _pause(self, seconds: float | None) -> None:
        """Until something is due, the position is to be drawn again, or a key was pressed."""
        if seconds is not None:
            seconds = min(seconds, SHOWN_S)
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
        self._changed.clear()

    async def _feed(self, found: Iterator[Event]) -> None:
        while batch := await asyncio.to_thread(_some, found):
            for _, code, data in batch:
                self._show(code, data)
            await self.terminal.drained()

    def _show(self, code: str, data: str) -> None:
        from contui.tui.casts.reader import resized

        if code == OUTPUT:
            self.terminal.feed(data.encode("utf-8", "replace"))
        elif code == MARKER:
            self._mark = data
        elif code == RESIZE and (size := resized(data)):
            self._take_size(size)

    def _take_size(self, size: tuple[int, int]) -> None:
        self.terminal.fixed_size = size
        self.terminal.set_size(*size)

    # -- keys ------------------------------------------------------------------------------------

    def scopes(self) -> tuple[str, ...]:
        return ("play", "any", "list")

    def _key(self, event: events.Key) -> bool:
        if self.scrolling:
            self.scroll_key(event)
        else:
            self.app.post_message(KeyPressed(event))
        return True

    def _want(self, work: Callable[[], Iterator[Event]]) -> None:
        self._wanted.append(work)
        self._changed.set()

    def act_play_pause(self) -> None:
        """Hold it, or go on; at its end, from the beginning."""
        player = self.player
        if player is None:
            return
        if player.ended:
            player.paused = False
            self.act_play_begin()
            return
        player.paused = not player.paused
        self._changed.set()
        self.post_message(PaneChanged(self.pane_id))

    def act_play_forward(self) -> None:
        """Some seconds on."""
        self._seek(SEEK_S)

    def act_play_back(self) -> None:
        """Some seconds back."""
        self._seek(-SEEK_S)

    def act_play_begin(self) -> None:
        """To the beginning."""
        self._seek(-float("inf"))

    def _seek(self, by: float) -> None:
        player = self.player
        if player is None:
            return

        def go() -> Iterator[Event]:
            place = max(0.0, player.position + by)
            if player.back(place):
                self.terminal.feed(RESET)
                self._take_size(player.cast.size)
                self._mark = ""
            return player.seek(place)

        self._want(go)

    def act_play_step(self) -> None:
        """Hold it, and show the next moment."""
        if self.player is not None:
            self.player.paused = True
            self._want(self.player.step)

    def act_play_faster(self) -> None:
        """Twice as fast."""
        self._speed(2.0)

    def act_play_slower(self) -> None:
        """Half as fast."""
        self._speed(0.5)

    def _speed(self, factor: float) -> None:
        if self.player is not None:
            self.player.faster(factor)
            self._changed.set()

    # -- what is shown ---------------------------------------------------------------------------

    def hints(self) -> list[Hint]:
        key = self._keymap.key
        labels = (("pause", "pause"), ("back", "back"), ("forward", "on"), ("faster", "faster"),
                  ("slower", "slower"), ("step", "step"), ("begin", "begin"))  # fmt: skip
        hints = [(key(f"play_{id}", "play"), label, f"play_{id}") for id, label in labels]
        return [*hints, (key("close"), "close", "close"), (key("help"), "keys", "help")]

    def draw(self) -> None:
        title = [Span(clean(self.spec.name), "strong"), Span(" recording", "muted")]
        player = self.player
        if self._problem:
            self.frame(title, [Span(clean(self._problem), "bad")])
            return
        if player is None:
            return
        state = "paused" if player.paused else "ended" if player.ended else "playing"
        below = [
            Span(state, "warn" if player.paused else "good"),
            Span(f" · {player.position:.0f} of {self._length:.0f} s · {player.speed:g}× ", "muted"),
        ]
        if self._mark:
            below.append(Span(f"· {clean(self._mark)} ", "accent"))
        self.frame(title, self.foot() or below)


def _some(found: Iterator[Event]) -> list[Event]:
    """The next events, a few at a time. Reads the file."""
    batch: list[Event] = []
    for event in found:
        batch.append(event)
        if len(batch) >= BATCH:
            break
    return batch


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
