"""Why a container is as it is: facts in, sentences and remedies out."""

from __future__ import annotations

from typing import Any

import pytest

from contui.proto.v1 import containers_pb2 as pb
from contui.proto.v1 import sessions_pb2, types_pb2
from contui.tui.view_models import explain as x
from contui.tui.view_models import signals
from contui.tui.view_models.again import run_again


def mask(*names: str) -> int:
    return sum(1 << (signals.number(name) - 1) for name in names)


def facts(state: int = x.RUNNING, init: dict[str, Any] | None = None, **more: Any) -> Any:
    """A container that runs `sleep` with -it, unless told otherwise."""
    container = {
        "id": "ab" * 32, "name": "c", "image": "host", "argv": ["sleep", "9"], "state": state,
        "tty": True, "open_stdin": True, "pid": 77, **more.pop("container", {}),
    }  # fmt: skip
    answer = pb.ExplainResponse(
        container=pb.Container(**container),
        spec=pb.ContainerSpec(
            **{
                "image": "host",
                "command": ["sleep", "9"],
                "tty": container["tty"],
                "open_stdin": container["open_stdin"],
                **more.pop("spec", {}),
            }
        ),
        stop_signal=more.pop("stop_signal", "TERM"),
        stop_timeout_s=more.pop("stop_timeout_s", 10),
        **more,
    )
    if init is not None:
        answer.init.CopyFrom(pb.InitFacts(**{"pid": 77, "name": "sleep", **init}))
    return answer


def points(answer: Any) -> dict[str, x.Point]:
    return {point.id: point for point in x.explain(answer)}


def commands(point: x.Point) -> str:
    return " | ".join(remedy.command for remedy in point.remedies)


def test_typing_does_nothing_without_i() -> None:
    point = points(facts(container={"open_stdin": False}))["stdin"]
    assert "stdin is closed: started without -i" in point.text
    assert "contui exec -it c sh" in commands(point)
    assert "contui rm -f c; contui run -d -i -t --name c host sleep 9" in commands(point)
    assert [remedy.action for remedy in point.remedies] == ["shell", "recreate"]
    assert "stdin" not in points(facts())


def test_no_terminal() -> None:
    found = points(facts(container={"tty": False}))
    assert "started without -t" in found["terminal"].text
    assert "run -d -t" in commands(found["terminal"])
    assert "contui logs -f c" in commands(found["buffered"])
    assert "may still be in the program" in found["buffered"].text
    assert not {"terminal", "buffered"} & points(facts()).keys()


def test_ctrl_c_that_does_nothing() -> None:
    init = {"foreground": True, "key_signals": True, "caught": mask("TERM")}
    point = points(facts(init=init))["interrupt"]
    assert "no handler for SIGINT" in point.text
    assert "contui kill -s TERM c" in commands(point)
    assert "run -d --init -it" in commands(point)
    ignoring = points(facts(init={**init, "ignored": mask("INT")}))["interrupt"]
    assert "ignores SIGINT" in ignoring.text
    assert "--init" not in commands(ignoring)  # an init hands the signal on to who ignores it


@pytest.mark.parametrize(
    "init",
    [
        {"foreground": True, "key_signals": True, "caught": mask("INT")},
        {"foreground": True, "key_signals": True, "blocked": mask("INT")},  # sigwait, signalfd
        {"foreground": True, "key_signals": False},  # ctrl-c is a byte for the program
        {"foreground": False, "key_signals": True},  # a child has the terminal
        {"key_signals": True},
        {"name": "tini", "foreground": True, "key_signals": True},
        {},
    ],
)
def test_no_false_alarm_about_ctrl_c(init: dict[str, Any]) -> None:
    assert "interrupt" not in points(facts(init=init))


