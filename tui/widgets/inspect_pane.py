"""Everything about a container as JSON, read again when the container changes."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from textual import on

from contui.tui import calls
from contui.tui.messages import InspectCame
from contui.tui.view_models.containers import ContainerInfo, glyph
from contui.tui.view_models.logs import TextLine
from contui.tui.view_models.text import Span, clean, clean_lines
from contui.tui.widgets.text_pane import TextPane
from contui.tui.working import in_worker

_KEY = re.compile(r'^\s*"[^"]*":')


class InspectPane(TextPane):
    """One container's JSON."""

    def on_mount(self) -> None:
        self._load()
        self.draw()

    def _load(self) -> None:
        in_worker(self, "inspect", self._ask, exclusive=True)

    async def _ask(self) -> None:
        from contui.tui.backend_link import CallFailed

        try:
            answer = await self.backend.call(calls.inspect(self.spec.container))
        except CallFailed as failed:
            self.post_message(InspectCame(self.pane_id, problem=failed.problem))
        else:
            self.post_message(InspectCame(self.pane_id, answer.json))

    @on(InspectCame)
    def _came(self, event: InspectCame) -> None:
        event.stop()
        if event.problem is not None:
            hint = clean(event.problem.hint)
            spans = [Span(clean(event.problem.message), "bad"), Span(f" {hint}", "muted")]
            self.status(spans)
            return
        self.status([])
        self.view.buffer.clear()
        self.view.buffer.add([TextLine(line) for line in pretty(event.json)])
        self.view.changed()
        self.draw()

    def container_changed(self, info: ContainerInfo | None) -> None:
        super().container_changed(info)
        if info is not None:
            self._load()
        else:
            spans = [Span("removed; this is how it was", "warn")]
            self.status(spans)
        self.draw()

    def draw(self) -> None:
        title = [Span(clean(self.spec.name), "strong"), Span(" inspect ")]
        if self.info is not None:
            title.append(Span(*glyph(self.info)))
        self.frame(title, self.search_spans())


def pretty(text: str) -> list[str]:
    """JSON with two blanks of indent, as clean lines; what is no JSON is shown as it is."""
    with suppress(ValueError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return clean_lines(text)
