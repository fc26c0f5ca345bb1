"""Times as people type them to jump in a log: 14:05, 10m (ago), 2026-03-01 12:00, RFC 3339."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from contui.tui.cli.errors import CliError
from contui.tui.cli.values import time_ns

HINT = "14:05, 10m ago, 2026-03-01 12:00"
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\Z")
_AGO = re.compile(r"\s*(ago)?\s*\Z")


def parse(text: str, now_ns: int) -> int:
    """Unix nanoseconds. A clock time is today's, or yesterday's when today's is yet to come, in
    this machine's zone. Raises ValueError with a sentence."""
    text = _AGO.sub("", text.strip()).removeprefix("-")
    if clock := _CLOCK.match(text):
        return _clock(clock, now_ns)
    try:
        return time_ns(text, "the jump", now_ns)
    except (CliError, OverflowError, OSError):
        raise ValueError(f"not a time: {text}; {HINT}") from None


def _clock(found: re.Match[str], now_ns: int) -> int:
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    now = datetime.fromtimestamp(now_ns / 1e9)
    try:
        then = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
    except ValueError as error:
        raise ValueError(f"not a time: {found[0]} ({error})") from None
    if then > now:
        then -= timedelta(days=1)
    return int(then.timestamp()) * 10**9 + int((found[4] or "0").ljust(9, "0"))
