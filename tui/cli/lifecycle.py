"""`start stop restart kill pause unpause wait rm rename`."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli import values as parse
from contui.tui.cli.errors import CliError, UsageError
from contui.tui.cli.flags import COUNT, Flag, Values, Verb
from contui.tui.client import messages

_TIME = Flag("time", "Seconds until it is killed (10); -1: never", "t", "SECONDS", COUNT)


def _start(values: Values) -> int:
    if values.flag("attach") or values.flag("interactive"):
        if len(values.args) > 1:
            raise UsageError("only one container can be started and attached")
        from contui.tui.cli.attach import start_attached

        return start_attached(values, values.args)

    def act(name: str) -> str:
        request = messages.StartRequest(container=name)
        api.channel().call("ContainerService/Start", request, messages.StartResponse)
        return name

    return api.each(values.args, act)


def _stop(values: Values) -> int:
    """Several are stopped at once: each may take its whole time."""
    names = values.args
    calls = {}
    channel = api.channel()
    for name in names:
        request = messages.StopRequest(
            container=name, timeout_s=values.number("time"), signal=values.text("signal")
        )
        calls[name] = channel.start("ContainerService/Stop", request)

    def fetch(name: str) -> str:
        calls[name].result(messages.StopResponse)
        return name

    return api.each(names, fetch)


def _restart(values: Values) -> int:
    def act(name: str) -> str:
        request = messages.RestartRequest(container=name, timeout_s=values.number("time"))
        api.channel().call("ContainerService/Restart", request, messages.RestartResponse)
        return name

    return api.each(values.args, act)


def _kill(values: Values) -> int:
    def act(name: str) -> str:
        request = messages.KillRequest(container=name, signal=values.text("signal"))
        api.channel().call("ContainerService/Kill", request, messages.KillResponse)
        return name

    return api.each(values.args, act)


def _pause(values: Values) -> int:
    def act(name: str) -> str:
        request = messages.PauseRequest(container=name)
        api.channel().call("ContainerService/Pause", request, messages.PauseResponse)
        return name

    return api.each(values.args, act)


def _unpause(values: Values) -> int:
    def act(name: str) -> str:
        request = messages.UnpauseRequest(container=name)
        api.channel().call("ContainerService/Unpause", request, messages.UnpauseResponse)
        return name

    return api.each(values.args, act)


def _wait(values: Values) -> int:
    condition = {"not-running": "exited"}.get(values.text("condition"), values.text("condition"))
    if condition not in ("", "exited", "removed", "next-exit"):
        raise CliError(f'invalid --condition "{condition}"', "not-running, next-exit or removed")

    def act(name: str) -> str:
        request = messages.WaitRequest(container=name, condition=condition)
        answer = api.channel().call("ContainerService/Wait", request, messages.WaitResponse)
        return str(answer.exit.code)

    return api.each(values.args, act)


def _rm(values: Values) -> int:
    def act(name: str) -> str:
        request = messages.RemoveRequest(
            container=name, force=values.flag("force"), volumes=values.flag("volumes")
        )
        api.channel().call("ContainerService/Remove", request, messages.RemoveResponse)
        return name

    return api.each(values.args, act)


def _rename(values: Values) -> int:
    old, new = values.args
    try:
        request = messages.RenameRequest(container=old, name=parse.name(new))
    except CliError as error:
        raise CliError(error.message, error.hint) from None
    api.channel().call("ContainerService/Rename", request, messages.RenameResponse)
    return 0


_SOME = "CONTAINER…"
_START_FLAGS = (
    Flag("attach", "Stay with it: its output, its exit status", "a"),
    Flag("interactive", "Also hand our stdin on", "i"),
    Flag("detach-keys", "Instead of ctrl-p,ctrl-q", value="KEYS", default="\0"),
    Flag("sig-proxy", "Forward signals to the program (not with a terminal)", default=True),
)
_STOP_FLAGS = (_TIME, Flag("signal", "Send this instead of its stop signal", "s", "SIGNAL"))
_RM_FLAGS = (
    Flag("force", "Kill it first if it runs", "f"),
    Flag("volumes", "Also its volumes without a name", "v"),
)

VERBS = {
    "start": Verb(_start, _SOME, _START_FLAGS, 1, complete="containers"),
    "stop": Verb(_stop, _SOME, _STOP_FLAGS, 1, complete="running"),
    "restart": Verb(_restart, _SOME, (_TIME,), 1, complete="containers"),
    "kill": Verb(
        _kill, _SOME, (Flag("signal", "Name or number (KILL)", "s", "SIGNAL"),), 1,
        complete="running",
    ),
    "pause": Verb(_pause, _SOME, (), 1, complete="running"),
    "unpause": Verb(_unpause, _SOME, (), 1, complete="running"),
    "wait": Verb(
        _wait, _SOME,
        (Flag("condition", "not-running (default), next-exit, removed", value="WHAT"),), 1,
        complete="containers",
    ),
    "rm": Verb(_rm, _SOME, _RM_FLAGS, 1, complete="containers"),
    "rename": Verb(_rename, "CONTAINER NAME", (), 2, 2, complete="containers+1"),
}  # fmt: skip
