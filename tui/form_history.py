"""The forms that were sent before, by kind: one file that only its owner can read."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

KEPT = 30  # forms of a kind
KINDS = 100

Values = dict[str, str]


def path() -> Path:
    """The file: $XDG_STATE_HOME/contui/forms.json."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "contui" / "forms.json"


def load(kind: str) -> list[Values]:
    """The forms of a kind ("new", "exec IMAGE"), the last one first; none when it is unreadable."""
    entries = _read().get(kind)
    return [entry for entry in entries if _is_form(entry)] if isinstance(entries, list) else []


def add(kind: str, values: Values) -> None:
    """Keep a form as the last one of its kind; a full disk or a missing home loses it."""
    everything = _read()
    rest = [entry for entry in load(kind) if entry != values]
    everything.pop(kind, None)
    everything[kind] = [values, *rest][:KEPT]
    for old in list(everything)[:-KINDS]:
        del everything[old]
    target = path()
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(everything, file)
        os.replace(name, target)
    except OSError:
        return


def _is_form(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(value, str) for value in entry.values())


def _read() -> dict[str, Any]:
    try:
        data = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
