"""Reads a container's log for a client of the API: ranges, tails, lines and filters.

Used by `contui.backend.services.logs`, which calls `LogReader.batch` in a thread, over and over.
The format on disk is `contui.shim.logformat`; the shim may be writing while we read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from contui.backend import jsonlogs, jsontail
from contui.backend.jsonlogs import JsonLog
from contui.backend.logscan import matcher
from contui.proto.v1 import logs_pb2 as pb
from contui.proto.v1 import types_pb2 as types
from contui.shim import logformat
from contui.shim.logformat import Chunk, Log

BATCH_BYTES = 256 << 10
PIECE_BYTES = 64 << 10  # of one response that is no line
APART_NS = 10_000_000  # a follower shows when each line came: what lies further apart stays so
LINE_BYTES = 2 << 20  # a longer line comes in several responses: messages have a limit

_STREAMS = (types.STREAM_UNSPECIFIED, types.STREAM_STDOUT, types.STREAM_STDERR)
_WHY = {
    jsonlogs.CUT: "the log was cut by hand; it goes on from its beginning",
    logformat.LOST_SPACE: "the disk was full, or the log was damaged",
    logformat.LOST_BUFFER: "the log could not be written as fast as the program wrote",
}


@dataclass(slots=True)
class _Piece:
    """Bytes of one stream that were not sent yet: an unfinished line, or chunks to be joined."""

    at_ns: int = 0
    offset: int = 0
    data: bytearray = field(default_factory=bytearray)


class LogReader:
    """One reading of one log. Blocking; for one thread at a time."""

    def __init__(self, directory: Path, request: pb.ReadLogsRequest) -> None:
        """Raises InvalidArgument for a regular expression that is none."""
        self._directory = directory
        json_file = (directory / jsonlogs.NAME).exists()
        self._log = None if json_file else Log(str(directory))
        self._json: JsonLog | None = None
        self._lines = request.lines or bool(request.grep)
        self._apart = APART_NS if request.follow else 0
        self._wanted = matcher(request.grep)
        self._streams = tuple(
            number for number, wanted in ((1, request.stdout), (2, request.stderr)) if wanted
        ) or (1, 2)
        self._since = request.since.unix_nanos
        self._until = request.until.unix_nanos
        self._pieces = {1: _Piece(), 2: _Piece()}
        self._first = {1: 0, 2: 0}
        self._next = 0  # total offset behind what was read
        self._chunks = self._begin_json(request) if json_file else self._begin(request)
        self.reached_until = False

    def _begin(self, request: pb.ReadLogsRequest) -> Iterator[Chunk]:
        """What is written, from the first chunk on that may matter."""
        assert self._log
        return self._log.chunks(self._place(self._log, request))

    def _begin_json(self, request: pb.ReadLogsRequest) -> Iterator[Chunk]:
        lines = request.tail if request.HasField("tail") else None
        start = None
        if lines is not None or self._since:
            start = jsontail.begin(self._directory, self._streams, lines, self._since)
        return self._begin_json_at(start)

    def _begin_json_at(self, start: jsontail.Start | None) -> Iterator[Chunk]:
        if start is not None:
            self._first |= start.first
        self._json = JsonLog(self._directory, (start.fd, start.ends) if start else None)
        return self._json.chunks()

    def _place(self, log: Log, request: pb.ReadLogsRequest) -> tuple[int, int]:
        """The place of the first record that may matter."""
        place = (0, 0)
        if request.HasField("tail"):
            if not request.tail:
                self._first = dict(zip((1, 2), log.end(), strict=True))
                self._next = sum(log.end())
                return log.place(self._next)
            place, first = logformat.tail(log, request.tail, self._streams)
            self._first |= first
        if request.since.unix_nanos:
            place = max(place, log.since(request.since.unix_nanos))
        return place

    def skip_to(self, stdout: int, stderr: int) -> None:
        """Leave out what lies before these offsets of the streams."""
        self._first = {1: stdout, 2: stderr}
        if self._json:
            self._json.close()
            self._chunks = self._begin_json_at(jsontail.behind(self._directory, (stdout, stderr)))

    def ends(self) -> tuple[int, int]:
        """Offsets (stdout, stderr) behind what is written."""
        if self._log:
            return self._log.end()
        return jsontail.ends(self._directory)

    def refresh(self) -> None:
        """Go on behind what was read: more may have been written."""
        if self._json:
            self._chunks = self._json.chunks()
        if self._log:
            self._log.refresh()
            index, _ = self._log.place(self._next)
            if index > 0:  # a follower must not keep rotated files alive
                self._log.trim(self._log.segments[index].number)
            self._chunks = self._log.chunks(self._log.place(self._next))

    def batch(self) -> list[pb.ReadLogsResponse]:
        """The next responses; empty at the end of what is written."""
        found: list[pb.ReadLogsResponse] = []
        size = 0
        for chunk in self._chunks:
            if self._until and chunk.at > self._until:
                self.reached_until = True
                break
            if chunk.total < self._next:
                continue  # read before the refresh
            if chunk.at < self._since:
                continue
            self._next = chunk.total + (len(chunk.data) or chunk.lost)
            for response in self._take(chunk):
                found.append(response)
                size += len(response.data)
            if size >= BATCH_BYTES:
                break
        if not self._lines:
            found += self._flush()
        return found

    def rest(self) -> list[pb.ReadLogsResponse]:
        """A last line that has no newline; to be called when nothing more will come."""
        return list(self._flush())

    def close(self) -> None:
        """Close the files."""
        for log in (self._log, self._json):
            if log:
                log.close()

    def _take(self, chunk: Chunk) -> Iterator[pb.ReadLogsResponse]:
        if chunk.stream not in self._streams and chunk.kind != jsonlogs.CUT:
            return
        if chunk.lost or chunk.kind == jsonlogs.CUT:
            yield from self._flush()
            yield pb.ReadLogsResponse(
                stream=_STREAMS[chunk.stream],
                at=types.Timestamp(unix_nanos=chunk.at),
                offset=chunk.offset,
                dropped=chunk.lost,
                notice=_WHY.get(chunk.kind, ""),
            )
            return
        skip = self._first[chunk.stream] - chunk.offset
        data, offset = chunk.data, chunk.offset
        if skip > 0:
            data, offset = data[skip:], offset + skip
        if data:
            cut = self._by_line if self._lines else self._by_chunk
            yield from cut(chunk.stream, chunk.at, offset, data)

    def _by_chunk(
        self, stream: int, at_ns: int, offset: int, data: bytes
    ) -> Iterator[pb.ReadLogsResponse]:
        """Join what one stream wrote in a row, to spare messages; for a follower, at one time."""
        late = self._apart and at_ns - self._pieces[stream].at_ns > self._apart
        if late or self._pieces[3 - stream].data:
            yield from self._flush()
        piece = self._pieces[stream]
        if not piece.data:
            piece.at_ns, piece.offset = at_ns, offset
        piece.data += data
        if len(piece.data) >= PIECE_BYTES:
            yield from self._flush()

    def _by_line(
        self, stream: int, at_ns: int, offset: int, data: bytes
    ) -> Iterator[pb.ReadLogsResponse]:
        for line in _split(data):
            piece = self._pieces[stream]
            if not piece.data:
                piece.at_ns, piece.offset = at_ns, offset
            piece.data += line
            offset += len(line)
            if line.endswith(b"\n") or len(piece.data) >= LINE_BYTES:
                yield from self._send(stream)

    def _flush(self) -> Iterator[pb.ReadLogsResponse]:
        for stream in (1, 2):
            if self._pieces[stream].data:
                yield from self._send(stream)

    def _send(self, stream: int) -> Iterator[pb.ReadLogsResponse]:
        piece, self._pieces[stream] = self._pieces[stream], _Piece()
        data = bytes(piece.data)
        if self._wanted is None or self._wanted(data.removesuffix(b"\n")):
            yield pb.ReadLogsResponse(
                stream=_STREAMS[stream],
                data=data,
                at=types.Timestamp(unix_nanos=piece.at_ns),
                offset=piece.offset,
            )


def _split(data: bytes) -> list[bytes]:
    """Lines by newline alone: `splitlines` would cut at carriage returns and more."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])
