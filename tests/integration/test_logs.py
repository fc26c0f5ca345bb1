"""`contui logs`: byte-exact, real lines, times, streams, follow over rotation and to the end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contui.shim.logwriter import LogWriter
from contui.tui.app import ContuiApp
from contui.tui.view_models.log_window import MAX_LINES
from tests.support.engine import CONTUI, Engine
from tests.support.terminal import PtyProcess
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


def run_to_end(engine: Engine, name: str, script: str, *flags: str) -> None:
    engine.ok("run", "-d", "--name", name, *flags, "host", "sh", "-c", script)
    engine.ok("wait", name)


def test_streams_apart_and_byte_exact(shared_engine: Engine) -> None:
    script = r"printf 'a\000\377\033[31mb'; printf 'err\n' >&2; printf 'no newline at the end'"
    run_to_end(shared_engine, "bytes", script)
    done = shared_engine.cli("logs", "bytes")
    assert done.stdout == b"a\0\xff\x1b[31mbno newline at the end"
    assert done.stderr == b"err\n"
    assert shared_engine.cli("logs", "--stdout", "bytes").stderr == b""
    assert shared_engine.cli("logs", "--stderr", "bytes").stdout == b""


def test_tail_counts_real_lines(shared_engine: Engine) -> None:
    script = "head -c 200000 /dev/zero | tr '\\0' x; echo; echo two; printf three"
    run_to_end(shared_engine, "tail", script)
    assert shared_engine.cli("logs", "--tail", "2", "tail").stdout == b"two\nthree"
    assert len(shared_engine.cli("logs", "--tail", "3", "tail").stdout) == 200_001 + 9
    assert shared_engine.cli("logs", "--tail", "0", "tail").stdout == b""
    assert len(shared_engine.cli("logs", "--tail", "all", "tail").stdout) == 200_010


def test_timestamps_stand_before_each_line(shared_engine: Engine) -> None:
    run_to_end(shared_engine, "stamps", "echo one; sleep 0.2; printf 'tw'; sleep 0.2; echo o")
    lines = shared_engine.ok("logs", "-t", "stamps").splitlines()
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z "
    assert [re.sub(stamp, "", line) for line in lines] == ["one", "two"]
    first, second = (line.split()[0] for line in lines)
    assert first < second
    assert shared_engine.ok("logs", "--since", second, "stamps") == "two"
    assert shared_engine.ok("logs", "--until", first, "stamps") in ("one", "")
    assert shared_engine.ok("logs", "--since", "1h", "stamps") == "one\ntwo"


def test_grep(shared_engine: Engine) -> None:
    run_to_end(shared_engine, "grep", "seq 1 100")
    assert shared_engine.ok("logs", "--grep", "^9.$", "grep").split() == [
        str(number) for number in range(90, 100)
    ]


def test_follow_ends_with_the_container(shared_engine: Engine) -> None:
    script = "for i in 1 2 3; do echo $i; sleep 0.3; done; exit 3"
    shared_engine.ok("run", "-d", "--name", "follow", "host", "sh", "-c", script)
    done = shared_engine.cli("logs", "-f", "follow")
    assert (done.stdout, done.returncode) == (b"1\n2\n3\n", 0)


def test_follow_over_rotation_without_a_gap(shared_engine: Engine) -> None:
    script = "echo 0; read go; seq 1 50000"
    flags = ["--log-opt", "max-size=4k", "--log-opt", "max-file=3"]
    shared_engine.ok("run", "-di", "--name", "rotate", *flags, "host", "sh", "-c", script)
    follower = shared_engine.popen("logs", "-f", "rotate")
    assert follower.stdout
    assert follower.stdout.readline() == b"0\n"  # it follows: what comes now, it must not miss
    shared_engine.cli("attach", "rotate", input=b"go\n")
    out, _ = follower.communicate(timeout=60)
    assert out == b"".join(b"%d\n" % number for number in range(1, 50_001))
    kept = shared_engine.ok("logs", "rotate").splitlines()
    assert kept[-1] == "50000"
    assert len(kept) < 20_000, "rotated away"


def test_json_file_is_dockers_format(shared_engine: Engine) -> None:
    script = "echo out; echo err >&2; head -c 40000 /dev/zero | tr '\\0' y; echo"
    run_to_end(shared_engine, "json", script, "--log-driver", "json-file")
    folder = shared_engine.state_dir / "containers" / shared_engine.inspect("json")["Id"] / "log"
    (path,) = [path for path in folder.iterdir() if path.name.endswith(".log")]
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert {"log", "stream", "time"} <= records[0].keys()
    assert {record["stream"] for record in records} == {"stdout", "stderr"}
    done = shared_engine.cli("logs", "json")
    assert done.stdout == b"out\n" + b"y" * 40000 + b"\n"
    assert done.stderr == b"err\n"
    assert (
        shared_engine.cli("logs", "--tail", "1", "--stdout", "json").stdout == b"y" * 40000 + b"\n"
    )


def test_driver_none_says_so(shared_engine: Engine) -> None:
    run_to_end(shared_engine, "none", "echo x", "--log-driver", "none")
    done = shared_engine.cli("logs", "none")
    assert done.returncode == 1
    assert b"none" in done.stderr


def test_only_colour_reaches_the_terminal(shared_engine: Engine) -> None:
    script = r"printf '\033]0;title\007\033[31mred\033[0m\033[2J\033]52;c;eA==\007end\n'"
    run_to_end(shared_engine, "hostile", script)
    with PtyProcess([*CONTUI, "logs", "hostile"], shared_engine.env) as terminal:
        assert terminal.wait() == 0
        shown = terminal.output
    assert b"\x1b[31mred" in shown
    assert b"\x1b]" not in shown
    assert b"\x1b[2J" not in shown
    with PtyProcess([*CONTUI, "logs", "--raw", "hostile"], shared_engine.env) as terminal:
        assert terminal.wait() == 0
        assert b"\x1b]0;title\x07" in terminal.output


def test_a_long_line_is_one_line(shared_engine: Engine) -> None:
    """70 MB without a newline, at a stretch; Docker cuts at 16 KiB."""
    show = "import sys; [sys.stdout.write('z' * 1000000) for _ in range(70)]"
    engine = shared_engine
    engine.ok("run", "--name", "long", "-d", "host", sys.executable, "-IS", "-c", show)
    engine.ok("wait", "long")
    done = engine.cli("logs", "--tail", "1", "long")
    assert len(done.stdout) == 70_000_000
    assert done.stdout.strip(b"z") == b""


def test_logs_span_restarts(shared_engine: Engine) -> None:
    run_to_end(shared_engine, "again", "echo run")
    shared_engine.ok("start", "again")
    shared_engine.ok("wait", "again")
    assert shared_engine.ok("logs", "again") == "run\nrun"


def test_a_full_disk_stops_only_the_log(engine: Engine) -> None:
    """The log lives on a small tmpfs that fills up; the program goes on and the loss is counted."""
    log = engine.root / "small"
    log.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(log)], check=True)
    try:
        engine.ok(
            "create", "--name", "full", "-i", "host", "sh", "-c", "seq 1 1000000; read x; echo end"
        )
        folder = engine.state_dir / "containers" / engine.inspect("full")["Id"] / "log"
        folder.mkdir(exist_ok=True)
        subprocess.run(["mount", "--bind", str(log), str(folder)], check=True)
        try:
            engine.ok("start", "full")
            viewer = engine.popen("attach", "full", stdout=subprocess.DEVNULL)
            wait_for(
                lambda: sum(p.stat().st_size for p in folder.iterdir()) > 1_500_000, "a full disk"
            )
            subprocess.run(["mount", "-o", "remount,size=64m", str(folder)], check=True)
            assert viewer.stdin
            viewer.stdin.write(b"x\n")
            viewer.stdin.close()
            assert viewer.wait(timeout=30) == 0
            done = engine.cli("logs", "full")
            lines = done.stdout.splitlines()
            assert lines[:3] == [b"1", b"2", b"3"]
            assert lines[-1].endswith(b"end"), "the disk may have been full in mid-line"
            assert b"missing" in done.stderr
        finally:
            engine.cli("kill", "full")
            subprocess.run(["umount", "-l", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "-l", str(log)], check=True)


def test_the_driver_of_the_configuration_is_that_of_the_container(engine: Engine) -> None:
    path = engine.root / "config.toml"
    path.write_text('log_driver = "json-file"\n[log_options]\nmax-size = "1m"\nmax-file = "3"\n')
    engine.env["CONTUI_CONFIG"] = str(path)
    run_to_end(engine, "one", "echo said", "--log-opt", "max-file=2")
    shown = {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}}
    assert engine.inspect("one")["HostConfig"]["LogConfig"] == shown
    assert engine.ok("logs", "one") == "said"
    engine.ok("backend", "stop")
    path.write_text('log_driver = "none"\n')
    assert engine.ok("logs", "one") == "said", "a container keeps its driver"
    run_to_end(engine, "two", "echo said")
    assert b"none" in engine.cli("logs", "two").stderr
    engine.ok("backend", "stop")
    path.write_text('log_driver = "carrier-pigeon"\n')
    refused = engine.cli("run", "--rm", "host", "true")
    assert (refused.returncode, b"carrier-pigeon" in refused.stderr) == (125, True)


def test_several_logs_come_as_one(shared_engine: Engine) -> None:
    run_to_end(shared_engine, "many-a", "echo one; sleep 0.4; printf three")
    run_to_end(shared_engine, "many-bb", "echo two; sleep 0.4; echo err >&2")
    done = shared_engine.cli("logs", "many-a", "many-bb")
    assert done.stdout == b"many-a  | one\nmany-a  | three\nmany-bb | two\n"
    assert done.stderr == b"many-bb | err\n"
    done = shared_engine.cli("logs", "-f", "--tail", "1", "many-a", "many-bb")
    assert sorted(done.stdout.splitlines()) == [b"many-a  | three"]
    assert done.stderr == b"many-bb | err\n"
    assert shared_engine.cli("logs", "many-a", "no-such").returncode == 1


@pytest.mark.slow
async def test_a_log_of_a_gigabyte_opens_at_its_end_and_scrolls_to_its_start(
    shared_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read is what is looked at: counted by the kernel for the backend."""
    engine = shared_engine
    monkeypatch.setenv("XDG_STATE_HOME", str(engine.root / "xdg"))
    engine.ok("create", "--name", "giant", "host", "true")
    folder = engine.state_dir / "containers" / engine.inspect("giant")["Id"] / "log"
    writer = LogWriter(str(folder), 2 << 30, 1)
    block = b"".join(b"line %06d %s\n" % (number, b"x" * 87) for number in range(10_000))
    for number in range(1000):
        writer.append(1, b"block %d\n" % number + block)
    writer.close()
    app = ContuiApp(f"unix://{engine.run_dir}/contui.sock")
    async with app.run_test(size=(120, 30)) as pilot:
        info = None
        while (info := app.containers.find("giant")) is None:
            await pilot.pause(0.05)
        before = read_by(engine.backend_pid())
        await app.open_kind("log", info)
        pane: Any = app.panes[app.workspace.focus or ""]
        window = pane.reading.window
        while not window.at_end or pane.reading.working:
            await pilot.pause(0.05)
        assert window.lines[-1].data.startswith(b"line 009999")
        pane.act_log_start()
        while not window.at_start or pane.reading.working:
            await pilot.pause(0.05)
        assert window.lines[0].data == b"block 0"
        pane.reading.to_part(0.5)
        while pane.reading.working or not window.lines or window.at_start:
            await pilot.pause(0.05)
        assert 0.49 < window.fraction(window.lines[0].key) < 0.51
        assert len(window.lines) <= MAX_LINES
        assert read_by(engine.backend_pid()) - before < 64 << 20


def read_by(pid: int) -> int:
    """Bytes that a process has read so far, from files and pipes."""
    return int(Path(f"/proc/{pid}/io").read_text().split()[1])
