"""Where the backend is, and what the user chose: environment, then configuration files.

The backend reads the same rules in `contui.backend.config`. Files are looked at but parsed only if
they name something that is asked for: importing `tomllib` takes twice as long as starting Python.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RUN_DIR = "/run/contui"
STATE_DIR = "/var/lib/contui"
_FILES = ("/etc/contui/config.toml", "~/.config/contui/config.toml")


class SettingsError(Exception):
    """A configuration file cannot be used; the sentence says which and why."""


def run_dir() -> str:
    """The directory of sockets; absolute."""
    return os.path.abspath(os.environ.get("CONTUI_RUN_DIR") or setting("run_dir") or RUN_DIR)


def address() -> str:
    """Address of the API: `--host` sets CONTUI_HOST, else the socket in the run directory."""
    return os.environ.get("CONTUI_HOST") or f"unix://{run_dir()}/contui.sock"


def socket_path(address: str) -> str:
    """The path of a unix address; "" for any other."""
    if not address.startswith("unix:"):
        return ""
    path = address[5:]
    return "/" + path.lstrip("/") if path.startswith("//") else path


def direct() -> bool:
    """Whether sessions may be joined past the backend: on this machine, unless forbidden."""
    return bool(socket_path(address())) and os.environ.get("CONTUI_DIRECT") != "0"


def detach_keys() -> str | None:
    """The detach keys of contui's configuration, else of Docker's; None when neither has any."""
    own = setting("detach_keys")
    if own is not None:
        return own
    folder = os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")
    content = _read(f"{folder}/config.json")
    if b"detachKeys" not in content:
        return None
    from contui.tui.client import jsonlite

    try:
        found = jsonlite.loads(content)
    except ValueError:
        return None  # Docker's file; it is not ours to complain about
    keys = found.get("detachKeys") if isinstance(found, dict) else None
    return keys if isinstance(keys, str) else None


def setting(name: str) -> str | None:
    """A text of the configuration; later files win. Raises SettingsError."""
    chosen = os.environ.get("CONTUI_CONFIG")
    value: str | None = None
    for path in (chosen,) if chosen else _FILES:
        content = _read(os.path.expanduser(path))
        if name.encode() in content:
            found = _parse(path, content).get(name)
            if isinstance(found, str):
                value = found
    return value


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError:
        return b""


def _parse(path: str, content: bytes) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(content.decode("utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise SettingsError(f"the configuration {path} cannot be read: {error}") from None
