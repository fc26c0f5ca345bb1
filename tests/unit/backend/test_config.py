"""Where things are: environment before file before default."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from contui.backend import config
from contui.backend.errors import InvalidArgument


def test_defaults(tmp_path: Path) -> None:
    loaded = config.load({"CONTUI_CONFIG": str(tmp_path / "none.toml")})
    assert str(loaded.run_dir) == "/run/contui"
    assert str(loaded.state_dir) == "/var/lib/contui"
    assert loaded.address == "unix:///run/contui/contui.sock"
    assert loaded.runtime == ""


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('run_dir = "/from/file"\nstate_dir = "/state"\nruntime = "crun"\n')
    env = {"CONTUI_CONFIG": str(file), "CONTUI_RUN_DIR": "/from/env"}
    loaded = config.load(env)
    assert str(loaded.run_dir) == "/from/env"
    assert str(loaded.state_dir) == "/state"
    assert loaded.runtime == "crun"
    assert loaded.direct_socket == Path("/from/env/direct.sock")
    assert loaded.container_dir("abc") == Path("/state/containers/abc")


def test_the_instance_is_of_the_real_state_directory(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.mkdir()
    link.symlink_to(real)
    loaded = config.load({"CONTUI_STATE_DIR": str(link), "CONTUI_CONFIG": "/none"})
    assert loaded.instance == sha256(str(real).encode()).hexdigest()[:8]
    assert loaded.cgroup_parent == f"/contui-{loaded.instance}"


@pytest.mark.parametrize(
    ("text", "word"),
    [("run_dir = 5", "run_dir"), ("= nonsense", "cannot be read"), ("log_options = 1", "table")],
)
def test_a_bad_file_is_a_sentence(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(InvalidArgument, match=word) as caught:
        config.load({"CONTUI_CONFIG": str(file)})
    assert str(file) in caught.value.message


def test_only_unix_sockets_are_served() -> None:
    with pytest.raises(InvalidArgument, match="unix socket"):
        config.load({"CONTUI_HOST": "tcp://0.0.0.0:1", "CONTUI_CONFIG": "/none"})
