"""References: NAME[:TAG] as people type them, and how they are written down. Pure.

Grammar: the OCI distribution specification and Docker's reference grammar, without digests.
"""

from __future__ import annotations

import re

from contui.backend.errors import InvalidArgument
from contui.backend.images.record import HOST

DEFAULT_TAG = "latest"
MAX_NAME = 255

_HOST = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.[a-zA-Z0-9-]+)*(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_NAME = re.compile(rf"(?:{_HOST}/)?{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


def normalise(text: str) -> str:
    """NAME:TAG, with the tag `latest` when there is none.

    Raises InvalidArgument when it is no reference, or is the name of the built-in image.
    """
    name, tag = split(text)
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise InvalidArgument(
            f"{text!r} is not an image reference",
            "write NAME[:TAG] in lower case, for example debian:12 or lab/web",
        )
    if not _TAG.fullmatch(tag):
        raise InvalidArgument(
            f"{tag!r} is not a tag",
            "a tag has up to 128 letters, digits, _ . -, and begins with none of . -",
        )
    if name == HOST:
        raise InvalidArgument(
            f"{HOST!r} is the built-in image; no other can have its name", "choose another name"
        )
    return f"{name}:{tag}"


def split(text: str) -> tuple[str, str]:
    """Name and tag; a colon before the last slash is a port's."""
    name, colon, tag = text.rpartition(":")
    if not colon or "/" in tag:
        return text, DEFAULT_TAG
    return name, tag
