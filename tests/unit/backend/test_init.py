"""Which program may be PID 1 in somebody else's root."""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

import pytest

from contui.backend.errors import FailedPrecondition
from contui.backend.init import find_init, is_static


def elf(path: Path, *kinds: int) -> Path:
    """An ELF file for 64 bits with program headers of these kinds, and nothing else."""
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    head = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, len(kinds), 0, 0, 0)
    path.write_bytes(ident + head + b"".join(struct.pack("<I52x", kind) for kind in kinds))
    path.chmod(0o755)
    return path


def test_static_is_told_by_its_program_headers(tmp_path: Path) -> None:
    assert is_static(elf(tmp_path / "static", 1, 1))
    assert not is_static(elf(tmp_path / "dynamic", 1, 3, 2))
    assert not is_static(Path("/etc/passwd"))
    assert not is_static(tmp_path / "missing")
    (tmp_path / "short").write_bytes(b"\x7fELF")
    assert not is_static(tmp_path / "short")


def test_a_dynamic_one_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    elf(tmp_path / "tini-static", 3)
    right = elf(tmp_path / "catatonit", 1)
    assert find_init([os.fspath(tmp_path)]) == right


def test_without_one_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.path.dirname(sys.executable))
    with pytest.raises(FailedPrecondition) as missing:
        find_init([os.fspath(tmp_path)])
    assert "tini" in missing.value.hint
