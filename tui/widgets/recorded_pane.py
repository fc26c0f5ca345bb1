"""A pane whose program can be recorded while it is used: the border says so, and where to."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from contui.tui.casts.file import CastError, CastFile, new_path
from contui.tui.messages import RecordingEnded
from contui.tui.view_models.text import Span, clean
from contui.tui.widgets.trapped_pane import TrappedPane
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from contui.tui.recording import Recording


class RecordedPane(TrappedPane):
    """Starts and ends the recording of its session."""

    recording: Recording | None = None

    def act_record(self) -> None:
        """Record what the program shows, or end that."""
        self._toggle(keys=False)

    def act_record_keys(self) -> None:
        """The same, with what is typed here."""
        self._toggle(keys=True)

    def _toggle(self, *, keys: bool) -> None:
        if self.recording is not None:
            self.recording.stop()
        elif self.model.over or not self.model.session:
            self._say("only a session that is open can be recorded", "warning")
        else:
            in_worker(self, "recording", self._record, keys)

    async def _record(self, keys: bool) -> None:
        from contui.tui.recording import Recording

        screen = self.terminal.terminal
        recording = Recording(self._backend, self.model, (screen.cols, screen.rows), keys)
        self.recording = recording
        problem: CastError | None = None
        try:
            path = await asyncio.to_thread(new_path, "recordings", self.spec.name, "cast")
            file = await asyncio.to_thread(CastFile, path)
            recording.path = file.path
            self._say(f"recording to {clean(path)}")
            self.draw()
            await recording.run(file)
        except CastError as error:
            problem = error
        finally:
            self.recording = None
        self.post_message(RecordingEnded(self.pane_id, recording.path, problem))

    def on_recording_ended(self, event: RecordingEnded) -> None:
        """Say where it is, or what went wrong."""
        event.stop()
        if event.problem is not None:
            problem: Any = event.problem
            hint = f"\n{clean(problem.hint)}" if problem.hint else ""
            self._say(f"{clean(problem.message)}{hint}", "error")
        else:
            self._say(f"recorded to {clean(event.path)}")
        self.draw()

    def _say(self, text: str, severity: Any = "information") -> None:
        self.app.notify(text, severity=severity, timeout=8, markup=False)

    def recording_spans(self) -> list[Span]:
        """What the upper border adds."""
        if self.recording is None:
            return []
        what = "rec+keys" if self.recording.keys else "rec"
        name = os.path.basename(self.recording.path)
        return [Span(f" ● {what}", "bad"), Span(f" {clean(name)}", "muted")]

    def trap_typed(self, data: bytes) -> None:
        super().trap_typed(data)
        if self.recording is not None:
            self.recording.typed(data)
