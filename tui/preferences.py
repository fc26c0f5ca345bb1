"""What a person has chosen for the app: the [tui] table of contui's configuration.

[tui]
theme = "contui-light"
leader = "ctrl-b"
animation = false                # nothing moves by itself; CONTUI_NO_ANIMATION=1 does the same
notify = "toast bell"            # off, toast, bell, osc9 or osc777 (desktop notifications)
[tui.keys]                       # or, without the rest: keys = "k9s"
preset = "lazydocker"            # the keys to begin with: contui, lazydocker, k9s
stop = ["ctrl-x"]                # an action of the list, of logs, …
"leader.detach" = ["q"]          # … or after the leader
[tui.list]                       # how the list looks until it is changed in the app
columns = ["name", "status", "cpu", "memory"]
group = "project"                # "", "project", "image", "state", "label:KEY"
sort = "name"                    # "created", "state", or a column
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from contui.tui.cli import detach_keys
from contui.tui.client import settings
from contui.tui.keymap import LEADER, Keymap
from contui.tui.themes import NAMES
from contui.tui.view_models import notices
from contui.tui.view_models.text import clean

FILES = ("/etc/contui/config.toml", "~/.config/contui/config.toml")


@dataclass(frozen=True)
class Preferences:
    """What the app is started with."""

    address: str
    starter: Callable[[], object] | None
    detach_keys: str = detach_keys.DEFAULT
    theme: str = ""  # empty: what this terminal can show best
    keymap: Keymap = field(default_factory=Keymap)
    notify: tuple[str, ...] = ("toast",)
    animation: bool = True
    problems: list[str] = field(default_factory=list)  # sentences about the configuration
    lists: dict[str, Any] = field(default_factory=dict)


def preferences(address: str | None) -> Preferences:
    """Everything, from the environment and the configuration. What is wrong is told."""
    address = address or settings.address()
    problems: list[str] = []
    table, file, text = _table(problems)
    keys, preset = _keys(table.get("keys", {}))
    keymap = Keymap(keys, _text(table, "leader", LEADER), preset)
    problems += [f"{_place(file, text, name)}: {words}" for name, words in keymap.problems]
    ways, unknown = notices.ways(table.get("notify", "toast"))
    for word in unknown:
        place = _place(file, text, "notify")
        problems.append(f"{place}: notify is {' '.join(notices.WAYS)}, not {clean(word)}")
    theme = _text(table, "theme", "")
    if theme and theme not in NAMES:
        problems.append(f"{_place(file, text, 'theme')}: the themes are {' '.join(NAMES)}")
    return Preferences(
        address,
        starter(address),
        _detach_keys(),
        theme,
        keymap,
        ways,
        _animated(table),
        problems,
        table["list"] if isinstance(table.get("list"), dict) else {},
    )


def _keys(table: Any) -> tuple[dict[str, list[str]], str]:
    """Keys by action, and the preset under them: `keys = "k9s"`, or `preset = "k9s"` among them."""
    if not isinstance(table, dict):
        return {}, table if isinstance(table, str) else "contui"
    preset = table.get("preset", "contui")
    keys = {
        name: [value] if isinstance(value, str) else [str(item) for item in value]
        for name, value in _flat(table).items()
        if isinstance(value, str | list) and name != "preset"
    }
    return keys, preset if isinstance(preset, str) else "contui"


def _flat(table: dict[str, Any]) -> dict[str, Any]:
    """[tui.keys.leader] with detach in it is "leader.detach"."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        inner = value.items() if isinstance(value, dict) else ()
        found.update({f"{name}.{key}": item for key, item in inner} or {name: value})
    return found


def _place(file: str, text: str, name: str) -> str:
    """Where in the file an entry stands: config.toml, line 7."""
    *_, last = name.split(".")
    for number, line in enumerate(text.splitlines(), 1):
        found = line.partition("=")[0].strip().strip("\"'")
        if found and found in (name, last, f"keys.{name}", f"tui.{name}"):
            return f"{os.path.basename(file)}, line {number}"
    return os.path.basename(file) or "the configuration"


def _animated(table: dict[str, Any]) -> bool:
    """Whether things may move by themselves; a person who asks for none gets none."""
    if os.environ.get("CONTUI_NO_ANIMATION"):
        return False
    return table.get("animation", True) is not False


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


def _table(problems: list[str]) -> tuple[dict[str, Any], str, str]:
    """The [tui] tables of all files, the later over the earlier; the last file and its text."""
    chosen = os.environ.get("CONTUI_CONFIG")
    found: dict[str, Any] = {}
    last, text = "", ""
    for name in (chosen,) if chosen else FILES:
        try:
            with open(os.path.expanduser(name), "rb") as file:
                content = file.read()
        except OSError:
            continue
        if b"tui" in content:
            last, text = name, content.decode(errors="replace")
            found.update(_parse(name, content, problems))
    return found, last, text


def _parse(name: str, content: bytes, problems: list[str]) -> dict[str, Any]:
    import tomllib

    try:
        table = tomllib.loads(content.decode()).get("tui")
    except ValueError as error:
        problems.append(f"{os.path.basename(name)} is left out: {clean(str(error))}")
        return {}
    return table if isinstance(table, dict) else {}
