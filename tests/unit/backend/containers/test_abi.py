"""When a container may need its machine's 32-bit sibling."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from contui.backend.containers.abi import may_run_32_bit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for directory in ("lib", "bin", "usr/bin"):
        (tmp_path / directory).mkdir(parents=True)
    (tmp_path / "bin/wide").write_bytes(b"\x7fELF\x02" + bytes(60))
    (tmp_path / "usr/bin/narrow").write_bytes(b"\x7fELF\x01" + bytes(60))
    os.mkfifo(tmp_path / "bin/fifo")
    return tmp_path


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("wide", False),
        ("narrow", True),
        ("/usr/bin/narrow", True),
        ("missing", False),
        ("fifo", False),
        ("/bin", False),
        ("../usr/bin/narrow", True),
    ],
)
def test_the_program_decides(root: Path, program: str, expected: bool) -> None:
    assert may_run_32_bit(root, program, "/bin:/usr/bin:") is expected


def test_a_loader_decides(root: Path) -> None:
    (root / "lib/ld-musl-i386.so.1").touch()
    assert may_run_32_bit(root, "wide", "/bin")
