"""What can be reclaimed."""

from __future__ import annotations

import os
from pathlib import Path

from contui.backend.disk_usage import Owner, measure
from contui.backend.images.store import ImageStore
from contui.backend.volumes.store import VolumeStore


def test_rows_and_what_is_reclaimable(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    owners = []
    for name, active in (("runs", True), ("stopped", False)):
        state, run = tmp_path / "state" / name, tmp_path / "run" / name
        (state / "upper").mkdir(parents=True)
        (state / "log").mkdir()
        (state / "upper/file").write_bytes(os.urandom(100_000))
        (state / "log/000001.data").write_bytes(os.urandom(50_000))
        owners.append(Owner(name * 3, name, "host", active, state, run))
    usage = measure(store, owners)
    assert [(row.name, row.bytes, row.active) for row in usage.images] == [("host", 0, True)]
    runs, stopped = usage.containers
    assert runs.bytes >= 100_000
    assert (runs.reclaimable_bytes, stopped.reclaimable_bytes) == (0, stopped.bytes)
    assert [row.bytes >= 50_000 for row in usage.logs] == [True, True]


def test_volumes_are_reclaimable_when_no_container_has_them(tmp_path: Path) -> None:
    volumes = VolumeStore(tmp_path)
    for name in ("used", "free"):
        (volumes.create(name, {})[0].path / "file").write_bytes(os.urandom(50_000))
    usage = measure(ImageStore(tmp_path), [], volumes.list(), {"used"})
    free, used = usage.volumes
    assert free.bytes >= 50_000
    assert (free.reclaimable_bytes, used.reclaimable_bytes) == (free.bytes, 0)
    assert (free.active, used.active) == (False, True)
