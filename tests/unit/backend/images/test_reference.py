"""NAME[:TAG]."""

from __future__ import annotations

import pytest

from contui.backend.errors import InvalidArgument
from contui.backend.images.reference import normalise, split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("debian", "debian:latest"),
        ("debian:12", "debian:12"),
        ("lab/web_1.0-x:V1", "lab/web_1.0-x:V1"),
        ("registry.example:5000/lab/web", "registry.example:5000/lab/web:latest"),
        ("registry.example:5000/lab/web:2", "registry.example:5000/lab/web:2"),
        ("a__b/c--d", "a__b/c--d:latest"),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected
    assert normalise(expected) == expected


@pytest.mark.parametrize(
    "text",
    ["", ":", "a:", ":tag", "UPPER", "a b", "../a", "a//b", "a/", "/a", "a..b", "a:b:c", "a:-x",
     "a:" + "x" * 129, "a" * 256, "host", "host:latest", "a\n", "é", "-a", "a@sha256:00"],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        normalise(text)


def test_a_port_is_no_tag() -> None:
    assert split("host:5000/x") == ("host:5000/x", "latest")
