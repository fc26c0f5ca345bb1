"""What a pane with a program says when a person meets one of the traps of PID 1 and of terminals.

The traps are `contui.tui.view_models.traps`; the facts about PID 1 come from the backend's
`ContainerService.Explain`. `contui.tui.widgets.session_pane` tells what happens.
"""

from __future__ import annotations

import asyncio

from textual import on
from textual.timer import Timer

from contui.tui import calls
from contui.tui.backend_link import BackendLink
from contui.tui.keymap import Keymap, shown
from contui.tui.messages import ExplainCame
from contui.tui.session_link import SessionLink
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.points import Point
from contui.tui.view_models.sessions import SessionModel
from contui.tui.view_models.text import Span
from contui.tui.view_models.traps import HEED_S, NO_STDIN, QUIET_S, Traps, trap_line
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.scrollback import ScrollbackPane
from contui.tui.working import in_worker

REMEDIES = ("shell", "logs", "kill", "exclusive", "read_only", "restart", "recreate", "mute")
ORDER = ["rw", "ro", "exclusive"]


class TrappedPane(ScrollbackPane):
    """Watches for traps, and changes this viewer's access."""

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        info: ContainerInfo | None,
        model: SessionModel,
        backend: BackendLink,
        keymap: Keymap,
    ) -> None:
        super().__init__(pane_id, spec, info)
        self.model = model
        self.traps = Traps(spec.name, model)
        self._backend = backend
        self._keymap = keymap
        self._link: SessionLink | None = None
        self._silence: Timer | None = None

    # -- what happens ----------------------------------------------------------------------------

    def trap_notice(self, text: str) -> None:
        """A sentence of the backend; the one about stdin is said as a trap, with its remedies."""
        if not text.startswith(NO_STDIN):
            self.model.notice(text)

    def trap_typed(self, data: bytes) -> None:
        """A person typed."""
        if self.traps.interrupts(data):
            in_worker(self, "interrupt", self._look_at_init, exclusive=True)
        if self.traps.typed(data):
            self.draw()
        self._listen()

    def trap_output(self, stream: int, data: bytes) -> None:
        """The program, which has no terminal, printed."""
        if self.traps.output(stream, data):
            self.draw()
        self._listen()

    async def _look_at_init(self) -> None:
        """Ask what PID 1 did with ctrl-c, once it had time to do something."""
        from contui.tui.backend_link import CallFailed

        await asyncio.sleep(HEED_S)
        if self.model.over:
            return
        try:
            facts = await self._backend.call(calls.explain(self.spec.container), HEED_S * 20)
        except CallFailed:
            return
        self.post_message(ExplainCame(self.pane_id, facts))

    @on(ExplainCame)
    def _looked_at(self, event: ExplainCame) -> None:
        event.stop()
        if event.facts.HasField("init") and self.traps.interrupted(event.facts.init):
            self.draw()

    def _listen(self) -> None:
        """Wait for silence while it would mean something; idle panes have no timer."""
        if self._silence is not None:
            self._silence.stop()
            self._silence = None
        if self.traps.may_be_cut:
            self._silence = self.set_timer(QUIET_S, self.fell_silent)

    def fell_silent(self) -> None:
        """Nothing has come for a while."""
        self._silence = None
        if self.traps.quiet():
            self.draw()

    # -- what is said ----------------------------------------------------------------------------

    def trap_spans(self) -> list[Span]:
        """The notice under the pane; empty when there is none."""
        point: Point | None = self.traps.current
        if point is None or self.model.over:
            return []
        lead = shown(self._keymap.leader)
        keys = {action: self._keymap.key(action, "leader") for action in REMEDIES}
        return trap_line(point, {action: f"{lead} {key}" for action, key in keys.items() if key})

    def remedy(self, action: str) -> str | None:
        """The argument that the notice under the pane gives an action."""
        return self.traps.remedy(action)

    def mute(self) -> None:
        """Hide the notices."""
        self.model.notices.clear()
        self.traps.dismiss()
        self.draw()

    # -- access ----------------------------------------------------------------------------------

    def next_access(self) -> str:
        """Ask for the next access: read-write, read-only, exclusive."""
        wanted = ORDER[(ORDER.index(self.model.access) + 1) % 3]
        self.take_access(wanted)
        return wanted

    def take_access(self, wanted: str) -> bool:
        """Ask for an access: "rw", "ro" or "exclusive". False when it cannot be had now."""
        ruler = self.model.ruler()
        if ruler and wanted != "ro":
            self.model.notice(f"{ruler} has exclusive control: others type when they give it up")
        elif self._link is not None:
            self.model.access = wanted
            self._link.access(wanted)
        self.traps.watched()
        self.draw()
        return self._link is not None and (not ruler or wanted == "ro")
