"""The workspace over a quit or a kill: kept at every change, opened again at the start."""

from __future__ import annotations

import asyncio
from typing import Any

from contui.tui import workspace_file
from contui.tui.view_models.workspace import restore
from contui.tui.windows import THINGS, Windows
from contui.tui.working import in_worker


class Keeping(Windows):
    """Saves and restores; one entry for each address."""

    address: str
    _synced = False  # the list of containers is known
    _saving: asyncio.TimerHandle | None = None
    _saved: Any = None

    async def restore_workspace(self) -> None:
        """Open the tabs of the last time, without those whose container is gone."""
        data = await asyncio.to_thread(workspace_file.load, self.address)
        if data is None or self.workspace.tabs:
            return
        saved, specs = restore(data)
        for pane, spec in list(specs.items()):
            if spec.kind not in THINGS and self.containers.get(spec.container) is None:
                saved.close(pane)
                del specs[pane]
        self.workspace.tabs, self.workspace.active = saved.tabs, saved.active
        await self.mount_panes(specs)
        self.show_state()

    def save_soon(self) -> None:
        if self._synced and self._saving is None:
            loop = asyncio.get_running_loop()
            self._saving = loop.call_later(0.5, self._save_in_thread)

    def _workspace_data(self) -> dict[str, Any]:
        return self.workspace.save({pane.pane_id: pane.kept_spec() for pane in self.panes.values()})

    def _save_in_thread(self) -> None:
        self._saving = None
        data = self._workspace_data()
        if data != self._saved:
            self._saved = data
            in_worker(self, "save", asyncio.to_thread, workspace_file.save, self.address, data)

    def save_now(self) -> None:
        """Keep the workspace at once; at the end of the app."""
        if self._saving is not None:
            self._saving.cancel()
        if self._synced:
            workspace_file.save(self.address, self._workspace_data())
