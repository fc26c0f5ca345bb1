"""Tickets against a small server of the same frames."""

from __future__ import annotations

import array
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contui.shim import frames
from contui.tui.client.direct import close_all, redeem
from contui.tui.client.errors import ApiError


@contextmanager
def ticket_server(path: Path, answer: Callable[[socket.socket, str], None]) -> Iterator[str]:
    """One connection is served: the ticket is read and `answer` called."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        peer, _ = listener.accept()
        with peer:
            (_, _, payload), *_ = list(frames.Decoder().feed(peer.recv(4096)))
            answer(peer, json.loads(payload)["ticket"])

    thread = threading.Thread(target=serve)
    thread.start()
    yield str(path)
    thread.join(20)
    listener.close()


def test_descriptors_come_beside_the_grant(tmp_path: Path) -> None:
    read, write = os.pipe()

    def answer(peer: socket.socket, ticket: str) -> None:
        grant = frames.encode(frames.GRANT, json.dumps({"kind": "session", "for": ticket}).encode())
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [read, write]))]
        peer.sendmsg([grant[:5]], rights)
        peer.sendall(grant[5:])

    with ticket_server(tmp_path / "s", answer) as path:
        grant, descriptors = redeem("secret", path)
    os.close(read)
    os.close(write)
    assert grant == {"kind": "session", "for": "secret"}
    assert len(descriptors) == 2
    assert not any(os.get_inheritable(descriptor) for descriptor in descriptors)
    os.write(descriptors[1], b"through")
    assert os.read(descriptors[0], 100) == b"through"
    close_all(descriptors)
    assert descriptors == []


def test_a_refusal_is_the_backends_own_sentence(tmp_path: Path) -> None:
    def answer(peer: socket.socket, ticket: str) -> None:
        failed = {"kind": "no-such-ticket", "message": "too old", "hint": "ask again"}
        peer.sendall(frames.encode(frames.FAILED, json.dumps(failed).encode()))

    with ticket_server(tmp_path / "s", answer) as path, pytest.raises(ApiError) as caught:
        redeem("secret", path)
    assert (caught.value.kind, caught.value.message) == ("no-such-ticket", "too old")
    assert caught.value.hint == "ask again"


def test_a_server_that_hangs_up(tmp_path: Path) -> None:
    answer = ticket_server(tmp_path / "s", lambda peer, ticket: None)
    with answer as path, pytest.raises(ApiError, match="did not honour"):
        redeem("secret", path)


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(ApiError, match="cannot reach"):
        redeem("secret", str(tmp_path / "none"))
