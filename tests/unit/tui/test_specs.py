"""From a form to a request, laid over an old one, and back into the form."""

from __future__ import annotations

import pytest

from contui.proto.v1 import containers_pb2 as pb
from contui.tui.specs import container_spec, laid_over
from contui.tui.view_models.fields import Wrong
from contui.tui.view_models.forms import NEW_FIELDS, new_container, run_line
from contui.tui.view_models.recreate import fields

FULL = {
    "image": "web:1", "command": "sh -c 'a b'", "name": "web", "tty": "yes", "interactive": "",
    "auto_remove": "", "env": "A=1 'B=x y'", "user": "nobody", "workdir": "/w",
    "ports": "8080:80", "mounts": "/tmp:/t:ro data:/d", "network": "none", "memory": "512m",
    "cpus": "1.5", "pids": "-1", "shm": "128m", "restart": "on-failure:3", "init": "yes",
    "stop_signal": "INT", "health": "test -e /ok", "entrypoint": "/entry", "hostname": "box",
    "labels": "app=web 'b=two words'", "tmpfs": "/run:size=64m,mode=1777 /x", "dns": "9.9.9.9",
    "add_host": "db:10.0.0.5", "read_only": "yes", "privileged": "", "cap_add": "NET_ADMIN",
    "cap_drop": "ALL",
}  # fmt: skip


def full() -> pb.ContainerSpec:
    return container_spec(new_container(FULL), (80, 24))


def test_every_field_reaches_the_request() -> None:
    assert {field.id for field in NEW_FIELDS} == FULL.keys()
    spec = full()
    assert (spec.restart.name, spec.restart.max_retries) == ("on-failure", 3)
    assert (spec.resources.nano_cpus, spec.resources.pids_limit) == (1_500_000_000, -1)
    assert dict(spec.labels) == {"app": "web", "b": "two words"}
    assert list(spec.health.test) == ["CMD-SHELL", "test -e /ok"]
    assert [mount.type for mount in spec.mounts] == ["bind", "volume", "tmpfs", "tmpfs"]
    assert list(spec.mounts[2].options) == ["size=64m", "mode=1777"]
    assert (spec.entrypoint, spec.hostname, spec.init, spec.read_only) == (
        "/entry", "box", True, True,
    )  # fmt: skip
    plain = container_spec(new_container({f.id: f.value for f in NEW_FIELDS}), (80, 24))
    assert not plain.HasField("entrypoint")
    assert not plain.HasField("health")


def test_a_request_becomes_the_form_that_made_it() -> None:
    found = {field.id: field.value for field in fields("web", full(), "")}
    assert new_container(found) == new_container(FULL)


def test_a_flag_changes_a_field() -> None:
    def changed(flag: str, name: str) -> str:
        return next(field.value for field in fields("w", full(), flag) if field.id == name)

    assert changed("-i", "interactive") == "yes"
    assert changed("--init", "init") == "yes"
    assert changed("--memory 1g", "memory") == "1g"
    assert changed("--stop-signal TERM", "stop_signal") == "TERM"
    assert changed("--tmpfs /tmp", "tmpfs").endswith("/x /tmp")
    assert changed("--cap-add NET_RAW", "cap_add") == "NET_ADMIN NET_RAW"
    assert changed("", "name") == "w"


def test_what_the_form_cannot_say_stays() -> None:
    old = full()
    old.security.seccomp = "unconfined"
    old.log.driver = "journald"
    old.health.interval_ms = 5000
    old.mounts[0].propagation = "rshared"
    old.mounts.add(type="volume", target="/anonymous")
    old.network.aliases.append("www")
    new = new_container(FULL | {"memory": "", "cap_add": "", "restart": "", "mounts": "/tmp:/t"})
    spec = laid_over(old, new, (100, 30))
    assert (spec.security.seccomp, spec.log.driver) == ("unconfined", "journald")
    assert (spec.health.interval_ms, list(spec.health.test)) == (5000, ["CMD-SHELL", "test -e /ok"])
    assert (spec.mounts[0].propagation, spec.mounts[0].read_only) == ("rshared", False)
    assert [mount.target for mount in spec.mounts] == ["/t", "/run", "/x", "/anonymous"]
    assert (spec.resources.memory_bytes, list(spec.security.cap_add)) == (0, [])
    assert (spec.restart.name, list(spec.network.aliases)) == ("", ["www"])
    assert (list(spec.network.dns), spec.size.cols) == (["9.9.9.9"], 100)
    without = laid_over(old, new_container(FULL | {"health": ""}), (80, 24))
    assert not without.HasField("health")


def test_unchanged_it_is_the_same_request() -> None:
    assert laid_over(full(), new_container(FULL), (80, 24)) == full()


def test_the_command_line_has_every_option() -> None:
    line = run_line(new_container(FULL))
    for flag in (
        "--init", "--read-only", "--name web", "--entrypoint /entry", "-e A=1", "-u nobody",
        "--hostname box", "-p 8080:80", "--tmpfs /x", "--network none", "--dns 9.9.9.9",
        "--add-host db:10.0.0.5", "--memory 536870912", "--cpus 1.5", "--pids-limit -1",
        "--shm-size 134217728", "--cap-add NET_ADMIN", "--cap-drop ALL", "-l app=web",
        "--restart on-failure:3", "--stop-signal INT", "--health-cmd 'test -e /ok'",
    ):  # fmt: skip
        assert flag in line


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cpus", "many"), ("cpus", "-1"), ("cpus", "nan"), ("pids", "1.5"), ("shm", "big"),
        ("restart", "on-failure:0"), ("restart", "sometimes"), ("labels", "=x"),
        ("tmpfs", "tmp"), ("add_host", "db"), ("cap_add", "NET-ADMIN"), ("cap_drop", "'"),
        ("dns", "'"), ("workdir", "w"), ("memory", "a lot"), ("image", " "), ("name", "-x"),
        ("ports", "x"), ("mounts", "x"), ("env", "x"), ("command", "'"),
    ],
)  # fmt: skip
def test_each_field_says_what_is_wrong(field: str, value: str) -> None:
    with pytest.raises(Wrong) as wrong:
        new_container(FULL | {field: value})
    assert list(wrong.value.everything) == [field]
    assert str(wrong.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Wrong) as wrong:
        new_container(FULL | {"name": "-", "cpus": "x", "memory": "y"})
    assert set(wrong.value.everything) == {"name", "memory", "cpus"}
    assert wrong.value.field == "name"
