"""`top`: the processes of a container, and who holds it."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.listing import FORMAT, print_rows
from contui.tui.cli.output import size
from contui.tui.client import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COLUMNS = (
    ("PID", "ContainerPID"),
    ("HOST PID", "PID"),
    ("PPID", "PPID"),
    ("USER", "User"),
    ("S", "State"),
    ("%CPU", "CPU"),
    ("TIME", "Time"),
    ("MEM", "Memory"),
    ("SESSION", "Session"),
    ("COMMAND", "Command"),
)
_CHAIN = (("ROLE", "Role"), ("PID", "PID"), ("MEM", "Memory"), ("COMMAND", "Command"))


def _top(values: Values) -> int:
    request = messages.ListProcessesRequest(container=values.args[0])
    answer = api.channel().call("ProcessService/List", request, messages.ListProcessesResponse)
    if values.flag("chain"):
        print_rows(values, [_row(one, {}) for one in answer.chain], _CHAIN, "PID")
        return 0
    depths: dict[int, int] = {}
    rows = [_row(process, depths) for process in answer.processes]
    print_rows(values, rows, _COLUMNS, "PID")
    return 0


def _row(process: messages.Process, depths: dict[int, int]) -> dict[str, Any]:
    depth = depths[process.pid] = depths.get(process.ppid, -1) + 1
    branch = "  " * (depth - 1) + "└ " if depth else ""
    seconds = process.cpu_time_ms // 1000
    command = " ".join(process.argv) or f"[{process.name}]"
    if process.state == "Z":
        command = f"[{process.name}] <zombie>"
    return {
        "ContainerPID": process.container_pid or "",
        "PID": process.pid,
        "PPID": process.ppid,
        "User": process.user,
        "State": process.state,
        "CPU": f"{process.cpu_percent:.1f}",
        "Time": f"{seconds // 60}:{seconds % 60:02d}",
        "Memory": size(process.memory_bytes),
        "Session": process.session,
        "Tty": process.tty,
        "Role": process.role,
        "Name": process.name,
        "Command": branch + command,
    }


VERBS = {
    "top": Verb(
        _top,
        "CONTAINER",
        (
            Flag("chain", "Instead: backend, launcher and shim, which hold it"),
            FORMAT,
            Flag("quiet", "Only the host PIDs", "q"),
        ),
        1,
        1,
        complete="running+1",
    ),
}
