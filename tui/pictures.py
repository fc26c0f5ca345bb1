"""What is on the screen as SVG: a pane or the window, cell for cell, with its colours.

The text is what Textual's compositor would draw now; nothing is fetched by whoever opens the file.
"""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING, Any

from contui.tui.casts.file import CastError, new_path

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Region

_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def picture(app: App[Any], region: Region | Any, title: str) -> str:
    """A region of the screen, in cells of the window, as the text of an SVG file."""
    from rich.console import Console
    from rich.segment import Segment, Segments

    strips = app.screen._compositor.render_strips()[region.y : region.y + region.height]
    console = Console(
        width=region.width,
        height=region.height,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
        safe_box=False,
    )
    for strip in strips:
        cut = strip.crop(region.x, region.x + region.width)
        console.print(Segments([*cut, Segment.line()]), end="", soft_wrap=True)
    svg = console.export_svg(title=title, theme=app.ansi_theme)
    return _FONTS.sub("", svg)


def save(name: str, text: str) -> str:
    """Write a picture into the folder of screenshots; its path. Raises CastError. Blocking."""
    path = new_path("screenshots", name, "svg")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise CastError(f"cannot write {path}: {error.strerror}") from None
    return path
