"""What is hidden from a `host` container, as far as it can be seen without mounting."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from contui.backend import rootfs

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="makes whiteouts: device nodes")


def test_a_hidden_directory_becomes_a_whiteout(tmp_path: Path) -> None:
    secret = tmp_path / "a/secret"
    secret.mkdir(parents=True)
    (tmp_path / "a").chmod(0o750)
    upper = tmp_path / "upper"
    upper.mkdir()
    rootfs._hide(upper, str(secret), opaque=False)
    mark = upper / str(secret).lstrip("/")
    assert stat.S_ISCHR(mark.lstat().st_mode)
    assert mark.lstat().st_rdev == 0
    assert stat.S_IMODE(mark.parent.stat().st_mode) == 0o750
    rootfs._hide(upper, str(secret), opaque=False)
    rootfs._hide(upper, str(secret / "below"), opaque=False)


def test_an_opaque_directory_hides_all_below(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "inner").mkdir(parents=True)
    upper = tmp_path / "upper"
    upper.mkdir()
    rootfs._hide(upper, str(run), opaque=True)
    mark = upper / str(run).lstrip("/")
    assert os.getxattr(mark, "trusted.overlay.opaque") == b"y"
    rootfs._hide(upper, str(run / "inner"), opaque=False)
    assert list(mark.iterdir()) == []


def test_what_does_not_exist_needs_no_hiding(tmp_path: Path) -> None:
    upper = tmp_path / "upper"
    upper.mkdir()
    rootfs._hide(upper, str(tmp_path / "missing"), opaque=False)
    assert list(upper.iterdir()) == []


def test_discarding_nothing_is_no_error(tmp_path: Path) -> None:
    rootfs.discard_rootfs(tmp_path / "state", tmp_path / "run")
    rootfs.unmount_rootfs(tmp_path / "run")
