"""`contui run` on real containers: streams, exit statuses, stdin, sizes, what it leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.engine import CONTUI, Engine
from tests.support.terminal import PtyProcess
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration


def test_streams_stay_apart_and_the_status_is_the_programs(shared_engine: Engine) -> None:
    done = shared_engine.cli("run", "--rm", "host", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.stdout, done.stderr, done.returncode) == (b"out\n", b"err\n", 7)


def test_stdin_reaches_the_program_and_its_end_too(shared_engine: Engine) -> None:
    done = shared_engine.cli("run", "-i", "--rm", "host", "cat", input=b"hello\n")
    assert (done.stdout, done.stderr, done.returncode) == (b"hello\n", b"", 0)


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 3"], 3),
        (["sh", "-c", "kill -9 $$; sleep 1"], 0),  # PID 1 is not killed by its own signals
        (["no-such-program-anywhere"], 127),
        (["/etc/passwd"], 126),
        (["/etc"], 126),
    ],
)
def test_exit_status(shared_engine: Engine, argv: list[str], status: int) -> None:
    done = shared_engine.cli("run", "--rm", "host", *argv)
    assert done.returncode == status, done
    if status >= 126:
        assert argv[0].encode() in done.stderr
        assert b"Traceback" not in done.stderr


def test_killed_by_a_signal_is_128_plus_n(shared_engine: Engine) -> None:
    client = shared_engine.popen("run", "--rm", "--name", "victim", "host", "sleep", "100")
    shared_engine.wait_state("victim", "running")
    shared_engine.ok("kill", "--signal", "KILL", "victim")
    client.communicate(timeout=20)
    assert client.returncode == 137


def test_exec_directly_without_a_shell_keeps_arguments(shared_engine: Engine) -> None:
    words = ["a b", "*", "", "ü", "$HOME"]
    show = "import sys; print(sys.argv[1:])"
    done = shared_engine.cli("run", "--rm", "host", sys.executable, "-IS", "-c", show, *words)
    assert done.stdout.decode() == f"{words}\n"


def test_rm_leaves_nothing(shared_engine: Engine) -> None:
    shared_engine.ok("run", "--rm", "--name", "gone", "host", "true")
    wait_for(lambda: "gone" not in shared_engine.ok("ps", "-a"), "the container to be removed")
    shared_engine.ok("run", "--rm", "--name", "gone", "host", "true")  # the name is free again


def test_name_taken_is_said_and_nothing_is_made(shared_engine: Engine) -> None:
    shared_engine.ok("create", "--name", "taken", "host", "true")
    before = shared_engine.ok("ps", "-aq")
    done = shared_engine.cli("run", "--name", "taken", "host", "true")
    assert done.returncode == 125
    assert b"taken" in done.stderr
    assert shared_engine.ok("ps", "-aq") == before
    shared_engine.ok("rm", "taken")


@pytest.mark.parametrize(
    ("args", "status", "word"),
    [
        (["run", "--no-such-flag", "host", "true"], 125, "--no-such-flag"),
        (["run", "no-such-image", "true"], 125, "no-such-image"),
        (["run", "--name", "-bad", "host", "true"], 125, "-bad"),
        (["run", "-d", "-it", "--rm", "--restart", "always", "host", "true"], 125, "--restart"),
        (["run", "-it", "host", "true"], 125, "terminal"),
        (["run", "--user", "nobody-here", "host", "true"], 126, "nobody-here"),
        (["run", "--detach-keys", "ctrl-p,nope", "host", "true"], 1, "nope"),
        (["run"], 125, "IMAGE"),
        (["run", "--memory", "lots", "host", "true"], 125, "lots"),
        (["run", "-p", "99999:80", "host", "true"], 125, "99999"),
        (["run", "-v", "relative/path:/x", "host", "true"], 125, "relative/path"),
        (["frobnicate"], 1, "frobnicate"),
        (["inspect", "nobody"], 1, "nobody"),
        (["stop", "nobody"], 1, "nobody"),
        (["exec", "nobody", "true"], 1, "nobody"),
        (["logs", "nobody"], 1, "nobody"),
        (["attach", "nobody"], 1, "nobody"),
        (["rm", "nobody"], 1, "nobody"),
        (["rmi", "nobody"], 1, "nobody"),
    ],
)
def test_bad_input(shared_engine: Engine, args: list[str], status: int, word: str) -> None:
    before = shared_engine.ok("ps", "-aq")
    done = shared_engine.cli(*args)
    assert done.returncode == status, done
    assert word in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 4, "errors are a line or two"
    assert shared_engine.ok("ps", "-aq") == before


def test_workdir_is_made_when_missing(shared_engine: Engine) -> None:
    assert shared_engine.ok("run", "--rm", "-w", "/srv/new/dir", "host", "pwd") == "/srv/new/dir"


def test_environment_user_and_hostname(shared_engine: Engine) -> None:
    out = shared_engine.ok(
        *("run", "--rm", "-e", "A=1", "--user", "nobody", "--hostname", "box", "host"),
        *("sh", "-c", "echo $A $(id -un) $(hostname) $(cat /proc/1/status | grep -c Name)"),
    )
    assert out == "1 nobody box 1"


def test_detached_prints_the_id_and_runs_on(shared_engine: Engine) -> None:
    identity = shared_engine.ok("run", "-d", "--name", "bg", "host", "sleep", "100")
    assert len(identity) == 64
    assert shared_engine.state("bg") == "running"
    assert shared_engine.ok("rm", "-f", "bg") == "bg"


def test_size_is_set_before_the_first_instruction(shared_engine: Engine) -> None:
    argv = [*CONTUI, "run", "-it", "--rm", "host", "stty", "size"]
    with PtyProcess(argv, shared_engine.env, cols=123, rows=45) as terminal:
        terminal.expect(b"45 123")
        assert terminal.wait() == 0
        assert terminal.modes() == terminal.before


def test_resize_reaches_the_program(shared_engine: Engine) -> None:
    script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.1; done"
    argv = [*CONTUI, "run", "-it", "--rm", "--name", "winch", "host", "bash", "-c", script]
    with PtyProcess(argv, shared_engine.env, cols=80, rows=24) as terminal:
        terminal.expect(b"ready")
        terminal.resize(101, 33)
        terminal.expect(b"33 101")
        shared_engine.ok("kill", "winch")
        assert terminal.wait() == 137


def test_read_only_root_and_tmpfs(shared_engine: Engine) -> None:
    script = "touch /x 2>/dev/null && echo writable; touch /scratch/y && echo fine"
    args = ["run", "--rm", "--read-only", "--tmpfs", "/scratch", "host", "sh", "-c", script]
    assert shared_engine.ok(*args) == "fine"


def test_bind_mount(shared_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("from outside")
    script = "cat /data/in; echo back > /data/out"
    args = ["run", "--rm", "-v", f"{tmp_path}:/data", "host", "sh", "-c", script]
    assert shared_engine.ok(*args) == "from outside"
    assert (tmp_path / "out").read_text() == "back\n"


def test_writes_stay_in_the_container(shared_engine: Engine) -> None:
    shared_engine.ok("run", "--rm", "host", "touch", "/contui-was-here")
    assert not Path("/contui-was-here").exists()


def test_contuis_own_directories_are_masked(shared_engine: Engine) -> None:
    script = f"ls -A {shared_engine.state_dir} {shared_engine.run_dir} | grep -v :$"
    done = shared_engine.cli("run", "--rm", "host", "sh", "-c", script)
    assert done.stdout.strip() == b"", done


def test_isolation_by_default(shared_engine: Engine) -> None:
    script = (
        "grep -E 'NoNewPrivs|Seccomp:|CapEff' /proc/self/status; cat /proc/sys/kernel/hostname;"
        "ls /proc | grep -c '^[0-9]'; head -c1 /proc/kcore | wc -c; ip -o link | wc -l"
    )
    lines = shared_engine.ok("run", "--rm", "--network", "none", "host", "sh", "-c", script)
    status = dict(line.split(":\t") for line in lines.splitlines()[:3])
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert int(status["CapEff"], 16) == 0x800405FB, "Podman's default set"
    assert int(lines.splitlines()[4]) < 10, "its own PID namespace"
    assert lines.splitlines()[5] == "0", "kcore is masked"
    assert lines.splitlines()[6] == "1", "only lo"


def test_pids_limit(shared_engine: Engine) -> None:
    fork = (
        "import os, time\nn = 0\n"
        "try:\n while n < 100:\n  if not os.fork(): time.sleep(100)\n  n += 1\n"
        "except OSError: pass\nprint(n)"
    )
    args = ["run", "--rm", "--pids-limit", "20", "host", sys.executable, "-IS", "-c", fork]
    assert 10 < int(shared_engine.ok(*args)) < 20


def test_init_reaps_and_forwards(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--init", "--name", "tini", "host", "sleep", "100")
    shared_engine.ok("stop", "-t", "10", "tini")  # sleep is not PID 1: TERM ends it at once
    assert shared_engine.inspect("tini")["State"]["ExitCode"] == 143
    shared_engine.ok("rm", "tini")


def test_cidfile_and_env_file(shared_engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("# comment\nONE=1\nTWO=two words\n")
    cid = tmp_path / "cid"
    args = ["run", "--cidfile", str(cid), "--env-file", str(tmp_path / "env"), "--name", "cid"]
    assert shared_engine.ok(*args, "host", "sh", "-c", "echo $ONE-$TWO") == "1-two words"
    assert cid.read_text() == shared_engine.inspect("cid")["Id"]
    done = shared_engine.cli("run", "--cidfile", str(cid), "host", "true")
    assert done.returncode == 125
    shared_engine.ok("rm", "cid")


def test_inspect_has_dockers_keys(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "keys", "--label", "a=b", "host", "sleep", "100")
    found = shared_engine.inspect("keys")
    assert found["Name"] in ("keys", "/keys")
    assert found["Config"]["Cmd"] == ["sleep", "100"]
    assert found["Config"]["Labels"]["a"] == "b"
    assert found["State"]["Pid"] > 0
    assert Path(f"/proc/{found['State']['ShimPid']}").exists()
    assert found["HostConfig"]["NetworkMode"] == "bridge"
    assert found["NetworkSettings"]["IPAddress"]
    listed = json.loads(shared_engine.ok("ps", "--format", "json").splitlines()[0])
    assert listed["Names"] == "keys"
    shared_engine.ok("rm", "-f", "keys")


def test_the_shim_is_detached(shared_engine: Engine) -> None:
    shared_engine.ok("run", "-d", "--name", "orphan", "host", "sleep", "100")
    shim = shared_engine.inspect("orphan")["State"]["ShimPid"]
    status = Path(f"/proc/{shim}/status").read_text()
    stat = Path(f"/proc/{shim}/stat").read_text().rpartition(")")[2].split()
    assert int(stat[1]) not in (0, shared_engine.backend_pid())
    backend_session = os.getsid(shared_engine.backend_pid())
    assert int(stat[3]) not in (os.getsid(0), backend_session), "a session of its own"
    assert int(stat[4]) == 0, "no controlling terminal"
    assert "PPid:\t1\n" in status
    targets = {Path(f"/proc/{shim}/fd/{n}").readlink() for n in (0, 1, 2)}
    assert targets == {Path("/dev/null")}
    shared_engine.ok("rm", "-f", "orphan")


def test_without_a_reader_the_client_ends_quietly(shared_engine: Engine) -> None:
    client = shared_engine.popen("run", "--rm", "host", "seq", "100000000")
    assert client.stdout
    assert client.stdout.read(10)
    client.stdout.close()
    assert client.stderr
    assert b"Traceback" not in client.stderr.read()
    client.wait(timeout=30)
    client.communicate()


def test_a_pipeline_loses_nothing(shared_engine: Engine) -> None:
    """40 MB through a reader that stops for a while: byte for byte, as in a shell's pipeline."""
    script = "head -c 40000000 /dev/zero | tr '\\0' x"
    producer = shared_engine.popen("run", "--rm", "host", "sh", "-c", script)
    consumer = subprocess.run(
        ["sh", "-c", "sleep 1; wc -c"], stdin=producer.stdout, capture_output=True, check=True
    )
    producer.communicate(timeout=60)
    assert int(consumer.stdout) == 40_000_000


def test_the_shim_is_told_that_nothing_outlives_rm(shared_engine: Engine) -> None:
    """Its exit record need not be forced to the disk."""
    for name, flags in (("brief", ["--rm"]), ("lasting", [])):
        shared_engine.ok("run", "-d", "--name", name, *flags, "host", "sleep", "1000")
        folder = shared_engine.state_dir / "containers" / shared_engine.inspect(name)["Id"]
        assert json.loads((folder / "shim.json").read_text())["auto_remove"] is bool(flags)
        shared_engine.ok("rm", "-f", name)
