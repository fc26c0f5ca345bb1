"""Traps of PID 1 and of terminals, met on real containers; recording, playing, plain text."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contui.tui.casts.reader import Cast
from contui.tui.casts.recorder import OUTPUT
from contui.tui.terminal.emulator import Terminal
from tests.support.engine import Engine
from tests.support.terminal import PtyProcess as Window
from tests.support.waiting import wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="containers need root")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as made:
        yield made


def points(engine: Engine, name: str) -> dict[str, Any]:
    document = json.loads(engine.ok("explain", "--format", "json", name))
    return {point["Id"]: point for point in document["Points"]}


def commands(point: Any) -> str:
    return " | ".join(remedy["Command"] for remedy in point["Remedies"])


def test_started_without_i_and_t(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "service", "--network", "none", "host", "sleep", "1000")
    found = points(engine, "service")
    assert "started without -i" in found["stdin"]["Text"]
    assert "started without -t" in found["terminal"]["Text"]
    assert "contui run -d -i --name service --network none host sleep 1000" in commands(
        found["stdin"]
    )
    assert "KILL follows after 10 s" in found["stop"]["Text"]
    assert "interrupt" not in found
    plain = engine.ok("explain", "service")
    assert "stdin is closed" in plain
    assert "\x1b" not in plain


def test_ctrl_c_reaches_a_pid_1_without_a_handler(engine: Engine) -> None:
    engine.ok("run", "-dit", "--name", "deaf", "--network", "none", "host", "sleep", "1000")
    found = points(engine, "deaf")
    assert "ctrl-c does nothing: PID 1 (sleep)" in found["interrupt"]["Text"]
    assert "--init" in commands(found["interrupt"])
    with Window(_argv("attach", "deaf"), engine.env) as window:
        window.wait_raw()
        window.send(b"\x03")
        window.expect(b"^C")
        window.send(b"\x10\x11")
        window.wait()
    assert engine.state("deaf") == "running"  # what was said is true


def test_ctrl_c_with_an_init_is_not_talked_about(engine: Engine) -> None:
    engine.ok(
        "run", "-dit", "--init", "--name", "with-init", "--network", "none", "host", "sleep", "1000"
    )
    wait_for(lambda: "signals" in points(engine, "with-init"), "the init to be there")
    found = points(engine, "with-init")
    assert "interrupt" not in found
    assert "forwards signals" in found["signals"]["Text"]


def test_a_program_that_handles_signals(engine: Engine) -> None:
    code = "import signal; signal.signal(15, lambda *_: exit(7)); print('up', flush=True); "
    engine.ok(
        "run", "-dit", "--name", "polite", "--network", "none", "host",
        "python3", "-c", f"{code}signal.pause()",
    )  # fmt: skip
    wait_for(lambda: "up" in engine.ok("logs", "polite"), "its handler")
    found = points(engine, "polite")
    assert found["stop"]["Level"] == "good"
    assert "interrupt" not in found
    engine.ok("stop", "polite")
    found = points(engine, "polite")
    assert "exited with 7; it was told to end" in found["state"]["Text"]


def test_why_it_ended(engine: Engine) -> None:
    engine.ok("run", "-d", "--name", "shell", "--network", "none", "host", "bash")
    engine.wait_state("shell", "exited")
    assert "reads its end at once" in points(engine, "shell")["stdin"]["Text"]
    engine.cli("run", "--name", "sick", "--network", "none", "host", "sh", "-c", "kill -SEGV $$")
    engine.cli("run", "--name", "bad", "--network", "none", "host", "sh", "-c", "echo oops; exit 3")
    document = json.loads(engine.ok("explain", "--format", "json", "bad"))
    assert document["LastLines"] == ["oops"]
    assert document["Init"] is None
    assert "exited with 3" in points(engine, "bad")["state"]["Text"]


def test_zombies_and_writers(engine: Engine) -> None:
    code = "import os, time; os.fork() or os._exit(0); print('made', flush=True); time.sleep(1000)"
    engine.ok("run", "-dit", "--name", "parent", "--network", "none", "host", "python3", "-c", code)
    wait_for(lambda: "made" in engine.ok("logs", "parent"), "the child")
    wait_for(lambda: "zombies" in points(engine, "parent"), "the zombie")
    argv = _argv("attach", "parent")
    with Window(argv, engine.env) as one, Window(argv, engine.env) as two:
        one.expect(b"made")
        two.expect(b"made")
        found = wait_for(lambda: points(engine, "parent").get("viewers"), "two viewers")
        assert found["Level"] == "warn"
        assert "mixed" in found["Text"]


def test_explain_of_nobody_is_a_sentence(engine: Engine) -> None:
    done = engine.cli("explain", "nobody")
    assert done.returncode == 1
    assert b"no container" in done.stderr


DRAWS = r"""
import sys, time
sys.stdin.readline()
for n in range(60):
    sys.stdout.write(f"\x1b[{n % 12 + 1};{n % 30 + 1}H\x1b[3{n % 8}mé{n}漢\x1b[m")
    sys.stdout.flush()
