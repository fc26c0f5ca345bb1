"""The compiled core of the emulator, where it was built and is wanted.

``core/`` holds its source, ``core/build_hook.py`` builds it when contui is installed. The
Python code of this folder is the specification and works alone; with the core, rows, styles,
scrollback and the state of a screen are kept in C, and the commonest sequences are run there.
``CONTUI_PURE=1`` leaves it out.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING

#: The revision of the core that this code works with, ``REVISION`` of ``core/core.h``.
REVISION = 3


def _load() -> ModuleType | None:
    if os.environ.get("CONTUI_PURE") == "1":
        return None
    try:
        from contui.tui.terminal import _core
    except ImportError:
        return None
    return _core if _core.REVISION == REVISION else None


#: The module, or None.
core = _load()


class ScreenBase:
    """What is under ``state.State``: without the core, slots for what output touches most."""

    __slots__ = (
        *("x", "y", "wrap", "columns", "lines", "limit", "top", "bottom", "left", "right"),
        *("rows", "pen", "styles", "last_text", "last_row", "last_x", "autowrap", "origin"),
    )


if core is not None and not TYPE_CHECKING:
    ScreenBase = core.ScreenBase
