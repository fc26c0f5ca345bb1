"""What forms accept, and the command line they show."""

from __future__ import annotations

import pytest

from contui.tui.view_models.containers import PortInfo
from contui.tui.view_models.demo import DEMO
from contui.tui.view_models.forms import (
    EXEC_FIELDS,
    NEW_FIELDS,
    BindInfo,
    Wrong,
    exec_line,
    exec_request,
    new_container,
    run_line,
)


def new(**values: str) -> dict[str, str]:
    return {field.id: field.value for field in NEW_FIELDS} | values


def test_the_form_as_it_opens_is_right() -> None:
    assert run_line(new_container(new())) == "contui run -d -it host bash"


def test_everything() -> None:
    made = new_container(
        new(
            name="lab",
            command="sh -c 'echo hi'",
            env="A=1 B='x y'",
            ports="8080:80 127.0.0.1:53:53 9000",
            mounts="/tmp:/t:ro data:/d",
            memory="1.5g",
            user="nobody",
            workdir="/w",
            network="none",
            auto_remove="yes",
            tty="",
        )
    )
    assert made.ports == (
        PortInfo(80, "tcp", "", 8080),
        PortInfo(53, "tcp", "127.0.0.1", 53),
        PortInfo(9000),
    )
    assert made.mounts == (BindInfo("/tmp", "/t", True), BindInfo("data", "/d"))
    assert made.memory_bytes == 3 << 29
    assert run_line(made) == (
        "contui run -d -i --rm --name lab -e A=1 -e 'B=x y' -u nobody -w /w -p 8080:80 "
        "-p 127.0.0.1:53:53 -p 9000 -v /tmp:/t:ro -v data:/d --network none "
        "--memory 1610612736 host sh -c 'echo hi'"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image", " "),
        ("name", "-x"),
        ("name", "a b"),
        ("command", "'open"),
        ("env", "NOVALUE"),
        ("env", "=x"),
        ("workdir", "relative"),
        ("ports", "80:x"),
        ("ports", "80:99999"),
        ("ports", "80:80/udp"),
        ("ports", "8080:"),
        ("mounts", "/only"),
        ("mounts", "/a:b"),
        ("mounts", "/a:/b:rx"),
        ("memory", "lots"),
        ("restart", "sometimes"),
    ],
)
def test_what_cannot_be_is_named(field: str, value: str) -> None:
    with pytest.raises(Wrong) as caught:
        new_container(new(**{field: value}))
    assert caught.value.field == field


def test_removed_and_restarted_exclude_each_other() -> None:
    with pytest.raises(Wrong):
        new_container(new(auto_remove="yes", restart="always"))
    assert new_container(new(auto_remove="yes", restart="no")).restart == "no"


def test_exec() -> None:
    values = {field.id: field.value for field in EXEC_FIELDS}
    assert exec_request(values).shell
    request = exec_request(values | {"command": "top -b", "user": "bob", "privileged": "yes"})
    assert (request.argv, request.shell) == (("top", "-b"), False)
    assert exec_line("web", request) == "contui exec -it -u bob --privileged web top -b"


def test_the_demo_is_three_from_the_machine_itself() -> None:
    assert [item.image for item in DEMO] == ["host"] * 3
