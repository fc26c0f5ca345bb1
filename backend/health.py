"""Health checks: a command that is run inside a container again and again, and what follows.

Started by `contui.backend.containers.lifecycle` for every run of a container that has a check. The
check is an exec like any other, watched by a viewer of our own. As Docker's, a healthy container
becomes unhealthy after `retries` failures in a row, and failures in the start period do not count.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Sequence
from typing import Any

from contui.backend.containers.inspect import rfc3339
from contui.backend.containers.managed import CHECK, Managed
from contui.backend.containers.process import build_exec
from contui.backend.containers.registry import Registry
from contui.backend.containers.state import Running
from contui.backend.errors import ContuiError
from contui.backend.shims.client import ShimClient
from contui.proto.v1.containers_pb2 import Health as HealthSpec
from contui.proto.v1.sessions_pb2 import ExecSpec
from contui.shim import frames

DEFAULT_MS = 30_000  # interval and timeout
DEFAULT_RETRIES = 3
OUTPUT_BYTES = 4096  # of a check that are kept
LOG_LENGTH = 5  # results that `inspect` shows
TIMED_OUT = -1


class Health:
    """Runs checks and keeps their results in the containers."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    async def watch(self, managed: Managed) -> None:
        """Check one container until cancelled."""
        spec = managed.container.spec.health
        argv = command(spec.test)
        if not argv:
            return
        started = time.monotonic()
        self._judge(managed, "starting")
        while True:
            await asyncio.sleep((spec.interval_ms or DEFAULT_MS) / 1000)
            if not isinstance(managed.container.state, Running):
                continue  # a paused container answers nothing
            begun = time.time_ns()
            try:
                code, output = await self._check(managed, argv, spec)
            except ContuiError:
                continue  # it has just ended or its shim is gone: others see to that
            starting = (time.monotonic() - started) * 1000 < spec.start_period_ms
            self._record(managed, begun, code, output)
            self._count(managed, code, spec, starting=starting)

    async def _check(
        self, managed: Managed, argv: Sequence[str], spec: HealthSpec
    ) -> tuple[int, bytes]:
        """Run the command once: its exit code (TIMED_OUT when it took too long) and output."""
        shim = managed.shim
        if shim is None:
            raise ContuiError("no shim")
        session = os.urandom(6).hex()
        bundle = json.loads((managed.paths.bundle / "config.json").read_bytes())
        process = build_exec(ExecSpec(argv=argv), bundle["process"], bundle["root"]["path"])
        await shim.request(
            "exec",
            session=session,
            process=process,
            tty=False,
            stdin=False,
            argv=list(argv),
            purpose=CHECK,
        )
        output = bytearray()
        try:
            async with asyncio.timeout((spec.timeout_ms or DEFAULT_MS) / 1000):
                return await _outcome(shim, session, output), bytes(output)
        except TimeoutError:
            await shim.ask("signal", session=session, signal=9)
            return TIMED_OUT, bytes(output)

    def _record(self, managed: Managed, begun: int, code: int, output: bytes) -> None:
        entry = {
            "Start": rfc3339(begun),
            "End": rfc3339(time.time_ns()),
            "ExitCode": code,
            "Output": "the check took too long"
            if code == TIMED_OUT
            else output.decode(errors="replace"),
        }
        container = managed.container
        container.health_log = [*container.health_log, entry][-LOG_LENGTH:]

    def _count(self, managed: Managed, code: int, spec: HealthSpec, *, starting: bool) -> None:
        container = managed.container
        if code == 0:
            container.health_failures = 0
            self._judge(managed, "healthy")
        elif not starting or container.health == "healthy":
            container.health_failures += 1
            if container.health_failures >= (spec.retries or DEFAULT_RETRIES):
                self._judge(managed, "unhealthy")

    def _judge(self, managed: Managed, verdict: str) -> None:
        if managed.container.health == verdict:
            return
        managed.container.health = verdict
        if verdict == "starting":
            managed.container.health_failures, managed.container.health_log = 0, []
        self._registry.tell(managed, "health_status", {"health_status": verdict})


def command(test: Sequence[str]) -> list[str]:
    """The argv of a check: CMD words, CMD-SHELL line, or plain words. Empty: no check."""
    if not test or test[0] == "NONE":
        return []
    if test[0] == "CMD":
        return list(test[1:])
    if test[0] == "CMD-SHELL":
        return ["/bin/sh", "-c", *test[1:2]]
    return list(test)


async def _outcome(shim: ShimClient, session: str, output: bytearray) -> int:
    """View a session to its end; returns its exit code, and the beginning of what it printed."""
    loop, decoder = asyncio.get_running_loop(), frames.Decoder()
    keys: dict[str, Any] = {"session": session, "access": "ro", "stdin": False, "name": "health"}
    with await shim.open_viewer({**keys, "owner": True}) as sock:
        while data := await loop.sock_recv(sock, 64 << 10):
            for kind, _, payload in decoder.feed(data):
                if kind == frames.OUTPUT and len(output) < OUTPUT_BYTES:
                    output += payload[frames.OFFSET.size :][: OUTPUT_BYTES - len(output)]
                elif kind == frames.EXIT:
                    return int(json.loads(payload)["code"])
    raise ContuiError("the check's session is gone")
