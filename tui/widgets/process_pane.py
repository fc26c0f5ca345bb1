"""A container's processes as a tree, with the chain that holds them; watched only while in view.

At the other end: `contui.backend.services.processes`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from textual import events, on
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from contui.tui import calls
from contui.tui.backend_link import BackendLink
from contui.tui.keymap import Keymap
from contui.tui.messages import ActionAsked, ProcessesCame
from contui.tui.view_models.containers import ContainerInfo, glyph
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.processes import (
    ProcessInfo,
    ProcessList,
    TreeRow,
    chain_spans,
    columns,
    tree,
)
from contui.tui.view_models.text import Span, clean, fit, plural
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.paint import Painted, PaintedScroll
from contui.tui.widgets.pane import Pane
from contui.tui.widgets.status_line import StatusLine
from contui.tui.working import in_worker

INTERVAL_MS = 1500
RETRY = 0.3  # seconds
HEADS = ("PID", "HOST", "USER", "S", "CPU%", "MEM")
WIDTHS = (6, 8, 9, 2, 6, 10)
RIGHT = (0, 1, 4, 5)  # columns of numbers


class ProcessTree(PaintedScroll, can_focus=True):
    """The lines of the tree; the cursor is a PID, so it survives changes."""

    DEFAULT_CSS = """
    ProcessTree {
        height: 1fr;
        background: $background;
        color: $foreground;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._tree: list[TreeRow] = []
        self._labels: dict[str, str] = {}
        self.pid = 0

    @property
    def current(self) -> ProcessInfo | None:
        """The process under the cursor."""
        return next((row.process for row in self._tree if row.process.pid == self.pid), None)

    def show(self, found: ProcessList) -> None:
        """Replace the tree."""
        self._tree = tree(found.processes)
        if self.current is None:
            self.pid = self._tree[0].process.pid if self._tree else 0
        self.virtual_size = Size(self.size.width, len(self._tree))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = y + int(self.scroll_y)
        if index >= len(self._tree):
            return self.strip([], width)
        row = self._tree[index]
        here = row.process.pid == self.pid
        base = self.rich_style + self.role("select") if here else self.rich_style
        return self.strip(self._spans(row, here, width), width, base)

    def _spans(self, row: TreeRow, here: bool, width: int) -> list[Span]:
        process = row.process
        role = "bad" if process.zombie else ""
        spans = [Span("▌" if here and self.has_focus else " ", "accent")]
        for place, text in enumerate(columns(process)):
            if place not in places(width):
                continue
            dim = "" if place == 0 or role else "muted"
            spans.append(Span(_column(place, text), role or dim))
        spans.append(Span(row.branch, "line"))
        spans.append(Span(process.command, role or ("strong" if row.starts_session else "")))
        if process.zombie:
            spans.append(Span("  zombie: its parent has not reaped it", "bad"))
        if row.starts_session:
            name = "main, PID 1" if process.role == "init" else f"session {clean(process.session)}"
            spans.append(Span(f"  ← {name}", "accent"))
        return spans

    def on_key(self, event: events.Key) -> None:
        page = max(1, self.size.height - 1)
        steps = {"up": -1, "down": 1, "j": 1, "pageup": -page, "pagedown": page,
                 "home": -9999, "end": 9999}  # fmt: skip
        if event.key in steps:
            self._move(steps[event.key])
            event.stop()

    def _move(self, by: int) -> None:
        pids = [row.process.pid for row in self._tree]
        if not pids:
            return
        here = pids.index(self.pid) if self.pid in pids else 0
        self._select(max(0, min(len(pids) - 1, here + by)))

    def _select(self, index: int) -> None:
        self.pid = self._tree[index].process.pid
        self.scroll_to_region(Region(0, index, 1, 1), animate=False, force=True)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = event.y + int(self.scroll_y)
        if index < len(self._tree):
            self._select(index)


def places(width: int) -> tuple[int, ...]:
    """Which columns fit beside the command."""
    return (0, 1, 2, 3, 4, 5) if width >= 70 else (0, 1, 3, 4)


def _column(place: int, text: str) -> str:
    width = WIDTHS[place]
    cut = fit(text, width - 1)
    if place in RIGHT:
        cut = cut.rstrip().rjust(width - 1)
    return cut + " "


class Heads(Painted):
    """What the columns are, above them."""

    DEFAULT_CSS = """
    Heads {
        height: 1;
        background: $bar;
        color: $foreground;
    }
    """

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        heads = "".join(_column(place, HEADS[place]) for place in places(width))
        return self.strip([Span(f" {heads}COMMAND", "muted")], width)


class ProcessPane(Pane):
    """The chain, the heads and the tree."""

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        info: ContainerInfo | None,
        backend: BackendLink,
        keymap: Keymap,
    ) -> None:
        super().__init__(pane_id, spec, info)
        self._backend = backend
        self._keymap = keymap
        self._found = ProcessList()
        self._problem: Problem | None = None

    def compose(self) -> Iterator[Widget]:
        yield StatusLine(id="chain")
        yield Heads()
        yield ProcessTree()
        yield StatusLine(id="note")

    def on_mount(self) -> None:
        self._watch()
        self._draw()

    @property
    def rows(self) -> ProcessTree:
        """The lines."""
        return self.query_one(ProcessTree)

    def give_focus(self) -> None:
        self.screen.set_focus(self.rows)

    def scopes(self) -> tuple[str, ...]:
        return ("processes", "any", "list")

    def hints(self) -> list[Hint]:
        key = self._keymap.key
        return [
            self._keymap.hint("signal", "processes"),
            self._keymap.hint("owner", "processes"),
            (key("leave_pane", "any"), "list", "leave_pane"),
            (key("close"), "close", "close"),
            (key("help"), "keys", "help"),
        ]

    # -- watching --------------------------------------------------------------------------------

    def shown(self, seen: bool) -> None:
        was = self.seen
        super().shown(seen)
        if seen and not was:
            self._watch()
        elif was and not seen:
            self.workers.cancel_group(self, "processes")

    def container_changed(self, info: ContainerInfo | None) -> None:
        was, self.info = self.info, info
        if info is not None and info.state == "running" and not (was and was.state == "running"):
            self._watch()
        self._draw()

    def _watch(self) -> None:
        if self.is_attached:
            in_worker(self, "processes", self._read, exclusive=True)

    async def _read(self) -> None:
        while True:
            await self._backend.wait_up()
            problem = await self._read_once()
            self.post_message(ProcessesCame(self.pane_id, None, problem))
            if problem is None or problem.kind != "unavailable":
                return
            await asyncio.sleep(RETRY)

    async def _read_once(self) -> Problem | None:
        from contui.tui.backend_link import problem_of

        call = None
        try:
            channel = await self._backend.channel()
            from contui.proto.v1 import processes_pb2
            from contui.proto.v1.processes_pb2_grpc import ProcessServiceStub
            from contui.tui.translate import process_list

            request = processes_pb2.WatchProcessesRequest(
                container=self.spec.container, interval_ms=INTERVAL_MS
            )
            call = ProcessServiceStub(channel).Watch(request)
            async for response in call:
                self.post_message(ProcessesCame(self.pane_id, process_list(response)))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            return problem_of(error)
        finally:
            if call is not None:
                call.cancel()
        return None

    @on(ProcessesCame)
    def _came(self, event: ProcessesCame) -> None:
        event.stop()
        self._problem = event.problem
        if event.found is not None:
            self._found = event.found
            self.rows.show(event.found)
        self._draw()

    # -- actions ---------------------------------------------------------------------------------

    async def act_signal(self) -> None:
        """Send the process under the cursor a signal."""
        from contui.tui.actions import Actions, signal_choices

        process, app = self.rows.current, self.app
        if process is None or not isinstance(app, Actions):
            return
        what = f"{process.pid} {process.command[:40]}"
        if process.zombie:
            app.say(f"{what} has ended, no signal reaches it: its parent, {process.ppid}, has to "
                    "ask how it ended, or end itself", "warning")  # fmt: skip
            return
        chosen = await app.choose(f"signal for {what}", signal_choices())
        if chosen:
            call = calls.signal_process(self.spec.container, process.pid, chosen)
            app.request(f"send {chosen} to {what}", call)

    def act_owner(self) -> None:
        """Go to the session that owns the process."""
        process = self.rows.current
        if process is not None and process.session:
            self.post_message(ActionAsked("session", f"{self.spec.container}/{process.session}"))
        else:
            self.app.bell()

    # -- what is shown ---------------------------------------------------------------------------

    def _draw(self) -> None:
        title = [Span(clean(self.spec.name), "strong"), Span(" processes ")]
        if self.info is not None:
            title.append(Span(*glyph(self.info)))
        zombies = sum(process.zombie for process in self._found.processes)
        foot = [Span(plural(len(self._found.processes), "process").replace("sss", "sses"), "muted")]
        if zombies:
            foot.append(Span(f" {plural(zombies, 'zombie')}", "bad"))
        self.frame(title, foot)
        self.status(chain_spans(self._found), "#chain")
        self.status(self._note(), "#note")

    def _note(self) -> list[Span]:
        if self._problem is not None:
            hint = clean(self._problem.hint)
            return [Span(clean(self._problem.message), "bad"), Span(f" {hint}", "muted")]
        if self.info is not None and not self.info.live:
            key = self._keymap.told("restart")
            return [Span("it does not run: this is how it was. ", "warn"), Span(key, "accent"),
                    Span(" starts it", "muted")]  # fmt: skip
        return []