def test_what_stop_will_do() -> None:
    assert points(facts(init={"caught": mask("TERM")}))["stop"].level == x.GOOD
    deaf = points(facts(init={"caught": mask("INT")}))["stop"]
    assert deaf.level == x.WARN
    assert "KILL follows after 10 s" in deaf.text
    assert "--stop-signal INT" in commands(deaf)
    assert "waits for ever" in points(facts(init={}, stop_timeout_s=-1))["stop"].text
    shell = points(facts(init={"name": "bash", "caught": mask("INT", "HUP")}))["stop"]
    assert "--stop-signal HUP" in commands(shell)  # a shell's handler for INT does not end it
    assert "ends it at once" in points(facts(init={}, stop_signal="SIGKILL"))["stop"].text


def test_stop_of_a_program_that_ignores_the_signal() -> None:
    init = {"name": "bash", "ignored": mask("TERM"), "caught": mask("HUP")}
    point = points(facts(init=init))["stop"]
    assert "which PID 1 (bash) ignores, and KILL follows" in point.text
    assert "--init" not in commands(point)
    assert "contui kill c" in commands(point)
    assert "--stop-signal HUP" in commands(point)


def test_an_init_forwards() -> None:
    found = points(facts(init={"name": "tini"}))
    assert "forwards signals" in found["signals"].text
    assert "stop" not in found


def test_zombies() -> None:
    point = points(facts(init={"zombies": 2, "children": 3}))["zombies"]
    assert "2 dead children" in point.text
    assert "--init" in commands(point)


def ended(code: int = 0, **more: Any) -> Any:
    exit = types_pb2.Exit(code=code, **more.pop("exit", {}))
    container = {"exit": exit, **more.pop("container", {})}
    return facts(more.pop("state", x.EXITED), container=container, **more)


def test_how_it_ended() -> None:
    assert "exited with 3" in points(ended(3))["state"].text
    assert points(ended(3))["state"].level == x.BAD
    assert points(ended(0))["state"].level == x.NOTE
    assert "contui restart c" in commands(points(ended(3))["state"])
    assert "SIGSEGV" in points(ended(139, exit={"signal": 11}))["state"].text
    assert "SIGTERM" in points(ended(143))["hint"].text
    assert "not found" in points(ended(127))["hint"].text
    lost = points(ended(-1, state=x.UNKNOWN))["state"]
    assert "nobody saw how" in lost.text
    assert lost.level == x.BAD
    assert (
        "failed: no such file" in points(ended(127, exit={"error": "no such file"}))["state"].text
    )


def test_memory() -> None:
    spec = {"resources": pb.Resources(memory_bytes=20 << 20)}
    whole = points(ended(137, exit={"signal": 9, "oom": types_pb2.OOM_KILL_INIT}, spec=spec))
    assert "lack of memory: its limit is 20m" in whole["memory"].text
    assert "--memory 40m" in commands(whole["memory"])
    assert "--memory 20m" not in commands(whole["memory"])
    child = points(ended(1, exit={"oom": types_pb2.OOM_KILL_CHILD}, spec=spec))
    assert "a child of it" in child["memory"].text
    unlimited = points(ended(1, exit={"oom": types_pb2.OOM_KILL_CHILD}))
    assert "a child of it" in unlimited["hint"].text


def test_a_shell_without_stdin_ends_at_once() -> None:
    container = {"argv": ["/bin/bash"], "tty": False, "open_stdin": False}
    point = points(ended(0, container=container))["stdin"]
    assert "reads its end at once" in point.text
    assert "run -d -it" in commands(point)


def test_stopped_the_hard_way() -> None:
    found = points(ended(137, exit={"signal": 9}, stopped_by_user=True))
    assert "told to end" in found["state"].text
    assert "asked with SIGTERM first it does not end" in found["stop"].text


def test_why_it_stays_so() -> None:
    def policy(name: str, code: int = 1, **more: Any) -> str:
        spec = {"restart": pb.RestartPolicy(name=name, max_retries=more.pop("tries", 0))}
        return points(ended(code, spec=spec, **more))["policy"].text

    assert "policy is no" in policy("")
    assert "ended with 0" in policy("on-failure", 0)
    assert "used up its tries" in policy("on-failure", 1, tries=3)
    assert "told to end" in policy("always", 0, stopped_by_user=True)


