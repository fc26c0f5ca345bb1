"""stop, kill, restart, pause, wait, rename, rm, restart policies, events, ps, top."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import pytest

from tests.support.engine import Engine
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

GRACEFUL = "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done"


def test_stop_sends_term_and_the_program_may_finish(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "polite", "host", "bash", "-c", GRACEFUL)
    wait_for(lambda: shared_engine.ok("logs", "polite") == "up", "the trap to be set")
    assert shared_engine.ok("stop", "polite") == "polite"
    assert shared_engine.inspect("polite")["State"]["ExitCode"] == 0
    assert shared_engine.ok("logs", "polite") == "up\nbye"
    assert shared_engine.ok("stop", "polite") == "polite", "stopped already: a success"


def test_stop_kills_after_the_timeout(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "deaf", "host", "sleep", "1000")  # PID 1 ignores TERM
    shared_engine.ok("stop", "-t", "1", "deaf")
    assert shared_engine.inspect("deaf")["State"]["ExitCode"] == 137


def test_stop_thaws_a_paused_container(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "cold", "host", "bash", "-c", GRACEFUL)
    wait_for(lambda: shared_engine.ok("logs", "cold") == "up", "the trap to be set")
    shared_engine.ok("pause", "cold")
    assert shared_engine.state("cold") == "paused"
    again = shared_engine.cli("pause", "cold")
    assert again.returncode == 1
    assert b"paused" in again.stderr
    shared_engine.ok("stop", "cold")
    assert shared_engine.inspect("cold")["State"]["ExitCode"] == 0


def test_kill_by_name_and_number(shared_engine: Engine) -> None:
    script = "trap 'echo usr1' USR1; trap 'echo usr2' USR2; echo up; while :; do sleep 0.05; done"
    shared_engine.ok("run", "-d", "--name", "sig", "host", "bash", "-c", script)
    for signal, said in (("USR1", "usr1"), ("SIGUSR2", "usr2"), ("10", "usr1")):
        before = shared_engine.ok("logs", "sig").count(said)
        wait_for(lambda: "up" in shared_engine.ok("logs", "sig"), "the traps to be set")
        shared_engine.ok("kill", "-s", signal, "sig")
        wait_for(
            lambda said=said, before=before: shared_engine.ok("logs", "sig").count(said) > before,
            f"{signal} to arrive",
        )
    assert shared_engine.cli("kill", "-s", "NOSUCH", "sig").returncode == 1
    shared_engine.ok("rm", "-f", "sig")
    shared_engine.ok("run", "--name", "over", "host", "true")
    refused = shared_engine.cli("kill", "over")
    assert refused.returncode == 1
    assert b"exited" in refused.stderr


def test_restart_and_wait(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "re", "host", "sleep", "1000")
    first = shared_engine.inspect("re")["State"]["Pid"]
    shared_engine.ok("restart", "-t", "0", "re")
    second = shared_engine.inspect("re")["State"]["Pid"]
    assert second != first
    waiter = shared_engine.popen("wait", "re")
    shared_engine.ok("kill", "re")
    out, _ = waiter.communicate(timeout=20)
    assert out == b"137\n"
    assert shared_engine.ok("wait", "re") == "137", "of an exited container, at once"


def test_rename_and_remove(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "old", "host", "sleep", "1000")
    shared_engine.ok("rename", "old", "new")
    assert shared_engine.state("new") == "running"
    refused = shared_engine.cli("rm", "new")
    assert refused.returncode == 1
    assert b"-f" in refused.stderr or b"stop" in refused.stderr
    shared_engine.ok("rm", "-f", "new")
    assert shared_engine.state("new") == ""


@pytest.mark.parametrize(
    ("policy", "script", "runs"),
    [
        ("on-failure:2", "echo run; exit 1", 3),
        ("on-failure", "echo run; exit 0", 1),
        ("no", "echo run; exit 1", 1),
    ],
)
def test_restart_policy(shared_engine: Engine, policy: str, script: str, runs: int) -> None:
    name = policy.replace(":", "-")
    shared_engine.ok("run", "-d", "--name", name, "--restart", policy, "host", "sh", "-c", script)
    wait_for(lambda: shared_engine.ok("logs", name).count("run") == runs, f"{runs} runs")
    shared_engine.wait_state(name, "exited")
    assert shared_engine.ok("logs", name).count("run") == runs


def test_unless_stopped_restarts_until_stopped(shared_engine: Engine) -> None:
    args = ["run", "-d", "--name", "phoenix", "--restart", "unless-stopped", "host"]
    shared_engine.ok(*args, "sh", "-c", "echo run; sleep 0.1; exit 1")
    wait_for(lambda: shared_engine.ok("logs", "phoenix").count("run") >= 3, "restarts")
    shared_engine.ok("stop", "-t", "0", "phoenix")
    assert shared_engine.state("phoenix") == "exited"


def test_ps_filters_and_formats(shared_engine: Engine) -> None:
    shared_engine.ok(
        "run", "-d", "--name", "find-me", "--label", "tier=web", "host", "sleep", "1000"
    )
    shared_engine.ok("create", "--name", "not-running", "host", "true")
    assert (
        shared_engine.ok("ps", "--filter", "label=tier=web", "--format", "{{.Names}}") == "find-me"
    )
    assert "not-running" not in shared_engine.ok("ps")
    assert "not-running" in shared_engine.ok("ps", "-a")
    header = shared_engine.ok("ps").splitlines()[0].split()
    assert header == ["CONTAINER", "ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"]
    record = json.loads(shared_engine.ok("ps", "--filter", "name=find-me", "--format", "json"))
    assert record["Image"] == "host"
    assert len(shared_engine.ok("ps", "-q", "--no-trunc", "--filter", "name=find-me")) == 64


def test_top_shows_host_and_container_pids(shared_engine: Engine) -> None:
    script = "sleep 5001 & sleep 5002 & wait"
    shared_engine.ok("run", "-d", "--name", "tree", "host", "sh", "-c", script)
    wait_for(lambda: "5002" in shared_engine.ok("top", "tree"), "both children")
    shown = shared_engine.ok("top", "tree")
    assert "5001" in shown
    assert str(shared_engine.inspect("tree")["State"]["Pid"]) in shown


def test_events_tell_a_life(engine: Engine) -> None:
    engine.ok("run", "--rm", "--name", "life", "host", "true")
    show = ["events", "--since", "1h", "--format", "{{.Action}}"]
    wait_for(lambda: "destroy" in engine.ok(*show, "--until", "0s"), "the container to be removed")
    told = engine.ok(*show, "--until", "0s").split()
    order = [action for action in told if action in ("create", "start", "die", "destroy")]
    assert order == ["create", "start", "die", "destroy"]


def test_events_arrive_as_they_happen(engine: Engine) -> None:
    engine.ok("create", "--name", "seen", "host", "true")
    watcher = engine.popen("events", "--since", "1h", "--format", "{{.Action}} {{.Name}}")
    assert watcher.stdout
    assert watcher.stdout.readline() == b"create seen\n", "it watches now"
    engine.ok("rename", "seen", "after")
    assert watcher.stdout.readline() == b"rename after\n"
    watcher.terminate()
    watcher.communicate()


def test_oom_of_the_program_is_told(shared_engine: Engine) -> None:
    show = "x = []\nwhile 1: x.append(bytearray(1 << 20))"
    import sys

    args = ["run", "--name", "hungry", "--memory", "32m", "host", sys.executable, "-IS", "-c", show]
    done = shared_engine.cli(*args)
    assert done.returncode == 137
    assert shared_engine.inspect("hungry")["State"]["OOMKilled"] is True


def test_system_commands(shared_engine: Engine) -> None:
    status = json.loads(shared_engine.ok("backend", "status", "--format", "json"))
    assert status["run_dir"] == str(shared_engine.run_dir)
    assert status["state_dir"] == str(shared_engine.state_dir)
    assert {"pid", "address", "version"} <= status.keys()
    assert "runc" in shared_engine.ok("system", "info")
    assert "0.1.0" in shared_engine.ok("version")
    assert "Containers" in shared_engine.ok("system", "df")


def test_hostile_names_and_labels_are_shown_harmless(shared_engine: Engine) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\u202e"
    args = ["run", "-d", "--name", "evil", "--label", f"x={evil}", "host", "sleep", "1000", evil]
    shared_engine.ok(*args)
    for command in (["ps", "--no-trunc"], ["top", "evil"], ["sessions"]):
        shown = shared_engine.cli(*command).stdout
        assert b"\x1b" not in shown, command
        assert "\u202e".encode() not in shown, command


def test_what_ends_a_container_is_audited_before_it_is_done(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "watched", "host", "sleep", "1000")
    shared_engine.ok("restart", "-t", "0", "watched")
    shared_engine.ok("kill", "-s", "USR1", "watched")
    shared_engine.ok("run", "-d", "--name", "watched2", "host", "sleep", "1000")
    shared_engine.ok("stop", "-t", "0", "watched2")
    shared_engine.ok("rm", "watched2")
    shared_engine.ok("rm", "-f", "watched")
    query = "SELECT action, detail FROM audit WHERE name = ? ORDER BY rowid"
    with contextlib.closing(sqlite3.connect(shared_engine.state_dir / "contui.db")) as database:
        first = database.execute(query, ("watched",)).fetchall()
        second = database.execute(query, ("watched2",)).fetchall()
    assert first == [("restart", ""), ("kill", "USR1"), ("remove", "force")]
    assert second == [("stop", ""), ("remove", "")]
