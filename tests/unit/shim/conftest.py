"""Fixtures: a launcher for all tests of a module, and containers that leave nothing behind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contui.backend import cgroups
from tests.unit.shim.harness import Container, Launcher

REAL = os.geteuid() == 0 and shutil.which("runc") is not None


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    one = Launcher()
    yield one
    one.close()
    cgroups.remove("/contui-test")  # the parent of all containers of these tests


@pytest.fixture
def make(launcher: Launcher, tmp_path: Path) -> Iterator[Callable[..., Container]]:
    """make(argv, **keys of shim.json): a container; its shim must not have failed inside."""
    if not REAL:
        pytest.skip("needs root and runc")
    made: list[Container] = []

    def factory(argv: list[str], **keys: Any) -> Container:
        container = Container(tmp_path, launcher, argv, **keys)
        made.append(container)
        return container

    yield factory
    errors = [container.errors() for container in made]
    for container in made:
        container.destroy()
    assert not any(errors), errors
