"""What the launcher has in memory, which all shims share, and when."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contui.shim.launcher import _has_terminal
from tests.unit.shim.harness import SOURCE

LOADED = """
import sys
sys.path.insert(0, sys.argv[1])
from contui.shim import launcher
rest = {"contui.shim.shadow", "contui.shim.history", "contui.shim.repaint", "re"}
print(len(rest & sys.modules.keys()))
launcher._load_rest()
print(len(rest - sys.modules.keys()))
"""


def test_what_follows_terminals_is_loaded_for_them_only() -> None:
    argv = [sys.executable, "-I", "-S", "-c", LOADED, str(SOURCE)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["0", "0"]


@pytest.mark.parametrize(("config", "has"), [({"tty": True}, True), ({"tty": False}, False)])
def test_a_container_with_a_terminal_is_known(
    tmp_path: Path, config: dict[str, bool], has: bool
) -> None:
    (tmp_path / "shim.json").write_text(json.dumps(config), encoding="utf-8")
    assert _has_terminal(json.dumps({"container_dir": str(tmp_path)}).encode()) is has


@pytest.mark.parametrize("request_", [b"", b"[]", b"{}", b'{"container_dir": "/nowhere"}'])
def test_a_request_that_is_wrong_is_the_shims_affair(request_: bytes) -> None:
    assert not _has_terminal(request_)
