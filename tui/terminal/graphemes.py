"""Grapheme clusters: what a program gets that asked for them by mode 2027.

Other programs place their cursor by libc's ``wcwidth`` (see ``widths``), one code point at a
time. Under mode 2027 a family, a flag or an emoji with its variation selector is one cell
pair, as Unicode's UAX 29 segments text. The screen above it is ``writing``.
"""

from __future__ import annotations

from functools import lru_cache

from contui.tui.terminal.clusters import LONGEST_CLUSTER


@lru_cache(maxsize=4096)
def joins(cluster: str, character: str) -> bool:
    """Whether ``character`` goes into the cell that holds ``cluster``."""
    from wcwidth import iter_graphemes  # not before a program asks: its tables are large

    if len(cluster) >= LONGEST_CLUSTER:
        return False
    return next(iter_graphemes(cluster + character)) == cluster + character


@lru_cache(maxsize=4096)
def cluster_width(cluster: str) -> int:
    """The cells that a whole cluster takes, 1 or 2."""
    from wcwidth import wcswidth

    return min(max(wcswidth(cluster), 1), 2)
