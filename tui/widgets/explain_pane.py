"""Why a container is as it is, with what can be done and the key for it; kept up to date.

The sentences are those of `contui explain`: both come from `contui.tui.view_models.explain`.
"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from textual import on

from contui.tui import calls
from contui.tui.messages import ExplainCame
from contui.tui.view_models.containers import ContainerInfo, glyph
from contui.tui.view_models.explain import explain
from contui.tui.view_models.hints import words, works
from contui.tui.view_models.last_lines import readable
from contui.tui.view_models.logs import TextLine
from contui.tui.view_models.points import Point
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span, clean
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.text_pane import TextPane
from contui.tui.working import in_worker

ROLES = {"good": "good", "note": "", "warn": "warn", "bad": "bad"}


class ExplainPane(TextPane):
    """One container, explained."""

    def on_mount(self) -> None:
        self._facts: Any = None
        self._load()
        self.draw()

    def _load(self) -> None:
        in_worker(self, "explain", self._ask, exclusive=True)

    async def _ask(self) -> None:
        from contui.tui.backend_link import CallFailed

        try:
            facts = await self.backend.call(calls.explain(self.spec.container))
        except CallFailed as failed:
            self.post_message(ExplainCame(self.pane_id, problem=failed.problem))
        else:
            self.post_message(ExplainCame(self.pane_id, facts))

    @on(ExplainCame)
    def _came(self, event: ExplainCame) -> None:
        event.stop()
        if event.problem is not None:
            self._failed(event.problem)
        else:
            self._show(event.facts)

    def _failed(self, problem: Problem) -> None:
        hint = clean(problem.hint)
        self.status([Span(clean(problem.message), "bad"), Span(f" {hint}")])

    def on_resize(self) -> None:
        """Lines are broken between words, so they are made anew for another width."""
        if self._facts is not None:
            self._show(self._facts)

    def _show(self, facts: Any) -> None:
        self._facts = facts
        lines: list[TextLine] = []
        for point in explain(facts):
            lines += self._lines(point)
        if facts.last_lines:
            lines.append(TextLine("the end of its log:", "strong"))
        lines += [TextLine(f"    {line}", "muted") for line in readable(facts.last_lines)]
        buffer = self.view.buffer
        buffer.clear()
        buffer.add(lines)
        self.view.changed()
        self.status([])
        self.draw()

    def _lines(self, point: Point) -> list[TextLine]:
        lines = self._broken(point.text, "", ROLES[point.level])
        for remedy in point.remedies:
            key = self.keymap.key(remedy.action)
            lead = f"{key}  " if key else ""
            lines.append(TextLine(f"    {lead}{clean(remedy.label)}", "accent"))
            lines += self._broken(remedy.command, "       ", "muted")
        return [*lines, TextLine("")]

    def _broken(self, text: str, indent: str, role: str) -> list[TextLine]:
        """A sentence as lines that fit beside the scroll bar."""
        width = max(20, self.view.size.width - 2)
        lines = wrap(clean(text), width - len(indent))
        return [TextLine(indent + line, role) for line in lines]

    def container_changed(self, info: ContainerInfo | None) -> None:
        super().container_changed(info)
        if info is not None:
            self._load()
        else:
            self.status([Span("removed; this is how it was", "warn")])
        self.draw()

    def hints(self) -> list[Hint]:
        keys = [
            (self.keymap.key(action), self._word(action), action)
            for action in ("recreate", "restart", "shell", "logs", "kill")
            if works(action, self.info)
        ]
        return [*keys, *self._common()]

    def _word(self, action: str) -> str:
        other = words(action, self.info) if self.info is not None else ""
        return other or action.replace("recreate", "again…")

    def draw(self) -> None:
        title = [Span(clean(self.spec.name), "strong"), Span(" why it is as it is ")]
        if self.info is not None:
            title.append(Span(*glyph(self.info)))
        self.frame(title, self.search_spans())
