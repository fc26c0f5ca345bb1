"""How the lists looked at the end: columns, groups, order; kept in one small file.

$XDG_STATE_HOME/contui/lists.json. What it does not say comes from [tui.list] of the configuration,
see `contui.tui.preferences`.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def path() -> Path:
    """The file."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "contui" / "lists.json"


def load() -> dict[str, Any]:
    """What was kept; empty when nothing was, or it cannot be read."""
    try:
        data = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def save(data: dict[str, Any]) -> None:
    """Keep it; a full disk or a missing home loses the look and nothing else."""
    target = path()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(data, file)
        os.replace(name, target)
    except OSError:
        return