sys.stdout.write("\x1b[?1049h\x1b[4:3mother\x1b[m\r\nDONE")
sys.stdout.flush()
time.sleep(1000)
"""


def test_a_recording_played_is_what_a_viewer_saw(engine: Engine, tmp_path: Path) -> None:
    engine.ok("run", "-dit", "--name", "draws", "--network", "none", "host", "python3", "-c", DRAWS)
    path = tmp_path / "draws.cast"
    recorder = engine.popen("record", "draws", "-o", str(path))
    wait_for(lambda: path.exists() and path.read_bytes().count(b"\n"), "the header")
    with Window(_argv("attach", "draws"), engine.env) as window:
        window.wait_raw()
        window.send(b"go\r")
        window.expect(b"DONE")
        window.send(b"\x10\x11")
        window.wait()
    wait_for(lambda: b"DONE" in path.read_bytes(), "the end to be recorded")
    recorder.send_signal(signal.SIGINT)
    assert recorder.wait(20) == 0
    assert path.stat().st_mode & 0o777 == 0o600
    cast = Cast(str(path))
    played, live = Terminal(*cast.size, 0), Terminal(*cast.size, 0)
    whole = engine.cli("logs", "draws").stdout
    for _, code, data in cast.events():
        if code == OUTPUT:
            played.feed(data.encode())
    cast.close()
    live.feed(whole)
    assert b"DONE" in whole
    assert played.snapshot() == live.snapshot()
    refused = engine.cli("record", "draws", "-o", str(path))
    assert refused.returncode == 1
    assert b"exists already" in refused.stderr
    dumped = engine.cli("play", str(path)).stdout
    assert dumped == whole
    with Window(_argv("play", "--speed", "64", str(path)), engine.env) as window:
        shown = window.wait()
        assert shown == 0


def test_what_cannot_be_recorded_or_played_is_a_sentence(engine: Engine, tmp_path: Path) -> None:
    for words in (
        ["record", "nobody"],
        ["record"],
        ["record", "--session", "ffff"],
        ["play", "/dev/null"],
        ["play", str(tmp_path / "none")],
        ["play", "--speed", "-3", "/dev/null"],
    ):
        done = engine.cli(*words, cwd=tmp_path)
        assert done.returncode == 1, words
        assert b"Traceback" not in done.stderr
        assert done.stderr.startswith(b"contui: ")
    assert list(tmp_path.iterdir()) == []


def test_plain_text(engine: Engine) -> None:
    code = r"printf '\033[31mred\033[m\n'; echo bad >&2; exec sleep 1000"
    engine.ok("run", "-d", "--name", "talker", "--network", "none", "host", "sh", "-c", code)
    wait_for(lambda: b"bad" in engine.cli("logs", "talker").stderr, "its output")
    for words in ("list", "container talker", "logs talker", "processes talker", "stats",
                  "sessions", "images", "keys", "help"):  # fmt: skip
        text = engine.ok("--plain", *words.split())
        assert text
        assert all(line.isprintable() for line in text.split("\n"))
        assert not set(text) & set("│─┌┐└┘├┤")
    assert "talker; running" in engine.ok("--plain", "list")
    assert "talker; running" in engine.ok("--plain")
    said = engine.ok("--plain", "logs", "talker").split("\n")
    assert said[0] == "Log of talker, the last 2 lines."
    assert {"red", "error output: bad"} == set(said[1:])
    with Window(_argv("--plain"), engine.env) as window:
        window.expect(b"contui> ")
        window.send(b"container talker\n")
        window.expect(b"started without -i")
        window.send(b"stop -t 0 talker\n")
        window.expect(b"contui> ")
        window.send(b"quit\n")
        assert window.wait() == 0


def _argv(*words: str) -> list[str]:
    from tests.support.engine import CONTUI

    return [*CONTUI, *words]
