"""What the backend does beside its services."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from contui.backend import daemon
from contui.backend.containers.store import Store


async def test_a_fault_of_the_disk_is_logged_once_and_outlived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(daemon, "CHECKPOINT_SECONDS", 0)
    store, tries, connect = Store(tmp_path / "contui.db"), 0, sqlite3.connect
    again = asyncio.Event()
    loop = asyncio.get_running_loop()

    def failing(path: Path) -> sqlite3.Connection:
        nonlocal tries
        tries += 1
        if tries <= 3:
            raise sqlite3.OperationalError("disk I/O error")
        loop.call_soon_threadsafe(again.set)
        return connect(path)

    store.audit("exec", "id", "web", "true", 0)
    monkeypatch.setattr(sqlite3, "connect", failing)
    work = asyncio.ensure_future(daemon.checkpoints(store))
    await asyncio.wait({work, asyncio.ensure_future(again.wait())}, return_when="FIRST_COMPLETED")
    assert not work.done(), "it has ended for good"
    work.cancel()
    await asyncio.wait({work})
    assert [record.exc_info is not None for record in caplog.records] == [True]
    store.close()
