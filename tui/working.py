"""Starts Textual's workers, for the app, its screens and its panes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def in_worker(
    node: DOMNode,
    group: str,
    work: Callable[..., Coroutine[Any, Any, None]],
    *arguments: object,
    exclusive: bool = False,
) -> Worker[None]:
    """Await `work(*arguments)` in a worker of a node, until that goes.

    `exclusive`: those of the same group and node end. The worker makes the coroutine itself: one
    that ends before its first step would leave it behind, and Python would warn of that.
    """
    made: Callable[[], Coroutine[None, None, None]] = partial(work, *arguments)
    return node.run_worker(made, group=group, exclusive=exclusive)
