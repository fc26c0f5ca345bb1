"""Signals by number, as Linux has them: names, and masks as proc(5) writes them. Pure and light.

Source: signal(7), for the architectures that number as x86 and ARM do.
"""

from __future__ import annotations

_NAMES = ("HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
          "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
          "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS")  # fmt: skip
HUP, INT, QUIT, KILL, TERM = 1, 2, 3, 9, 15
# Those that people send to a program to make it do something.
COMMON = (1, 2, 3, 10, 12, 15, 28)


def name(number: int) -> str:
    """ "TERM" for 15; real-time signals as "RTMIN+2"."""
    if 1 <= number <= len(_NAMES):
        return _NAMES[number - 1]
    return f"RTMIN+{number - 34}" if 34 <= number <= 64 else str(number)


def number(text: str) -> int:
    """The number of a name with or without SIG, or of a number; 0 for what is none."""
    word = text.strip().upper().removeprefix("SIG")
    if word.isdecimal():
        return int(word)
    if word.startswith("RTMIN"):
        rest = word.removeprefix("RTMIN").lstrip("+") or "0"
        return 34 + int(rest) if rest.isdecimal() else 0
    return _NAMES.index(word) + 1 if word in _NAMES else 0


def has(mask: int, signal: int) -> bool:
    """Whether a mask of proc(5) (SigCgt, SigIgn, SigBlk) has a signal."""
    return bool(mask >> (signal - 1) & 1)


def names(mask: int) -> list[str]:
    """The classic signals of a mask; real-time ones, which libraries use, are left out."""
    return [_NAMES[bit] for bit in range(len(_NAMES)) if mask >> bit & 1]
