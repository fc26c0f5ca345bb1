"""All containers by id and by name, in memory; written through to the catalogue.

The one place that publishes container events, so that every change is stored before it is told.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping

from contui.backend.config import Config
from contui.backend.containers import names
from contui.backend.containers.managed import Managed
from contui.backend.containers.model import Container, Paths
from contui.backend.containers.state import State
from contui.backend.containers.store import Store
from contui.backend.containers.summary import summarize
from contui.backend.events import Bus

log = logging.getLogger(__name__)


class Registry:
    """The containers that exist."""

    def __init__(self, config: Config, store: Store, bus: Bus) -> None:
        self._config = config
        self._by_id: dict[str, Managed] = {}
        self.by_name: dict[str, str] = {}
        self.store = store
        self.bus = bus
        self._unkept: dict[str, Container] = {}

    def paths(self, container_id: str) -> Paths:
        config = self._config
        return Paths(config.container_dir(container_id), config.container_run_dir(container_id))

    def adopt(self, container: Container) -> Managed:
        """Manage a container that the catalogue has already."""
        managed = Managed(container, self.paths(container.id))
        self._by_id[container.id] = managed
        self.by_name[container.name] = container.id
        return managed

    def add(self, container: Container) -> Managed:
        """Catalogue a new container and manage it."""
        self.store.insert(container)
        return self.adopt(container)

    def get(self, reference: str) -> Managed:
        """By full id, name or unique prefix of an id; raises NotFound or InvalidArgument."""
        return self._by_id[names.resolve(reference, self._by_id, self.by_name)]

    def find(self, container_id: str) -> Managed | None:
        """By full id."""
        return self._by_id.get(container_id)

    def __iter__(self) -> Iterator[Managed]:
        return iter(list(self._by_id.values()))

    def free_name(self, managed: Managed) -> None:
        """Let another container have the name, in the catalogue too."""
        if self.by_name.get(managed.name) == managed.id:
            del self.by_name[managed.name]
        shown, managed.container.name = managed.name, managed.id
        self.keep(managed.container)
        managed.container.name = shown

    def rename(self, managed: Managed, name: str) -> None:
        """Give a container another name, which must be free."""
        del self.by_name[managed.name]
        managed.container.name = name
        self.by_name[name] = managed.id
        self.store.update(managed.container)

    def keep(self, container: Container) -> None:
        """Write a container's state to the catalogue. When that fails (a full disk), the life of
        containers goes on: the next change tries again, and the durable records are the truth."""
        self._unkept[container.id] = container
        for one in list(self._unkept.values()):
            try:
                self.store.update(one)
                del self._unkept[one.id]
            except sqlite3.Error as error:
                log.error("the catalogue cannot be written: %s", error)

    def forget(self, managed: Managed) -> None:
        """From now on nobody finds it; the catalogue keeps it until its directory is gone."""
        self._by_id.pop(managed.id, None)
        self._unkept.pop(managed.id, None)

    def move(self, managed: Managed, state: State) -> None:
        """Put a container into another state, in the catalogue too, and wake who waits for it."""
        managed.container.state = state
        self.keep(managed.container)
        managed.notify()

    def tell(
        self,
        managed: Managed,
        action: str,
        attributes: Mapping[str, str] | None = None,
        *,
        routine: bool = False,
    ) -> None:
        """Publish a container event with the summary of this moment; `routine`: see `Bus`."""
        summary = None if action == "destroy" else summarize(managed.container)
        details = {"image": managed.container.spec.image, **(attributes or {})}
        what = (action, managed.id, managed.name, details, summary)
        self.bus.publish("container", *what, routine=routine)
