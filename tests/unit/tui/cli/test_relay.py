"""The poll loop between a terminal or a pipeline and a session, with a shim played by the test.

The relay runs in a process of its own, with real descriptors; the test holds the other end of its
link and speaks `contui.shim.frames`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contui.shim import frames
from tests.support.terminal import PtyProcess

SRC = Path(__file__).parents[4] / "src"
CHILD = """
import os, sys
from contui.tui.cli import relay, sessions_io
from contui.tui.client.links import DirectLink
from contui.tui.client.wire import connect_unix
options = eval(sys.argv[2])
loop = relay.Relay(DirectLink(connect_unix(sys.argv[1]).detach()), relay.Options(**options))
outcome = loop.run()
os._exit(sessions_io.status_of(outcome, "web", "main", loop.attached))
"""


class Shim:
    """The other end of the relay's link."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.settimeout(20)
        self._decoder = frames.Decoder()
        self.got: list[tuple[int, bytes]] = []
        self.peer = self._listener

    def attach(self, **session: Any) -> None:
        self.peer, _ = self._listener.accept()
        self.peer.settimeout(20)
        whole = {"id": "main", "tty": False, "open_stdin": True, **session}
        self.send(frames.ATTACHED, {"session": whole})

    def send(self, kind: int, content: dict[str, Any]) -> None:
        self.peer.sendall(frames.encode(kind, json.dumps(content).encode()))

    def output(self, data: bytes, stream: int = 1) -> None:
        self.peer.sendall(frames.output_header(len(data), stream, 0) + data)

    def exit(self, code: int, **more: Any) -> None:
        self.send(frames.EXIT, {"code": code, **more})

    def expect(self, kind: int) -> bytes:
        """The payload of the next frame of this kind; others before it are dropped."""
        while True:
            for number, (one, payload) in enumerate(self.got):
                if one == kind:
                    del self.got[: number + 1]
                    return payload
            data = self.peer.recv(1 << 20)
            assert data, "the client went away"
            self.got += [(one, payload) for one, _, payload in self._decoder.feed(data)]

    def typed(self, count: int) -> bytes:
        """The next bytes of input."""
        data = b""
        while len(data) < count:
            data += self.expect(frames.INPUT)
        return data

    def gone(self) -> bool:
        """Wait for the client to close its end; whether it did so without DETACH."""
        while True:
            try:
                data = self.peer.recv(1 << 20)
            except ConnectionResetError:
                data = b""
            if not data:
                return not any(kind == frames.DETACH for kind, _ in self.got)
            self.got += [(one, payload) for one, _, payload in self._decoder.feed(data)]

    def close(self) -> None:
        self.peer.close()
        self._listener.close()


@pytest.fixture
def shim(tmp_path: Path) -> Iterator[Shim]:
    made = Shim(tmp_path / "s")
    yield made
    made.close()


def argv(shim: Shim, **options: Any) -> list[str]:
    return [sys.executable, "-c", CHILD, str(shim.path), repr(options)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SRC), "TERM": "xterm-256color"}


@pytest.fixture
def piped(shim: Shim) -> Iterator[Any]:
    """A function that starts the relay with pipes."""
    children: list[subprocess.Popen[bytes]] = []

    def start(**options: Any) -> subprocess.Popen[bytes]:
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        child = subprocess.Popen(argv(shim, **options), env=environment(), bufsize=0, **pipes)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait()
        for file in (child.stdin, child.stdout, child.stderr):
            assert file
            file.close()


def terminal(shim: Shim, **options: Any) -> PtyProcess:
    return PtyProcess(argv(shim, **{"keys": b"\x10\x11", **options}), environment())


def wait_raw(one: PtyProcess) -> None:
    deadline = time.monotonic() + 20
    while one.modes() == one.before:
        assert time.monotonic() < deadline, "the terminal did not become raw"
        one.read(0.01)


