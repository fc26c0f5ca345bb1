"""SHA-256 of what is small, without OpenSSL.

`hashlib` loads OpenSSL when it is imported, which is several megabytes; it is faster with what is
large, and used for that by `contui.backend.images`. At the other end: whatever makes a name or a
digest of a few bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

sha256: Callable[[bytes], Any]  # a hash as of hashlib
try:
    from _sha2 import sha256  # type: ignore[import-not-found,no-redef]  # Python 3.12 and newer
except ImportError:
    try:
        from _sha256 import sha256  # type: ignore[import-not-found,no-redef]
    except ImportError:  # an interpreter that was built without its own
        from hashlib import sha256


def hex_digest(data: bytes) -> str:
    """The SHA-256 of `data` as 64 hexadecimal digits."""
    return str(sha256(data).hexdigest())
