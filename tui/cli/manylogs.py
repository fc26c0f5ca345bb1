"""`logs A B …`: the logs of several containers as one, each line behind its container's name.

What is there already comes by time; with --follow, lines come as they are written, until the last
container has ended. The other end is `LogService`, one call a container on one connection.
"""

from __future__ import annotations

from contui.tui.cli import api, terminal
from contui.tui.client import messages
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.tui.cli.logs import Reading, Writer
    from contui.tui.client.wire import Call, Channel

    One = tuple[messages.ReadLogsRequest, Reading]

COLOURS = (36, 33, 32, 35, 34, 31, 96, 93, 92, 95, 94, 91)


def prefixes(names: list[str]) -> list[bytes]:
    """What stands before the lines of each: its name, on a terminal in a colour of its own."""
    width = max(len(name) for name in names)
    coloured = terminal.is_terminal(1)
    found = []
    for number, name in enumerate(names):
        text = f"{name:<{width}} | "
        if coloured:
            text = f"\x1b[{COLOURS[number % len(COLOURS)]}m{text}\x1b[0m"
        found.append(text.encode())
    return found


def relay(logs: list[One], writer: Writer, patience: float) -> None:
    """All of them, to their ends; following outlives the backend. Raises ApiError."""
    channel = api.channel()
    while True:
        try:
            _run(channel, logs, writer)
            return
        except ApiError as error:
            lost = error.status == "unavailable" and any(reading.at for _, reading in logs)
            if not logs[0][0].follow or not lost:
                raise
        writer.flush()
        channel = api.renew(patience)
        for request, reading in logs:
            if reading.at:
                request.ClearField("tail")
                request.since.unix_nanos = reading.at


def _run(channel: Channel, logs: list[One], writer: Writer) -> None:
    calls = [(channel.start("LogService/Read", request), reading) for request, reading in logs]
    if logs[0][0].follow:
        _as_they_come(channel, calls, writer)
    else:
        _by_time(calls)


def _as_they_come(channel: Channel, calls: list[tuple[Call, Reading]], writer: Writer) -> None:
    while calls:
        came = []
        for call, reading in list(calls):
            while call.done and (data := call.take()) is not None:
                came.append((messages.ReadLogsResponse.FromString(data), reading))
            if call.done:
                calls.remove((call, reading))
        came.sort(key=lambda one: one[0].at.unix_nanos)
        for response, reading in came:
            reading.take(response)
        writer.flush()
        if calls and not came:
            channel.pump(None)


def _by_time(calls: list[tuple[Call, Reading]]) -> None:
    heads = []
    for call, reading in calls:
        if (data := call.receive()) is not None:
            heads.append((messages.ReadLogsResponse.FromString(data), call, reading))
    while heads:
        place = min(range(len(heads)), key=lambda at: heads[at][0].at.unix_nanos)
        response, call, reading = heads[place]
        reading.take(response)
        data = call.receive()
        if data is None:
            del heads[place]
        else:
            heads[place] = (messages.ReadLogsResponse.FromString(data), call, reading)
