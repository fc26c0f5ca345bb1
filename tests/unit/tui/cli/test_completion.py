"""Completion: verbs, flags and names."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from contui.tui.cli import completion


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"containers": ["web", "db"], "running": ["web"], "images": ["host", "alpine:3"],
             "volumes": ["data"], "networks": ["bridge"]}  # fmt: skip
    monkeypatch.setattr(completion, "_names", lambda kind: known.get(kind, []))


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["st"], ["start", "stop", "stats"]),
        (["rm", ""], ["web", "db"]),
        (["rm", "web", ""], ["db"]),
        (["stop", "w"], ["web"]),
        (["run", "-i", "al"], ["alpine:3"]),
        (["run", "--name", ""], []),
        (["run", "host", ""], []),
        (["run", "--pub"], ["--publish", "--publish-all"]),
        (["exec", "-u", "root", ""], ["web"]),
        (["nothing", ""], []),
        (["backend", "st"], ["start", "stop", "status"]),
        (["backend", "stop", ""], []),
        (["system", ""], ["info", "df"]),
        (["volume", "i"], ["inspect"]),
        (["volume", "rm", ""], ["data"]),
        (["volume", "remove", ""], ["data"]),
        (["volume", "ls", "--fi"], ["--filter"]),
        (["network", "inspect", ""], ["bridge"]),
        (["completion", "f"], ["fish"]),
        (["--ho"], ["--host"]),
        (["--plain", "k"], ["keys"]),
        (["explain", "w"], ["web"]),
        (["--host", ""], []),
        (["--host", "unix:///x", "pau"], ["pause"]),
    ],
)
def test_candidates(words: list[str], found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTUI_HOST", "")
    assert completion.candidates(words) == found


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_are_scripts(shell: str) -> None:
    text = completion._SCRIPTS[shell]
    assert "contui __complete" in text
    assert f"contui completion {shell}" in text, "it says how it is installed"
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=text.encode(), check=True)


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(("found", "shown"), [("web", "web\n"), ("", "a-file\n")])
def test_fish_shows_files_only_where_nothing_else_fits(
    found: str, shown: str, tmp_path: Path
) -> None:
    (tmp_path / "a-file").touch()
    stub = f"function contui; string split , -n '{found}'; end\n"
    asked = "\ncomplete -C 'contui stop '\n"
    done = subprocess.run(
        ["fish", "--no-config"],
        input=stub + completion._SCRIPTS["fish"] + asked,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == shown
