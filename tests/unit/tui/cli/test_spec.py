"""From the flags of `run` to the container asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Verb, parse
from contui.tui.cli.spec import FLAGS, build
from contui.tui.client import messages

VERB = Verb(lambda values: 0, "", FLAGS, options_first=True)


def spec(*words: str, attached: bool = True) -> messages.ContainerSpec:
    return build(parse(VERB, words), attached)


def test_the_least() -> None:
    made = spec("host")
    assert made == messages.ContainerSpec(image="host")
    assert not made.HasField("entrypoint")
    assert not made.HasField("stop_timeout_s")


def test_everything(tmp_path: Path) -> None:
    profile = tmp_path / "seccomp.json"
    profile.write_text('{"defaultAction": "SCMP_ACT_ALLOW"}')
    made = spec(
        *("-it", "--rm", "--init", "--entrypoint", "", "-u", "1:2", "-e", "A=1", "-w", "/w"),
        *("--hostname", "box", "-v", "/a:/b:ro", "--tmpfs", "/t", "--read-only", "-p", "80:80"),
        *("-P", "--network", "bridge", "--network-alias", "n", "--dns", "1.1.1.1"),
        *("--add-host", "db:10.0.0.1", "--cap-add", "NET_ADMIN", "--cap-drop", "ALL"),
        *("--security-opt", "no-new-privileges=false", "--security-opt", f"seccomp={profile}"),
        *("--privileged", "--device", "/dev/fuse", "--ulimit", "nofile=1:2", "--memory", "64m"),
        *("--memory-swap", "-1", "--cpus", "0.5", "--cpu-shares", "512", "--cpuset-cpus", "0"),
        *("--pids-limit", "9", "--shm-size", "1m", "--stop-signal", "INT", "--stop-timeout", "0"),
        *("--label", "k=v", "--log-driver", "json-file", "--log-opt", "max-size=1m"),
        *("--health-cmd", "true", "--health-interval", "2s", "--health-retries", "4"),
        *("host", "echo", "-n", "--rm"),
    )
    assert list(made.command) == ["echo", "-n", "--rm"]
    assert made.HasField("entrypoint")
    assert (made.tty, made.open_stdin, made.stdin_once, made.auto_remove, made.init) == (
        (True,) * 5
    )
    assert (made.user, made.workdir, made.hostname, list(made.env)) == ("1:2", "/w", "box", ["A=1"])
    assert [m.type for m in made.mounts] == ["bind", "tmpfs"]
    assert made.network.publish_all
    assert list(made.network.extra_hosts) == ["db:10.0.0.1"]
    assert made.security.HasField("no_new_privileges")
    assert not made.security.no_new_privileges
    assert "SCMP_ACT_ALLOW" in made.security.seccomp
    assert made.resources.memory_swap_bytes == -1
    assert (made.resources.nano_cpus, made.resources.pids_limit) == (500_000_000, 9)
    assert made.HasField("stop_timeout_s")
    assert made.stop_timeout_s == 0
    assert dict(made.log.options) == {"max-size": "1m"}
    assert list(made.health.test) == ["CMD-SHELL", "true"]
    assert made.health.interval_ms == 2000


def test_h_is_the_host_name_as_docker_has_it() -> None:
    made = spec("-h", "box", "host", "true")
    assert (made.hostname, list(made.command)) == ("box", ["true"])


def test_stdin_ends_with_the_client_only_if_one_stays() -> None:
    assert not spec("-i", "host", attached=False).stdin_once


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--rm", "--restart", "always", "host"), "--restart"),
        (("-d", "-a", "stdout", "host"), "-a"),
        (("-a", "stdwhat", "host"), "stdwhat"),
        (("--name", "-bad", "host"), "-bad"),
        (("-w", "relative", "host"), "relative"),
        (("--pull", "perhaps", "host"), "perhaps"),
        (("--memory", "1g", "--memory-swap", "1m", "host"), "--memory-swap"),
        (("--cpu-shares", "-1", "host"), "--cpu-shares"),
        (("--log-opt", "max-size", "host"), "--log-opt"),
        (("--add-host", "db", "host"), "--add-host"),
        (("--security-opt", "wild", "host"), "wild"),
        (("--security-opt", "seccomp=/no/such", "host"), "/no/such"),
        (("-v", "/a:/x", "--tmpfs", "/x/", "host"), "same target"),
        (("--no-healthcheck", "--health-cmd", "true", "host"), "--no-healthcheck"),
        (("--health-interval", "soon", "--health-cmd", "true", "host"), "soon"),
    ],
)
def test_contradictions_and_nonsense(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(CliError) as caught:
        spec(*words)
    assert message in caught.value.message


def test_a_cidfile_that_exists(tmp_path: Path) -> None:
    (tmp_path / "cid").touch()
    with pytest.raises(CliError, match="exists already"):
        spec("--cidfile", str(tmp_path / "cid"), "host")
