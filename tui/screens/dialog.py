"""What all dialogs are: over the window, with one answer. `contui.tui.screens` holds the kinds."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, ScreenResultType

from contui.tui.widgets.grabbing import GrabbingScreen

__all__ = ["Dialog", "ScreenResultType"]


class Dialog(
    GrabbingScreen[ScreenResultType], ModalScreen[ScreenResultType], inherit_bindings=False
):
    """Dismissed once: Textual would take the screen below away, too, for a key pressed twice."""

    _answered = False

    def on_screen_resume(self) -> None:
        """Take the keys that were typed ahead, once a part of it has the keyboard."""
        decided = getattr(self.app, "decided", None)
        if decided is not None:
            self.call_later(decided)

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go away with an answer; a second one is not heard."""
        if self._answered:
            return AwaitComplete()
        self._answered = True
        answer: AwaitComplete = super().dismiss(result)
        return answer
