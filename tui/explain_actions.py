"""The actions that explain, and the remedies: `act_<id>` for `contui.tui.keymap.Action.id`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contui.tui import calls
from contui.tui.form_actions import FormActions
from contui.tui.messages import ActionDone
from contui.tui.tab_actions import TabActions
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import clean

if TYPE_CHECKING:
    from contui.tui.screens.choose import Choice


class ExplainActions(FormActions, TabActions):
    """Why a container is as it is, and what can be done about it."""

    async def choose(self, title: str, choices: list[Choice]) -> str:
        """Let the person choose."""
        raise NotImplementedError

    async def act_explain(self) -> None:
        """Why it is as it is, as a text."""
        info = self.target()
        if info is not None:
            await self.show_kind("explain", info)

    def act_exclusive(self) -> None:
        """Only this viewer types."""
        self._access("exclusive", "only you type here now; the others watch")

    def act_read_only(self) -> None:
        """This viewer only watches."""
        self._access("ro", "you only watch now; what you type goes nowhere")

    def _access(self, access: str, said: str) -> None:
        pane: Any = self.panes.get(self.workspace.focus or "")
        if hasattr(pane, "take_access") and pane.take_access(access):
            self.say(said)

    async def act_recreate(self, flag: str = "") -> None:
        """The form of a new container, filled in like this one and with one thing changed."""
        from contui.tui.backend_link import CallFailed

        info = self.target()
        if info is None:
            return
        pane: Any = self.focused_pane()
        flag = flag or (hasattr(pane, "remedy") and pane.remedy("recreate")) or ""
        try:
            facts = await self.link.call(calls.explain(info.id))
        except CallFailed as failed:
            self.post_message(ActionDone(f"explain {clean(info.name)}", failed.problem))
            return
        flag = flag or await self._choose_change(info, facts)
        if flag:
            await self.recreate(info, facts.spec, flag.strip())

    async def _choose_change(self, info: ContainerInfo, facts: Any) -> str:
        """What to change, among what the explanation offers."""
        from contui.tui.screens.choose import Choice
        from contui.tui.view_models.explain import explain

        offers: dict[str, str] = {}
        for point in explain(facts):
            for remedy in point.remedies:
                if remedy.action == "recreate":
                    offers.setdefault(remedy.argument, point.text)
        choices = [Choice(flag, f"with {flag}", clean(why)) for flag, why in offers.items()]
        choices.append(Choice(" ", "as it is", "then change what you like in the form"))
        return await self.choose(f"create {clean(info.name)} again", choices)
