"""What run, attach and exec share: opening a session, relaying it, and telling how it ended."""

from __future__ import annotations

import os

from contui.shim import frames
from contui.tui.cli import detach_keys, signals, terminal
from contui.tui.cli.errors import CANNOT_EXECUTE, ENGINE_FAILED, NOT_FOUND, SIGNALLED, CliError
from contui.tui.cli.output import complain, note
from contui.tui.client import messages, settings, start
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.tui.cli.relay import Outcome
    from contui.tui.client.links import Link

# The backend's and the shim's words for a program that was never there or could not be run.
_MISSING = ("command-not-found", "not-found-in-container", "executable-not-found")
_UNUSABLE = (
    "cannot-execute", "invalid-user", "invalid-workdir", "no-such-user", "no-such-group",
    "no-such-directory", "command-not-executable",
)  # fmt: skip


def keys_from(text: str) -> bytes:
    """The detach keys in force: the flag (unless it is NUL: not given), configuration, default.

    Raises CliError.
    """
    if text == "\0":
        configured = settings.detach_keys()
        text = detach_keys.DEFAULT if configured is None else configured
    try:
        return detach_keys.parse(text)
    except detach_keys.KeysError as error:
        raise CliError(str(error)) from None


def want_terminal(interactive: bool, tty: bool) -> None:
    """Refuse -it when stdin is no terminal. Raises CliError."""
    if interactive and tty and not terminal.is_terminal(0):
        raise CliError(
            "-i and -t together need a terminal, and stdin is not a terminal",
            "drop -t to hand input on from a pipe or file, or drop -i",
            ENGINE_FAILED,
        )


def own_size() -> messages.Size:
    """The size of our terminal; zeros when there is none."""
    cols, rows = terminal.size()
    return messages.Size(cols=cols, rows=rows)


def viewer_name() -> str:
    """What other viewers see of us: "alice@pts/3"."""
    user = os.environ.get("SUDO_USER") or os.environ.get("LOGNAME") or os.environ.get("USER")
    user = user or _login(os.getuid())
    for descriptor in (0, 1, 2):
        try:
            place = os.ttyname(descriptor).removeprefix("/dev/")
        except OSError:
            continue
        return f"{user}@{place}"
    return f"{user}@{os.getpid()}"


def _login(uid: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def join(ticket: messages.TicketResponse) -> Link:
    """The viewer for which a ticket was given. Raises ApiError."""
    from contui.tui.client.direct import close_all, redeem
    from contui.tui.client.links import DirectLink

    grant, descriptors = redeem(ticket.ticket, ticket.address)
    if not descriptors:
        raise ApiError("internal", f"the backend granted no viewer: {grant}")
    link = DirectLink(descriptors.pop(0))
    close_all(descriptors)
    return link


def open_session(request: messages.Open) -> tuple[Link, str, str]:
    """(link, name of the container, id of the session) of a running container. Raises ApiError."""
    from contui.tui.cli.api import channel

    if settings.direct():
        ticket = channel().call(
            "SessionService/Ticket",
            messages.TicketRequest(open=request),
            messages.TicketResponse,
        )
        return join(ticket), ticket.container_name or request.container, ticket.session_id
    from contui.tui.client.remote import StreamLink

    link = StreamLink(request, start.reach(), own=True)
    return link, request.container, request.session


def status_of(outcome: Outcome, name: str, session: str, attached: dict[str, Any]) -> int:
    """The exit status of a client whose relay has ended, with what is to be said about it."""
    from contui.tui.cli import relay

    if outcome.how == relay.EXITED:
        return _exited(outcome.content, name)
    if outcome.how == relay.DETACHED:
        start = "\n" if attached.get("session", {}).get("tty") else ""  # behind its prompt
        come_back = _come_back(name, session)
        note(f"{start}contui: detached from {name}; come back with: {come_back}\n")
        return 0
    if outcome.how == relay.KILLED:
        main = session in ("", "main")
        if main and attached and terminal.is_terminal(2):
            note(f"\ncontui: {name} goes on; come back with: {_come_back(name, session)}\n")
        return SIGNALLED + outcome.number
    if outcome.how == relay.CLOSED:
        return SIGNALLED + signals.PIPE
    if outcome.how == relay.FAILED:
        complain(outcome.content.get("message", "refused"), outcome.content.get("hint", ""))
        return status_of_kind(outcome.content.get("kind", ""), 1)
    complain(f"lost {name}: {outcome.content.get('message', '')}", f"see: contui inspect {name}")
    return ENGINE_FAILED


def _come_back(name: str, session: str) -> str:
    more = "" if session in ("", "main") else f" --session {session}"
    return f"contui attach {name}{more}"


def _exited(ended: dict[str, Any], name: str) -> int:
    code = int(ended.get("code", 0))
    if ended.get("error"):
        complain(str(ended["error"]))
    elif code == SIGNALLED + signals.KILL and ended.get("oom") in (1, "init"):
        complain(f"{name} was killed: it used more memory than it may", "see: --memory")
    if ended.get("output_cut"):
        complain("the output may be cut: a child of the program still held it 2 s after its end")
    if code < 0:
        complain(f"nobody saw how {name} ended: its shim died")
        return ENGINE_FAILED
    return code


def status_of_kind(kind: str, otherwise: int) -> int:
    """The exit status for an error of the backend: 127 not found, 126 cannot be executed."""
    if kind in _MISSING:
        return NOT_FOUND
    return CANNOT_EXECUTE if kind in _UNUSABLE else otherwise


def access_of(read_only: bool, exclusive: bool) -> messages.Access.ValueType:
    """The access that flags ask for."""
    if exclusive:
        return messages.ACCESS_EXCLUSIVE
    return messages.ACCESS_READ_ONLY if read_only else messages.ACCESS_READ_WRITE


def shown_streams(wanted: list[str]) -> tuple[int, ...]:
    """The streams that `-a` names; both when it was not given."""
    lowered = [word.lower() for word in wanted]
    if not lowered:
        return (frames.STDOUT, frames.STDERR)
    pairs = (("stdout", frames.STDOUT), ("stderr", frames.STDERR))
    return tuple(number for word, number in pairs if word in lowered)
