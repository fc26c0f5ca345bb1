"""Let the bridge's packets pass the old packet filter (x_tables), which nft does not see.

Machines whose firewall was set by iptables-legacy may drop what is forwarded; two accepting rules
go to the head of its FORWARD chain, marked with the table's name. At the other end is
iptables-legacy(8). Used by `contui.backend.networks.firewall`.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_NAMES = Path("/proc/net/ip_tables_names")
_TIMEOUT = 30  # seconds


def in_use() -> bool:
    """Whether the old filter table exists and there is a program to change it."""
    try:
        return "filter" in _NAMES.read_text().split() and _program() is not None
    except OSError:
        return False


def open_chain(bridge: str, mark: str) -> None:
    """Accept what comes from or goes to the bridge. Idempotent; does nothing if not in use."""
    if not in_use():
        return
    close_chain(bridge, mark)
    for rule in _rules(bridge, mark):
        _run("-I", *rule)


def close_chain(bridge: str, mark: str) -> None:
    """Take the rules away. Idempotent."""
    if not in_use():
        return
    for rule in _rules(bridge, mark):
        if _run("-C", *rule):
            _run("-D", *rule)


def _rules(bridge: str, mark: str) -> list[list[str]]:
    tail = ["-m", "comment", "--comment", mark, "-j", "ACCEPT"]
    return [["FORWARD", side, bridge, *tail] for side in ("-i", "-o")]


def _program() -> str | None:
    return shutil.which("iptables-legacy") or shutil.which(
        "iptables-legacy", path="/usr/sbin:/sbin"
    )


def _run(*arguments: str) -> bool:
    """Whether iptables-legacy agreed."""
    program = _program()
    if program is None:
        return False
    done = subprocess.run(
        [program, "-w", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_TIMEOUT,
        check=False,
    )
    return done.returncode == 0
