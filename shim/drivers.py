"""The container's log by driver, and the replay stores of sessions.

`local` is `contui.shim.logwriter`; its segments serve as the replay store of a main session without
a terminal, so that such output is written once, unless they are tiny. The other drivers have a
store of their own beside them. Options are Docker's: max-size, max-file, mode, max-buffer-size.
"""

from __future__ import annotations

from contui.shim.deferred import Deferred
from contui.shim.journald import Journald
from contui.shim.jsonfile import JsonFile
from contui.shim.logwriter import LogWriter
from contui.shim.replay import SegmentStore
from contui.shim.ring import RingStore
from contui.shim.session import MAIN, Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.shim.contracts import Driver, Keeper, Store
    from contui.shim.loop import Loop

REPLAY = 4 << 20  # bytes kept for replay when shim.json does not say
_SEGMENTS = 5  # of a store that is not the log
_OPEN = 16  # segments of the log that may have to stay open to serve as the store
_UNLIMITED = 1 << 62
_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def size(text: str) -> int:
    """Bytes of "4096", "10k", "20m", "1g" (Docker's notation; -1: no limit). Raises ValueError."""
    word = text.strip().lower().removesuffix("b")
    unit = _UNITS.get(word[-1:])
    try:
        number = int(word[:-1]) * unit if unit else int(word)
    except ValueError:
        number = 0
    if number == -1:
        return _UNLIMITED
    if number <= 0:
        raise ValueError(f"not a size: {text!r}")
    return number


class Nothing:
    """The driver `none`."""

    def __init__(self, offsets: tuple[int, int]) -> None:
        self.out, self.err = offsets
        self.dropped = 0

    def append(self, stream: int, data: memoryview | bytes) -> None:
        """Only count."""
        self.skip(stream, len(data), 0)

    def skip(self, stream: int, size: int, kind: int) -> None:
        """Only count."""
        if stream == 2:
            self.err += size
        else:
            self.out += size

    def close(self) -> None:
        """There is nothing to close."""


class MainLog:
    """The log of one container, and of those of its execs that are logged."""

    def __init__(self, keeper: Keeper, config: dict[str, Any], offsets: tuple[int, int]) -> None:
        log = config.get("log", {})
        self.driver = str(log.get("driver") or "local")
        self.directory = str(log.get("dir", ""))
        self._keeper = keeper
        self._options = {str(key): str(value) for key, value in log.get("options", {}).items()}
        self._limit = size(self._options.get("max-buffer-size", "1m"))
        self._lose = self._options.get("mode") == "non-blocking"
        self._names = {
            "CONTAINER_ID": str(config["id"])[:12],
            "CONTAINER_ID_FULL": str(config["id"]),
            "CONTAINER_NAME": str(config.get("name", "")),
            "SYSLOG_IDENTIFIER": str(config.get("name") or config["id"])[:64],
        }
        self._beside: dict[str, Driver] = {}
        self.writer = self._open(self.directory, offsets)

    @property
    def replayable(self) -> LogWriter | None:
        """The writer, when its files can serve as a replay store."""
        return self.writer if isinstance(self.writer, LogWriter) else None

    @property
    def ends(self) -> tuple[int, int]:
        """Bytes of (stdout, stderr) of all runs so far."""
        if isinstance(self.writer, LogWriter):
            return self.writer.ends
        return self.writer.out, self.writer.err

    def beside(self, session: str) -> Driver:
        """A log of its own for an exec, in a directory below the container's."""
        writer = self._open(f"{self.directory}/exec-{session}", (0, 0))
        self._beside[session] = writer
        return writer

    def close_beside(self, session: str) -> None:
        """The exec has ended."""
        writer = self._beside.pop(session, None)
        if writer is not None:
            writer.close()

    def describe(self) -> dict[str, Any]:
        """As `state` shows it."""
        return {"driver": self.driver, "end": list(self.ends), "dropped": self.writer.dropped}

    def close(self) -> None:
        """Idempotent."""
        self.writer.close()
        for writer in self._beside.values():
            writer.close()

    def _open(self, directory: str, offsets: tuple[int, int]) -> Driver:
        if self.driver == "none":
            return Nothing(offsets)
        if self.driver == "journald":
            loop = self._keeper.loop
            return Journald(loop, self._names, self._limit, offsets, lose=self._lose)
        if self.driver not in ("local", "json-file"):
            raise ValueError(f"unknown log driver {self.driver}: local, json-file, journald, none")
        limit = size(self._options.get("max-size", "100m"))
        files = int(self._options.get("max-file", "10"))
        kind = LogWriter if self.driver == "local" else JsonFile

        def make() -> Driver:
            return kind(directory, limit, files, offsets)

        return Deferred(self._keeper.loop, make, self._limit) if self._lose else make()


def make_main(keeper: Keeper, config: dict[str, Any], run: str) -> tuple[Session, MainLog]:
    """The main session of shim.json, with its log."""
    base = config.get("offsets") or (0, 0)
    log = MainLog(keeper, config, (int(base[0]), int(base[1])))
    ends = log.ends
    replay = int(config.get("replay_bytes") or REPLAY)
    writer = log.replayable
    store: Store
    segments = None  # of the log itself, when they are the store
    if config.get("tty"):
        store = RingStore(f"{run}/main.ring", replay, ends[0], keeper.loop)
    elif writer is not None and writer.max_size * _OPEN >= replay:
        segments = SegmentStore(log.directory, writer, replay, sum(ends))
        writer.rotated = segments.rotated
        store = segments
    else:
        store = _segments(f"{run}/main.replay", replay, ends)
    spec = {**config, "stdin": config.get("stdin_open"), "log": True}
    session = Session(keeper, MAIN, spec, store, ends)
    if store is segments:
        session.sinks, session.later = [store], []
    else:
        session.sinks.append(log.writer)
    if isinstance(log.writer, Journald):
        log.writer.pressure = session.press
    return session, log


def make_store(loop: Loop, spec: dict[str, Any], run: str, name: str) -> Store:
    """The replay store of an exec."""
    replay = int(spec.get("replay_bytes") or REPLAY)
    if spec.get("tty"):
        return RingStore(f"{run}/{name}.ring", replay, 0, loop)
    return _segments(f"{run}/{name}.replay", replay, (0, 0))


def _segments(directory: str, replay: int, offsets: tuple[int, int]) -> SegmentStore:
    writer = LogWriter(directory, max(replay // (_SEGMENTS - 1), 1), _SEGMENTS, offsets)
    store = SegmentStore(directory, writer, replay, sum(offsets))
    writer.rotated = store.rotated
    return store
