"""The command of a health check. Checks of real containers: tests/integration."""

from __future__ import annotations

import pytest

from contui.backend.health import command


@pytest.mark.parametrize(
    ("test", "argv"),
    [
        ([], []),
        (["NONE"], []),
        (["CMD", "curl", "-f", "x"], ["curl", "-f", "x"]),
        (["CMD-SHELL", "curl -f x || exit 1"], ["/bin/sh", "-c", "curl -f x || exit 1"]),
        (["true"], ["true"]),
    ],
)
def test_command(test: list[str], argv: list[str]) -> None:
    assert command(test) == argv
