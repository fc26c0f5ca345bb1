"""One viewer of one session: output down at its own pace, input up.

At the other end: `contui.backend.relay` or `contui.tui.client.direct`. A viewer holds a cursor
into the session's replay store and no copy of the output: while it keeps up it is sent what was
just read, and when its socket is full it falls behind and is served from the store.
"""

from __future__ import annotations

from binascii import b2a_base64
from time import time_ns

from contui.shim import frames, jsonlite
from contui.shim.connection import Connection
from contui.shim.replay import Cursor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.shim.replay import Piece, Size
    from contui.shim.session import Session


READ_WRITE, READ_ONLY, EXCLUSIVE = "rw", "ro", "exclusive"

LAG = 1 << 20  # bytes that a lossless viewer may be behind before the program waits
_LAST_SIGNAL = 64  # see signal(7)
_TURN = 1 << 20  # bytes that one viewer is sent in one turn of the loop at the most


class Refused(Exception):
    """An ATTACH that cannot be granted."""

    def __init__(self, kind: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.hint = hint


class Viewer:
    """Made by `Shim.attach` when ATTACH comes; lives until its connection closes."""

    def __init__(
        self, connection: Connection, session: Session, number: int, request: dict[str, Any]
    ) -> None:
        self.connection = connection
        self.session = session
        self.id = f"v{number}"
        self.name = str(request.get("name", "")) or self.id
        self.access = str(request.get("access") or READ_WRITE)
        self.cols, self.rows = int(request.get("cols") or 0), int(request.get("rows") or 0)
        self.stdin = bool(request.get("stdin", True))
        self.close_stdin = bool(request.get("close_stdin"))
        self.owner = bool(request.get("owner"))
        self.keep = bool(request.get("keep"))
        self.grace_ms = int(request.get("grace_ms") or 0)
        self.lossless = bool(request.get("lossless"))
        if self.lossless:
            connection.widen(LAG)
        self.since = time_ns()
        self.active = 0  # when it last acted, in the session's count
        self.unsized = True  # there may be a change of size that it has not been told
        self._size = 0  # number of the last one that it has
        self.news = False  # whether the list of viewers has changed since it was sent
        self.cursor = Cursor(0, 0)
        self.held: list[tuple[int, int, int, bytes]] = []  # total, stream, offset, data
        self._live = self._ended = self._warned = False

    def begin(self, cursor: Cursor, prologue: bytes, size: Size) -> None:
        """Answer ATTACH and start to send from the cursor, where the terminal has that size."""
        self.cursor = cursor
        self._size = size[0]
        self.connection.role = self
        attached = {
            "session": self.session.describe(),
            "viewer": self.id,
            "access": self.access,
            "start": [cursor.out, cursor.err],
            "end": list(self.session.ends),
            "prologue": b2a_base64(prologue, newline=False).decode(),
            "size": list(size[2:]),
        }
        self.connection.send_json(frames.ATTACHED, attached)
        self.pump()

    @property
    def behind(self) -> int:
        """Bytes of output that were not sent yet."""
        return self.session.total - self.cursor.total + len(self.connection.out)

    def describe(self) -> dict[str, Any]:
        """As VIEWERS shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "access": self.session.granted(self),
            "cols": self.cols,
            "rows": self.rows,
            "sizes": self.session.sizer is self,
            "since": self.since,
            "behind": self.behind,
        }

    def notice(self, message: str) -> None:
        """A sentence for the person at the other end."""
        self.connection.send_json(frames.NOTICE, {"message": message})

    def offer(self, stream: int, offset: int, data: memoryview) -> None:
        """Output was just read, at `offset`: send it if this viewer is exactly there."""
        cursor = self.cursor
        if cursor.total != self.session.total or self.connection.out:
            return  # behind: pump() comes here when the socket takes more
        if self.news or self.unsized or not self._live:
            self.pump()
            if cursor.total != self.session.total or self.connection.out:
                return
        size = len(data)
        if size > frames.CHUNK:
            self._send([(stream, offset, data, 0)], cursor)
            return
        header = frames.output_header(size, stream, offset)
        vector: list[bytes | memoryview] = [header, data]
        sent = self.connection.write(vector)
        if sent == frames.OUTPUT_HEADER.size + size:
            cursor.move(stream, offset + size)
        else:
            self._sent(vector, [offset + size], sent, stream, cursor)

    def hold(self, total: int, stream: int, offset: int, data: bytes) -> None:
        """Keep a chunk that the store could not, for a lossless viewer; the program waits now."""
        self.held.append((total, stream, offset, data))

    def pump(self) -> None:
        """Send what there is until the socket is full or nothing is left."""
        connection, budget = self.connection, _TURN
        while connection.fd >= 0 and connection.flush():
            if self.news:
                self.news = False
                viewers = [viewer.describe() for viewer in self.session.viewers]
                connection.send_json(frames.VIEWERS, {"viewers": viewers})
            elif self.unsized and self._told_size():
                continue
            elif self.cursor.total < self.session.total:
                if budget <= 0:
                    connection.want_room()
                    break
                budget -= self._catch_up()
            elif not self._live:
                self._live = True
                connection.send(frames.encode(frames.LIVE))
            elif self.session.exit is not None and not self._ended:
                self._ended = True
                connection.send_json(frames.EXIT, self.session.exit)
                connection.finish()
            else:
                break
        self.session.pumped()

    def _told_size(self) -> bool:
        """Tell the next change of size, if it is at the cursor."""
        change = self.session.store.next_size(self._size)
        if change is None:
            self.unsized = False
            return False
        number, offset, cols, rows = change
        if offset > self.cursor.out:
            return False
        self._size = number
        resized = {"offset": offset, "cols": cols, "rows": rows}
        self.connection.send_json(frames.RESIZED, resized)
        return True

    def _catch_up(self) -> int:
        store, limit = self.session.store, frames.CHUNK
        change = store.next_size(self._size) if self.unsized else None
        if change is not None:  # it is told between what is before it and behind it
            limit = min(limit, change[1] - self.cursor.out)
        pieces = self._from_held() or store.read(self.cursor, limit)
        if not pieces:  # what the store could not keep
            out, err = self.session.ends
            pieces = [
                (stream, at, b"", end - at)
                for stream, at, end in ((1, self.cursor.out, out), (2, self.cursor.err, err))
                if end > at
            ]
            self.cursor.out, self.cursor.err = out, err
            self.cursor.segment = -1
        self._send(pieces, None)
        if self.session.tty and pieces[0][3]:
            self._restore()
        return frames.CHUNK

    def _restore(self) -> None:
        """Behind a gap: what the terminal showed there."""
        start, prologue = self.session.store.screen()
        self._size, _, cols, rows = self.session.store.size_at(start[0])
        self.unsized = True
        restored = {
            "offset": start[0],
            "cols": cols,
            "rows": rows,
            "prologue": b2a_base64(prologue, newline=False).decode(),
        }
        self.connection.send_json(frames.RESTORED, restored)

    def _from_held(self) -> list[Piece]:
        """What hold() kept, when the cursor has come there."""
        if not self.held or self.held[0][0] > self.cursor.total:
            return []
        total, stream, offset, data = self.held.pop(0)
        skip = self.cursor.total - total
        if skip >= len(data):
            return self._from_held()
        self.cursor.move(stream, offset + len(data))
        self.cursor.segment = -1
        return [(stream, offset + skip, data[skip:], 0)]

    def _send(self, pieces: Any, live: Cursor | None) -> None:
        """Write frames for `pieces` (see `contui.shim.replay.Piece`)."""
        vector, ends = _frames(pieces)
        self._sent(vector, ends, self.connection.write(vector), pieces[0][0], live)

    def _sent(
        self,
        vector: list[bytes | memoryview],
        ends: list[int],
        sent: int,
        stream: int,
        live: Cursor | None,
    ) -> None:
        """The socket took `sent` bytes of `vector`, whose frames end at the offsets `ends`.

        What it does not take waits: of stored pieces (at most CHUNK bytes) all of it, of live
        ones, which are of one stream, the rest of the frame that was begun, and the cursor stays
        behind that.
        """
        if self.connection.fd < 0:
            return
        left = _rest(vector, sent)
        if live is None:
            self.connection.out += b"".join(left)
        else:
            done = len(vector) - len(left)
            begun = bool(left) and len(left[0]) != len(vector[done])
            if done % 2 or begun:  # a frame is a header and its data
                take = 1 if done % 2 else 2
                self.connection.out += b"".join(left[:take])
                done += take
            if done:
                live.move(stream, ends[done // 2 - 1])
        if left:
            self.connection.want_room()

    def frame(self, kind: int, stream: int, payload: bytes) -> None:
        if kind == frames.INPUT:
            self._typed(payload)
        elif kind == frames.RESIZE:
            size = jsonlite.loads(payload)
            self.cols, self.rows = int(size["cols"]), int(size["rows"])
            self.session.acted(self, resized=True)
        elif kind == frames.EOF:
            self.session.half_closed(self)
        elif kind == frames.SIGNAL:
            self._signal(int(jsonlite.loads(payload)["signal"]))
        elif kind == frames.ACCESS:
            self.session.change_access(self, str(jsonlite.loads(payload)["access"]))
        elif kind == frames.DETACH:
            self.session.detached(self)
            self.connection.close()

    def drained(self) -> None:
        self.pump()

    def gone(self) -> None:
        self.session.left(self)

    def _typed(self, data: bytes) -> None:
        if not self._may_write("typing"):
            return
        self.session.acted(self, resized=False)
        target = self.session.input
        if target is None:
            return
        target.write(data)
        if target.full:
            self.connection.pause_reading()
            target.when_room(self.connection.resume_reading)

    def _signal(self, number: int) -> None:
        if not 0 < number <= _LAST_SIGNAL:
            raise frames.FrameError(f"there is no signal {number}")
        if self._may_write("signals"):
            self.session.signal(number)

    def _may_write(self, what: str) -> bool:
        if self.session.granted(self) != READ_ONLY:
            return True
        if not self._warned:
            self._warned = True
            self.notice(f"{what} has no effect: {self.session.why_read_only(self)}")
        return False


def _frames(pieces: Any) -> tuple[list[bytes | memoryview], list[int]]:
    """(header, data, header, data, ...) and the stream offset behind each frame."""
    vector: list[bytes | memoryview] = []
    ends: list[int] = []
    for stream, offset, data, lost in pieces:
        if lost:
            payload = frames.RANGE.pack(offset, lost)
            vector += (frames.HEADER.pack(len(payload), frames.GAP, stream, 0), payload)
            ends.append(offset + lost)
            continue
        for start in range(0, len(data), frames.CHUNK):
            part = data[start : start + frames.CHUNK] if len(data) > frames.CHUNK else data
            vector += (frames.output_header(len(part), stream, offset + start), part)
            ends.append(offset + start + len(part))
    return vector, ends


def _rest(vector: list[bytes | memoryview], sent: int) -> list[bytes | memoryview]:
    """What is left of `vector` when `sent` bytes are gone."""
    for at, part in enumerate(vector):
        if sent < len(part):
            return [part[sent:], *vector[at + 1 :]]
        sent -= len(part)
    return []
