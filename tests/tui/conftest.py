"""An app on a backend of the test's own."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot

from contui.tui.app import ContuiApp
from contui.tui.widgets.session_pane import SessionPane
from tests.tui.fake_backend import FakeBackend
from tests.tui.picture import drawn
from tests.tui.quiet import SHORT, Quiet

DEADLINE = 30.0  # seconds that a test waits for what must come


class Driver:
    """A running app, and what tests ask of it."""

    def __init__(
        self, app: ContuiApp, pilot: Pilot[Any], backend: FakeBackend, quiet: Quiet
    ) -> None:
        self.app, self.pilot, self.backend, self._quiet = app, pilot, backend, quiet

    async def until(self, what: Callable[[], object], seconds: float = DEADLINE) -> None:
        """Wait until it is true, or fail; then, until the app has done what came with it."""
        try:
            async with asyncio.timeout(seconds):
                while not what():
                    await self.pilot.pause(0.01)
        except TimeoutError:
            raise AssertionError(f"waited {seconds:g} s; there is:\n{self.screen()}") from None
        await self._quiet.wait(SHORT)

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def lead(self, *keys: str) -> None:
        """The leader chord, then keys."""
        await self.pilot.press("ctrl+right_square_bracket", *keys)

    async def select(self, name: str) -> None:
        """Put the cursor of the list on a container."""
        info = self.app.containers.find(name)
        assert info is not None
        self.app.act_select(info.id)
        await self.pilot.pause()

    def pane(self) -> Any:
        """The pane that has the focus in the active tab."""
        return self.app.panes[self.app.workspace.focus or ""]

    async def attach(self, name: str) -> SessionPane:
        """Attach and wait until the pane is live."""
        await self.select(name)
        await self.press("enter")
        await self.until(lambda: self._attached(name))
        pane = self.pane()
        assert isinstance(pane, SessionPane)
        return pane

    def _attached(self, name: str) -> bool:
        pane = self.app.panes.get(self.app.workspace.focus or "")
        ours = isinstance(pane, SessionPane) and pane.spec.name == name
        return ours and pane.model.phase.value == "live"

    def screen(self) -> str:
        """The text that is drawn."""
        return "\n".join(strip.text for strip in drawn(self.app)).ljust(self.app.size.width)


Open = Callable[..., AbstractAsyncContextManager[Driver]]


@pytest.fixture
async def backend(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeBackend]:
    """A served backend without containers; its socket's path is short."""
    folder = tempfile.mkdtemp()
    monkeypatch.setenv("XDG_STATE_HOME", os.path.join(folder, "state"))
    fake = FakeBackend(os.path.join(folder, "s"))
    await fake.start()
    yield fake
    await fake.stop()
    shutil.rmtree(folder, ignore_errors=True)  # a thread may still be saving the workspace


@pytest.fixture
def opened(backend: FakeBackend, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the app on the backend and waits for its list."""

    @asynccontextmanager
    async def open_app(
        size: tuple[int, int] = (120, 36), wait: bool = True, **options: Any
    ) -> AsyncIterator[Driver]:
        app = ContuiApp(backend.address, **options)
        with monkeypatch.context() as patch:
            quiet = Quiet(app, patch)
            async with app.run_test(size=size, notifications=True) as pilot:
                driver = Driver(app, pilot, backend, quiet)
                if wait:
                    await driver.until(lambda: app._synced)
                    await pilot.pause()
                yield driver

    return open_app
