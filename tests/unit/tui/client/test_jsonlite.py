"""Our small JSON against the standard library's."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.client import jsonlite

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
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
def test_both_ways(value: object) -> None:
    assert jsonlite.loads(json.dumps(value)) == value
    assert json.loads(jsonlite.dumps(value)) == value
    assert json.loads(jsonlite.dumps(value, indent=2)) == value


def test_as_people_read_it() -> None:
    value = {"a": [1, {"b": None}], "c": {}, "d": []}
    assert jsonlite.dumps(value, indent=4) == json.dumps(value, indent=4)
    assert jsonlite.loads(b' {"a": 1} \n') == {"a": 1}


@pytest.mark.parametrize("text", ["", "{", "nope", "1 2", '"open', "[1,]", "{'a': 1}"])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsonlite.loads(text)


def test_what_cannot_be_json() -> None:
    with pytest.raises(TypeError):
        jsonlite.dumps(object())
