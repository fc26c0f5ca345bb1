"""`exec`."""

from __future__ import annotations

from contui.tui.cli import sessions_io, terminal
from contui.tui.cli import values as parse
from contui.tui.cli.attach import DETACH_KEYS
from contui.tui.cli.errors import ENGINE_FAILED, CliError
from contui.tui.cli.flags import LIST, Flag, Values, Verb
from contui.tui.client import messages
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.tui.cli import relay

_FLAGS = (
    Flag("interactive", "Keep stdin open, and hand ours on", "i"),
    Flag("tty", "Give it a terminal", "t"),
    Flag("detach", "Run in the background", "d"),
    Flag("user", "Run as this user", "u", "NAME|UID[:GROUP|GID]"),
    Flag("workdir", "Start in this directory", "w", "DIR"),
    Flag("env", "Set a variable, or take ours", "e", "NAME[=VALUE]", LIST),
    Flag("env-file", "Variables from a file, one a line", value="FILE", kind=LIST),
    Flag("privileged", "All capabilities"),
    Flag("keep", "Let it live when this client goes"),
    DETACH_KEYS,
)


def _exec(values: Values) -> int:
    keys = sessions_io.keys_from(values.text("detach-keys"))
    detach = values.flag("detach")
    interactive = values.flag("interactive") and not detach
    if not detach:
        sessions_io.want_terminal(interactive, values.flag("tty"))
    try:
        link, name, session = sessions_io.open_session(_opening(values, interactive, detach))
    except ApiError as error:
        status = sessions_io.status_of_kind(error.kind, 1)
        raise CliError(error.message, error.hint, status) from None
    from contui.tui.cli import relay

    try:
        options = relay.Options(stdin=interactive, keys=keys)
        loop = relay.Relay(link, options)
        if detach:
            return _leave(loop)
        return sessions_io.status_of(loop.run(), name, session, loop.attached)
    finally:
        link.close()


def _opening(values: Values, interactive: bool, detach: bool) -> messages.Open:
    container, *argv = values.args
    tty = values.flag("tty")
    spec = messages.ExecSpec(
        argv=argv,
        tty=tty,
        open_stdin=values.flag("interactive"),
        user=values.text("user"),
        workdir=values.text("workdir"),
        env=parse.environment(values.texts("env"), values.texts("env-file")),
        privileged=values.flag("privileged"),
    )
    opening = messages.Open(
        container=container,
        size=sessions_io.own_size() if tty else None,
        viewer=sessions_io.viewer_name(),
        no_stdin=not interactive,
        close_stdin=interactive,
        keep=values.flag("keep") or detach,
        lossless=not tty and not detach and not terminal.is_terminal(1),
    )
    opening.exec.CopyFrom(spec)  # the field's name is a word that was once reserved
    return opening


def _leave(loop: relay.Relay) -> int:
    """`-d`: go as soon as it has been made."""
    from contui.tui.cli import relay

    loop.on_attached = loop.detach
    outcome = loop.run()
    if outcome.how == relay.DETACHED:
        return 0
    return sessions_io.status_of(outcome, "", "", loop.attached)


VERBS = {
    "exec": Verb(
        _exec, "CONTAINER COMMAND [ARG…]", _FLAGS, 2, None, True, ENGINE_FAILED, "running+1"
    ),
}
