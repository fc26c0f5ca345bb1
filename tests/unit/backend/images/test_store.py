"""The store without any import: the built-in image, and names that lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.errors import InvalidArgument, NotFound
from contui.backend.images.index import Index
from contui.backend.images.store import ImageStore
from tests.unit.backend.images.test_index import make


def test_host_is_always_there_and_cannot_go(tmp_path: Path) -> None:
    store = ImageStore(tmp_path)
    host = store.get("host")
    assert [image.id for image in store.list()] == ["host"]
    assert host.layers == (Path("/"),)
    assert host.config["Cmd"][0] in ("bash", "sh")
    assert store.bytes_on_disk(host) == 0
    with pytest.raises(InvalidArgument, match="built in"):
        store.remove("host", True, lambda image: [])


def test_names_and_prefixes(tmp_path: Path) -> None:
    root = tmp_path / "images"
    writer = Index(root)
    ids = [writer.add(make(root, name), f"{name}:1").record.id for name in ("a", "b")]
    store = ImageStore(tmp_path)
    assert store.get("a:1").id == store.get(ids[0]).id == store.get(ids[0][7:19]).id
    for unknown in ("a", "c:1", "abc", "", ids[0][7:9], "zzzz"):
        with pytest.raises(NotFound) as missing:
            store.get(unknown)
        assert missing.value.kind == "no-such-image"


def test_remove_by_name_untags_and_the_last_one_deletes(tmp_path: Path) -> None:
    root = tmp_path / "images"
    entry = Index(root).add(make(root, "a"), "a:1")
    store = ImageStore(tmp_path)
    store.tag("a:1", "b")
    assert store.remove("a:1", False, lambda image: ["x"]) == (["a:1"], [])
    assert store.remove("b", True, lambda image: ["x"]) == (["b:latest"], [])
    assert store.get(entry.record.id).references == (), "in use: its content stays"
    assert store.remove(entry.record.id, False, lambda image: []) == ([], [entry.record.id])
    assert not entry.record.layers[0].exists()
