"""`logs` from the log's own files, which the backend hands to local clients, and from the shim.

At the other end: `contui.backend.services.logs`, which grants descriptors for a ticket; the format
is that of `contui.shim.logformat`. The usual log, of one stream or with a terminal, is copied by
the kernel. What cannot be read here is left to the backend's own reader.
"""

from __future__ import annotations

import os

from contui.shim import frames
from contui.shim.logformat import DATA, Record, Segment, offsets_after
from contui.tui.cli import api
from contui.tui.cli.output import note
from contui.tui.cli.streams import widen
from contui.tui.client import messages
from contui.tui.client.direct import close_all, redeem
from contui.tui.client.errors import ApiError
from contui.tui.client.links import LOST, DirectLink

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from contui.tui.cli.logs import Writer
    from contui.tui.client.wire import Channel

_NEWS_S = 10.0  # for the backend to hear that a program has ended
_BLOCK = 256 << 10  # bytes that are read at once
_RECORDS = 4096
_LARGE = 1 << 20  # bytes that are worth a wider pipe
_SENDFILE = 8 << 20  # bytes: one call, so that a signal is not kept waiting

_ENDLESS = 1 << 63
_ENDED = (1, 7, 8, 9)  # of ContainerState: created, exited, removing, unknown

# Of a segment: itself, first byte and end in the data file, its one stream (0: both), records
Part = tuple[Segment, int, int, int, int]


def show(request: messages.ReadLogsRequest, writer: Writer) -> bool:
    """Show the log; False when it must be asked of the backend. Raises ApiError."""
    wanted = messages.LogTicketRequest(container=request.container, follow=request.follow)
    ticket = api.channel().call("LogService/Ticket", wanted, messages.LogTicketResponse)
    if ticket.driver != "local":
        return False
    grant, descriptors = redeem(ticket.ticket, ticket.address)
    try:
        link = DirectLink(descriptors.pop()) if grant.get("viewer") else None
        segments = _segments(grant, descriptors)
        streams = _streams(request)
        end = sum(grant["from"]) if link is not None else _ENDLESS
        parts = [part for segment in segments if (part := _part(segment, end)) is not None]
        if request.HasField("tail"):
            tailed = _tail(parts, request.tail, streams)
            if tailed is None:
                return False
            parts = tailed
        for part in parts:
            _copy(part, streams, writer)
        writer.flush()
    finally:
        close_all(descriptors)
    if link is not None:
        return _follow(link, request, streams, writer)
    return True


def _segments(grant: dict[str, list[int]], descriptors: list[int]) -> list[Segment]:
    """The segments granted; those that are damaged are told of and left out."""
    out = []
    for place, number in enumerate(grant.get("segments", [])):
        data, index = descriptors[2 * place : 2 * place + 2]
        try:
            out.append(Segment(number, data, index))
        except ValueError as error:
            note(f"contui: a part of the log is damaged: {error}\n")
    return out


def _streams(request: messages.ReadLogsRequest) -> tuple[int, ...]:
    if request.stdout == request.stderr:
        return (frames.STDOUT, frames.STDERR)
    return (frames.STDOUT,) if request.stdout else (frames.STDERR,)


def _part(segment: Segment, before: int) -> Part | None:
    """What of a segment's data is of which stream; None when it is empty.

    What lies behind the total offset `before` is left out: the viewer will bring it.
    """
    count = segment.count() if before == _ENDLESS else segment.find(before)
    if not count:
        return None
    last = segment.record(count - 1)
    end = last[3] + last[4] if last[7] == DATA else last[3]
    out, err = offsets_after(last)
    grown = (out - segment.out, err - segment.err)
    if grown == (end, 0):
        return segment, 0, end, frames.STDOUT, count
    if grown == (0, end):
        return segment, 0, end, frames.STDERR, count
    return segment, 0, end, 0, count  # both, or something was lost


def _tail(parts: list[Part], lines: int, streams: tuple[int, ...]) -> list[Part] | None:
    """The parts that hold the last lines; None when streams are mixed."""
    out: list[Part] = []
    missing, last = lines, True
    for segment, _, end, stream, count in reversed(parts):
        if stream == 0:
            return None
        if stream not in streams:
            continue
        if any(other[3] != stream for other in out):
            return None  # the line that ends here may have begun before the other stream's
        if missing <= 0:
            break
        start, found = _lines_from_end(segment.data, end, missing, last)
        out.insert(0, (segment, start, end, stream, count))
        if start:
            break
        missing, last = missing - found, False
    return out


