"""Taking lines out of a log pane: copied by OSC 52, saved to a file.

A part of `contui.tui.widgets.log_pane`; `contui.tui.log_saving` writes the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.worker import Worker

from contui.tui.view_models.text import Span, byte_size, clean, plural
from contui.tui.widgets.log_view import LogView, Selected
from contui.tui.widgets.sideways import Sideways

if TYPE_CHECKING:
    from contui.tui.backend_link import BackendLink
    from contui.tui.keymap import Keymap
    from contui.tui.log_reading import Reading

MOST = 1 << 20  # characters that are copied at once: terminals refuse more


class Taking(Sideways):
    """The actions; the attributes are the pane's."""

    reading: Reading
    backend: BackendLink
    keymap: Keymap
    _saving: Worker[None] | None = None

    @property
    def view(self) -> LogView:
        """The text."""
        raise NotImplementedError

    def _say(self, note: list[Span]) -> None:
        """Words in the line below."""
        raise NotImplementedError

    # -- copying ---------------------------------------------------------------------------------

    def act_log_mark(self) -> None:
        """Begin to mark lines at the cursor, or end it."""
        view = self.view
        if view.mark is None:
            view.mark = view.cursor = view.here()
        else:
            view.mark = None
        view.changed()

    def act_log_copy(self) -> None:
        """Copy the marked lines, or the one that was clicked or found."""
        view = self.view
        lines = view.marked()
        if lines is None:
            self._say([Span(" the marked range is too long to copy: save it to a file", "warn")])
        elif lines:
            self._copy(
                "\n".join(view.rows.plain(line) for line in lines), plural(len(lines), "line")
            )
            view.mark = None
            view.changed()

    @on(Selected)
    def _selected(self, event: Selected) -> None:
        event.stop()
        self._copy(event.text, plural(len(event.text), "character"))

    def _copy(self, text: str, what: str) -> None:
        if len(text) > MOST:
            self._say([Span(f" {byte_size(len(text))} are too much to copy: save them", "warn")])
            return
        self.app.copy_to_clipboard(text)
        self._say([Span(f" copied {what}", "good")])

    # -- saving ----------------------------------------------------------------------------------

    async def act_log_save(self) -> None:
        """Ask where to, then write the log there; ask again before a file is replaced."""
        from contui.tui.screens.ask import AskScreen
        from contui.tui.screens.confirm import ConfirmScreen

        what = "what matches" if self.reading.wanted.pattern else "the whole log"
        name = self.spec.name.replace("/", "_").replace(" ", "_").lstrip(".") or "log"
        text = await self.app.push_screen_wait(
            AskScreen(f"save {what} to", str(Path.cwd() / f"{name}.log"), "a file")
        )
        if not text or not text.strip():
            return
        path = _path(text)
        shown = clean(str(path))
        if path.is_dir():
            self._say([Span(f" {shown} is a directory", "bad")])
            return
        if path.exists():
            question = [[Span(shown, "strong"), Span(" is there already.")]]
            screen = ConfirmScreen("replace", question, "replace it")
            if not await self.app.push_screen_wait(screen):
                return
        self._saving = self._save(path)

    @work(group="saving", exclusive=True)
    async def _save(self, path: Path) -> None:
        from contui.tui.backend_link import CallFailed
        from contui.tui.log_saving import save

        sources = self.reading.window.sources.values()
        whole = sum(source.end - source.start for source in sources)

        def told(size: int) -> None:
            key = self.keymap.told("text_clear", "text")
            part = f" of about {byte_size(whole)}" if not self.reading.wanted.pattern else ""
            self._say([Span(f" saving {byte_size(size)}{part}", "warn"), Span(f"  {key} cancels")])

        told(0)
        pairs = [(source.id, source.name) for source in sources]
        try:
            size = await save(self.backend, pairs, self.reading.wanted, path, told)
        except OSError as error:
            self._say([Span(f" not saved: {clean(str(error.strerror or error))}", "bad")])
        except CallFailed as failed:
            self._say([Span(f" not saved: {clean(failed.problem.message)}", "bad")])
        else:
            self._say([Span(f" saved {clean(str(path))}, {byte_size(size)}", "good")])

    def cancel_saving(self) -> bool:
        """Give up writing; False when nothing is written."""
        worker, self._saving = self._saving, None
        if worker is None or worker.is_finished:
            return False
        worker.cancel()
        return True


def _path(text: str) -> Path:
    return Path(text.strip()).expanduser().absolute()
