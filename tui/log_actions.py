"""Opening logs: of one container, of those that are marked, of a group, of all that are shown."""

from __future__ import annotations

from contui.tui.view_models.workspace import PaneSpec
from contui.tui.windows import LABELS, Windows


class LogActions(Windows):
    """The actions; `contui.tui.widgets.log_pane` and `merged_log_pane` show what they open."""

    async def act_logs(self) -> None:
        """The container's log; with several marked, or on a group, theirs as one."""
        from contui.tui.view_models.log_choice import chosen

        pane = self.focused_pane()
        choice = chosen(self.containers) if pane is None else None
        if choice is not None:
            await self._open_merged(str(choice), choice.title)
            return
        info = self.containers.get(pane.spec.container) if pane else self.containers.current
        if pane is None and len(found := self.containers.chosen()) == 1:
            info = found[0]
        if info is None:
            return
        await self.show_kind("log", info)

    async def act_logs_shown(self) -> None:
        """The logs of all that the list shows as one; containers that come later join."""
        from contui.tui.view_models.log_choice import shown

        choice = shown(self.containers)
        await self._open_merged(str(choice), choice.title)

    async def _open_merged(self, choice: str, title: str) -> None:
        await self.show_or_open(PaneSpec("logs", "", title, choice, LABELS["logs"]))
