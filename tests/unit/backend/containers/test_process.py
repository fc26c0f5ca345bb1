"""The process object: of the container's program, and of an exec beside it."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest

from contui.backend.containers import capabilities, process
from contui.backend.errors import FailedPrecondition, InvalidArgument
from contui.proto.v1.containers_pb2 import ContainerSpec, Ulimit
from contui.proto.v1.sessions_pb2 import ExecSpec
from contui.proto.v1.types_pb2 import Size

IMAGE = {"Entrypoint": ["/entry"], "Cmd": ["a", "b"], "Env": ["X=1", "PATH=/bin"], "User": "1:2"}


def main(root: Path, **fields: Any) -> dict[str, Any]:
    return process.build_main(ContainerSpec(image="i", **fields), IMAGE, root, "box", ["CAP_KILL"])


@pytest.mark.parametrize(
    ("fields", "argv"),
    [
        ({}, ["/entry", "a", "b"]),
        ({"command": ["c"]}, ["/entry", "c"]),
        ({"entrypoint": "/other"}, ["/other"]),
        ({"entrypoint": "/other", "command": ["c"]}, ["/other", "c"]),
        ({"entrypoint": "", "command": ["c"]}, ["c"]),
    ],
)
def test_entrypoint_and_command(fields: dict[str, Any], argv: list[str]) -> None:
    assert process.resolve_argv(ContainerSpec(**fields), IMAGE) == argv


@pytest.mark.parametrize("fields", [{"entrypoint": ""}, {"entrypoint": "", "command": [""]}])
def test_nothing_to_run_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match="no command"):
        process.resolve_argv(ContainerSpec(**fields), IMAGE)


def test_the_environment(tmp_path: Path) -> None:
    built = main(tmp_path, env=["X=2", "Y=a=b", "broken"], tty=True)
    assert built["env"] == [
        "PATH=/bin",
        "HOSTNAME=box",
        "TERM=xterm",
        "X=2",
        "Y=a=b",
        "HOME=/",
    ]


def test_the_rest_of_the_main_process(tmp_path: Path) -> None:
    built = main(tmp_path, init=True, workdir="/w")
    assert built["args"][:3] == ["/dev/init", "--", "/entry"]
    assert built["user"] == {"uid": 1, "gid": 2}
    assert built["cwd"] == "/w"
    assert built["noNewPrivileges"] is True
    assert built["capabilities"] == {"bounding": ["CAP_KILL"]}
    assert "consoleSize" not in built
    sized = main(tmp_path, tty=True, size=Size(cols=80, rows=24))
    assert sized["consoleSize"] == {"width": 80, "height": 24}
    assert "consoleSize" not in main(tmp_path, tty=True, size=Size(cols=80))


def test_no_new_privileges() -> None:
    spec = ContainerSpec()
    assert process.no_new_privileges(spec)
    spec.security.privileged = True
    assert not process.no_new_privileges(spec)
    spec.security.no_new_privileges = True
    assert process.no_new_privileges(spec)


def test_an_exec_takes_after_the_container(tmp_path: Path) -> None:
    base = main(tmp_path, workdir="/w", tty=True, size=Size(cols=80, rows=24))
    built = process.build_exec(ExecSpec(argv=["ls"], env=["Z=9"]), base, tmp_path)
    assert built["args"] == ["ls"]
    assert (built["cwd"], built["user"]) == ("/w", {"uid": 1, "gid": 2})
    assert built["env"] == [*base["env"], "Z=9"]
    assert built["terminal"] is False
    assert "consoleSize" not in built
    assert base["args"] == ["/entry", "a", "b"], "the container's own is not changed"


def test_an_exec_with_its_own(tmp_path: Path) -> None:
    base = main(tmp_path)
    request = ExecSpec(argv=["ls"], user="0", workdir="/x", tty=True, privileged=True)
    built = process.build_exec(request, base, tmp_path, Size(cols=9, rows=8))
    assert built["user"] == {"uid": 0, "gid": 0}
    assert built["consoleSize"] == {"width": 9, "height": 8}
    assert built["noNewPrivileges"] is False
    assert set(built["capabilities"]["effective"]) == capabilities.bounding()
    assert "TERM=xterm" in built["env"]


def test_an_exec_without_a_command_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="no command"):
        process.build_exec(ExecSpec(), main(tmp_path), tmp_path)


def test_the_containers_own_shell(tmp_path: Path) -> None:
    base = main(tmp_path)
    with pytest.raises(FailedPrecondition, match="no shell"):
        process.build_exec(ExecSpec(find="shell"), base, tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/busybox").touch()
    (tmp_path / "bin/sh").symlink_to("/bin/busybox")
    assert process.find_shell(tmp_path) == ["/bin/sh"]
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/zsh").touch()
    assert process.find_shell(tmp_path) == ["/usr/bin/zsh"]
    (tmp_path / "bin/bash").symlink_to("/dangling")
    assert process.find_shell(tmp_path) == ["/usr/bin/zsh"]


def test_limits_are_never_raised_above_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda number: (100, 200))
    monkeypatch.setattr(capabilities, "effective", frozenset)
    assert process.rlimits(()) == [{"type": "RLIMIT_NOFILE", "soft": 200, "hard": 200}]
    asked = [Ulimit(name="nofile", soft=50, hard=60), Ulimit(name="nproc", soft=1, hard=200)]
    assert {limit["type"]: limit["hard"] for limit in process.rlimits(asked)} == {
        "RLIMIT_NOFILE": 60,
        "RLIMIT_NPROC": 200,
    }
    with pytest.raises(FailedPrecondition, match="hard limit of 200"):
        process.rlimits([Ulimit(name="nproc", soft=1, hard=201)])
    monkeypatch.setattr(capabilities, "effective", lambda: {"CAP_SYS_RESOURCE"})
    assert process.rlimits([Ulimit(name="nproc", soft=1, hard=201)])[1]["hard"] == 201


@pytest.mark.parametrize(
    "ulimit",
    [Ulimit(name="nosuch"), Ulimit(name="nofile", soft=2, hard=1)],
)
def test_limits_that_make_no_sense(ulimit: Ulimit) -> None:
    with pytest.raises(InvalidArgument):
        process.rlimits([ulimit])
