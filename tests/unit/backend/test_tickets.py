"""Tickets: good once, for the right caller, and closed when nobody comes."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from contui.backend import tickets
from contui.backend.errors import FailedPrecondition
from contui.backend.tasks import Tasks
from contui.backend.tickets import Grant, Tickets
from contui.shim import frames


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Tickets]:
    office = Tickets(tmp_path / "direct.sock", Tasks())
    office.listen()
    yield office
    office.close()


async def shown(office: Tickets, ticket: str) -> tuple[int, dict[str, Any], list[int]]:
    """Show a ticket; the answer's type, content and descriptors."""

    def show() -> tuple[int, dict[str, Any], list[int]]:
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(10)
            sock.connect(office.address)
            with contextlib.suppress(BrokenPipeError):  # refused before it was read
                sock.sendall(frames.encode(frames.TICKET, json.dumps({"ticket": ticket}).encode()))
            data, descriptors, _, _ = socket.recv_fds(sock, 65536, 8)
            ((kind, _, payload),) = frames.Decoder().feed(data)
            return kind, json.loads(payload), descriptors

    return await asyncio.to_thread(show)


def piped() -> tuple[int, Grant]:
    """The read end of a pipe, and a grant of its other end."""
    read, write = os.pipe()
    return read, Grant({"kind": "session"}, [write])


async def test_a_ticket_is_good_once(office: Tickets) -> None:
    read, grant = piped()

    async def work() -> Grant:
        return grant

    ticket = office.issue(work)
    kind, message, (descriptor,) = await shown(office, ticket)
    assert (kind, message) == (frames.GRANT, {"kind": "session"})
    os.write(descriptor, b"through")
    os.close(descriptor)
    assert os.read(read, 100) == b"through"
    assert os.read(read, 100) == b"", "no other copy was kept"
    os.close(read)
    kind, message, _ = await shown(office, ticket)
    assert (kind, message["kind"]) == (frames.FAILED, "no-such-ticket")


async def test_what_the_work_raises_reaches_the_client(office: Tickets) -> None:
    async def work() -> Grant:
        raise FailedPrecondition("it has exited", "start it", "not-running")

    kind, message, _ = await shown(office, office.issue(work))
    assert kind == frames.FAILED
    assert message == {"kind": "not-running", "message": "it has exited", "hint": "start it"}


async def test_a_ticket_that_nobody_shows_is_closed(
    office: Tickets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "SECONDS", 0.01)
    read, grant = piped()

    async def work() -> Grant:
        return grant

    office.issue(work)
    assert await asyncio.to_thread(os.read, read, 1) == b""
    os.close(read)


async def test_strangers_are_refused(office: Tickets, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stranger:
        size = 12

        @staticmethod
        def unpack(_: bytes) -> tuple[int, int, int]:
            return 1, 4711, 4711

    monkeypatch.setattr(tickets, "_CREDENTIALS", Stranger)
    kind, message, _ = await shown(office, "any")
    assert (kind, message["kind"]) == (frames.FAILED, "permission-denied")


def test_the_socket_is_private(tmp_path: Path) -> None:
    async def check() -> int:
        office = Tickets(tmp_path / "direct.sock", Tasks())
        office.listen()
        mode = (tmp_path / "direct.sock").stat().st_mode
        office.close()
        return mode & 0o777

    assert asyncio.run(check()) == 0o600
    assert not (tmp_path / "direct.sock").exists()


async def test_want_of_descriptors_is_waited_out(
    office: Tickets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's limit must not be reached for this: the accept that fails is made up."""
    monkeypatch.setattr(tickets, "RETRY_SECONDS", 0.01)
    tried = 0
    listener = office._listener
    assert listener is not None

    class Exhausted:
        def accept(self) -> tuple[socket.socket, object]:
            nonlocal tried
            tried += 1
            if tried <= 2:
                raise OSError(errno.EMFILE, "Too many open files")
            return listener.accept()

        def __getattr__(self, name: str) -> Any:
            return getattr(listener, name)

    office._listener = Exhausted()  # type: ignore[assignment]
    kind, message, _ = await shown(office, "no such ticket")
    assert (kind, message["kind"]) == (frames.FAILED, "no-such-ticket")
    assert tried == 3
