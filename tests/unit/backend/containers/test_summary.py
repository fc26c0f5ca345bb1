"""What lists show of a container: states, status words, filters."""

from __future__ import annotations

import pytest

from contui.backend.containers import summary
from contui.backend.containers.model import Container, Identity
from contui.backend.containers.state import (
    STATES,
    Created,
    Exit,
    Exited,
    Paused,
    Restarting,
    Run,
    Running,
    State,
    Unknown,
)
from contui.backend.errors import InvalidArgument
from contui.backend.networks.model import Endpoint, Port
from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1 import types_pb2 as types

SECOND = 1_000_000_000
NOW = 1_000_000 * SECOND
RUN = Run(77, NOW - 7200 * SECOND, 66)


def made(state: State | None = None) -> Container:
    spec = pb.ContainerSpec(image="web:1", labels={"tier": "front"}, auto_remove=True)
    image = {"Labels": {"tier": "none", "os": "x"}}
    identity = Identity("ab" * 32, spec, "sha256:" + "cd" * 32, image, ["sh"], 5, "web")
    return Container(identity, "web", state or Created())


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.5, "Less than a second"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "About a minute"),
        (150, "2 minutes"),
        (3600, "About an hour"),
        (7200, "2 hours"),
        (47 * 3600, "47 hours"),
        (3 * 86400, "3 days"),
        (15 * 86400, "2 weeks"),
        (90 * 86400, "3 months"),
        (800 * 86400, "2 years"),
    ],
)
def test_ago(seconds: float, text: str) -> None:
    assert summary.ago(int(seconds * SECOND)) == text


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (Created(), "Created"),
        (Running(RUN), "Up 2 hours"),
        (Paused(RUN), "Up 2 hours (Paused)"),
        (Exited(Exit(3, at_ns=NOW - 5 * SECOND)), "Exited (3) 5 seconds ago"),
        (Restarting(Exit(1, at_ns=NOW - SECOND), 0), "Restarting (1) 1 second ago"),
        (Unknown(Exit(-1, at_ns=NOW - 60 * SECOND)), "Lost (-1) About a minute ago"),
    ],
)
def test_status(state: State, text: str) -> None:
    assert summary.status(made(state), NOW) == text


def test_health_is_part_of_the_status() -> None:
    container = made(Running(RUN))
    for health, text in (("starting", "health: starting"), ("unhealthy", "unhealthy")):
        container.health = health
        assert summary.status(container, NOW) == f"Up 2 hours ({text})"


def test_every_state_has_its_number() -> None:
    assert len({summary._STATES[cls.word] for cls in STATES}) == len(STATES)


def test_a_running_one() -> None:
    container = made(Running(RUN))
    container.last_exit = Exit(1)
    container.shim_pid = 66
    container.endpoint = Endpoint(
        "id", "10.0.0.2", 24, "10.0.0.1", "02:", "veth", "/ns", (Port(80, host_port=8080),)
    )
    found = summary.summarize(container)
    assert (found.pid, found.shim_pid, found.ip_address) == (77, 66, "10.0.0.2")
    assert not found.HasField("exit"), "the last run's exit is not this run's"
    assert found.ports[0].host_port == 8080
    assert dict(found.labels) == {"tier": "front", "os": "x"}
    assert found.sessions == 1


def test_an_exited_one() -> None:
    found = summary.summarize(made(Exited(Exit(137, 9, "init", 4))))
    assert (found.exit.code, found.exit.signal, found.pid) == (137, 9, 0)
    assert found.exit.oom == types.OOM_KILL_INIT


@pytest.mark.parametrize(
    ("key", "value", "fits"),
    [
        ("id", "abab", True),
        ("id", "ba", False),
        ("name", "we", True),
        ("name", "db", False),
        ("label", "tier", True),
        ("label", "tier=front", True),
        ("label", "tier=none", False),
        ("status", "exited", True),
        ("status", "running", False),
        ("exited", "3", True),
        ("exited", "0", False),
        ("image", "web:1", True),
        ("ancestor", "cdcd", True),
        ("health", "none", True),
    ],
)
def test_filters(key: str, value: str, fits: bool) -> None:
    container = made(Exited(Exit(3)))
    assert summary.matches(container, {key: [value]}) is fits
    assert summary.matches(container, {key: ["other", value]}) is fits
    assert not summary.matches(container, {key: [value], "name": ["nope"]})


def test_dead_is_dockers_word_for_one_whose_end_nobody_saw() -> None:
    assert summary.matches(made(Unknown(Exit(-1))), {"status": ["dead"]})
    assert not summary.matches(made(Exited(Exit(0))), {"status": ["dead"]})


@pytest.mark.parametrize(
    "filters", [{"colour": ["red"]}, {"status": ["asleep"]}, {"exited": ["x"]}]
)
def test_bad_filters(filters: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidArgument):
        summary.check_filters(filters)
