"""What a person has chosen for the app: the [tui] table of contui's configuration.

[tui]
theme = "contui-light"
leader = "ctrl+b"                # as Textual names keys
[tui.keys]
stop = ["X"]                     # an action of the list …
"leader.detach" = ["q"]          # … or of another scope
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from contui.tui.cli import detach_keys
from contui.tui.client import settings
from contui.tui.keymap import LEADER
from contui.tui.themes import DEFAULT

FILES = ("/etc/contui/config.toml", "~/.config/contui/config.toml")


@dataclass(frozen=True)
class Preferences:
    """What the app is started with."""

    address: str
    starter: Callable[[], object] | None
    detach_keys: str = detach_keys.DEFAULT
    theme: str = DEFAULT
    leader: str = LEADER
    keys: dict[str, list[str]] = field(default_factory=dict)


def preferences(address: str | None) -> Preferences:
    """Everything, from the environment and the configuration. A file that is wrong is left out."""
    address = address or settings.address()
    table = _table()
    keys = table.get("keys", {})
    return Preferences(
        address,
        starter(address),
        _detach_keys(),
        _text(table, "theme", DEFAULT),
        _text(table, "leader", LEADER),
        {
            name: [value] if isinstance(value, str) else [str(item) for item in value]
            for name, value in (keys.items() if isinstance(keys, dict) else ())
            if isinstance(value, str | list)
        },
    )


def starter(address: str) -> Callable[[], object] | None:
    """What starts the backend at this address; None when it is not ours to start."""
    if address != f"unix://{settings.run_dir()}/contui.sock":
        return None
    return partial(_start, address)


def _start(address: str) -> None:
    from contui.tui.client import start

    start.ensure(address)


def _detach_keys() -> str:
    try:
        chosen = settings.detach_keys()
        if chosen is not None:
            detach_keys.parse(chosen)
            return chosen
    except (settings.SettingsError, detach_keys.KeysError):
        pass
    return detach_keys.DEFAULT


def _text(table: dict[str, Any], name: str, default: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) and value else default


def _table() -> dict[str, Any]:
    chosen = os.environ.get("CONTUI_CONFIG")
    found: dict[str, Any] = {}
    for name in (chosen,) if chosen else FILES:
        try:
            with open(os.path.expanduser(name), "rb") as file:
                content = file.read()
        except OSError:
            continue
        if b"tui" in content:
            found.update(_parse(content))
    return found


def _parse(content: bytes) -> dict[str, Any]:
    import tomllib

    try:
        table = tomllib.loads(content.decode()).get("tui")
    except ValueError:
        return {}
    return table if isinstance(table, dict) else {}