def _lines_from_end(data: int, end: int, lines: int, last: bool) -> tuple[int, int]:
    """(where the last `lines` lines begin, how many newlines were passed when that is the start).

    With `last` the newline at the very end closes the last line and begins none.
    """
    wanted, found, at = lines, 0, end
    if last and end and os.pread(data, 1, end - 1) == b"\n":
        at -= 1
    while at > 0:
        start = max(0, at - _BLOCK)
        block = os.pread(data, at - start, start)
        count = block.count(b"\n")
        if found + count >= wanted:
            place = len(block)
            for _ in range(wanted - found):
                place = block.rfind(b"\n", 0, place)
            return start + place + 1, wanted
        found += count
        at = start
    return 0, found


def _copy(part: Part, streams: tuple[int, ...], writer: Writer) -> None:
    segment, start, end, stream, count = part
    if stream == 0:
        for one, data in _mixed(segment, count):
            if one in streams:
                writer.put(one, data)
    elif stream in streams:
        if writer.exact:
            writer.flush()
            start = _send(segment.data, start, end, stream)
        while start < end:
            data = os.pread(segment.data, min(_BLOCK, end - start), start)
            if not data:
                break
            writer.put(stream, data)
            start += len(data)


def _send(source: int, start: int, end: int, target: int) -> int:
    """Let the kernel copy to descriptor 1 or 2; where it stopped because it cannot."""
    if end - start > _LARGE:
        widen(target)
    while start < end:
        try:
            sent = os.sendfile(target, source, start, min(_SENDFILE, end - start))
        except BrokenPipeError:
            raise
        except OSError:
            return start
        if not sent:
            return start
        start += sent
    return start


def _mixed(segment: Segment, count: int) -> Iterator[tuple[int, bytes]]:
    """(stream, data) in the order of arrival; neighbours of one stream come together."""
    first = 0
    while block := segment.records(first, min(first + _RECORDS, count)):
        first += len(block)
        begin = stop = stream = 0
        for record in block:
            if record[7] != DATA:
                note(f"contui: {record[4]} bytes are missing here: {_lost(record)}\n")
                continue
            if record[6] == stream and record[3] == stop and stop - begin < _BLOCK:
                stop += record[4]
                continue
            if stop > begin:
                yield stream, os.pread(segment.data, stop - begin, begin)
            begin, stop, stream = record[3], record[3] + record[4], record[6]
        if stop > begin:
            yield stream, os.pread(segment.data, stop - begin, begin)


def _lost(record: Record) -> str:
    return "the disk was full" if record[7] == 1 else "the log's buffer was full"


def _follow(
    link: DirectLink, request: messages.ReadLogsRequest, streams: tuple[int, ...], writer: Writer
) -> bool:
    """What comes from the shim, until the container ends.

    False when it goes on after all (it was restarted): then `request` asks for the rest.
    """
    import select

    poll = select.poll()
    poll.register(link.fileno(), select.POLLIN)
    try:
        while True:
            poll.poll()
            for kind, stream, content in link.receive():
                if kind == frames.OUTPUT:
                    if stream in streams:
                        writer.put(stream, bytes(content))
                elif kind == frames.GAP:
                    note(f"contui: {content[1]} bytes are missing here: too slow\n")
                elif kind in (frames.EXIT, frames.FAILED, LOST):
                    writer.flush()
                    return not _goes_on(request, content)
            writer.flush()
    finally:
        link.close()


def _goes_on(request: messages.ReadLogsRequest, ended: dict[str, int]) -> bool:
    """Whether the container runs again or will; then the request is for what comes behind."""
    import time

    at = int(ended.get("at") or time.time_ns())
    channel = api.renew(_NEWS_S)  # the backend may have been another one meanwhile
    state, started = _state(channel, request.container)
    if state not in _ENDED and started <= at:  # the backend has not heard of the end yet
        waiting = messages.WaitRequest(container=request.container, condition="exited")
        channel.call("ContainerService/Wait", waiting, messages.WaitResponse, _NEWS_S)
        state, _ = _state(channel, request.container)
    if state in _ENDED:
        return False
    request.since.unix_nanos = at + 1
    request.ClearField("tail")
    return True


def _state(channel: Channel, container: str) -> tuple[int, int]:
    """(state, unix ns of its start) of a container; one that is gone has ended."""
    wanted = messages.InspectRequest(container=container)
    try:
        found = channel.call("ContainerService/Inspect", wanted, messages.InspectResponse).container
    except ApiError as error:
        if error.status == "not-found":
            return messages.CONTAINER_STATE_REMOVING, 0
        raise
    return found.state, found.started_at.unix_nanos