def test_streams_apart_input_half_close_and_status(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.attach()
    shim.output(b"out\n")
    shim.output(b"err\n", stream=2)
    child.stdin.write(b"typed")
    child.stdin.close()
    assert shim.typed(5) == b"typed"
    assert shim.expect(frames.EOF) == b""
    shim.output(b"more\n")
    shim.exit(7)
    assert child.stdout.read() == b"out\nmore\n"
    assert child.stderr.read() == b"err\n"
    assert child.wait(20) == 7


def test_only_the_streams_asked_for(shim: Shim, piped: Any) -> None:
    child = piped(streams=(2,))
    shim.attach()
    shim.output(b"out\n")
    shim.output(b"err\n", stream=2)
    shim.exit(0)
    assert child.stdout.read() == b""
    assert child.stderr.read() == b"err\n"


def test_a_slow_reader_gets_everything_and_holds_up_nothing_else(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.attach()
    shim.output(b"x" * 500_000)
    child.stdin.write(b"still heard")
    assert shim.typed(11) == b"still heard"
    shim.exit(3)
    assert len(child.stdout.read()) == 500_000
    assert child.wait(20) == 3


def test_input_waits_while_the_program_does_not_take_it(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.attach()
    os.set_blocking(child.stdin.fileno(), False)
    written = 0
    deadline = time.monotonic() + 20
    stuck = 0
    while stuck < 200_000:  # writes refused in a row: nothing is taken any more
        assert time.monotonic() < deadline
        count = child.stdin.write(b"x" * 65536)
        written, stuck = written + (count or 0), 0 if count else stuck + 1
    assert written < 4_000_000, "it is not gathered without end"
    assert shim.typed(written) == b"x" * written
    shim.exit(0)
    assert child.wait(20) == 0


def test_stdin_that_nobody_reads_is_left_alone(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.attach(open_stdin=False)
    shim.send(frames.NOTICE, {"message": "stdin is closed: started without -i"})
    child.stdin.write(b"typed")
    shim.exit(0)
    assert child.stderr.read() == b"contui: stdin is closed: started without -i\n"
    assert child.wait(20) == 0
    assert shim.gone()
    assert not [kind for kind, _ in shim.got if kind == frames.INPUT]


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_forwarded(shim: Shim, piped: Any, number: signal.Signals) -> None:
    child = piped(proxy=True)
    shim.attach()
    shim.output(b"up")
    assert child.stdout.read(2) == b"up"
    child.send_signal(number)
    assert json.loads(shim.expect(frames.SIGNAL)) == {"signal": number}
    shim.exit(0)
    assert child.wait(20) == 0


def test_the_second_identical_signal_ends_the_client(shim: Shim, piped: Any) -> None:
    child = piped(proxy=True)
    shim.attach()
    shim.output(b"up")
    assert child.stdout.read(2) == b"up"
    child.send_signal(signal.SIGINT)
    shim.expect(frames.SIGNAL)
    child.send_signal(signal.SIGINT)
    assert child.wait(20) == 130
    assert shim.gone()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_without_proxy_a_signal_ends_the_client(
    shim: Shim, piped: Any, number: signal.Signals
) -> None:
    child = piped()
    shim.attach()
    shim.output(b"up")
    assert child.stdout.read(2) == b"up"
    child.send_signal(number)
    assert child.wait(20) == 128 + number
    assert shim.gone(), "it did not say DETACH, so its exec goes with it"


def test_nobody_reads_our_output(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.attach()
    child.stdout.close()
    shim.output(b"lost")
    assert child.wait(20) == 141
    assert b"Traceback" not in child.stderr.read()


@pytest.mark.parametrize(
    ("ended", "status", "said"),
    [
        ({"code": 127, "error": "no such program"}, 127, "no such program"),
        ({"code": 137, "oom": "init"}, 137, "more memory than it may"),
        ({"code": -1}, 125, "nobody saw how web ended"),
        ({"code": 0, "output_cut": True}, 0, "may be cut"),
        ({"code": 143, "signal": 15}, 143, ""),
    ],
)
def test_how_it_ended_is_told(
    shim: Shim, piped: Any, ended: dict[str, Any], status: int, said: str
) -> None:
    child = piped()
    shim.attach()
    shim.send(frames.EXIT, ended)
    text = child.stderr.read().decode()
    assert said in text
    assert bool(text) == bool(said)
    assert child.wait(20) == status


def test_a_lost_shim_is_told(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.attach()
    shim.output(b"last")
    shim.peer.close()
    assert child.stdout.read() == b"last"
    assert b"lost web" in child.stderr.read()
    assert child.wait(20) == 125


def test_a_refusal_is_told(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.peer, _ = shim._listener.accept()
    shim.send(
        frames.FAILED, {"kind": "not-running", "message": "web does not run", "hint": "start"}
    )
    assert child.stderr.read() == b"contui: web does not run\n  start\n"
    assert child.wait(20) == 1


def test_a_gap_is_counted(shim: Shim, piped: Any) -> None:
    child = piped()
    shim.attach()
    shim.peer.sendall(frames.encode(frames.GAP, frames.RANGE.pack(0, 42), 1))
    shim.exit(0)
    assert b"42 bytes of output are missing" in child.stderr.read()


# -- with a terminal


def test_a_terminal_is_raw_and_comes_back(shim: Shim) -> None:
    with terminal(shim) as one:
        shim.attach(tty=True)
        wait_raw(one)
        one.send(b"\x03\x1a\x04\r")
        assert shim.typed(4) == b"\x03\x1a\x04\r"
        shim.output(b"\x1b[?1049h\x1b[?25l\x1b[?1000h")
        shim.exit(4)
        assert one.wait() == 4
        assert one.modes() == one.before
        for undone in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"):
            assert undone in one.output


def test_the_keys_detach(shim: Shim) -> None:
    with terminal(shim) as one:
        shim.attach(tty=True)
        wait_raw(one)
        one.send(b"ls\x10\x10")
        assert shim.typed(3) == b"ls\x10"
        one.send(b"\x11never")
        shim.expect(frames.DETACH)
        assert one.wait() == 0
        assert one.modes() == one.before
        assert b"contui attach web" in one.output


def test_a_lone_first_key_arrives_after_a_while(shim: Shim) -> None:
    with terminal(shim) as one:
        shim.attach(tty=True)
        wait_raw(one)
        one.send(b"\x10")
        assert shim.typed(1) == b"\x10"
        one.send(b"\x11")
        assert shim.typed(1) == b"\x11"
        shim.exit(0)
        assert one.wait() == 0


def test_the_keys_detach_where_nobody_reads_stdin(shim: Shim) -> None:
    with terminal(shim) as one:
        shim.attach(tty=True, open_stdin=False)
        wait_raw(one)
        one.send(b"typed\x10\x11")
        shim.expect(frames.DETACH)
        assert one.wait() == 0


def test_the_size_follows(shim: Shim) -> None:
    with terminal(shim) as one:
        shim.attach(tty=True)
        wait_raw(one)
        one.resize(101, 33)
        assert json.loads(shim.expect(frames.RESIZE)) == {"cols": 101, "rows": 33}
        shim.exit(0)
        assert one.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_restores_the_terminal(shim: Shim, number: signal.Signals) -> None:
    with terminal(shim, proxy=True) as one:
        shim.attach(tty=True)
        wait_raw(one)
        one.process.send_signal(number)
        assert one.wait() == 128 + number
        assert one.modes() == one.before


def test_a_lost_shim_restores_the_terminal(shim: Shim) -> None:
    with terminal(shim) as one:
        shim.attach(tty=True)
        wait_raw(one)
        shim.peer.close()
        assert one.wait() == 125
        assert one.modes() == one.before


def test_replayed_questions_are_not_asked_again(shim: Shim) -> None:
    with terminal(shim, replayed=True) as one:
        shim.attach(tty=True)
        wait_raw(one)
        shim.output(b"old\x1b[6n\x1b[c!")
        shim.peer.sendall(frames.encode(frames.LIVE))
        shim.output(b"new\x1b[6n!")
        shim.exit(0)
        assert one.wait() == 0
        assert b"old!new\x1b[6n!" in one.output
