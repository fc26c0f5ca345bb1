"""A container's log, live: read as fast as it is drawn, kept within bounds, resumed when lost.

At the other end: `contui.backend.services.logs`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from textual.timer import Timer

from contui.tui.messages import PaneChanged
from contui.tui.view_models.containers import ContainerInfo, glyph
from contui.tui.view_models.logs import LineCutter, TextLine
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span, byte_size, clean, plural
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.status_line import StatusLine
from contui.tui.widgets.text_pane import TextPane, _hint

FIRST_LINES = 5000  # of the log's end that are read at first
FRAME = 0.04  # seconds between two draws while lines pour in
RETRY = 0.3  # seconds before a lost log is read again


class LogPane(TextPane):
    """Follows one container's log."""

    def on_mount(self) -> None:
        self.view.following = True
        self._cutters = {1: LineCutter(""), 2: LineCutter("bad")}
        self._next = {1: 0, 2: 0}  # offsets of the next bytes wanted
        self._last = 0  # time of the last chunk, nanoseconds
        self._state = "reading"
        self._problem: Problem | None = None
        self._drawing: Timer | None = None
        self._gone = 0
        self._new = 0  # lines that came while the view was held
        self._read_on()
        self.draw()

    def scopes(self) -> tuple[str, ...]:
        return ("log", "text", "any", "list")

    def hints(self) -> list[Hint]:
        first = [
            _hint(self.keymap, name, "log") for name in ("text_follow", "text_pause", "text_times")
        ]
        names = ("text_search", "text_next", "text_only", "text_wrap")
        return [*first, *(_hint(self.keymap, name, "text") for name in names), *self._common()]

    # -- reading ---------------------------------------------------------------------------------

    def _read_on(self) -> None:
        self.run_worker(self._read(), group="log", exclusive=True)

    async def _read(self) -> None:
        """Read until the container stops; again after a loss."""
        while True:
            await self.backend.wait_up()
            problem = await self._read_once()
            if problem is None:
                self._ended()
                return
            if problem.kind != "unavailable":
                self._state, self._problem = "failed", problem
                self.draw()
                return
            self._state = "reconnecting"
            self.draw()
            await asyncio.sleep(RETRY)

    async def _read_once(self) -> Problem | None:
        from contui.tui.backend_link import _problem

        call = None
        try:
            call = (await self._stub()).Read(self._request())
            self._state, self._problem = "live", None
            self.draw()
            async for response in call:
                self._take(response)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            return _problem(error)
        finally:
            if call is not None:
                call.cancel()
        return None

    async def _stub(self) -> Any:
        channel = await self.backend.channel()
        from contui.proto.v1.logs_pb2_grpc import LogServiceStub

        return LogServiceStub(channel)

    def _request(self) -> Any:
        from contui.proto.v1 import logs_pb2, types_pb2

        request = logs_pb2.ReadLogsRequest(container=self.spec.container, follow=True)
        if self._last:
            request.since.CopyFrom(types_pb2.Timestamp(unix_nanos=self._last))
        else:
            request.tail = FIRST_LINES
        return request

    def _take(self, response: Any) -> None:
        """One answer of the backend: a chunk, or a hole with its reason."""
        stream = 2 if response.stream == 2 else 1
        lines: list[TextLine] = []
        if response.dropped or response.notice:
            what = f"{byte_size(response.dropped)} lost here" if response.dropped else "note"
            lines.append(TextLine(f"▲ {what}: {clean(response.notice)}", "warn"))
        data, start = response.data, response.offset
        if data and start < self._next[stream] and self._last:
            data = data[self._next[stream] - start :]
        if data:
            self._next[stream] = start + len(response.data)
            self._last = max(self._last, response.at.unix_nanos)
            lines += self._cutters[stream].feed(data, response.at.unix_nanos / 1e9)
        if lines:
            self._add(lines)

    def _add(self, lines: list[TextLine]) -> None:
        buffer = self.view.buffer
        buffer.held = not self.view.following
        self._gone += buffer.add(lines)
        self._new += len(lines) if buffer.held else 0
        self.told()
        if self._drawing is None:
            self._drawing = self.set_timer(FRAME, self._frame)

    def _frame(self) -> None:
        self._drawing = None
        gone, self._gone = self._gone, 0
        self.view.changed(gone)
        self.draw()

    def _ended(self) -> None:
        for cutter in self._cutters.values():
            self._add(cutter.flush())
        self._state = "ended"
        self.draw()

    def container_changed(self, info: ContainerInfo | None) -> None:
        was = self.info
        super().container_changed(info)
        runs = info is not None and info.state == "running"
        if runs and self._state in ("ended", "failed") and not (was and was.state == "running"):
            self._read_on()
        else:
            self.draw()

    # -- actions ---------------------------------------------------------------------------------

    def act_text_follow(self) -> None:
        """Go to the end, stay there."""
        self._hold(False)

    def act_text_pause(self) -> None:
        """Hold still, or go on."""
        self._hold(self.view.following)

    def _hold(self, held: bool) -> None:
        self.view.hit = None
        self.view.follow(not held)
        self.draw()
        self.post_message(PaneChanged(self.pane_id))

    def act_text_times(self) -> None:
        """When each line came, or not."""
        self.view.times = not self.view.times
        self.view.relayout()

    # -- what is shown ---------------------------------------------------------------------------

    def draw(self) -> None:
        view, buffer = self.view, self.view.buffer
        if view.following:
            self._new = 0
        title = [Span(clean(self.spec.name), "strong"), Span(" log ")]
        if self.info is not None:
            title.append(Span(*glyph(self.info)))
        self.frame(title, self._foot(buffer.trimmed))
        line = self.query_one(StatusLine)
        if self._problem is not None:
            hint = clean(self._problem.hint)
            line.say([Span(clean(self._problem.message), "bad"), Span(f" {hint}", "muted")])
        elif not buffer.lines and self._state != "reading":
            line.say([Span("nothing has been printed yet", "muted")])
        else:
            line.say([])

    def _foot(self, trimmed: int) -> list[Span]:
        spans = self.search_spans()
        if trimmed:
            spans.append(Span(f" {plural(trimmed, 'line')} before this", "muted"))
        if self.view.buffer.wrap:
            spans.append(Span(" wrapped", "muted"))
        if not self.view.following:
            spans.append(Span(f" held, {self._new} new below" if self._new else " held", "warn"))
        words = {
            "live": ("following" if self.view.following else "", "good"),
            "reading": ("reading…", "muted"),
            "reconnecting": ("reconnecting…", "warn"),
            "ended": ("ended with the container", "muted"),
            "failed": ("not readable", "bad"),
        }
        text, role = words[self._state]
        return [*spans, Span(f" {text}" if text else "", role)]
