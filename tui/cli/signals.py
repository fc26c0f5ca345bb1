"""Signals by name and number, without the `signal` module, whose enums take 3 ms to import."""

from __future__ import annotations

# Linux, all architectures but MIPS, SPARC and PA-RISC: see signal(7).
NAMES = (
    "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU",
    "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
)  # fmt: skip

HUP, INT, QUIT, KILL, PIPE, TERM, CHLD, TTIN, TTOU, URG, WINCH = (
    NAMES.index(name)
    for name in (
        "HUP", "INT", "QUIT", "KILL", "PIPE", "TERM", "CHLD", "TTIN", "TTOU", "URG", "WINCH",
    )
)  # fmt: skip

# What `--sig-proxy` forwards: all but what tells of the client itself, and what cannot be caught
# or means that the client is broken.
FORWARDED = tuple(
    NAMES.index(name)
    for name in (
        "HUP", "INT", "QUIT", "TRAP", "ABRT", "USR1", "USR2", "ALRM", "TERM", "STKFLT", "CONT",
        "TSTP", "XCPU", "XFSZ", "VTALRM", "PROF", "IO", "PWR", "SYS",
    )
)  # fmt: skip


def name_of(number: int) -> str:
    """ "TERM" for 15; the number as text when it has no name."""
    return NAMES[number] if 0 < number < len(NAMES) else str(number)
