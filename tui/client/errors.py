"""What can go wrong between a client and the backend: a kind, a sentence, a remedy."""

from __future__ import annotations

# The status codes of gRPC by number, as words (https://grpc.github.io/grpc/core: statuscodes).
STATUS = (
    "ok", "cancelled", "unknown", "invalid-argument", "deadline-exceeded", "not-found",
    "already-exists", "permission-denied", "resource-exhausted", "failed-precondition", "aborted",
    "out-of-range", "unimplemented", "internal", "unavailable", "data-loss", "unauthenticated",
)  # fmt: skip


class ApiError(Exception):
    """A call failed. `str(error)` is the sentence.

    `kind` is the backend's stable word for the error (`contui-kind`), else gRPC's word for its
    status; `status` is always gRPC's word. `hint` says what to do, or is empty.
    """

    def __init__(self, kind: str, message: str, hint: str = "", status: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.status = status or kind


def unavailable(message: str, hint: str = "") -> ApiError:
    """The backend cannot be reached or went away."""
    return ApiError("unavailable", message, hint)


def from_trailers(trailers: dict[str, str]) -> ApiError | None:
    """The error that a response's trailers tell of; None for success."""
    code = trailers.get("grpc-status", "2")
    if code == "0":
        return None
    status = STATUS[int(code)] if code.isdecimal() and int(code) < len(STATUS) else "unknown"
    kind = trailers.get("contui-kind") or status
    message = unquote(trailers.get("grpc-message", "")) or f"the backend answered: {status}"
    return ApiError(kind, message, unquote(trailers.get("contui-hint", "")), status)


def unquote(text: str) -> str:
    """Undo percent-encoding of UTF-8. What is no escape stays as it is."""
    if "%" not in text:
        return text
    first, *parts = text.encode("utf-8").split(b"%")
    out = bytearray(first)
    for part in parts:
        try:
            out.append(int(part[:2].decode("ascii"), 16) if len(part) >= 2 else int("x"))
            out += part[2:]
        except ValueError:
            out += b"%" + part
    return out.decode("utf-8", "replace")
