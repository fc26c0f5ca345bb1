"""What runtimes say when they fail, as exit codes and sentences."""

from __future__ import annotations

import pytest

from contui.shim.runtime import exit_code, last_error

RUNC = "runc run failed: unable to start container process: "
MESSAGES = [
    (RUNC + 'exec: "nope": executable file not found in $PATH', 127),
    (RUNC + 'exec: "/nope": stat /nope: no such file or directory', 127),
    (RUNC + 'exec: "/etc/passwd": permission denied', 126),
    (RUNC + 'exec: "/etc": is a directory', 126),
    (
        RUNC + 'chdir to cwd ("/not/there") set in config.json failed: no such file or directory',
        126,
    ),
    ("executable file `nope` not found in $PATH: No such file or directory", 127),
    ("open executable: Permission denied", 126),
    ("open executable: Operation not permitted", 126),
    ("chdir `/not/there`: No such file or directory", 126),
    ("container with id exists: c1", 125),
    ('error mounting "/nope" to rootfs at "/x": stat /nope: no such file or directory', 125),
    ("rootfs (/r) does not exist", 125),
]


@pytest.mark.parametrize(("message", "code"), MESSAGES)
def test_exit_codes_are_dockers(message: str, code: int) -> None:
    assert exit_code(message) == code


def test_the_last_error_of_a_log_without_its_layers() -> None:
    log = (
        '{"level":"warning","msg":"careful"}\n'
        '{"level":"error","msg":"first"}\n'
        '{"level":"error","msg":"runc run failed: unable to start container process: exec: no"}\n'
        '{"level":"error","ms'
    )
    assert last_error(log) == "exec: no"
    assert last_error("") == ""
    assert last_error("not json\n[1]\n") == ""
