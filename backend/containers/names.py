"""Names and ids of containers: made up, checked, and found again by prefix. Pure."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Collection

from contui.backend.errors import InvalidArgument, NotFound

PATTERN = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
ID_LENGTH = 64
_ID = re.compile(r"[0-9a-f]{1,64}")

# fmt: off
_FIRST = (
    "amber", "bold", "brisk", "calm", "clear", "coral", "crisp", "deft", "eager", "fair", "fleet",
    "fresh", "gentle", "glad", "golden", "keen", "kind", "lively", "lucid", "mellow", "merry",
    "mild", "neat", "nimble", "noble", "plain", "proud", "quick", "quiet", "rapid", "ready",
    "rosy", "sharp", "silver", "smooth", "snug", "solid", "spry", "steady", "sunny", "swift",
    "tidy", "vivid", "warm", "wise",
)
# fmt: on
# fmt: off
_SECOND = (
    "badger", "beaver", "bison", "bittern", "crane", "curlew", "dipper", "dunlin", "egret",
    "falcon", "ferret", "finch", "fox", "gannet", "gecko", "grebe", "hare", "heron", "ibex",
    "jackdaw", "kestrel", "lapwing", "lark", "linnet", "lynx", "marten", "merlin", "newt",
    "otter", "owl", "petrel", "pipit", "plover", "puffin", "quail", "raven", "robin", "shrike",
    "siskin", "stoat", "swallow", "teal", "tern", "thrush", "vole", "wagtail", "weasel", "wren",
)
# fmt: on


def new_id() -> str:
    """64 hexadecimal digits, of which the first 12 are never all decimal: a short id that looked
    like a number would be taken for one by tools."""
    while True:
        value = os.urandom(32).hex()
        if not value[:12].isdecimal():
            return value


def check(name: str) -> None:
    """Raise InvalidArgument unless the name may be given to a container."""
    if not PATTERN.fullmatch(name):
        raise InvalidArgument(
            f"the name {name!r} cannot be used",
            "use letters, digits, '_', '.' and '-', the first a letter or digit",
            "invalid-name",
        )


def made_up(taken: Collection[str]) -> str:
    """A name that is free."""
    for _ in range(20):
        name = f"{random.choice(_FIRST)}_{random.choice(_SECOND)}"
        if name not in taken:
            return name
    return f"{name}_{os.urandom(3).hex()}"


def resolve(reference: str, ids: Collection[str], by_name: dict[str, str]) -> str:
    """The id meant by a full id, a name, or a unique prefix of an id, in this order.

    Raises NotFound, or InvalidArgument when a prefix fits several.
    """
    reference = reference.removeprefix("/")
    if not reference:
        raise InvalidArgument("no container was named", "give a name or an id")
    if len(reference) == ID_LENGTH and reference in ids:
        return reference
    if reference in by_name:
        return by_name[reference]
    matches = []
    if _ID.fullmatch(reference):
        matches = [id for id in ids if id.startswith(reference)]
    if len(matches) == 1:
        return matches[0]
    if len(matches) > 1:
        raise InvalidArgument(
            f"{reference!r} fits {len(matches)} containers", "give more of the id", "ambiguous-id"
        )
    raise NotFound(
        f"there is no container {reference!r}",
        "contui ps -a lists all containers",
        "no-such-container",
    )
