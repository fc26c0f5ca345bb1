"""Creating and removing containers so that a kill at any step leaves nothing half made.

The journal is the name of the container's directory: a rename is atomic, and outlives a lost
database. `.creating-ID` is not a container yet, `ID` is one, `.removing-ID` is one no longer. At
the next start `contui.backend.containers.reconcile` undoes the first kind and finishes the last.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

CREATING = ".creating-"
REMOVING = ".removing-"


class Journal:
    """The directories below `root`, one per container. All calls block for microseconds, except
    `discard`, which deletes a tree."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def begin_create(self, container_id: str) -> Path:
        """A new private directory in which a container is made; not one yet."""
        path = self._root / f"{CREATING}{container_id}"
        path.mkdir(mode=0o700)
        return path

    def commit_create(self, container_id: str) -> Path:
        """From now on the container exists. Returns its directory."""
        path = self._root / container_id
        (self._root / f"{CREATING}{container_id}").rename(path)
        return path

    def begin_remove(self, container_id: str) -> Path:
        """From now on the container does not exist; what it made may still be there."""
        path = self._root / f"{REMOVING}{container_id}"
        source = self._root / container_id
        if source.exists():
            source.rename(path)
        return path

    def discard(self, container_id: str) -> None:
        """Delete the directory of a container that does not exist (any more, or yet)."""
        for prefix in (CREATING, REMOVING):
            shutil.rmtree(self._root / f"{prefix}{container_id}", ignore_errors=True)

    def containers(self) -> Iterator[str]:
        """Ids of the containers that exist."""
        for path in self._root.iterdir():
            if not path.name.startswith(".") and path.is_dir():
                yield path.name

    def unfinished(self) -> Iterator[str]:
        """Ids whose creation or removal was interrupted."""
        for path in self._root.iterdir():
            for prefix in (CREATING, REMOVING):
                if path.name.startswith(prefix):
                    yield path.name.removeprefix(prefix)
