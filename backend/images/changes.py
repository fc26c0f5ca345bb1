"""Dockerfile instructions of `import --change`, applied to an OCI image configuration. Pure.

Used by `contui.backend.images.importer`. Source: Dockerfile reference; the JSON and the shell form
of CMD and ENTRYPOINT, and quoting in ENV and LABEL.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Sequence
from typing import Any

from contui.backend.errors import InvalidArgument

_PORT = re.compile(r"([0-9]{1,5})(?:/(tcp|udp|sctp))?")

Config = dict[str, Any]


def apply_changes(changes: Sequence[str]) -> Config:
    """The `config` object that the instructions make, in their order.

    Raises InvalidArgument naming the instruction that is not understood.
    """
    config: Config = {}
    for change in changes:
        word, _, rest = change.strip().partition(" ")
        handler = _HANDLERS.get(word.upper())
        if handler is None or not rest.strip():
            raise InvalidArgument(
                f"the change {change!r} is not understood",
                f'use one of {", ".join(_HANDLERS)} and its value, for example CMD ["sh"]',
            )
        try:
            handler(config, rest.strip())
        except ValueError as error:
            raise InvalidArgument(f"the change {change!r} is not understood: {error}") from error
    return config


def _command(key: str) -> Callable[[Config, str], None]:
    def handle(config: Config, value: str) -> None:
        config[key] = _argv(value)

    return handle


def _argv(value: str) -> list[str]:
    """A JSON list of strings, else a line for the shell."""
    if value.startswith("["):
        try:
            words = json.loads(value)
        except ValueError:
            words = None
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            return words
    return ["/bin/sh", "-c", value]


def _env(config: Config, value: str) -> None:
    table = dict(pair.split("=", 1) for pair in config.get("Env", ()))
    table |= _pairs(value)
    config["Env"] = [f"{name}={text}" for name, text in table.items()]


def _label(config: Config, value: str) -> None:
    config.setdefault("Labels", {}).update(_pairs(value))


def _pairs(value: str) -> dict[str, str]:
    """NAME=VALUE ..., with quotes; or the old form NAME VALUE."""
    words = shlex.split(value)
    if "=" not in words[0]:
        name, _, text = value.partition(" ")
        return {name: text.strip()}
    table = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise ValueError(f"{word!r} is not NAME=VALUE")
        table[name] = text
    return table


def _expose(config: Config, value: str) -> None:
    for word in value.split():
        match = _PORT.fullmatch(word)
        if not match or not 0 < int(match[1]) < 65536:
            raise ValueError(f"{word!r} is not PORT or PORT/tcp")
        config.setdefault("ExposedPorts", {})[f"{int(match[1])}/{match[2] or 'tcp'}"] = {}


def _volume(config: Config, value: str) -> None:
    words = json.loads(value) if value.startswith("[") else value.split()
    for word in words:
        if not isinstance(word, str) or not word.startswith("/"):
            raise ValueError(f"{word!r} is not an absolute path")
        config.setdefault("Volumes", {})[word] = {}


def _workdir(config: Config, value: str) -> None:
    """Relative to the one before, as in a Dockerfile."""
    base = str(config.get("WorkingDir") or "/")
    config["WorkingDir"] = value if value.startswith("/") else f"{base.rstrip('/')}/{value}"


def _text(key: str) -> Callable[[Config, str], None]:
    def handle(config: Config, value: str) -> None:
        config[key] = value

    return handle


_HANDLERS: dict[str, Callable[[Config, str], None]] = {
    "CMD": _command("Cmd"),
    "ENTRYPOINT": _command("Entrypoint"),
    "ENV": _env,
    "EXPOSE": _expose,
    "LABEL": _label,
    "STOPSIGNAL": _text("StopSignal"),
    "USER": _text("User"),
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
