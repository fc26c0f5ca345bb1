"""Values of flags: what they mean, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contui.tui.cli import values
from contui.tui.cli.errors import CliError


@pytest.mark.parametrize(
    ("text", "count"),
    [("64m", 64 << 20), ("1.5g", 3 << 29), ("512kb", 512 << 10), ("7", 7), ("2GiB", 2 << 30)],
)
def test_sizes(text: str, count: int) -> None:
    assert values.size(text, "--memory") == count


@pytest.mark.parametrize("text", ["lots", "", "m", "1x", "-1", "1mm"])
def test_wrong_sizes(text: str) -> None:
    with pytest.raises(CliError, match="--memory") as caught:
        values.size(text, "--memory")
    assert caught.value.status == 125


@pytest.mark.parametrize(
    ("text", "ns"),
    [("10m", 600 * 10**9), ("1m30s", 90 * 10**9), ("500ms", 5 * 10**8), ("1.5h", 5400 * 10**9)],
)
def test_durations(text: str, ns: int) -> None:
    assert values.duration_ns(text, "--since") == ns


@pytest.mark.parametrize("text", ["", "10", "m", "10 parsecs"])
def test_wrong_durations(text: str) -> None:
    with pytest.raises(CliError):
        values.duration_ns(text, "--since")


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("1700000000", 1_700_000_000 * 10**9),
        ("1700000000.5", 1_700_000_000_500_000_000),
        ("2023-11-14T22:13:20Z", 1_700_000_000 * 10**9),
        ("2023-11-14T22:13:20.123456789Z", 1_700_000_000_123_456_789),
        ("2023-11-15T00:13:20.5+02:00", 1_700_000_000_500_000_000),
        ("10s", 90 * 10**9),
    ],
)
def test_times(text: str, ns: int) -> None:
    assert values.time_ns(text, "--since", 100 * 10**9) == ns


def test_a_wrong_time() -> None:
    with pytest.raises(CliError, match="yesterday"):
        values.time_ns("yesterday", "--since", 0)


@pytest.mark.parametrize("text", ["web", "a", "A1_.-", "0x"])
def test_names(text: str) -> None:
    assert values.name(text) == text


@pytest.mark.parametrize("text", ["", "-bad", ".x", "a b", "ä1", "a/b"])
def test_wrong_names(text: str) -> None:
    with pytest.raises(CliError):
        values.name(text)


def test_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINE", "here")
    monkeypatch.delenv("NOT_MINE", raising=False)
    file = tmp_path / "env"
    file.write_text("# note\n\nONE=1\nMINE\nTWO= two words\n")
    found = values.environment(["THREE=3", "MINE", "NOT_MINE", "EMPTY="], [str(file)])
    assert found == ["ONE=1", "MINE=here", "TWO= two words", "THREE=3", "MINE=here", "EMPTY="]


def test_wrong_environment(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("GOOD=1\nnot good=2\n")
    with pytest.raises(CliError, match="line 2"):
        values.environment([], [str(tmp_path / "env")])
    with pytest.raises(CliError, match="cannot read"):
        values.environment([], [str(tmp_path / "none")])
    with pytest.raises(CliError, match="invalid environment"):
        values.environment(["=x"], [])


def port(text: str) -> list[tuple[Any, ...]]:
    return [(p.host_ip, p.host_port, p.container_port, p.protocol) for p in values.ports(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", [("", 0, 80, "tcp")]),
        ("8080:80", [("", 8080, 80, "tcp")]),
        ("127.0.0.1:8080:80/tcp", [("127.0.0.1", 8080, 80, "tcp")]),
        ("127.0.0.1::80", [("127.0.0.1", 0, 80, "tcp")]),
        ("[::1]:8080:80", [("::1", 8080, 80, "tcp")]),
        ("8000-8001:80-81", [("", 8000, 80, "tcp"), ("", 8001, 81, "tcp")]),
        ("53:53/UDP", [("", 53, 53, "udp")]),
    ],
)
def test_ports(text: str, expected: list[tuple[Any, ...]]) -> None:
    assert port(text) == expected


@pytest.mark.parametrize(
    "text", ["99999:80", "x:80", "", "8000-8002:80-81", "81-80", "0", "1:2:3:4", "-1:80"]
)
def test_wrong_ports(text: str) -> None:
    with pytest.raises(CliError, match="port"):
        values.ports(text)


def mount(made: Any) -> tuple[Any, ...]:
    return (made.type, made.source, made.target, made.read_only, list(made.options))


def test_volumes() -> None:
    assert mount(values.volume("/a:/b")) == ("bind", "/a", "/b", False, [])
    assert mount(values.volume("/a:/b:ro,z")) == ("bind", "/a", "/b", True, [])
    assert values.volume("/a:/b:rshared").propagation == "rshared"
    assert mount(values.volume("data:/b")) == ("volume", "data", "/b", False, [])
    assert mount(values.volume("/b")) == ("volume", "", "/b", False, [])
    here = values.volume("./x:/b")
    assert here.type == "bind"
    assert here.source == str(Path.cwd() / "x")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("relative/path:/x", "relative/path"),
        ("/a:b", "b is not"),
        ("/a:/b:wild", "wild"),
        (":/b", ":/b"),
        ("/a:/b:ro:more", "more"),
    ],
)
def test_wrong_volumes(text: str, word: str) -> None:
    with pytest.raises(CliError, match=word):
        values.volume(text)


def test_mounts() -> None:
    made = values.mount("type=bind,source=/a,target=/b,readonly,bind-propagation=slave")
    assert mount(made) == ("bind", "/a", "/b", True, [])
    assert made.propagation == "slave"
    made = values.mount("type=tmpfs,dst=/t,tmpfs-size=64m,tmpfs-mode=1770")
    assert mount(made) == ("tmpfs", "", "/t", False, ["size=64m", "mode=1770"])
    assert mount(values.tmpfs("/t:size=1m,ro")) == ("tmpfs", "", "/t", True, ["size=1m"])
    assert values.mount("src=data,dst=/d,readonly=false").read_only is False


@pytest.mark.parametrize(
    "text", ["type=odd,target=/x", "type=bind,target=/x", "type=bind,source=/a", "target=/x,wild=1"]
)
def test_wrong_mounts(text: str) -> None:
    with pytest.raises(CliError, match="--mount"):
        values.mount(text)


def test_the_rest() -> None:
    assert values.labels(["a=b", "c"]) == {"a": "b", "c": ""}
    assert values.cpus("1.5") == 1_500_000_000
    limit = values.ulimit("nofile=1024:4096")
    assert (limit.name, limit.soft, limit.hard) == ("nofile", 1024, 4096)
    assert values.ulimit("core=-1").hard == 2**64 - 1
    policy = values.restart("on-failure:3")
    assert (policy.name, policy.max_retries) == ("on-failure", 3)
    device = values.device("/dev/fuse")
    assert (device.host_path, device.container_path, device.permissions) == (
        "/dev/fuse",
        "/dev/fuse",
        "rwm",
    )
    assert values.device("/dev/a:/dev/b:r").permissions == "r"
    assert values.device("/dev/a:rw").container_path == "/dev/a"


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.restart, "sometimes"),
        (values.restart, "always:3"),
        (values.ulimit, "nofile"),
        (values.ulimit, "nofile=9:1"),
        (values.device, "dev/fuse"),
        (values.device, "/dev/a:/dev/b:x"),
        (values.cpus, "0"),
        (values.cpus, "many"),
        (values.tmpfs, "t"),
        (lambda text: values.labels([text]), "=x"),
    ],
)
def test_what_is_refused(parse: Any, text: str) -> None:
    with pytest.raises(CliError):
        parse(text)
