"""What the fields of forms take: each parser says in a sentence what is wrong.

`contui.tui.view_models.forms` has the forms themselves.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import TypeVar

from contui.tui.view_models.containers import PortInfo

T = TypeVar("T")

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_BYTES = re.compile(r"(\d+(?:\.\d+)?)([bkmgt]?)b?", re.IGNORECASE)
_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_RESTART = re.compile(r"no|always|unless-stopped|on-failure(:[1-9]\d*)?")
_CAPABILITY = re.compile(r"[A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a form. `flag` fields are yes or no, written "yes" and ""."""

    id: str
    label: str
    value: str = ""
    hint: str = ""
    flag: bool = False
    section: str = ""  # a heading above it


@dataclass(frozen=True, slots=True)
class BindInfo:
    """A directory of the machine, or a volume, inside the container."""

    source: str
    target: str
    read_only: bool = False


class Wrong(ValueError):
    """A field that cannot be so; the text says why and what would do.

    `everything`: what is wrong in every field, by field, when several are.
    """

    def __init__(self, field: str, message: str, everything: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.field = field
        self.everything = everything or {field: message}


@dataclass
class Check:
    """Reads fields one after the other and gathers what is wrong with each."""

    values: dict[str, str]
    wrong: dict[str, str] = attribute(default_factory=dict)

    def __call__(self, parse: Callable[[str], T], name: str, otherwise: T) -> T:
        """What a field says; `otherwise` when it cannot be so."""
        try:
            return parse(self.values.get(name, "").strip())
        except Wrong as wrong:
            self.wrong.setdefault(name, str(wrong))
            return otherwise

    def finish(self) -> None:
        """Raise the first of what is wrong, with all of it."""
        for name, message in self.wrong.items():
            raise Wrong(name, message, self.wrong)


def words(field: str, text: str) -> tuple[str, ...]:
    """Split as a shell does, quotes and backslashes included."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        raise Wrong(field, "a quotation mark is not closed") from None


def environment(text: str) -> tuple[str, ...]:
    """NAME=value, several with blanks between."""
    found = words("env", text)
    for word in found:
        if "=" not in word or word.startswith("="):
            raise Wrong("env", f"{word} is not NAME=value")
    return found


def absolute(field: str, path: str) -> str:
    """A path from the root on, or nothing."""
    if path and not path.startswith("/"):
        raise Wrong(field, "begins with a /")
    return path


def port(word: str) -> PortInfo:
    """[ADDRESS:][HOST:]CONTAINER[/tcp]."""
    body, _, protocol = word.partition("/")
    parts = body.rsplit(":", 2)
    try:
        numbers = [int(part) if part else 0 for part in parts[-2:]]
    except ValueError:
        raise Wrong("ports", f"{word} is not HOST:CONTAINER") from None
    if protocol not in ("", "tcp") or not all(0 <= number < 65536 for number in numbers):
        raise Wrong("ports", f"{word}: a TCP port is a number from 1 to 65535")
    address = parts[0] if len(parts) == 3 else ""
    outside = numbers[0] if len(numbers) == 2 else 0
    if not numbers[-1]:
        raise Wrong("ports", f"{word} does not say the container's port")
    return PortInfo(numbers[-1], "tcp", address, outside)


def mount(word: str) -> BindInfo:
    """SOURCE:TARGET[:ro]."""
    parts = word.split(":")
    if len(parts) not in (2, 3) or not parts[0] or not parts[1].startswith("/"):
        raise Wrong("mounts", f"{word} is not SOURCE:/TARGET or SOURCE:/TARGET:ro")
    if len(parts) == 3 and parts[2] not in ("ro", "rw"):
        raise Wrong("mounts", f"{word}: ro or rw, not {parts[2]}")
    return BindInfo(parts[0], parts[1], parts[2:] == ["ro"])


def size(field: str, text: str) -> int:
    """512m, 2g; 0 for nothing."""
    if not text:
        return 0
    match = _BYTES.fullmatch(text)
    if match is None:
        raise Wrong(field, "a number with b, k, m or g, for example 512m")
    return int(float(match[1]) * _UNITS[match[2].lower()])


def name(text: str) -> str:
    """A container's name, or nothing."""
    if text and not _NAME.fullmatch(text):
        raise Wrong("name", "letters, digits, _ . and -, beginning with a letter or a digit")
    return text


def restart(text: str) -> str:
    """no, always, unless-stopped, on-failure or on-failure:3; or nothing."""
    if text and not _RESTART.fullmatch(text):
        raise Wrong("restart", "no, on-failure, on-failure:3, always or unless-stopped")
    return text


def cpus(text: str) -> int:
    """1.5; as billionths of a processor, 0 for nothing."""
    try:
        found = float(text or 0)
    except ValueError:
        found = -1.0
    if not 0 <= found < 10_000:
        raise Wrong("cpus", "a number of processors, for example 1.5")
    return int(found * 1e9)


def count(field: str, text: str) -> int:
    """A whole number; -1 for no limit; 0 for nothing."""
    if text and not re.fullmatch(r"-1|\d+", text):
        raise Wrong(field, "a whole number; -1 for no limit")
    return int(text or 0)


def pairs(field: str, text: str) -> tuple[str, ...]:
    """NAME=value, several with blanks between; a name alone is one with an empty value."""
    found = words(field, text)
    for word in found:
        if word.startswith("="):
            raise Wrong(field, f"{word} is not NAME=value")
    return found


def hosts(text: str) -> tuple[str, ...]:
    """NAME:ADDRESS, several with blanks between."""
    found = words("add_host", text)
    for word in found:
        host, _, address = word.partition(":")
        if not host or not address:
            raise Wrong("add_host", f"{word} is not NAME:ADDRESS")
    return found


def capabilities(field: str, text: str) -> tuple[str, ...]:
    """NET_ADMIN or ALL, several with blanks between."""
    found = words(field, text)
    for word in found:
        if not _CAPABILITY.fullmatch(word):
            raise Wrong(field, f"{word} is no capability: as NET_ADMIN, or ALL")
    return found


def targets(text: str) -> tuple[str, ...]:
    """/tmp or /run:size=64m, several with blanks between."""
    found = words("tmpfs", text)
    for word in found:
        if not word.startswith("/"):
            raise Wrong("tmpfs", f"{word} does not begin with a /")
    return found


def port_word(info: PortInfo) -> str:
    """A port as -p takes it."""
    parts = [info.host_ip, str(info.host_port or ""), str(info.container_port)]
    return ":".join(parts if info.host_ip else parts[1:] if info.host_port else parts[2:])
