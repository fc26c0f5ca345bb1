"""`logs`: what a container's main session has printed, byte for byte.

Plain and `--tail` reads on this machine go to the log's files themselves
(`contui.tui.cli.logfiles`, over a ticket); everything else is read by the backend's `LogService`.
"""

from __future__ import annotations

from contui.tui.cli import api, terminal
from contui.tui.cli import values as parse
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.output import note, rfc3339
from contui.tui.cli.streams import write_all
from contui.tui.client import messages, settings
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.tui.cli.neutral import Neutral
    from contui.tui.client.wire import Channel

_PATIENCE_S = 30.0  # for a lost backend to come back
_LONG = 1 << 20  # bytes: of a longer line there may be more to come
_BATCH = 256 << 10  # bytes that are gathered before they are written, when more is there

_FLAGS = (
    Flag("follow", "Go on with what comes, until the container ends", "f"),
    Flag("tail", "Only the last lines", "n", "N|all"),
    Flag("since", "From this time on: RFC 3339, Unix seconds, or 10m ago", value="TIME"),
    Flag("until", "Up to this time", value="TIME"),
    Flag("timestamps", "Each line with its time", "t"),
    Flag("stdout", "Only stdout"),
    Flag("stderr", "Only stderr"),
    Flag("grep", "Only lines in which this is found", "g", "REGEX"),
    Flag("raw", "Control sequences reach the terminal"),
)


def _logs(values: Values) -> int:
    request = _request(values)
    writer = Writer(values.flag("raw"))
    if len(values.args) > 1:
        return _many(values, request, writer)
    if settings.direct() and not request.lines and not request.grep and not _timed(request):
        from contui.tui.cli import logfiles

        if logfiles.show(request, writer):
            return writer.end()
    _relay(request, writer, values.flag("timestamps"))
    return writer.end()


def _many(values: Values, request: messages.ReadLogsRequest, writer: Writer) -> int:
    from contui.tui.cli import manylogs

    names = list(dict.fromkeys(values.args))
    logs = []
    for name, prefix in zip(names, manylogs.prefixes(names), strict=True):
        one = messages.ReadLogsRequest.FromString(request.SerializeToString())
        one.container, one.lines = name, True
        logs.append((one, Reading(writer, values.flag("timestamps"), prefix)))
    manylogs.relay(logs, writer, _PATIENCE_S)
    return writer.end()


def _timed(request: messages.ReadLogsRequest) -> bool:
    return request.HasField("since") or request.HasField("until")


def _request(values: Values) -> messages.ReadLogsRequest:
    import time

    now = time.time_ns()
    request = messages.ReadLogsRequest(
        container=values.args[0],
        follow=values.flag("follow"),
        stdout=values.flag("stdout"),
        stderr=values.flag("stderr"),
        grep=values.text("grep"),
        lines=values.flag("timestamps") or bool(values.text("grep")),
    )
    tail = values.text("tail")
    if tail not in ("", "all", "-1"):
        if not tail.isdecimal():
            raise CliError(f'invalid --tail "{tail}"', "a number of lines, or all")
        request.tail = int(tail)
    for flag, moment in (("since", request.since), ("until", request.until)):
        if values.text(flag):
            moment.unix_nanos = parse.time_ns(values.text(flag), f"--{flag}", now)
    return request


def _relay(request: messages.ReadLogsRequest, writer: Writer, timestamps: bool) -> None:
    """Everything that the backend reads for us; following outlives the backend."""
    reading = Reading(writer, timestamps)
    channel = api.channel()
    while True:
        try:
            reading.run(channel, request)
            return
        except ApiError as error:
            if not request.follow or error.status != "unavailable" or not reading.at:
                raise
        writer.flush()
        channel = api.renew(_PATIENCE_S)
        request.ClearField("tail")
        request.since.unix_nanos = reading.at


class Reading:
    """What has come from the backend so far."""

    def __init__(self, writer: Writer, timestamps: bool, prefix: bytes = b"") -> None:
        """`prefix` stands before each line; then each response is one."""
        self.at = 0  # unix ns of the last response
        self._next = {1: 0, 2: 0}  # offset in its stream of what is wanted next
        self._within: set[int] = set()  # streams in the midst of a line: long ones come in pieces
        self._writer = writer
        self._timestamps = timestamps
        self._prefix = prefix

    def run(self, channel: Channel, request: messages.ReadLogsRequest) -> None:
        """One call, to its end. Raises ApiError."""
        call = channel.start("LogService/Read", request)
        while (data := call.receive()) is not None:
            self.take(messages.ReadLogsResponse.FromString(data))
            if not call.done:
                self._writer.flush()
                channel.pump(0)

    def take(self, response: messages.ReadLogsResponse) -> None:
        """One answer of the backend."""
        if response.dropped or response.notice:
            self._writer.flush()
            lost = f"{response.dropped} bytes are missing here" if response.dropped else ""
            note(f"contui: {': '.join(filter(None, (lost, response.notice)))}\n")
            return
        stream = 2 if response.stream == 2 else 1
        seen = self._next[stream] - response.offset  # before the backend went away
        if seen >= len(response.data) > 0:
            return
        data = response.data[max(seen, 0) :]
        if self._timestamps and stream not in self._within:
            data = rfc3339(response.at.unix_nanos).encode() + b" " + data
        if self._prefix:
            data = (b"" if stream in self._within else self._prefix) + data
            if not data.endswith(b"\n") and len(data) < _LONG:  # another log's line comes next
                data += b"\n"
        self._writer.put(stream, data)
        self._next[stream] = response.offset + len(response.data)
        self.at = response.at.unix_nanos
        if response.data.endswith(b"\n"):
            self._within.discard(stream)
        elif response.data:
            self._within.add(stream)


class Writer:
    """Writes each stream to its own descriptor, in order, and safely when that is a terminal."""

    def __init__(self, raw: bool) -> None:
        self._filters: dict[int, Neutral] = {}
        self._gathered: list[bytes] = []
        self._size = 0
        self._descriptor = 1
        for descriptor in (1, 2):
            if not raw and terminal.is_terminal(descriptor):
                from contui.tui.cli.neutral import Neutral

                self._filters[descriptor] = Neutral()

    @property
    def exact(self) -> bool:
        """Whether bytes go out as they are."""
        return not self._filters

    def put(self, stream: int, data: bytes) -> None:
        """Take a piece of a stream."""
        descriptor = 2 if stream == 2 else 1
        if descriptor in self._filters:
            data = self._filters[descriptor].feed(data)
        if descriptor != self._descriptor:
            self.flush()
            self._descriptor = descriptor
        self._gathered.append(data)
        self._size += len(data)
        if self._size > _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered. Raises BrokenPipeError."""
        if self._gathered:
            gathered, self._gathered, self._size = self._gathered, [], 0
            write_all(self._descriptor, [b"".join(gathered)])

    def end(self) -> int:
        """Write the rest, with the terminal's colours reset; the exit status."""
        self.flush()
        for descriptor, neutral in self._filters.items():
            rest = neutral.release() + (b"\x1b[0m" if neutral.coloured else b"")
            if rest:
                write_all(descriptor, [rest])
        return 0


VERBS = {"logs": Verb(_logs, "CONTAINER…", _FLAGS, 1, complete="containers")}
