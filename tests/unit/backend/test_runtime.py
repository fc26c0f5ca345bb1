"""Which runtime is found, and how it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend import cgroups, runtime
from contui.backend.errors import FailedPrecondition


def program(directory: Path, name: str, says: str = "") -> Path:
    path = directory / name
    path.write_text(f"#!/bin/sh\necho {says!r}\necho more\n")
    path.chmod(0o755)
    return path


def test_runc_is_preferred_and_a_name_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    crun = program(tmp_path, "crun")
    assert runtime.find().path == str(crun)
    runc = program(tmp_path, "runc", "runc version 9")
    found = runtime.find()
    assert found.path == str(runc)
    assert found.command == (str(runc),)
    assert (found.executable, found.arguments) == (str(runc), [])
    assert runtime.find("crun").name == "crun"
    assert runtime.find(str(runc)).path == str(runc)


def test_none_is_a_sentence_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FailedPrecondition, match="runc, crun") as missing:
        runtime.find()
    assert "apt-get install" in missing.value.hint
    with pytest.raises(FailedPrecondition, match="nosuch"):
        runtime.find("nosuch")


def test_the_version_is_the_first_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    program(tmp_path, "runc", "runc version 9")
    assert runtime.find().version == "runc version 9"
    (tmp_path / "runc").unlink()
    assert runtime.Runtime(str(tmp_path / "runc"), ()).version == ""


def test_crun_is_wrapped_only_on_hybrid_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("crun", "runc", "unshare", "sh"):
        program(tmp_path, name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(cgroups, "UNIFIED_CONTROLLERS", str(tmp_path / "sh"))
    monkeypatch.setattr(cgroups, "mode", lambda: "v2")
    assert runtime.find("crun").command == (str(tmp_path / "crun"),)
    monkeypatch.setattr(cgroups, "mode", lambda: "hybrid")
    wrapped = runtime.find("crun")
    assert wrapped.executable == str(tmp_path / "unshare")
    assert wrapped.arguments[-1] == wrapped.path == str(tmp_path / "crun")
    assert runtime.find("runc").command == (str(tmp_path / "runc"),)
