"""A session over the gRPC stream: translated to frames, and resumed when the backend went away."""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from contui.proto.v1 import sessions_pb2 as pb
from contui.proto.v1 import sessions_pb2_grpc, types_pb2
from contui.proto.v1.types_pb2 import Size
from contui.shim import frames
from contui.tui.client import messages, remote, start, wire
from contui.tui.client.links import LOST
from tests.support.waiting import wait_for

Context = grpc.aio.ServicerContext[Any, Any]


class Sessions(sessions_pb2_grpc.SessionServiceServicer):
    """Breaks the first stream off after some output; the second one goes on."""

    def __init__(self) -> None:
        self.requests: list[pb.ClientFrame] = []
        self.opens: list[pb.Open] = []

    async def Stream(
        self, request_iterator: AsyncIterator[pb.ClientFrame], context: Context
    ) -> AsyncIterator[pb.ServerFrame]:
        first = await anext(request_iterator)
        self.opens.append(first.open)
        if first.open.container == "nobody":
            context.set_trailing_metadata((("contui-kind", "no-such-container"),))
            await context.abort(grpc.StatusCode.NOT_FOUND, "no container nobody")
        session = pb.Session(
            id="abc", argv=["sh"], tty=True, open_stdin=True, size=Size(cols=80, rows=24)
        )
        yield pb.ServerFrame(opened=pb.Opened(session=session, prologue=b"\x1b[?1h"))
        if len(self.opens) == 1 and first.open.container == "breaks":
            yield pb.ServerFrame(output=pb.Output(stream="STREAM_STDOUT", offset=0, data=b"begin"))
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the backend stops")
        if first.open.container != "quiet":
            yield pb.ServerFrame(live=pb.Live())
            yield pb.ServerFrame(gap=pb.Gap(stream="STREAM_STDOUT", offset=5, bytes=2))
            yield pb.ServerFrame(output=pb.Output(stream="STREAM_STDERR", offset=0, data=b"err"))
            yield pb.ServerFrame(notice="a note")
        async for request in request_iterator:
            self.requests.append(request)
            if request.HasField("detach"):
                return
            if request.HasField("close_stdin"):
                break
        yield pb.ServerFrame(exit=types_pb2.Exit(code=9, output_cut=True))


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Sessions, str]]:
    service, address = Sessions(), f"unix://{tmp_path}/s.sock"
    loop, stop, ready = asyncio.new_event_loop(), asyncio.Event(), threading.Event()

    async def serve() -> None:
        server = grpc.aio.server()
        sessions_pb2_grpc.add_SessionServiceServicer_to_server(service, server)
        server.add_insecure_port(address)
        await server.start()
        ready.set()
        await stop.wait()
        await server.stop(None)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        if rest:
            await asyncio.wait(rest, timeout=10)

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.close()))
    thread.start()
    assert ready.wait(30)
    monkeypatch.setenv("CONTUI_HOST", address)
    yield service, address
    loop.call_soon_threadsafe(stop.set)
    thread.join(30)


@contextmanager
def link_to(container: str, **more: Any) -> Iterator[remote.StreamLink]:
    opening = messages.Open(container=container, **more)
    link = remote.StreamLink(opening, start.reach(start=False), own=True)
    try:
        yield link
    finally:
        link.close()


def gather(link: remote.StreamLink, until: int) -> list[tuple[int, int, Any]]:
    """Events up to the first of a kind; contents of output copied."""
    found: list[tuple[int, int, Any]] = []
    while not any(kind in (until, LOST, frames.FAILED) for kind, _, _ in found):
        if not link.ready:  # sending may have read it already
            poll = select.poll()
            poll.register(link.fileno(), select.POLLIN)
            assert poll.poll(60_000)
        found += [
            (kind, stream, bytes(content) if isinstance(content, memoryview) else content)
            for kind, stream, content in link.receive()
        ]
    return found


