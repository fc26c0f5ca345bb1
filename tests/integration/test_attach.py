"""`contui attach`: replay, viewers, detach keys, half-close, slow viewers, races with exit."""

from __future__ import annotations

import os
import signal
import subprocess
import termios
import threading

import pytest

from tests.support.engine import CONTUI, Engine
from tests.support.terminal import PtyProcess
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

COUNT = "i=0; while :; do i=$((i+1)); echo $i; done"


def last_line(engine: Engine, name: str) -> int:
    lines = engine.ok("logs", "--tail", "2", name).splitlines()
    return int(lines[0]) if lines else 0


def test_detach_and_come_back(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "lab", "host", "bash", "--norc")
    argv = [*CONTUI, "attach", "lab"]
    with PtyProcess(argv, engine.env) as terminal:
        terminal.wait_raw()
        terminal.send(b"echo $((6*7))\r")
        terminal.expect(b"42")
        terminal.send(b"\x10\x11")
        assert terminal.wait() == 0
        assert terminal.modes() == terminal.before
        assert b"lab" in terminal.output[-200:], "says how to come back"
    with PtyProcess(argv, engine.env) as terminal:
        terminal.expect(b"42")  # the screen comes back without a key
        terminal.send(b"exit 9\r")
        assert terminal.wait() == 9
        assert terminal.modes() == terminal.before


def test_ctrl_p_twice_then_q_detaches_and_a_lone_one_reaches_the_shell(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "keys", "host", "cat", "-v")
    with PtyProcess([*CONTUI, "attach", "keys"], engine.env) as terminal:
        terminal.wait_raw()
        terminal.send(b"\x10")
        terminal.expect(b"^P")  # echoed after the partial match timed out
        terminal.send(b"\x10\x10\x11")
        assert terminal.wait() == 0
    assert engine.state("keys") == "running"


def test_own_detach_keys(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "own", "host", "cat")
    argv = [*CONTUI, "attach", "--detach-keys", "ctrl-x,y", "own"]
    with PtyProcess(argv, engine.env) as terminal:
        terminal.wait_raw()
        terminal.send(b"\x10\x11")
        terminal.send(b"hello\r")
        terminal.expect(b"hello")
        terminal.send(b"\x18y")
        assert terminal.wait() == 0


def test_two_viewers_see_the_same(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "both", "host", "cat")
    argv = [*CONTUI, "attach", "both"]
    with PtyProcess(argv, engine.env) as one, PtyProcess(argv, engine.env) as two:
        one.wait_raw()
        two.wait_raw()
        one.send(b"first\r")
        one.expect(b"first")
        two.expect(b"first")
        two.expect(b"first\r\nfirst")
        two.send(b"second\r")
        one.expect(b"second")


def test_a_read_only_viewer_cannot_type(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "ro", "host", "cat")
    with (
        PtyProcess([*CONTUI, "attach", "--read-only", "ro"], engine.env) as reader,
        PtyProcess([*CONTUI, "attach", "ro"], engine.env) as writer,
    ):
        reader.wait_raw()
        writer.wait_raw()
        writer.send(b"from-writer\r")
        reader.expect(b"from-writer\r\nfrom-writer")
        reader.send(b"from-reader\r")
        writer.send(b"again\r")
        reader.expect(b"again\r\nagain")
        writer.expect(b"again\r\nagain")
        assert b"from-reader" not in writer.output


def test_stdin_closed_is_explained(engine: Engine) -> None:
    engine.ok("run", "-dt", "--name", "deaf", "host", "sleep", "100")
    with PtyProcess([*CONTUI, "attach", "deaf"], engine.env) as terminal:
        terminal.expect(b"started without -i")
        terminal.wait_raw()
        terminal.send(b"\x10\x11")
        assert terminal.wait() == 0


@pytest.mark.parametrize("state", ["created", "exited", "paused"])
def test_refused_with_the_reason(engine: Engine, state: str) -> None:
    if state == "created":
        engine.ok("create", "--name", "c", "host", "true")
    elif state == "exited":
        engine.ok("run", "--name", "c", "host", "true")
    else:
        engine.ok("run", "-d", "--name", "c", "host", "sleep", "100")
        engine.ok("pause", "c")
    done = engine.cli("attach", "c")
    assert done.returncode == 1
    assert state in done.stderr.decode() or "not running" in done.stderr.decode()


