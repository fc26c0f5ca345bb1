"""Real sessions: execs, viewers, access, input, sizes, replay, owners."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable

import pytest

from contui.shim import frames
from tests.unit.shim.harness import Container, Control, View, alive, fds, wait_for

pytestmark = pytest.mark.integration
Make = Callable[..., Container]


def sh(script: str) -> list[str]:
    return ["sh", "-c", script]


@pytest.fixture
def host(make: Make) -> tuple[Container, Control]:
    """A running container to exec in."""
    one = make(["sleep", "1000"])
    control = one.spawn()
    assert control.request("start")["ok"]
    return one, control


Host = tuple[Container, Control]


def execute(host: Host, name: str, argv: list[str], tty: bool = False, **keys: object) -> None:
    one, control = host
    answer = control.request(
        "exec", session=name, process=one.process(argv, tty), tty=tty, argv=argv, **keys
    )
    assert answer["ok"], answer


def test_exec_with_input_and_half_close(host: Host) -> None:
    execute(host, "a", sh("cat; echo bye >&2; exit 4"), stdin=True)
    view = host[0].view(session="a", close_stdin=True)
    view.type(b"hello")
    view.send(frames.EOF)
    assert view.finish()["code"] == 4
    assert (bytes(view.output[1]), bytes(view.output[2])) == (b"hello", b"bye\n")
    assert host[1].event("exec_exited", session="a")["exit"]["code"] == 4


def test_half_close_of_another_viewer_leaves_stdin_open(host: Host) -> None:
    execute(host, "a", ["cat"], stdin=True)
    owner = host[0].view(session="a", close_stdin=True)
    other = host[0].view(session="a")
    other.type(b"one\n")
    other.send(frames.EOF)
    owner.wait(b"one\n")
    owner.type(b"two\n")
    owner.wait(b"two\n")
    owner.send(frames.EOF)
    assert owner.finish()["code"] == 0
    assert other.finish()["code"] == 0


def test_many_execs_at_once(host: Host) -> None:
    for at in range(10):
        execute(host, f"e{at}", sh(f"echo {at}; exit {at}"))
    for at in range(10):
        view = host[0].view(session=f"e{at}")
        assert view.finish()["code"] == at
        assert bytes(view.output[1]) == f"{at}\n".encode()
    names = [one["id"] for one in host[1].request("sessions")["sessions"]]
    assert names == ["main", *(f"e{at}" for at in range(10))]
    for at in range(10):
        assert host[1].request("collect", session=f"e{at}")["ok"]
    assert [one["id"] for one in host[1].request("sessions")["sessions"]] == ["main"]


@pytest.mark.parametrize("argv", [["true"], ["nope"]])
def test_execs_leak_nothing(host: Host, argv: list[str]) -> None:
    def once(at: int) -> None:
        execute(host, f"x{at}", argv, stdin=True, tty=bool(at % 2))
        host[0].view(session=f"x{at}").finish()
        host[1].request("collect", session=f"x{at}")

    for at in range(4):
        once(at)
    before = sorted(fds(host[0].pid))
    files = sorted(os.listdir(host[0].run))
    for at in range(4, 64):
        once(at)
    wait_for(lambda: len(fds(host[0].pid)) <= len(before))
    assert sorted(os.listdir(host[0].run)) == files


def test_a_background_child_does_not_hold_an_exec(host: Host) -> None:
    execute(host, "a", sh("sleep 1000 & echo started"))
    view = host[0].view(session="a")
    exit_ = view.finish()
    assert exit_["output_cut"] is True
    assert bytes(view.output[1]) == b"started\n"


def test_twenty_megabytes_into_a_slow_reader(host: Host) -> None:
    data = random.Random(1).randbytes(20 << 20)
    script = (
        "import sys, hashlib, time\n"
        "h = hashlib.sha256()\n"
        "while data := sys.stdin.buffer.raw.read(200000):\n"
        "    h.update(data); time.sleep(0.001)\n"
        "print(h.hexdigest())"
    )
    execute(host, "a", ["python3", "-c", script], stdin=True)
    view = host[0].view(session="a", close_stdin=True)
    for at in range(0, len(data), 1 << 16):
        view.type(data[at : at + (1 << 16)])
    view.send(frames.EOF)
    assert view.finish()["code"] == 0
    assert bytes(view.output[1]).strip().decode() == hashlib.sha256(data).hexdigest()


def test_a_program_that_never_reads_stalls_only_who_types(host: Host) -> None:
    execute(host, "a", ["sleep", "1000"], stdin=True)
    view = host[0].view(session="a")
    view.sock.setblocking(False)
    sent = 0
    try:
        while sent < 64 << 20:
            sent += view.sock.send(frames.encode(frames.INPUT, bytes(1 << 16)))
    except BlockingIOError:
        pass
    assert sent < 8 << 20, "input is bounded"
    assert host[1].request("signal", session="a", signal=9)["ok"]
    view.sock.setblocking(True)
    assert view.finish()["code"] == 137


def test_owner_that_vanishes_takes_its_exec_along(host: Host) -> None:
    execute(host, "a", sh("trap '' HUP TERM; sleep 1000 & echo $$; wait; sleep 1000"), tty=True)
    view = host[0].view(session="a", owner=True)
    view.wait(b"\n")
    view.close()
    assert host[1].event("exec_exited", session="a")["exit"]["signal"] == 9


def test_owner_that_detaches_leaves_its_exec(host: Host) -> None:
    execute(host, "a", ["cat"], tty=True, stdin=True)
    view = host[0].view(session="a", owner=True)
    view.send(frames.DETACH)
    while view.step():
        continue
    assert view.exit is None
    again = host[0].view(session="a")
    again.type(b"still\n")
    again.wait(b"still\r\nstill\r\n")


@pytest.mark.parametrize("keys", [{"keep": True}, {"grace_ms": 60000}])
def test_owner_may_come_back(host: Host, keys: dict[str, object]) -> None:
    execute(host, "a", ["cat"], tty=True, stdin=True)
    host[0].view(session="a", owner=True, **keys).close()
    again = host[0].view(session="a", owner=True, keep=True)
    again.type(b"still\n")
    again.wait(b"still\r\nstill\r\n")


def test_an_exec_whose_owner_never_comes_is_ended(host: Host) -> None:
    execute(host, "a", ["sleep", "1000"], await_owner_ms=50)
    assert host[1].event("exec_exited", session="a")["exit"]["signal"] == 1


def test_access_and_the_list_of_viewers(make: Make) -> None:
    one = make(["cat"], stdin_open=True)
    control = one.spawn()
    control.request("start")
    first = one.view(name="first")
    quiet = one.view(name="quiet", access="ro")
    first.until(lambda: len(first.viewers) == 2)
    quiet.type(b"no\n")
    quiet.until(lambda: bool(quiet.notices))
    assert "read-only" in quiet.notices[0]
    boss = one.view(name="boss", access="exclusive")
    first.until(lambda: len(first.viewers) == 3)
    assert {v["name"]: v["access"] for v in first.viewers} == {
        "first": "ro",
        "quiet": "ro",
        "boss": "exclusive",
    }
    refused = one.view(name="late", access="exclusive")
    assert refused.failed is not None
    assert "boss" in refused.failed["message"]
    first.type(b"lost\n")
    first.until(lambda: bool(first.notices))
    boss.type(b"mine\n")
    boss.wait(b"mine\n")
    boss.close()
    first.until(lambda: len(first.viewers) == 2)
    first.type(b"again\n")
    first.wait(b"again\n")
    assert bytes(first.output[1]) == b"mine\nagain\n"
    first.send_json(frames.ACCESS, {"access": "ro"})
    quiet.until(lambda: {v["access"] for v in quiet.viewers} == {"ro"})


def test_last_active_viewer_decides_the_size(make: Make) -> None:
    one = make(["bash", "--norc"], tty=True, stdin_open=True)
    control = one.spawn()
    control.request("start")
    first = one.view(cols=80, rows=24)
    second = one.view(cols=100, rows=30)
    watcher = one.view(cols=10, rows=5, access="ro")
    second.type(b"stty size\n")
    second.wait(b"30 100")
    first.type(b"stty size\n")
    first.wait(b"24 80")
    second.send_json(frames.RESIZE, {"cols": 120, "rows": 40})
    second.type(b"stty size\n")
    second.wait(b"40 120")
    watcher.until(lambda: [v["sizes"] for v in watcher.viewers] == [False, True, False])
    second.close()
    first.type(b"stty size; exit 3\n")
    assert first.finish()["code"] == 3
    assert bytes(first.output[1]).count(b"24 80") == 2
    assert watcher.finish()["code"] == 3


def test_stdin_that_is_not_open_is_said(make: Make) -> None:
    one = make(["sleep", "100"])
    one.spawn().request("start")
    view = one.view()
    view.until(lambda: bool(view.notices))
    assert "without -i" in view.notices[0]


def test_signal_frames_reach_the_program(host: Host) -> None:
    execute(host, "a", sh("trap 'echo got; exit 5' USR1; echo up; while :; do sleep 0.01; done"))
    view = host[0].view(session="a")
    view.wait(b"up")
    view.send_json(frames.SIGNAL, {"signal": 10})
    assert view.finish()["code"] == 5


def test_a_viewer_that_does_not_read_stops_nobody(make: Make) -> None:
    one = make(sh("i=0; while :; do i=$((i+1)); echo $i; done"))
    control = one.spawn()
    stuck = one.view(name="stuck")
    control.request("start")
    watcher = one.view()
    watcher.wait(b"\n100000\n")
    stuck_behind = {
        v["name"]: v["behind"] for v in control.request("state")["sessions"][0]["viewers"]
    }
    assert stuck_behind["stuck"] > 0
    assert control.request("signal", session="main", signal=9)["ok"]
    assert control.event("exited")["exit"]["code"] == 137
    stuck.finish()
    lines = bytes(stuck.output[1]).splitlines()
    assert not stuck.gaps
    assert lines == [b"%d" % at for at in range(1, len(lines) + 1)]


def test_a_terminal_viewer_that_falls_out_of_the_ring_gets_a_counted_gap(make: Make) -> None:
    one = make(sh("stty raw; head -c 3000000 /dev/zero | tr '\\0' x; echo done"), tty=True)
    one.config["replay_bytes"] = 100_000
    one.write(one.config["argv"])
    control = one.spawn()
    stuck = one.view()
    control.request("start")
    control.event("exited")
    stuck.finish()
    assert stuck.gaps
    missing = sum(count for _, _, count in stuck.gaps)
    assert missing + len(stuck.output[1]) == one.record("exited")["offsets"][0]
    assert bytes(stuck.output[1]).endswith(b"done\n")


def test_lossless_viewer_makes_the_program_wait(make: Make) -> None:
    one = make(sh("head -c 50000000 /dev/zero"))
    control = one.spawn()
    view = one.view(lossless=True)
    control.request("start")
    state = control.request("state")
    wait_for(lambda: control.request("state")["sessions"][0]["end"][0] > 1 << 20)
    state = control.request("state")
    assert state["sessions"][0]["end"][0] < 8 << 20
    assert view.finish()["code"] == 0
    assert len(view.output[1]) == 50000000


def test_a_lossless_viewer_that_goes_frees_the_program(make: Make) -> None:
    one = make(sh("head -c 20000000 /dev/zero"))
    control = one.spawn()
    view = one.view(lossless=True)
    control.request("start")
    wait_for(lambda: control.request("state")["sessions"][0]["end"][0] > 1 << 20)
    view.close()
    assert control.event("exited")["exit"]["code"] == 0


def test_resume_from_offsets(make: Make) -> None:
    one = make(sh("for i in $(seq 20000); do echo out $i; echo err $i >&2; done"))
    control = one.spawn()
    first = one.view(lossless=True)
    control.request("start")
    first.until(lambda: len(first.output[1]) > 50000)
    first.close()
    second = one.view(replay="from", **{"from": first.at})
    second.finish()
    out = bytes(first.output[1] + second.output[1])
    err = bytes(first.output[2] + second.output[2])
    assert out == b"".join(b"out %d\n" % at for at in range(1, 20001))
    assert err == b"".join(b"err %d\n" % at for at in range(1, 20001))


def test_replay_of_nothing(make: Make) -> None:
    one = make(sh("echo before; read x; echo after"), stdin_open=True)
    control = one.spawn()
    control.request("start")
    one.view().wait(b"before\n")
    view = one.view(replay="none")
    view.until(lambda: view.live)
    view.type(b"\n")
    view.finish()
    assert bytes(view.output[1]) == b"after\n"


def test_attach_races_with_exit(make: Make) -> None:
    one = make(["sleep", "1000"])
    control = one.spawn()
    control.request("start")
    for at in range(60):
        control.request("exec", session=f"r{at}", process=one.process(sh(f"echo {at}; exit 9")))
        views: list[View] = [one.view(session=f"r{at}") for _ in range(at % 3 + 1)]
        for view in views:
            assert view.finish()["code"] == 9
            assert bytes(view.output[1]) == b"%d\n" % at
    assert alive(one.pid)


def test_unknown_session_is_refused(make: Make) -> None:
    one = make(["sleep", "100"])
    one.spawn()
    view = one.view(session="nope")
    assert view.failed is not None
    assert view.failed["kind"] == "not_found"


def test_attaching_leaks_nothing(host: Host) -> None:
    one, _ = host

    def once() -> None:
        view = one.view()
        view.until(lambda: view.live)
        view.close()
        one.peers.remove(view)

    for _ in range(5):
        once()
    before = len(fds(one.pid))
    for _ in range(200):
        once()
    wait_for(lambda: len(fds(one.pid)) <= before)


def test_an_owner_that_keeps_may_leave_for_good(host: Host) -> None:
    execute(host, "a", ["cat"], stdin=True, await_owner_ms=100)
    host[0].view(session="a", owner=True, keep=True).close()
    execute(host, "b", ["sleep", "0.3"])
    host[1].event("exec_exited", session="b")
    view = host[0].view(session="a")
    view.type(b"alive\n")
    view.wait(b"alive\n")


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        (frames.RESIZE, b"[1, 2]"),
        (frames.RESIZE, b'{"cols": "wide"}'),
        (frames.SIGNAL, b'{"signal": 999}'),
        (frames.SIGNAL, b"{}"),
        (frames.ACCESS, b'{"access": "root"}'),
        (frames.RESIZE, b"[" * 100_000),
    ],
)
def test_a_viewer_that_sends_nonsense_loses_only_its_connection(
    host: Host, kind: int, payload: bytes
) -> None:
    view = host[0].view()
    view.send(kind, payload)
    while view.step():
        continue
    assert view.exit is None
    assert host[1].request("signal", session="main", signal="x")["kind"] == "invalid_argument"
    assert host[1].request("state")["state"] == "running"
