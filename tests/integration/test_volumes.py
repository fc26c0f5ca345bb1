"""`volume` and `network`: what Docker's users and scripts expect of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engine import Engine

pytestmark = pytest.mark.integration


@pytest.fixture
def engine(shared_engine: Engine) -> Iterator[Engine]:
    yield shared_engine
    shared_engine.cli("rm", "-f", *shared_engine.ok("ps", "-aq").split())
    shared_engine.ok("volume", "prune", "-af")


def test_a_volume_from_its_making_to_its_end(engine: Engine) -> None:
    assert engine.ok("volume", "create", "--label", "tier=db", "--label", "keep", "data") == "data"
    assert engine.ok("volume", "create", "data") == "data"
    engine.ok("run", "--name", "box", "-v", "data:/d", "host", "sh", "-c", "echo hello > /d/file")
    found = json.loads(engine.ok("volume", "inspect", "data"))[0]
    assert Path(found["Mountpoint"], "file").read_text() == "hello\n"
    assert (found["Labels"], found["Driver"]) == ({"tier": "db", "keep": ""}, "local")
    assert [use["Name"] for use in found["UsedBy"]] == ["box"]

    refused = engine.cli("volume", "rm", "data")
    assert refused.returncode == 1
    assert b"volume data is used by box\n  remove the containers first" in refused.stderr
    engine.ok("rm", "box")
    assert engine.ok("volume", "rm", "data") == "data"
    assert b"there is no volume 'data'" in engine.cli("volume", "inspect", "data").stderr
    assert engine.cli("volume", "rm", "data").returncode == 1
    engine.ok("volume", "rm", "-f", "data")
    assert not Path(found["Mountpoint"]).exists()


def test_lists_and_filters(engine: Engine) -> None:
    engine.ok("volume", "create", "--label", "tier=db", "one")
    engine.ok("volume", "create", "two")
    engine.ok("run", "-d", "--name", "box", "-v", "two:/d", "host", "sleep", "100")
    assert engine.ok("volume", "ls").split("\n")[0].split() == ["DRIVER", "VOLUME", "NAME"]

    def listed(*filters: str) -> list[str]:
        words = [word for text in filters for word in ("--filter", text)]
        return engine.ok("volume", "ls", "-q", *words).split()

    assert listed() == ["one", "two"]
    assert listed("label=tier=db") == ["one"]
    assert listed("label=tier=web") == []
    assert listed("dangling=true") == ["one"]
    assert listed("dangling=false", "name=w") == ["two"]
    assert listed("driver=nfs") == []
    line = engine.ok(
        "volume", "ls", "--format", "{{.Name}} {{.Links}} {{.UsedBy}}", "-f", "name=tw"
    )
    assert line == "two 1 box"
    assert b"there is no filter 'colour'" in engine.cli("volume", "ls", "-f", "colour=red").stderr


def test_prune_takes_named_volumes_only_when_told(engine: Engine) -> None:
    engine.ok("volume", "create", "named")
    anonymous = engine.ok("volume", "create")
    engine.ok("run", "-d", "--name", "box", "-v", "/d", "host", "sleep", "100")
    held = [name for name in engine.ok("volume", "ls", "-q").split() if len(name) == 64]
    assert anonymous in held
    assert len(held) == 2
    assert anonymous in engine.ok("volume", "prune", "-f")
    kept = engine.ok("volume", "ls", "-q").split()
    assert "named" in kept
    assert anonymous not in kept
    assert len(kept) == 2, "the one that a container has stays"
    assert "named" in engine.ok("volume", "prune", "-af")


@pytest.mark.parametrize("name", ["../up", "a/b", "\x1b]0;x\x07", "-", "é"])
def test_hostile_names_are_refused(engine: Engine, name: str) -> None:
    refused = engine.cli("volume", "create", "--", name)
    assert refused.returncode == 1
    assert b"is not a volume name" in refused.stderr
    assert b"\x1b" not in refused.stderr


def test_events_tell_of_volumes(engine: Engine) -> None:
    watch = engine.popen("events", "--since", "1h", "--filter", "type=volume")
    engine.ok("volume", "create", "seen")
    engine.ok("volume", "rm", "seen")
    assert watch.stdout is not None
    for line in iter(watch.stdout.readline, b""):
        if b"volume destroy seen" in line:
            break
    else:
        pytest.fail("no event told of the removal")
    watch.kill()


def test_networks_and_their_members(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "box", "host", "sleep", "100")
    assert engine.ok("network", "ls", "--format", "{{.Name}}/{{.Driver}}").split() == [
        "bridge/bridge",
        "host/host",
        "none/null",
    ]
    bridge = json.loads(engine.ok("network", "inspect", "bridge"))[0]
    address = engine.inspect("box")["NetworkSettings"]["IPAddress"]
    (member,) = bridge["Containers"].values()
    assert (member["Name"], member["IPv4Address"].partition("/")[0]) == ("box", address)
    short = engine.ok("network", "ls", "-q", "--filter", "name=host")
    assert json.loads(engine.ok("network", "inspect", short))[0]["Name"] == "host"
    assert b"there is no network 'lan'" in engine.cli("network", "inspect", "lan").stderr
