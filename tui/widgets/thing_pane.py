"""Everything about an image, a network or a volume as JSON, beside the containers' own."""

from __future__ import annotations

from contui.tui import section_calls
from contui.tui.messages import InspectCame
from contui.tui.view_models.text import Span, clean
from contui.tui.widgets.inspect_pane import InspectPane


class ThingPane(InspectPane):
    """One thing's JSON, as it was when the pane was opened."""

    async def _ask(self) -> None:
        from contui.tui.backend_link import CallFailed

        call = section_calls.inspect(self.spec.kind, self.spec.container)
        try:
            answer = await self.backend.call(call)
        except CallFailed as failed:
            self.post_message(InspectCame(self.pane_id, problem=failed.problem))
        else:
            self.post_message(InspectCame(self.pane_id, answer.json))

    def draw(self) -> None:
        title = [Span(clean(self.spec.name), "strong"), Span(f" {self.spec.kind} ")]
        self.frame(title, self.search_spans())
