"""The catalogue: comes back whole, and is set aside when it is damaged."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest

from contui.backend.containers import store as store_module
from contui.backend.containers.model import Container, Identity
from contui.backend.containers.state import Created, Exit, Exited, Run, Running
from contui.backend.containers.store import Store, is_full
from contui.backend.errors import Internal
from contui.proto.v1.containers_pb2 import ContainerSpec


def container(name: str, number: int = 1) -> Container:
    spec = ContainerSpec(image="host", command=["true"], labels={"a": "b"})
    identity = Identity(f"{number:064x}", spec, "host", {"Env": ["A=1"]}, ["true"], number, name)
    return Container(identity, name, Created())


def test_a_container_comes_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "contui.db")
    one = container("web")
    store.insert(one)
    one.name, one.state = "new", Running(Run(1, 2, 3, 4, "boot"))
    one.last_exit = Exit(5, 6, "child", 7, "why", True)
    one.started_ns, one.finished_ns, one.restart_count, one.stopped_by_user = 8, 9, 10, True
    store.update(one)
    store.close()
    again = Store(tmp_path / "contui.db")
    assert list(again.containers()) == [one]
    assert not again.warning
    again.delete(one.id)
    again.delete(one.id)
    assert list(again.containers()) == []
    again.close()


def test_names_are_unique(tmp_path: Path) -> None:
    store = Store(tmp_path / "contui.db")
    store.insert(container("web", 1))
    with pytest.raises(sqlite3.IntegrityError):
        store.insert(container("web", 2))
    store.close()


def test_without_a_close_nothing_is_lost(tmp_path: Path) -> None:
    """As after kill -9: what was committed is in the write-ahead log."""
    store = Store(tmp_path / "contui.db")
    store.insert(container("web"))
    store.checkpoint()
    one = container("other", 2)
    one.state = Exited(Exit(0))
    store.insert(one)
    again = Store(tmp_path / "contui.db")
    assert [found.name for found in again.containers()] == ["web", "other"]
    again.close()
    store.close()


@pytest.mark.parametrize("damage", ["garbage", "row", "schema"])
def test_a_damaged_file_is_set_aside(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "contui.db"
    store = Store(path)
    store.insert(container("web"))
    store.close()
    if damage == "garbage":
        path.write_bytes(b"no database at all" * 500)
    else:
        database = sqlite3.connect(path)
        statement = (
            "UPDATE containers SET state = '{'"
            if damage == "row"
            else "ALTER TABLE containers RENAME COLUMN state TO other"
        )
        database.execute(statement)
        database.commit()
        database.close()
    again = Store(path)
    assert list(again.containers()) == []
    assert "set aside" in again.warning
    aside = list(tmp_path.glob("contui.db.damaged-*"))
    assert aside
    assert any(part.name in again.warning for part in aside)
    again.insert(container("web"))
    again.close()


def test_a_file_that_cannot_be_reached_is_not_damaged(tmp_path: Path) -> None:
    with pytest.raises(Internal, match="cannot be opened"):
        Store(tmp_path / "nowhere" / "contui.db")
    (tmp_path / "contui.db").mkdir()
    with pytest.raises(Internal, match="cannot be opened"):
        Store(tmp_path / "contui.db")
    assert (tmp_path / "contui.db").is_dir(), "not set aside"


def test_every_change_calls_for_a_checkpoint(tmp_path: Path) -> None:
    store = Store(tmp_path / "contui.db")
    one = container("web")
    changes = (
        lambda: store.insert(one),
        lambda: store.audit("exec", one.id, "web", "true", 0),
        lambda: store.update(one),
        lambda: store.delete(one.id),
    )
    for change in changes:
        store.checkpoint()
        assert not store.written
        change()
        assert store.written
    store.close()


def test_audit_and_meta(tmp_path: Path) -> None:
    store = Store(tmp_path / "contui.db")
    store.audit("exec", "id1", "web", "sh -c true", 0)
    store.audit("kill", "id2", "db", "9", 0)
    (record,) = store.audited("id1")
    assert record[1:] == (0, "exec", "sh -c true")
    assert store.meta("boot_id") == ""
    store.set_meta("boot_id", "a")
    store.set_meta("boot_id", "b")
    assert store.meta("boot_id") == "b"
    store.close()


def test_what_a_full_disk_refuses_is_written_when_there_is_space(tmp_path: Path) -> None:
    store = Store(tmp_path / "contui.db")
    one, two = container("web"), container("db", 2)
    store.insert(one)
    store.insert(two)
    store._db.execute("PRAGMA max_page_count = 1")  # as many as there are now, and no more
    while not store._owed:
        store.audit("stop", one.id, "web", "x" * 1000, 0)
    one.restart_count = 7
    store.update(one)
    store.delete(two.id)
    with pytest.raises(sqlite3.OperationalError) as caught:
        store.insert(container("y" * 100_000, 3))
    assert is_full(caught.value)
    assert [found.restart_count for found in store.containers()] == [0, 0], "in their order"
    records = len(store.audited(one.id))
    store._db.execute("PRAGMA max_page_count = 100000")
    store.settle()
    assert len(store.audited(one.id)) == records + 1
    store.close()
    again = Store(tmp_path / "contui.db")
    assert list(again.containers()) == [one]
    again.close()


def test_what_is_owed_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "OWED", 2)
    store = Store(tmp_path / "contui.db")
    store._db.execute("PRAGMA max_page_count = 1")
    while len(store._owed) < 2:
        store.audit("stop", "id", "web", "x" * 1000, 0)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.audit("stop", "id", "web", "x" * 1000, 0)
    store._db.execute("PRAGMA max_page_count = 100000")
    store.close()


def test_a_backend_can_end_though_the_disk_is_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "contui.db")
    store._db.execute("PRAGMA max_page_count = 1")
    while not store._owed:
        store.audit("stop", "id", "web", "x" * 1000, 0)
    real, full = store._db, sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    store._db = cast(Any, SimpleNamespace(execute=Mock(side_effect=full), close=real.close))
    store.close()
    assert "1 changes of the catalogue are lost" in caplog.text
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        real.execute("SELECT 1")
