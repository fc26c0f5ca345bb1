"""Facts from which it can be said why a container is as it is: its PID 1, its log's last lines.

Used by `contui.backend.services.containers`. Only facts: `contui.tui.view_models.explain` makes the
sentences, for the command line and the TUI alike. Sources: proc(5) of PID 1, its terminal
(termios(3), tcgetpgrp(3)), the log's files. Nothing here changes anything.
"""

from __future__ import annotations

import contextlib
import os
import termios
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contui.backend.containers.process import find_shell
from contui.backend.containers.state import Run
from contui.backend.errors import ContuiError
from contui.backend.loglines import Line
from contui.backend.logpages import open_pages
from contui.backend.logscan import Query, backwards
from contui.backend.processes import arguments, children
from contui.proto.v1.containers_pb2 import InitFacts

LINES = 5
LONGEST = 4096  # bytes of one line of the log
_LOCAL_FLAGS = 3  # the place of c_lflag in what tcgetattr gives


def init_facts(run: Run) -> InitFacts | None:
    """What the kernel says of the PID 1 of a run; None when it is gone. Blocking, but brief."""
    proc = Path(f"/proc/{run.pid}")
    try:
        stat = _stat((proc / "stat").read_bytes())
        status = _status((proc / "status").read_bytes())
    except OSError:
        return None
    if run.start_ticks and stat["started"] != run.start_ticks:
        return None  # another process has its number now
    below = children(run.pid)
    facts = InitFacts(
        pid=run.pid,
        name=str(stat["name"]),
        argv=arguments(run.pid),
        state=str(stat["state"]),
        caught=_mask(status, "SigCgt"),
        ignored=_mask(status, "SigIgn"),
        blocked=_mask(status, "SigBlk"),
        capabilities=_mask(status, "CapEff"),
        no_new_privileges=status.get("NoNewPrivs") == "1",
        seccomp=int(status.get("Seccomp") or 0),
        children=len(below),
        zombies=sum(_state_of(pid) == "Z" for pid in below),
    )
    _add_terminal(facts, run.pid, stat)
    return facts


def _stat(data: bytes) -> dict[str, Any]:
    """The fields of `stat` that matter. The name is in parentheses and may contain anything."""
    start, end = data.index(b"("), data.rindex(b")")
    fields = data[end + 2 :].split()
    return {
        "name": data[start + 1 : end].decode(errors="replace"),
        "state": fields[0].decode(),
        "group": int(fields[2]),
        "tty": int(fields[4]),
        "foreground": int(fields[5]),
        "started": int(fields[19]),
    }


def _status(data: bytes) -> dict[str, str]:
    found = {}
    for line in data.decode(errors="replace").split("\n"):
        key, _, value = line.partition(":")
        found[key] = value.strip()
    return found


def _mask(status: Mapping[str, str], key: str) -> int:
    try:
        return int(status.get(key, ""), 16)
    except ValueError:
        return 0


def _state_of(pid: int) -> str:
    try:
        return str(_stat(Path(f"/proc/{pid}/stat").read_bytes())["state"])
    except (OSError, ValueError):
        return ""


def _add_terminal(facts: InitFacts, pid: int, stat: Mapping[str, Any]) -> None:
    """Whether ctrl-c reaches PID 1, and as what. Unset when its stdin is no terminal."""
    if not stat["tty"]:
        return
    facts.foreground = stat["group"] == stat["foreground"]
    # The terminal is only asked for its settings; opening it makes it nobody's controlling one.
    flags = os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    with contextlib.suppress(OSError, termios.error):
        descriptor = os.open(f"/proc/{pid}/fd/0", flags)
        try:
            if os.isatty(descriptor):
                local = termios.tcgetattr(descriptor)[_LOCAL_FLAGS]
                facts.key_signals = bool(local & termios.ISIG)
        finally:
            os.close(descriptor)


def has_shell(rootfs: Path) -> bool | None:
    """Whether a shell lies in a root file system; None when it is not mounted."""
    if not rootfs.is_mount():
        return None
    try:
        find_shell(rootfs)
    except ContuiError:
        return False
    except OSError:
        return None
    return True


def last_lines(log: Path, count: int = LINES) -> list[bytes]:
    """The last lines of a log, oldest first, without their newlines. Blocking; reads its end."""
    try:
        pages = open_pages(log)
    except OSError:
        return []
    found: list[Line] = []
    try:
        for step in backwards(pages, pages.bounds()[1], Query(count)):
            found = step.lines + found
    finally:
        pages.close()
    return [line.data.rstrip(b"\r")[:LONGEST] for line in found if not line.lost]
