"""Where the workspace is kept between two lives of the app: one file, an entry a backend."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any


def path() -> Path:
    """The file: $XDG_STATE_HOME/contui/workspace.json."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "contui" / "workspace.json"


def load(address: str) -> Any:
    """What was saved for this backend; None when nothing was, or it cannot be read."""
    entry = _read().get(address)
    return entry if isinstance(entry, dict) else None


def save(address: str, data: dict[str, Any]) -> None:
    """Keep it for this backend; a full disk or a missing home loses the layout and nothing else."""
    target = path()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        everything = _read()
        everything[address] = data
        handle, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(everything, file)
        os.replace(name, target)
    except OSError:
        return


def _read() -> dict[str, Any]:
    try:
        data = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
