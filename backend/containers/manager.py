"""The manager: every verb on containers, from a reference and a request to the lifecycle's moves.

`contui.backend.services.containers` translates to and from the API, `lifecycle` makes the moves.
Once begun, no verb is interrupted by a client that goes away.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf import json_format

from contui.backend import files
from contui.backend.config import Config
from contui.backend.containers import names, summary, validate
from contui.backend.containers.lifecycle import Lifecycle
from contui.backend.containers.managed import Managed
from contui.backend.containers.model import Container, Identity, Paths
from contui.backend.containers.process import resolve_argv
from contui.backend.containers.registry import Registry
from contui.backend.containers.removal import Removal
from contui.backend.containers.shimlink import ShimLink
from contui.backend.containers.state import (
    Created,
    Exit,
    Exited,
    Removing,
    Unknown,
    require,
    run_of,
)
from contui.backend.errors import AlreadyExists, FailedPrecondition, InvalidArgument
from contui.backend.images.store import ImageStore
from contui.backend.init import find_init
from contui.backend.journal import Journal
from contui.backend.tasks import Tasks
from contui.backend.volumes import mounts
from contui.proto.v1.containers_pb2 import ContainerSpec, LogConfig

Names = list[str]  # inside the class `list` is a method
WAIT_CONDITIONS = ("", "exited", "removed", "next-exit")
LATE_NAME_SECONDS = 5.0
LISTED = ("running", "paused", "starting", "stopping", "restarting")  # without --all


class Manager:
    """All verbs. Every method that takes a reference raises NotFound when it fits nothing."""

    def __init__(
        self,
        config: Config,
        registry: Registry,
        lifecycle: Lifecycle,
        link: ShimLink,
        removal: Removal,
        images: ImageStore,
        journal: Journal,
        tasks: Tasks,
    ) -> None:
        self.registry = registry
        self._config = config
        self.lifecycle = lifecycle
        self.link = link
        self._removal = removal
        self._images = images
        self._journal = journal
        self._tasks = tasks

    def get(self, reference: str) -> Managed:
        """The container meant."""
        return self.registry.get(reference)

    def audit(self, action: str, managed: Managed, detail: str = "") -> None:
        """Write down that somebody does something, before it is done."""
        self.registry.store.audit(action, managed.id, managed.name, detail, os.getuid())

    async def create(
        self, spec: ContainerSpec, name: str, *, pull: str = "", ahead: bool = False
    ) -> Managed:
        """Validate a request and make a container of it. `ahead`: a start is sure to follow, so
        begin to prepare it. Nothing is left on failure."""
        check_pull(pull)
        return await self._tasks.finish(self._create(spec, name, ahead=ahead), "create")

    async def run(
        self, spec: ContainerSpec, name: str, *, pull: str = "", ahead: bool = False
    ) -> Managed:
        """Create and start in one go; a container that cannot be started is removed again."""
        check_pull(pull)
        return await self._tasks.finish(self._run(spec, name), "run")

    async def _run(self, spec: ContainerSpec, name: str) -> Managed:
        managed = await self._create(spec, name, ahead=True)
        try:
            await self.lifecycle.start(managed)
        except Exception:
            await self._removal.remove(managed, force=True, volumes=True)
            raise
        return managed

    async def _create(self, spec: ContainerSpec, name: str, *, ahead: bool) -> Managed:
        self._complete(spec.log)
        validate.check(spec)
        if name:
            names.check(name)
            await self._free(name)
        image = self._images.get(spec.image)
        config = dict(image.config)
        argv = resolve_argv(spec, config)
        mounts.complete(spec.mounts, config)
        if spec.init:
            find_init()
        chosen = name or names.made_up(self.registry.by_name)
        identity = Identity(names.new_id(), spec, image.id, config, argv, time.time_ns(), chosen)
        managed = self._make(identity)
        self.registry.tell(managed, "create")
        if ahead:
            self.link.prepare_ahead(managed)
        return managed

    def _complete(self, log: LogConfig) -> None:
        """Without a driver in the request it is the configuration's as of now: a later change of
        the configuration must not lead to another log."""
        if not log.driver:
            log.driver = self._config.log_driver
            for key, value in self._config.log_options.items():
                if key not in log.options:
                    log.options[key] = value

    def _make(self, identity: Identity) -> Managed:
        """Directory and catalogue entry, both or none."""
        self._write(identity)
        try:
            managed = self.registry.add(Container(identity, identity.original_name, Created()))
        except BaseException:
            self._journal.begin_remove(identity.id)
            self._journal.discard(identity.id)
            raise
        if not identity.spec.auto_remove:
            work = asyncio.to_thread(_sync, managed.paths)
            self._tasks.start(work, f"syncing {identity.original_name}")
        return managed

    def _write(self, identity: Identity) -> None:
        """The container's directory, whole or not at all."""
        path = self._journal.begin_create(identity.id)
        try:
            paths = Paths(path, path)
            for folder in (paths.records, paths.log, paths.bundle):
                folder.mkdir(mode=0o700)
            paths.request.write_text(json.dumps(request_document(identity)))
            self._journal.commit_create(identity.id)
        except BaseException:
            self._journal.discard(identity.id)
            raise

    async def _free(self, name: str) -> None:
        """Raise AlreadyExists if the name is taken. A container that was run with --rm and has
        exited is on its way out: wait for it."""
        owner = self._owner(name)
        if owner and owner.container.spec.auto_remove:
            if owner.shim:  # its exit may be under way to us
                await owner.shim.ask("state")
            async with owner.lock:
                pass
            if run_of(owner.container.state) is None and owner.runs_ended:
                try:
                    async with asyncio.timeout(LATE_NAME_SECONDS):
                        await owner.until(lambda: self._owner(name) is not owner)
                except TimeoutError:
                    pass
            owner = self._owner(name)
        if owner:
            raise AlreadyExists(
                f"the name {name!r} is taken by container {owner.container.short_id}",
                f"remove it with contui rm {name}, rename it, or choose another name",
                "name-taken",
            )

    def _owner(self, name: str) -> Managed | None:
        return self.registry.find(self.registry.by_name.get(name, ""))

    async def start(self, reference: str) -> Managed:
        managed = self.get(reference)
        await self._tasks.finish(self.lifecycle.start(managed), f"start of {managed.name}")
        return managed

    async def stop(self, reference: str, seconds: int | None, signal: str) -> bool:
        """Returns whether it ran."""
        managed = self.get(reference)
        self.audit("stop", managed, signal)
        return await self._tasks.finish(
            self.lifecycle.stop(managed, seconds, signal), f"stop of {managed.name}"
        )

    async def restart(self, reference: str, seconds: int | None) -> None:
        managed = self.get(reference)
        self.audit("restart", managed)
        await self._tasks.finish(self._restart(managed, seconds), f"restart of {managed.name}")

    async def _restart(self, managed: Managed, seconds: int | None) -> None:
        managed.keep = True  # --rm must not take it between its stop and its start
        try:
            await self.lifecycle.stop(managed, seconds, "")
            await self.lifecycle.start(managed)
        finally:
            managed.keep = False
        self.registry.tell(managed, "restart")

    async def kill(self, reference: str, signal: str) -> None:
        managed = self.get(reference)
        self.audit("kill", managed, signal or "KILL")
        await self._tasks.finish(self.lifecycle.kill(managed, signal), f"kill of {managed.name}")

    async def pause(self, reference: str) -> None:
        managed = self.get(reference)
        await self._tasks.finish(self.lifecycle.pause(managed), f"pause of {managed.name}")

    async def unpause(self, reference: str) -> None:
        managed = self.get(reference)
        await self._tasks.finish(self.lifecycle.unpause(managed), f"unpause of {managed.name}")

    async def remove(self, reference: str, *, force: bool, volumes: bool) -> None:
        """Remove a container; what is slow to clean up follows in the background."""
        managed = self.get(reference)
        self.audit("remove", managed, "force" if force else "")
        await self._tasks.finish(
            self._removal.remove(managed, force=force, volumes=volumes),
            f"removal of {managed.name}",
        )

    async def rename(self, reference: str, name: str) -> None:
        managed = self.get(reference)
        names.check(name)
        if name == managed.name:
            raise InvalidArgument(f"the container is called {name!r} already")
        async with managed.lock:
            require(managed.container.state, "rename", managed.name)
            await self._free(name)  # again: nothing comes between this and the renaming
            old = managed.name
            files.write(managed.paths.name, name)
            self.registry.rename(managed, name)
        self.registry.tell(managed, "rename", {"old_name": old})

    async def wait(self, reference: str, condition: str) -> Exit:
        """How it ended, when the condition holds."""
        if condition not in WAIT_CONDITIONS:
            raise InvalidArgument(
                f"there is no condition {condition!r}", "use exited, removed or next-exit"
            )
        managed = self.get(reference)
        container, before = managed.container, managed.runs_ended
        if condition == "next-exit":
            await managed.until(lambda: managed.runs_ended > before or managed.removed)
        elif condition == "removed":
            await managed.until(lambda: managed.removed)
        else:
            await managed.until(
                lambda: isinstance(container.state, Exited | Unknown | Removing) or managed.removed
            )
        return container.last_exit or Exit(-1, error="it was removed before it ever ran")

    def list(
        self, *, all: bool, filters: Mapping[str, Iterable[str]], limit: int
    ) -> list[Container]:
        """Containers, newest first."""
        summary.check_filters(filters)
        leaving = "removing" in filters.get("status", ())
        every = all or bool(limit) or bool({"status", "exited"} & set(filters))
        found = [
            managed.container
            for managed in self.registry
            if (every or managed.container.state.word in LISTED)
            and (leaving or managed.container.state.word != "removing")
            and summary.matches(managed.container, filters)
        ]
        found.sort(key=lambda container: container.identity.created_ns, reverse=True)
        return found[:limit] if limit else found

    def users_of(self, image_id: str) -> Names:
        """Names of the containers that use an image."""
        return [m.name for m in self.registry if m.container.identity.image_id == image_id]

    def running(self, reference: str) -> Managed:
        """A container that has processes; raises FailedPrecondition otherwise."""
        managed = self.get(reference)
        require(managed.container.state, "processes", managed.name)
        return managed


