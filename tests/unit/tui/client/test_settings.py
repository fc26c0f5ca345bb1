"""Where the backend is: environment before configuration before the usual places."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.tui.client import settings


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONTUI_HOST", "CONTUI_RUN_DIR", "CONTUI_DIRECT", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CONTUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_the_usual_place() -> None:
    assert settings.address() == "unix:///run/contui/contui.sock"
    assert settings.direct()


def test_environment_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('run_dir = "/from/file"\n')
    assert settings.run_dir() == "/from/file"
    monkeypatch.setenv("CONTUI_RUN_DIR", "/from/env")
    assert settings.address() == "unix:///from/env/contui.sock"
    monkeypatch.setenv("CONTUI_HOST", "far:1234")
    assert settings.address() == "far:1234"
    assert not settings.direct()


def test_the_direct_path_can_be_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTUI_DIRECT", "0")
    assert not settings.direct()


@pytest.mark.parametrize(
    ("address", "path"),
    [("unix:///a/b", "/a/b"), ("unix:/a/b", "/a/b"), ("unix:b", "b"), ("host:1", "")],
)
def test_socket_paths(address: str, path: str) -> None:
    assert settings.socket_path(address) == path


def test_detach_keys_of_contui_before_dockers(tmp_path: Path) -> None:
    assert settings.detach_keys() is None
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"detachKeys": "ctrl-x"}')
    assert settings.detach_keys() == "ctrl-x"
    (tmp_path / "config.toml").write_text('detach_keys = ""\n')
    assert settings.detach_keys() == ""


def test_dockers_damaged_file_is_not_our_business(tmp_path: Path) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text('{"detachKeys": ')
    assert settings.detach_keys() is None


def test_our_damaged_file_is(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("run_dir = [")
    with pytest.raises(settings.SettingsError, match="cannot be read"):
        settings.run_dir()