def test_everything_in_both_directions(served: tuple[Sessions, str]) -> None:
    service, _ = served
    with link_to("web") as link:
        found = gather(link, frames.NOTICE)
        attached = {
            "session": {
                "id": "abc",
                "argv": ["sh"],
                "tty": True,
                "open_stdin": True,
                "cols": 80,
                "rows": 24,
            },
            "viewer": "",
            "prologue": b"\x1b[?1h",
        }
        assert found == [
            (frames.ATTACHED, 0, attached),
            (frames.LIVE, 0, {}),
            (frames.GAP, 1, (5, 2)),
            (frames.OUTPUT, 2, b"err"),
            (frames.NOTICE, 0, {"message": "a note"}),
        ]
        link.input(b"typed")
        link.resize(80, 24)
        link.signal(15)
        link.eof()
        ((_, _, ended),) = gather(link, frames.EXIT)
        assert (ended["code"], ended["output_cut"]) == (9, True)
        assert [request.WhichOneof("frame") for request in service.requests] == [
            "input",
            "resize",
            "signal",
            "close_stdin",
        ]


def test_it_goes_on_behind_the_last_byte(served: tuple[Sessions, str]) -> None:
    service, _ = served
    opening: dict[str, Any] = {"exec": messages.ExecSpec(argv=["sh"])}
    with link_to("breaks", **opening) as link:
        found = gather(link, frames.NOTICE)
        kinds = [kind for kind, _, _ in found]
        assert kinds.count(frames.ATTACHED) == 1
        assert (frames.OUTPUT, 1, b"begin") in found
        again = service.opens[1]
        assert again.replay == pb.REPLAY_FROM
        assert getattr(again, "from").stdout == 5
        assert again.session == "abc"
        assert not again.HasField("exec"), "the program must not be run once more"


def test_a_refusal(served: tuple[Sessions, str]) -> None:
    with link_to("nobody") as link:
        ((kind, _, content),) = gather(link, frames.FAILED)
        assert kind == frames.FAILED
        assert (content["kind"], content["message"]) == ("no-such-container", "no container nobody")


def test_detaching_reaches_the_backend_before_we_go(served: tuple[Sessions, str]) -> None:
    service, _ = served
    with link_to("web") as link:
        gather(link, frames.NOTICE)
        link.detach()
    assert service.requests[-1].HasField("detach")


def test_addresses_are_those_of_the_wire(served: tuple[Sessions, str]) -> None:
    _, address = served
    wire.connect(address).close()


def test_what_came_while_sending_is_told(served: tuple[Sessions, str]) -> None:
    """Sending reads as well; a poll of the descriptor does not tell of what that has taken."""
    with link_to("web") as link:
        wait_for(lambda: link.flush() or link.ready, "an answer, taken while sending")
        assert link.receive()


ANSWERED = """
import sys, time
from contui.tui.cli import relay
from contui.tui.client import messages, start
from contui.tui.client.remote import StreamLink
link = StreamLink(messages.Open(container="quiet"), start.reach(start=False), own=True)
until = time.monotonic() + 20
while not link.ready and time.monotonic() < until:
    link.flush()
outcome = relay.Relay(link, relay.Options()).run()
link.close()
sys.exit(outcome.content["code"])
"""


def test_a_session_that_answered_before_it_was_waited_for(served: tuple[Sessions, str]) -> None:
    """Nothing more comes until it is asked to end, so the relay must not wait for it first."""
    service, address = served
    argv = [sys.executable, "-c", ANSWERED]
    env = {"PYTHONPATH": "src", "CONTUI_HOST": address, "PATH": os.environ["PATH"]}
    done = subprocess.run(argv, input=b"go\n", env=env, timeout=60, capture_output=True)
    assert (done.returncode, done.stderr) == (9, b"")
    assert [request.WhichOneof("frame") for request in service.requests] == ["input", "close_stdin"]
