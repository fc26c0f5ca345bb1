"""Bad news as plain data; every part of the app hands it on as this."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Why something cannot be done, and what can be done about it."""

    kind: str  # a stable word: "unavailable", "not-found", …
    message: str
    hint: str = ""
