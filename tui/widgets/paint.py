"""From spans with roles to what Textual draws: strips for lines, content for borders.

Everything goes through here, so nothing that came from a container is ever read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from contui.tui.view_models.text import Span, elide_spans

ROLES = ("strong", "muted", "good", "warn", "bad", "accent", "match", "select", "line", "alarm")
COMPONENTS = {f"role--{role}" for role in ROLES}

_CONTENT_STYLES = {
    "strong": "bold",
    "muted": "$muted",
    "good": "$success",
    "warn": "$warning",
    "bad": "$error",
    "accent": "$accent",
    "match": "reverse",
    "line": "$line",
}

ROLES_CSS = """
NAME {
    & > .role--strong { text-style: bold; }
    & > .role--muted { color: $muted; }
    & > .role--good { color: $success; }
    & > .role--warn { color: $warning; }
    & > .role--bad { color: $error; }
    & > .role--accent { color: $accent; }
    & > .role--match { color: $background; background: $warning; }
    & > .role--select { background: $select; }
    & > .role--line { color: $line; }
    & > .role--alarm { background: $alarm; }
}
"""


class _Paint:
    """What both kinds of painted widgets can do; Textual's styles follow the first base only."""

    rich_style: Style
    get_component_rich_style: Callable[..., Style]

    def role(self, name: str) -> Style:
        """The style of a role, to be laid over the base style. Roles may be joined by blanks."""
        style = Style.null()
        for part in name.split():
            style += self.get_component_rich_style(f"role--{part}", partial=True)
        return style

    def strip(self, spans: Iterable[Span], width: int, base: Style | None = None) -> Strip:
        """The spans as one line of exactly `width` cells; what is cut ends in an ellipsis."""
        base = self.rich_style if base is None else base
        spans = elide_spans(list(spans), width)
        segments = [
            Segment(span.text, base + self.role(span.role) if span.role else base)
            for span in spans
            if span.text
        ]
        return Strip(segments).adjust_cell_length(width, base)


class Painted(_Paint, Widget):
    """A widget that draws spans; its styles come from the theme by role."""

    COMPONENT_CLASSES = COMPONENTS
    DEFAULT_CSS = ROLES_CSS.replace("NAME", "Painted")

    def redraw(self, old: Sequence[list[Span]], new: Sequence[list[Span]], top: int = 0) -> None:
        """Draw those lines anew that are not what they were; the first is at `top`."""
        width = max(1, self.size.width)
        pairs = enumerate(zip_longest(old, new), top)
        regions = [Region(0, y, width, 1) for y, (was, now) in pairs if was != now]
        if regions:
            self.refresh(*regions)


class PaintedScroll(_Paint, ScrollView, inherit_bindings=False):
    """The same, with more lines than fit."""

    COMPONENT_CLASSES = COMPONENTS
    DEFAULT_CSS = ROLES_CSS.replace("NAME", "PaintedScroll")


def content(spans: Sequence[Span]) -> Content:
    """The spans for a border or a label; never parsed as markup."""
    return Content.assemble(
        *(
            (span.text, " ".join(_CONTENT_STYLES.get(r, "") for r in span.role.split()))
            for span in spans
        )
    )
