"""The client's own standard streams: there, and written without ever blocking the poll loop."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_F_SETPIPE_SZ, _PIPE_BYTES = 1031, 1 << 20  # fcntl(2); the most that an ordinary user may ask for
_STAT_KIND, _FIFO, _CHARACTER = 0o170000, 0o010000, 0o020000  # of st_mode: see inode(7)


def ensure_open() -> None:
    """Put /dev/null where a standard stream is closed, before something else gets its number.

    Writing to a stdout that was closed fails, as it would have.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)


class Output:
    """stdout and stderr of the client, in the order in which output arrived.

    A pipe or a terminal is opened once more so that O_NONBLOCK is ours alone: set on the descriptor
    that was inherited it would change the shell's terminal too. What does not fit waits in
    `pending`; a descriptor that cannot be opened again is written only when poll says so, in pieces
    that do not block.
    """

    def __init__(self) -> None:
        self._own: dict[int, int] = {}
        self._queue: list[tuple[int, bytes | memoryview]] = []
        self.pending = 0  # bytes

    def close(self) -> None:
        """Close what was opened; the inherited descriptors stay."""
        for number, descriptor in self._own.items():
            if descriptor != number:
                os.close(descriptor)
        self._own.clear()

    def _descriptor(self, number: int) -> int:
        found = self._own.get(number)
        if found is None:
            found = self._own[number] = _reopen(number)
        return found

    def write(self, number: int, data: bytes | memoryview) -> None:
        """Write to descriptor 1 or 2, or keep it for `flush`. Raises BrokenPipeError, OSError."""
        if not self._queue:
            done = self._put(number, data)
            if done == len(data):
                return
            data = data[done:]
        kept = bytes(data)
        self._queue.append((number, kept))
        self.pending += len(kept)

    def flush(self) -> None:
        """Go on with what is kept."""
        while self._queue:
            number, data = self._queue[0]
            done = self._put(number, data)
            self.pending -= done
            if done < len(data):
                self._queue[0] = (number, memoryview(data)[done:])
                return
            self._queue.pop(0)

    @property
    def blocked_on(self) -> int:
        """The descriptor to poll for writing; -1 when nothing waits."""
        return self._descriptor(self._queue[0][0]) if self._queue else -1

    def _put(self, number: int, data: bytes | memoryview) -> int:
        descriptor = self._descriptor(number)
        if descriptor == number and not _never_blocks(number):
            return _put_carefully(descriptor, data)
        try:
            return os.write(descriptor, data)
        except BlockingIOError:
            return 0


def _reopen(number: int) -> int:
    """A private, non-blocking descriptor for the same pipe or terminal, else the number itself."""
    try:
        if os.fstat(number).st_mode & _STAT_KIND in (_FIFO, _CHARACTER):
            flags = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            return os.open(f"/proc/self/fd/{number}", flags)
    except OSError:
        pass  # no /proc, another user's terminal, no reader left: the write will tell
    return number


def _never_blocks(number: int) -> bool:
    """Whether this is a file on a disk (or something like it)."""
    kind = os.fstat(number).st_mode & _STAT_KIND
    return kind not in (_FIFO, _CHARACTER, 0o140000)


def _put_carefully(descriptor: int, data: bytes | memoryview) -> int:
    """Write as much as certainly does not block: PIPE_BUF bytes when poll says writable."""
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    done = 0
    while done < len(data) and poll.poll(0):
        done += os.write(descriptor, data[done : done + 4096])
    return done


def widen(descriptor: int) -> None:
    """Let a pipe hold more, so that its two ends take turns less often; others stay as they are."""
    from fcntl import fcntl

    try:
        fcntl(descriptor, _F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        return  # no pipe, or more than this user may have


def write_all(descriptor: int, pieces: Sequence[bytes]) -> None:
    """Write everything, blocking, also when the descriptor was made non-blocking by others."""
    for piece in pieces:
        view = memoryview(piece)
        while view:
            try:
                view = view[os.write(descriptor, view) :]
            except BlockingIOError:
                import select

                poll = select.poll()
                poll.register(descriptor, select.POLLOUT)
                poll.poll()
