"""The few kinds of error the backend has, and the one place that turns them into gRPC.

Managers and stores raise these; `contui.backend.services` never builds a status itself. At the
other end the clients read the status code, the sentence, and the trailing metadata `contui-kind`
(a stable word) and `contui-hint` (what to do; percent-encoded UTF-8).
"""

from __future__ import annotations

from urllib.parse import quote

import grpc


class ContuiError(Exception):
    """An error for a person: what is wrong as a sentence, and a hint what to do.

    `kind` is a stable word for programs, for example "no-such-container".
    """

    code = grpc.StatusCode.INTERNAL
    default_kind = "internal"

    def __init__(self, message: str, hint: str = "", kind: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.kind = kind or self.default_kind


class NotFound(ContuiError):
    """What was named does not exist."""

    code = grpc.StatusCode.NOT_FOUND
    default_kind = "not-found"


class AlreadyExists(ContuiError):
    """A name is taken."""

    code = grpc.StatusCode.ALREADY_EXISTS
    default_kind = "already-exists"


class InvalidArgument(ContuiError):
    """A request that can never work."""

    code = grpc.StatusCode.INVALID_ARGUMENT
    default_kind = "invalid-argument"


class FailedPrecondition(ContuiError):
    """An illegal move: it may work when something else has changed."""

    code = grpc.StatusCode.FAILED_PRECONDITION
    default_kind = "failed-precondition"


class PermissionDenied(ContuiError):
    """The caller's role does not allow it."""

    code = grpc.StatusCode.PERMISSION_DENIED
    default_kind = "permission-denied"


class Unavailable(ContuiError):
    """A part that should answer does not (a shim that died, a backend that stops)."""

    code = grpc.StatusCode.UNAVAILABLE
    default_kind = "unavailable"


class Internal(ContuiError):
    """Something failed that the caller could not know about."""


def metadata(error: ContuiError) -> tuple[tuple[str, str], ...]:
    """The trailing metadata of an error; empty hints are left out."""
    pairs = [("contui-kind", error.kind)]
    if error.hint:
        pairs.append(("contui-hint", quote(error.hint, safe=" '\"(),.:;/=-_|[]<>*+!?&@#$")))
    return tuple(pairs)


def from_failure(kind: str, message: str, hint: str = "") -> ContuiError:
    """The error that a shim's FAILED frame or refused request stands for, by its kind."""
    kind = kind.replace("_", "-")
    for cls in (NotFound, AlreadyExists, InvalidArgument, FailedPrecondition, Unavailable):
        if kind == cls.default_kind or kind.startswith(_STEMS.get(cls, "\0")):
            return cls(message, hint, kind)
    return Internal(message, hint, kind or "internal")


_STEMS: dict[type[ContuiError], str] = {
    NotFound: "no-such-",
    AlreadyExists: "taken-",
    InvalidArgument: "invalid-",
    FailedPrecondition: "not-",
    Unavailable: "unavailable-",
}
