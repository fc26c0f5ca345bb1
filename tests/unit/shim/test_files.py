"""Small things that lie in files: durable records, JSON, socket addresses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.shim import address, durable, jsonlite

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_json_is_json(value: object) -> None:
    assert json.loads(jsonlite.dumps(value)) == value
    assert jsonlite.loads(json.dumps(value, ensure_ascii=False)) == value


@pytest.mark.parametrize("text", ["", "{", "[1,]", "{} {}", "nope", '{"a"', "\x00"])
def test_what_is_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsonlite.loads(text)
    with pytest.raises(TypeError):
        jsonlite.dumps({1, 2})


def test_records_are_whole_or_absent(tmp_path: Path) -> None:
    path = str(tmp_path / "exited.json")
    assert durable.read(path) is None
    durable.reserve(path)
    assert durable.read(path) is None
    durable.write(path, {"code": 7, "text": "ü" * 100})
    assert durable.read(path) == {"code": 7, "text": "ü" * 100}
    durable.write(path, {"code": 8})
    assert durable.read(path) == {"code": 8}
    assert os.listdir(tmp_path) == ["exited.json"]
    Path(path).write_text("[1]")
    assert durable.read(path) is None


def test_sockets_at_long_paths(tmp_path: Path) -> None:
    directory = tmp_path / ("x" * 90) / ("y" * 90)
    directory.mkdir(parents=True)
    path = str(directory / "shim.sock")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(2):  # the second time over the stale one
        listener = address.listen(path)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            address.accept(listener)
        client = address.connect(path)
        server = address.accept(listener)
        os.write(client, b"hi")
        assert os.read(server, 10) == b"hi"
        assert os.stat(path).st_mode & 0o777 == 0o600
        os.close(client)
        os.close(server)
        listener.close()
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ConnectionRefusedError):
        address.connect(path)
    with pytest.raises(FileNotFoundError):
        address.connect(str(directory / "none"))
