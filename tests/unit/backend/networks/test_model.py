"""Endpoints survive being written down."""

from __future__ import annotations

import json

import pytest

from contui.backend.networks.model import Endpoint, Port

ENDPOINT = Endpoint(
    "id", "10.0.0.2", 20, "10.0.0.1", "02:42:0a:00:00:02", "c12", "/ns", (Port(80),)
)


def test_there_and_back() -> None:
    assert Endpoint.decode(json.loads(json.dumps(ENDPOINT.encode()))) == ENDPOINT


@pytest.mark.parametrize("table", [{}, {"ports": []}, {"ports": [{"x": 1}]}])
def test_something_else_is_an_error(table: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        Endpoint.decode(table)