def check_pull(policy: str) -> None:
    """Raise unless the policy can be kept: images come from `import` only, none can be pulled."""
    if policy == "always":
        raise FailedPrecondition(
            "images cannot be pulled from a registry", "leave out --pull always", "no-registry"
        )
    if policy not in ("", "missing", "never"):
        raise InvalidArgument(f"there is no pull policy {policy!r}", "use missing or never")


def _sync(paths: Paths) -> None:
    """Have the request survive a loss of power too."""
    with contextlib.suppress(FileNotFoundError):  # it was removed meanwhile
        for path in (paths.request, paths.state, paths.state.parent):
            files.sync(path)


def request_document(identity: Identity) -> dict[str, Any]:
    """create.json: what never changes, enough to rebuild the catalogue from."""
    return {
        "version": 1,
        "id": identity.id,
        "name": identity.original_name,
        "created_ns": identity.created_ns,
        "image_id": identity.image_id,
        "image_config": identity.image_config,
        "argv": identity.argv,
        "spec": json_format.MessageToDict(identity.spec, preserving_proto_field_name=True),
    }


def identity_from(document: dict[str, Any]) -> Identity:
    """What `request_document` made. Raises KeyError, ValueError or ParseError."""
    return Identity(
        id=str(document["id"]),
        spec=json_format.ParseDict(document["spec"], ContainerSpec(), ignore_unknown_fields=True),
        image_id=str(document["image_id"]),
        image_config=dict(document["image_config"]),
        argv=[str(word) for word in document["argv"]],
        created_ns=int(document["created_ns"]),
        original_name=str(document["name"]),
    )
