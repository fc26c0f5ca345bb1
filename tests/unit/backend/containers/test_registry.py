"""What cannot be written to the catalogue now is written later, and holds up nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from contui.backend.config import Config
from contui.backend.containers.model import Container, Identity
from contui.backend.containers.registry import Registry
from contui.backend.containers.state import Created, Exit, Exited
from contui.backend.containers.store import Store
from contui.backend.events import Bus
from contui.proto.v1.containers_pb2 import ContainerSpec


class Failing(Store):
    """A catalogue that cannot write one container."""

    broken = ""

    def update(self, container: Container) -> None:
        if container.id == self.broken:
            raise sqlite3.OperationalError("disk full")
        super().update(container)


def container(name: str, number: int) -> Container:
    identity = Identity(f"{number:064x}", ContainerSpec(image="host"), "host", {}, [], number, name)
    return Container(identity, name, Created())


@pytest.mark.parametrize("forgotten", [False, True])
def test_one_that_cannot_be_kept_holds_up_no_other(tmp_path: Path, forgotten: bool) -> None:
    store = Failing(tmp_path / "contui.db")
    registry = Registry(Config(tmp_path, tmp_path, "unix:///s"), store, Bus())
    one, two = (registry.add(container(name, at)) for at, name in ((1, "one"), (2, "two")))
    store.broken = one.id
    registry.move(one, Exited(Exit(1)))
    registry.move(two, Exited(Exit(2)))
    assert [found.state for found in store.containers()] == [Created(), Exited(Exit(2))]
    if forgotten:
        registry.forget(one)
    store.broken = ""
    registry.keep(two.container)
    kept = Created() if forgotten else Exited(Exit(1))
    assert [found.state for found in store.containers()] == [kept, Exited(Exit(2))]
    store.close()