def test_other_states() -> None:
    assert "contui unpause c" in commands(points(facts(x.PAUSED))["state"])
    assert "never started" in points(facts(x.CREATED))["state"].text
    assert "SIGTERM has been sent" in points(facts(x.STOPPING))["state"].text
    spec = {"restart": pb.RestartPolicy(name="always")}
    assert "(always)" in points(ended(2, state=x.RESTARTING, spec=spec))["state"].text


def session(*viewers: tuple[str, int], **more: Any) -> Any:
    return sessions_pb2.Session(
        id=more.pop("id", "main"),
        viewers=[sessions_pb2.Viewer(name=name, access=access) for name, access in viewers],  # type: ignore[arg-type]
        **more,
    )


def test_viewers() -> None:
    one = points(facts(sessions=[session(("ann", 1), ("bob", 2))]))["viewers"]
    assert "ann (read-write), bob (read-only)" in one.text
    assert one.level == x.NOTE
    two = points(facts(sessions=[session(("ann", 1), ("bob", 1))]))["viewers"]
    assert "mixed" in two.text
    assert "--exclusive" in commands(two)


def test_execs_that_ended_and_a_missing_shell() -> None:
    exit = types_pb2.Exit(code=1)
    shell = session(id="f00", argv=["bash"], state=sessions_pb2.SESSION_STATE_EXITED, exit=exit)
    assert "bash (session f00) exited with 1" in points(facts(sessions=[shell]))["exec"].text
    assert "no shell" in points(facts(has_shell=False))["shell"].text
    assert "shell" not in points(facts(has_shell=True))
    assert "shell" not in points(facts())


def test_health() -> None:
    sick = points(
        facts(container={"health": "unhealthy"}, health_failures=3, health_output="refused\n")
    )["health"]
    assert "failed 3 times in a row: refused" in sick.text
    assert "health" not in points(facts(container={"health": "healthy"}))


def test_refusals_are_told_from_the_log_and_the_settings() -> None:
    lines = [b"mount: Operation not permitted"]
    found = points(facts(last_lines=lines, init={"capabilities": 3, "seccomp": 2}))
    assert "2 capabilities, a seccomp filter" in found["refused"].text
    assert "refused" not in points(
        facts(last_lines=lines, spec={"security": pb.Security(privileged=True)})
    )
    rom = points(facts(last_lines=[b"touch: Read-only file system"], spec={"read_only": True}))
    assert "--read-only" in rom["refused"].text
    assert "refused" not in points(facts(last_lines=[b"Read-only file system"]))


def test_the_line_that_makes_it_again() -> None:
    spec = pb.ContainerSpec(
        image="img", command=["sh", "-c", "a b"], open_stdin=True, env=["A=1 2"], user="0:0",
        mounts=[pb.Mount(type="bind", source="/a", target="/b", read_only=True)],
        network=pb.NetworkConfig(
            ports=[pb.PortBinding(container_port=80, host_port=8080, host_ip="127.0.0.1")]
        ),
        restart=pb.RestartPolicy(name="on-failure", max_retries=2),
        resources=pb.Resources(memory_bytes=1 << 20),
    )  # fmt: skip
    assert run_again("n", spec, "-t") == (
        "contui run -d -t -i --name n -u 0:0 -e 'A=1 2' -v /a:/b:ro -p 127.0.0.1:8080:80 "
        "--memory 1m --restart on-failure:2 img sh -c 'a b'"
    )
    spec.labels["x"] = "y"
    assert " … img" in run_again("n", spec, "-t")


def test_signals_by_name() -> None:
    assert signals.number("SIGTERM") == signals.number("term") == signals.number("15") == 15
    assert signals.number("RTMIN+3") == 37
    assert signals.number("nonsense") == 0
    assert signals.name(37) == "RTMIN+3"
    assert signals.names(0x8002 | 1 << 40) == ["INT", "STKFLT"]