def test_piped_attach_prints_all_and_ends(engine: Engine) -> None:
    engine.ok("run", "-di", "--name", "pipe", "host", "sh", "-c", "read x; echo got $x; exit 4")
    done = engine.cli("attach", "pipe", input=b"word\n")
    assert done.stdout == b"got word\n"
    assert done.returncode == 4


def test_half_close_only_from_the_client_that_asked(engine: Engine) -> None:
    engine.ok("run", "-di", "--name", "half", "host", "cat")
    first = engine.popen("attach", "half")
    assert first.stdin
    first.stdin.write(b"one\n")
    first.stdin.close()
    wait_for(lambda: "one" in engine.ok("logs", "half"), "the first client's line")
    assert engine.state("half") == "running", "its end of input is not the program's"
    done = engine.cli("attach", "--close-stdin", "half", input=b"two\n")
    assert done.returncode == 0
    first.wait(timeout=20)
    assert engine.state("half") == "exited"
    assert engine.ok("logs", "half") == "one\ntwo"


def test_a_slow_viewer_slows_nobody(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "c", "host", "sh", "-c", COUNT)
    slow = engine.popen("attach", "c")
    assert slow.stdout
    assert slow.stdout.read(100)  # it watches; then it stops reading
    before = last_line(engine, "c")
    wait_for(lambda: last_line(engine, "c") > before + 200_000, "the counter to go on", 120)
    other = engine.popen("attach", "--no-replay", "c")
    assert other.stdout
    assert other.stdout.read(1000)
    other.kill()
    other.communicate()
    engine.ok("stop", "-t", "0", "c")
    rest, _ = slow.communicate(timeout=60)
    assert slow.returncode == 137
    numbers = [int(line) for line in rest.split(b"\n")[1:-1]]
    assert numbers == sorted(numbers)
    assert numbers[-1] > before


def test_races_with_exit_never_hang(engine: Engine) -> None:
    """Attach while the program ends: whoever wins, the client ends with a status."""

    def race(number: int) -> None:
        name = f"race{number}"
        engine.ok("run", "-di", "--name", name, "host", "sh", "-c", "read x; exit 5")
        clients = [engine.popen("attach", name) for _ in range(3)]
        engine.cli("attach", name, input=b"\n")
        for client in clients:
            client.communicate(timeout=30)
            assert client.returncode in (5, 1), "its status, or refused since it had exited"

    threads = [threading.Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert engine.ok("ps", "-q") == ""


def test_fast_exits_keep_their_last_line(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "host0", "host", "sleep", "1000")
    for number in range(30):
        done = engine.cli("exec", "host0", "printf", "%s", f"last-{number}")
        assert (done.stdout, done.returncode) == (f"last-{number}".encode(), 0)


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_the_terminal_is_restored_on_every_way_out(engine: Engine, kind: signal.Signals) -> None:
    engine.ok("run", "-dit", "--name", "raw", "host", "cat")
    with PtyProcess([*CONTUI, "attach", "raw"], engine.env) as terminal:
        terminal.wait_raw()
        terminal.send(b"x\r")
        terminal.expect(b"x\r\nx")
        assert terminal.modes()[3] & termios.ICANON == 0, "raw while attached"
        os.kill(terminal.process.pid, kind)
        terminal.wait()
        if kind != signal.SIGKILL:  # nobody can restore after that, but nothing else may break
            assert terminal.modes() == terminal.before
            assert terminal.process.returncode in (128 + kind, -kind)
    assert engine.state("raw") == "running"


def test_signals_are_forwarded_without_a_tty(engine: Engine) -> None:
    script = (
        "trap 'echo usr1' USR1; trap 'echo term; exit 3' TERM; echo up; while :; do sleep 0.1; done"
    )
    client = engine.popen("run", "--name", "sig", "host", "bash", "-c", script)
    assert client.stdout
    assert client.stdout.readline() == b"up\n"
    client.send_signal(signal.SIGUSR1)
    assert client.stdout.readline() == b"usr1\n"
    client.send_signal(signal.SIGTERM)
    assert client.stdout.readline() == b"term\n"
    assert client.wait(timeout=20) == 3
    client.communicate()


def test_twenty_megabytes_into_a_slow_reader(engine: Engine) -> None:
    payload = os.urandom(20_000_000)
    script = "sleep 1; sha256sum"
    done = engine.cli("run", "-i", "--rm", "host", "sh", "-c", script, input=payload)
    wanted = subprocess.run(["sha256sum"], input=payload, capture_output=True, check=True)
    assert done.stdout == wanted.stdout
