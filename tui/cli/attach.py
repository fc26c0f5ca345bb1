"""`attach`."""

from __future__ import annotations

import os

from contui.tui.cli import api, sessions_io, terminal
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.client import messages
from contui.tui.client.errors import ApiError

DETACH_KEYS = Flag("detach-keys", "Instead of ctrl-p,ctrl-q", value="KEYS", default="\0")
SIG_PROXY = Flag("sig-proxy", "Forward signals to the program (not with a terminal)", default=True)

_FLAGS = (
    Flag("session", "An exec's session instead of the main one", "s", "ID"),
    Flag("no-replay", "Only what comes from now on"),
    Flag("read-only", "Watch only", "r"),
    Flag("exclusive", "All others only watch while this client is here"),
    Flag("no-stdin", "Do not hand our stdin on"),
    Flag("close-stdin", "The end of our stdin is the end of the program's"),
    DETACH_KEYS,
    SIG_PROXY,
)


def _attach(values: Values) -> int:
    keys = sessions_io.keys_from(values.text("detach-keys"))
    if values.flag("read-only") and values.flag("exclusive"):
        raise CliError("--read-only and --exclusive contradict each other", "drop one of them")
    return join_session(
        values.args[0],
        session=values.text("session"),
        keys=keys,
        stdin=not values.flag("no-stdin"),
        replay=not values.flag("no-replay"),
        read_only=values.flag("read-only"),
        exclusive=values.flag("exclusive"),
        close_stdin=values.flag("close-stdin"),
        proxy=values.flag("sig-proxy"),
    )


def join_session(
    container: str,
    *,
    session: str = "",
    keys: bytes = b"",
    stdin: bool = True,
    replay: bool = True,
    read_only: bool = False,
    exclusive: bool = False,
    close_stdin: bool = False,
    proxy: bool = True,
) -> int:
    """View a living session until it ends or is left; the exit status."""
    from contui.tui.cli import relay

    stdin = stdin and not _is_null(0)
    opening = messages.Open(
        container=container,
        session=session,
        access=sessions_io.access_of(read_only, exclusive),
        replay=messages.REPLAY_SCREEN if replay else messages.REPLAY_NONE,
        size=sessions_io.own_size() if terminal.is_terminal(1) else None,
        viewer=sessions_io.viewer_name(),
        no_stdin=not stdin,
        close_stdin=close_stdin and stdin,
        keep=True,
    )
    try:
        link, name, session = sessions_io.open_session(opening)
    except ApiError as error:
        raise CliError(error.message, error.hint) from None
    try:
        options = relay.Options(
            stdin=stdin and not (read_only and not terminal.is_terminal(0)),
            keys=keys,
            proxy=proxy and session in ("", "main"),
            replayed=replay,
        )
        loop = relay.Relay(link, options)
        return sessions_io.status_of(loop.run(), name, session, loop.attached)
    finally:
        link.close()


def _is_null(descriptor: int) -> bool:
    """Whether the descriptor is /dev/null: nothing is meant to be typed."""
    try:
        return os.fstat(descriptor).st_rdev == os.stat(os.devnull).st_rdev
    except OSError:
        return False


def start_attached(values: Values, names: list[str]) -> int:
    """`start -a`: attach, start, and stay."""
    from contui.tui.cli import relay

    keys = sessions_io.keys_from(values.text("detach-keys"))
    stdin = values.flag("interactive")
    opening = messages.Open(
        container=names[0],
        replay=messages.REPLAY_NONE,
        size=sessions_io.own_size(),
        viewer=sessions_io.viewer_name(),
        no_stdin=not stdin,
        close_stdin=stdin,
        before_start=True,
    )
    link, name, session = sessions_io.open_session(opening)
    options = relay.Options(stdin=stdin, keys=keys, proxy=values.flag("sig-proxy"), replayed=False)
    loop = relay.Relay(link, options)
    channel = api.channel()

    def begin() -> None:
        request = messages.StartRequest(container=names[0])
        channel.call("ContainerService/Start", request, messages.StartResponse)

    loop.on_attached = begin
    try:
        return sessions_io.status_of(loop.run(), name, session, loop.attached)
    except ApiError as error:
        status = sessions_io.status_of_kind(error.kind, 1)
        raise CliError(error.message, error.hint, status) from None
    finally:
        link.close()


VERBS = {
    "attach": Verb(_attach, "CONTAINER", _FLAGS, 1, 1, complete="running+1"),
}
