"""The last lines of a log, as `explain` shows them in a pane and on the command line. Pure."""

from __future__ import annotations

from contui.tui.view_models.text import clean_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def readable(lines: Iterable[bytes]) -> list[str]:
    """What a person would have read: of a line drawn over its last state, no control sequences.

    Lines of which nothing is left are left out.
    """
    texts = (_text(line) for line in lines)
    return [text for text in texts if text.strip()]


def _text(line: bytes) -> str:
    if b"\x1b" not in line and b"\r" not in line:
        return clean_line(line.decode("utf-8", "replace"))
    # Only here: the command line does not wait for this where there is no need.
    from contui.tui.view_models.log_text import line_bits, plain

    return plain(line_bits(line))
