"""The catalogue: SQLite in WAL mode, one row per container, and the audit table.

Written only from the event loop by `contui.backend.containers.manager`; a commit takes some 50 µs,
because nothing waits for the disk (a kill loses nothing; after a power cut the container
directories are the truth, see `reconcile`). A damaged file is set aside, never deleted.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from google.protobuf.message import DecodeError

from contui.backend.containers import state as states
from contui.backend.containers.model import Container, Identity
from contui.backend.containers.state import Exit
from contui.backend.errors import Internal
from contui.proto.v1.containers_pb2 import ContainerSpec

log = logging.getLogger(__name__)

OWED = 10_000  # changes that are kept in memory while the disk is full

SCHEMA = """
CREATE TABLE IF NOT EXISTS containers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_ns INTEGER NOT NULL,
    image_id TEXT NOT NULL,
    spec BLOB NOT NULL,
    image_config TEXT NOT NULL,
    argv TEXT NOT NULL,
    original_name TEXT NOT NULL,
    state TEXT NOT NULL,
    started_ns INTEGER NOT NULL,
    finished_ns INTEGER NOT NULL,
    last_exit TEXT,
    restart_count INTEGER NOT NULL,
    stopped_by_user INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS audit (
    at_ns INTEGER NOT NULL,
    uid INTEGER,
    action TEXT NOT NULL,
    container TEXT NOT NULL,
    name TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_container ON audit (container, at_ns);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

_MUTABLE = "name, state, started_ns, finished_ns, last_exit, restart_count, stopped_by_user"
_FIXED = "id, created_ns, image_id, spec, image_config, argv, original_name"


class Store:
    """The catalogue in one file. `warning` is a sentence when it had to be made anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.warning = ""
        self.written = False  # since the last checkpoint
        self._owed: deque[tuple[str, tuple[object, ...]]] = deque()  # what a full disk refused
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            return self._connect()
        except sqlite3.OperationalError as error:  # no damage: the file cannot be reached
            raise Internal(
                f"the catalogue {self._path} cannot be opened: {error}",
                "is the disk full, or the directory read-only?",
            ) from error
        except sqlite3.DatabaseError as error:
            aside = self._set_aside()
            self.warning = (
                f"The catalogue {self._path.name} was damaged ({error}). It was set aside as "
                f"{aside} and made anew from the container directories."
            )
            log.warning("%s", self.warning)
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=NORMAL")
            # Checkpoints wait for the disk: `checkpoint` makes them off the event loop.
            database.execute("PRAGMA wal_autocheckpoint=0")
            result = database.execute("PRAGMA quick_check").fetchone()[0]
            if result != "ok":
                raise sqlite3.DatabaseError(str(result).splitlines()[0])
            database.executescript(SCHEMA)
            _check(database)
        except sqlite3.DatabaseError:
            database.close()
            raise
        return database

    def _set_aside(self) -> str:
        """Rename the file and its companions; returns the new name."""
        stamp = time.strftime("%Y%m%dT%H%M%S")
        aside = f"{self._path.name}.damaged-{stamp}"
        for suffix in ("", "-wal", "-shm"):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.rename(part.with_name(aside + suffix))
        return aside

    def _keep(self, change: str, values: tuple[object, ...]) -> None:
        """Make a change. What a full disk refuses is owed, in order, until there is space: to stop
        and remove containers is how space is made, so neither may wait for it."""
        self.settle()
        if not self._owed:
            try:
                self._db.execute(change, values)
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                log.warning("the disk is full: the catalogue keeps what changes in memory")
            else:
                self.written = True
                return
        if len(self._owed) >= OWED:
            raise sqlite3.OperationalError("database or disk is full")
        self._owed.append((change, values))

    def settle(self) -> None:
        """Write what is owed, as far as there is space for it."""
        while self._owed:
            try:
                self._db.execute(*self._owed[0])
            except sqlite3.OperationalError as error:
                if not is_full(error):
                    raise
                return
            self._owed.popleft()
            self.written = True

    def insert(self, container: Container) -> None:
        """A new container. Raises sqlite3.IntegrityError when its name or id is taken, and
        sqlite3.OperationalError when the disk is full: it must be found again after a crash."""
        self.settle()
        self.written = True
        self._db.execute(
            f"INSERT INTO containers ({_FIXED}, {_MUTABLE}) VALUES ({', '.join('?' * 14)})",
            (*_fixed(container.identity), *_mutable(container)),
        )

    def update(self, container: Container) -> None:
        """Keep the state, name and counters of a container."""
        columns = ", ".join(f"{column.strip()} = ?" for column in _MUTABLE.split(","))
        self._keep(
            f"UPDATE containers SET {columns} WHERE id = ?", (*_mutable(container), container.id)
        )

    def delete(self, container_id: str) -> None:
        """Forget a container. Idempotent."""
        self._keep("DELETE FROM containers WHERE id = ?", (container_id,))

    def containers(self) -> Iterator[Container]:
        """All containers of the catalogue, oldest first."""
        query = f"SELECT {_FIXED}, {_MUTABLE} FROM containers ORDER BY created_ns"
        for row in self._db.execute(query).fetchall():
            yield _container(row)

    def audit(self, action: str, container_id: str, name: str, detail: str, uid: int) -> None:
        """Write down who did what, before it is done; on a full disk, once there is space."""
        self._keep(
            "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)",
            (time.time_ns(), uid, action, container_id, name, detail),
        )

    def audited(self, container_id: str) -> list[tuple[int, int, str, str]]:
        """(time, uid, action, detail) of a container's audit records, oldest first."""
        query = "SELECT at_ns, uid, action, detail FROM audit WHERE container = ? ORDER BY rowid"
        return self._db.execute(query, (container_id,)).fetchall()

    def meta(self, key: str) -> str:
        """A remembered value; empty if there is none."""
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def set_meta(self, key: str, value: str) -> None:
        """Remember a value."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file; waits for the disk. Any thread may call it."""
        self.written = False
        try:
            with contextlib.closing(sqlite3.connect(self._path)) as other:
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as error:
            self.written = True  # it stays in the write-ahead log, and is tried again
            if not (isinstance(error, sqlite3.OperationalError) and is_full(error)):
                raise

    def close(self) -> None:
        """Close the file; nothing can be kept any more. What a full disk still refuses is lost."""
        self.settle()
        if self._owed:
            log.error("the disk is full: %d changes of the catalogue are lost", len(self._owed))
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            if not is_full(error):  # else it stays in the write-ahead log
                raise
        finally:
            self._db.close()


def is_full(error: Exception) -> bool:
    """Whether an error of sqlite says that there is no space left."""
    code = getattr(error, "sqlite_errorcode", 0)  # not there in errors that Python itself raises
    return isinstance(error, sqlite3.OperationalError) and code == sqlite3.SQLITE_FULL


def _check(database: sqlite3.Connection) -> None:
    """Raise DatabaseError unless every row of the catalogue can be read."""
    present = {str(row[1]) for row in database.execute("PRAGMA table_info(containers)")}
    if missing := set(f"{_FIXED}, {_MUTABLE}".split(", ")) - present:
        raise sqlite3.DatabaseError(f"no column {', '.join(sorted(missing))}")
    try:
        for row in database.execute(f"SELECT {_FIXED}, {_MUTABLE} FROM containers"):
            _container(row)
    except (ValueError, KeyError, TypeError, DecodeError) as error:
        raise sqlite3.DatabaseError(f"a row cannot be read: {error!r}") from error


def _fixed(identity: Identity) -> tuple[object, ...]:
    return (
        identity.id,
        identity.created_ns,
        identity.image_id,
        identity.spec.SerializeToString(),
        json.dumps(identity.image_config),
        json.dumps(identity.argv),
        identity.original_name,
    )


def _mutable(container: Container) -> tuple[object, ...]:
    exit = container.last_exit
    return (
        container.name,
        json.dumps(states.encode(container.state)),
        container.started_ns,
        container.finished_ns,
        json.dumps(asdict(exit)) if exit else None,
        container.restart_count,
        int(container.stopped_by_user),
    )


def _container(row: tuple[object, ...]) -> Container:
    """The container of a row of _FIXED and _MUTABLE columns."""
    id, created_ns, image_id, spec, image_config, argv, original_name = row[:7]
    name, state, started_ns, finished_ns, last_exit, restart_count, stopped = row[7:]
    return Container(
        identity=Identity(
            id=str(id),
            spec=ContainerSpec.FromString(spec),  # type: ignore[arg-type]
            image_id=str(image_id),
            image_config=json.loads(str(image_config)),
            argv=json.loads(str(argv)),
            created_ns=_integer(created_ns),
            original_name=str(original_name),
        ),
        name=str(name),
        state=states.decode(json.loads(str(state))),
        started_ns=_integer(started_ns),
        finished_ns=_integer(finished_ns),
        last_exit=Exit(**json.loads(str(last_exit))) if last_exit else None,
        restart_count=_integer(restart_count),
        stopped_by_user=bool(stopped),
    )


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError(f"{value!r} is not a number")
    return value
