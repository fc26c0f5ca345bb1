"""Errors and the statuses they become."""

from __future__ import annotations

from urllib.parse import unquote

import grpc
import pytest

from contui.backend import errors


@pytest.mark.parametrize(
    ("kind", "cls", "code"),
    [
        ("not_found", errors.NotFound, grpc.StatusCode.NOT_FOUND),
        ("no-such-session", errors.NotFound, grpc.StatusCode.NOT_FOUND),
        ("failed_precondition", errors.FailedPrecondition, grpc.StatusCode.FAILED_PRECONDITION),
        ("invalid-user", errors.InvalidArgument, grpc.StatusCode.INVALID_ARGUMENT),
        ("unheard-of", errors.Internal, grpc.StatusCode.INTERNAL),
        ("", errors.Internal, grpc.StatusCode.INTERNAL),
    ],
)
def test_a_shims_word_becomes_an_error(
    kind: str, cls: type[errors.ContuiError], code: grpc.StatusCode
) -> None:
    error = errors.from_failure(kind, "a sentence", "a remedy")
    assert type(error) is cls
    assert error.code is code
    assert (error.message, error.hint) == ("a sentence", "a remedy")


def test_hints_are_ascii_and_come_back() -> None:
    error = errors.NotFound("nothing", "naïve – 100 % `sure`", "no-such-thing")
    pairs = dict(errors.metadata(error))
    assert pairs["contui-kind"] == "no-such-thing"
    assert pairs["contui-hint"].isascii()
    assert unquote(pairs["contui-hint"]) == "naïve – 100 % `sure`"


def test_no_hint_is_no_metadata() -> None:
    assert dict(errors.metadata(errors.Internal("broken"))) == {"contui-kind": "internal"}
