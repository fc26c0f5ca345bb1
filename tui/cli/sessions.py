"""`sessions`: the programs whose stdio contui holds, main ones and execs."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.listing import FORMAT, NO_TRUNC, QUIET, print_rows
from contui.tui.cli.output import ago
from contui.tui.client import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COLUMNS = (
    ("SESSION", "ID"),
    ("CONTAINER", "Container"),
    ("COMMAND", "Command"),
    ("USER", "User"),
    ("TTY", "Tty"),
    ("STATUS", "Status"),
    ("VIEWERS", "Viewers"),
    ("CREATED", "RunningFor"),
)
_WIDTH = 30


def _sessions(values: Values) -> int:
    answer = None
    found: list[messages.Session] = []
    for container in values.args or [""]:
        request = messages.ListSessionsRequest(container=container)
        answer = api.channel().call("SessionService/List", request, messages.ListSessionsResponse)
        found.extend(answer.sessions)
    if not values.flag("all"):
        found = [
            one
            for one in found
            if one.state != messages.SESSION_STATE_EXITED and one.purpose != "health"
        ]
    rows = [_row(session, values.flag("no-trunc")) for session in found]
    print_rows(values, rows, _COLUMNS, "ID")
    return 0


def _row(session: messages.Session, whole: bool) -> dict[str, Any]:
    command = " ".join(session.argv)
    if not whole and len(command) > _WIDTH:
        command = command[: _WIDTH - 1] + "…"
    size = f"{session.size.cols}x{session.size.rows}" if session.size.cols else ""
    return {
        "ID": session.id,
        "Container": session.container_name,
        "ContainerID": session.container,
        "Command": command,
        "User": session.user,
        "Tty": size or "yes" if session.tty else "",
        "Status": _status(session),
        "Viewers": ", ".join(viewer.name for viewer in session.viewers),
        "RunningFor": ago(session.created_at.unix_nanos),
        "Pid": session.pid,
        "Keep": session.keep,
        "Purpose": session.purpose,
    }


def _status(session: messages.Session) -> str:
    if session.state == messages.SESSION_STATE_EXITED:
        return f"exited ({session.exit.code})"
    return "created" if session.state == messages.SESSION_STATE_CREATED else "running"


VERBS = {
    "sessions": Verb(
        _sessions,
        "[CONTAINER…]",
        (
            Flag("all", "Also health checks', and those that have ended", "a"),
            FORMAT,
            NO_TRUNC,
            QUIET,
        ),
        complete="running",
    ),
}
