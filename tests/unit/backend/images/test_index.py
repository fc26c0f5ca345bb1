"""The image layout on disk: what is written is found again, what is damaged is left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contui.backend.images import index
from contui.backend.images.index import CONFIG_TYPE, LAYER_TYPE, MANIFEST_TYPE, Entry, Index


def make(root: Path, content: str, diff_id: str = "sha256:" + "d" * 64) -> Entry:
    """An image of one layer, written as an import writes it."""
    layer_digest, layer_size = index.put_blob(root, content.encode())
    layer = root / "layers" / diff_id[7:]
    layer.mkdir(parents=True, exist_ok=True)
    config = {
        "created": "2024-05-06T07:08:09.5Z",
        "architecture": "amd64",
        "config": {"Cmd": [content]},
        "rootfs": {"type": "layers", "diff_ids": [diff_id]},
        "history": [{"comment": "why"}],
    }
    config_digest, config_size = index.put_blob(root, json.dumps(config).encode())
    manifest = {
        "schemaVersion": 2,
        "config": {"mediaType": CONFIG_TYPE, "digest": config_digest, "size": config_size},
        "layers": [{"mediaType": LAYER_TYPE, "digest": layer_digest, "size": layer_size}],
    }
    digest, size = index.put_blob(root, json.dumps(manifest).encode())
    return Entry(
        index.make_record(config, config_digest, digest, (layer,), 7),
        {"mediaType": MANIFEST_TYPE, "digest": digest, "size": size},
        (digest, config_digest, layer_digest),
        (diff_id,),
    )


def test_an_image_is_found_again_with_all_its_references(tmp_path: Path) -> None:
    first = Index(tmp_path)
    entry = make(tmp_path, "a")
    first.add(entry, "a:1")
    first.add(entry, "a:2")
    (found,) = Index(tmp_path).entries
    assert found.record.references == ("a:1", "a:2")
    assert found.record.size == 7
    assert found.record.created == 1714979289_500000000
    assert found.record.comment == "why"
    assert found == first.entries[0]


def test_an_image_without_a_reference_is_kept(tmp_path: Path) -> None:
    Index(tmp_path).add(make(tmp_path, "a"), "")
    (found,) = Index(tmp_path).entries
    assert found.record.references == ()


def test_dropping_names_only_what_nobody_shares(tmp_path: Path) -> None:
    kept = Index(tmp_path)
    one, two = make(tmp_path, "one"), make(tmp_path, "two")
    kept.add(one, "one:1")
    kept.add(two, "two:1")
    unused = kept.drop(kept.entries[0])
    assert {path.name for path in unused} == {digest[7:] for digest in one.blobs}
    assert len(kept.drop(kept.entries[0])) == 4, "the last one takes the layer with it"
    assert Index(tmp_path).entries == []


@pytest.mark.parametrize("victim", ["manifest", "config", "layer"])
def test_an_image_that_is_not_whole_is_left_out(tmp_path: Path, victim: str) -> None:
    writer = Index(tmp_path)
    broken, whole = make(tmp_path, "a", "sha256:" + "a" * 64), make(tmp_path, "b")
    writer.add(broken, "a:1")
    writer.add(whole, "b:1")
    if victim == "layer":
        broken.record.layers[0].rmdir()
    else:
        digest = broken.blobs[0 if victim == "manifest" else 1]
        writer.blob_path(digest).write_bytes(b"{}")
    assert [e.record.references for e in Index(tmp_path).entries] == [("b:1",)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"manifests": 3}', '{"manifests": [1, {}]}'])
def test_a_damaged_index_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    assert Index(tmp_path).entries == []


@pytest.mark.parametrize("damage", ["missing", "torn"])
def test_images_outlive_their_index(tmp_path: Path, damage: str) -> None:
    writer = Index(tmp_path)
    entry = writer.add(make(tmp_path, "a"), "a:1")
    index_file = tmp_path / "index.json"
    if damage == "missing":
        index_file.unlink()
    else:
        index_file.write_text(index_file.read_text()[:50])
    again = Index(tmp_path)
    assert [found.record.id for found in again.entries] == [entry.record.id]
    assert again.entries[0].record.references == (), "only the names are lost"
    assert again.orphans() == []


def test_orphans_are_what_no_image_has(tmp_path: Path) -> None:
    writer = Index(tmp_path)
    writer.add(make(tmp_path, "a"), "a:1")
    make(tmp_path, "never added", "sha256:" + "e" * 64)
    orphans = Index(tmp_path).orphans()
    assert len(orphans) == 4
    assert tmp_path / "layers" / ("e" * 64) in orphans
    writer.entries[0].record.layers[0].rmdir()
    assert Index(tmp_path).orphans() == [], "an image is damaged: nothing is thrown away"


def test_verify_tells_what_is_damaged(tmp_path: Path) -> None:
    writer = Index(tmp_path)
    entry = writer.add(make(tmp_path, "a"), "a:1")
    assert writer.verify(entry) == []
    writer.blob_path(entry.blobs[2]).write_bytes(b"x")
    writer.blob_path(entry.blobs[1]).unlink()
    assert len(writer.verify(entry)) == 2


def test_times() -> None:
    assert index.rfc3339(1714979289_500000000) == "2024-05-06T07:08:09.500000000Z"
    assert index._nanoseconds(index.rfc3339(123456789)) == 123456789
    assert index._nanoseconds("nonsense") == index._nanoseconds(None) == 0
