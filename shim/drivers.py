"""The container's log by driver, and the replay stores of sessions.

`local` is `contui.shim.logwriter`; its segments serve as the replay store of a main session without
a terminal, so that such output is written once.
"""

from __future__ import annotations

from contui.shim.logwriter import LogWriter
from contui.shim.replay import RingStore, SegmentStore
from contui.shim.session import MAIN, Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.shim.contracts import Keeper, Sink, Store


REPLAY = 4 << 20  # bytes kept for replay when shim.json does not say
_SEGMENTS = 5  # of a store that is not the log

_UNITS = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def size(text: str) -> int:
    """Bytes of "4096", "10k", "20m", "1g" (as Docker's max-size). Raises ValueError."""
    text = text.strip().lower().removesuffix("b") or "0"
    unit = _UNITS.get(text[-1])
    number = int(text[:-1]) * unit if unit else int(text)
    if number == -1:
        return 1 << 62  # without limit
    if number <= 0:
        raise ValueError(f"not a size: {text}")
    return number


class MainLog:
    """The log of one container."""

    def __init__(self, config: dict[str, Any], offsets: tuple[int, int]) -> None:
        self.driver = str(config.get("driver") or "local")
        self.directory = str(config.get("dir", ""))
        self._options = {str(key): str(value) for key, value in config.get("options", {}).items()}
        self._offsets = offsets
        self._beside: dict[str, LogWriter] = {}
        self.writer = self._open(self.directory, offsets)

    def _open(self, directory: str, offsets: tuple[int, int]) -> LogWriter:
        limit = size(self._options.get("max-size", "100m"))
        return LogWriter(directory, limit, int(self._options.get("max-file", "10")), offsets)

    def beside(self, session: str) -> Sink:
        """A log of its own for an exec, in a directory below the container's."""
        writer = self._open(f"{self.directory}/exec-{session}", (0, 0))
        self._beside[session] = writer
        return writer

    def close_beside(self, session: str) -> None:
        """The exec is over and collected."""
        writer = self._beside.pop(session, None)
        if writer is not None:
            writer.close()

    def describe(self) -> dict[str, Any]:
        """As `state` shows it."""
        return {
            "driver": self.driver,
            "end": [self.writer.out, self.writer.err],
            "dropped": self.writer.dropped,
        }

    def close(self) -> None:
        """Idempotent."""
        self.writer.close()
        for writer in self._beside.values():
            writer.close()


def make_main(keeper: Keeper, config: dict[str, Any], run: str) -> tuple[Session, MainLog]:
    """The main session of shim.json, with its log."""
    base = config.get("offsets") or (0, 0)
    log = MainLog(config.get("log", {}), (int(base[0]), int(base[1])))
    ends = (log.writer.out, log.writer.err)
    replay = int(config.get("replay_bytes") or REPLAY)
    spec = config | {"stdin": config.get("stdin_open"), "log": True}
    store: Store
    if config.get("tty"):
        store = RingStore(f"{run}/main.ring", replay, ends[0])
    else:
        segments = SegmentStore(log.directory, log.writer, replay, sum(ends))
        log.writer.rotated = segments.rotated
        store = segments
    session = Session(keeper, MAIN, spec, store, ends)
    if config.get("tty"):
        session.sinks.insert(0, log.writer)
    return session, log


def make_store(spec: dict[str, Any], run: str, name: str) -> Store:
    """The replay store of an exec."""
    replay = int(spec.get("replay_bytes") or REPLAY)
    if spec.get("tty"):
        return RingStore(f"{run}/{name}.ring", replay)
    directory = f"{run}/{name}.replay"
    writer = LogWriter(directory, max(replay // (_SEGMENTS - 1), 1), _SEGMENTS)
    store = SegmentStore(directory, writer, replay, 0)
    writer.rotated = store.rotated
    return store
