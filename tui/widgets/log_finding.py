"""Searching in a log pane: to the next match, also beyond what is loaded; only what matches.

A part of `contui.tui.widgets.log_pane`; `contui.tui.log_reading` looks through the log.
"""

from __future__ import annotations

from contui.tui.log_link import Wanted
from contui.tui.view_models.log_text import searcher
from contui.tui.view_models.text import Span
from contui.tui.widgets.log_taking import Taking
from contui.tui.widgets.prompt import Prompt


class Finding(Taking):
    """The actions."""

    pattern = ""
    only = False

    def act_text_search(self) -> None:
        """Type a regular expression."""
        raise NotImplementedError

    def _hold(self, held: bool) -> None:
        """Hold still, or follow."""
        raise NotImplementedError

    def _want(self, wanted: Wanted) -> None:
        """Show other lines."""
        raise NotImplementedError

    def searched(self, text: str) -> bool:
        """Highlight an expression; False when it is none, which the prompt says."""
        prompt = self.query_one(Prompt)
        try:
            search = searcher(text) if text else None
        except ValueError as error:
            prompt.set(prompt.text, f"not a regular expression: {error}")
            return False
        prompt.set(prompt.text)  # what was wrong before is not any more
        self.pattern, self.view.rows.layout.search = text, search
        self.view.relayout()
        self._say([])
        return True

    def _go(self, step: int) -> None:
        """To the next match; beyond what is loaded, in the log itself."""
        view, window = self.view, self.reading.window
        search = view.rows.layout.search
        if search is None:
            self.act_text_search()
            return
        start = len(window.lines)
        if view.hit is not None or not view.following:
            key = view.hit or (view.top[0] if view.top else None)
            start = window.index(key) - (view.hit is None and step > 0)
        index = start + step
        while 0 <= index < len(window.lines):
            line = window.lines[index]
            if not line.notice and search(view.rows.plain(line)):
                self._hold(True)
                view.show(line.key)
                return
            index += step
        if (step > 0 and window.at_end) or (step < 0 and window.at_start):
            self._not_found()
        else:
            self.reading.find(self.pattern, step, self._found)

    def _found(self, found: bool) -> None:
        if not found:
            self._not_found()

    def _not_found(self) -> None:
        self.app.bell()
        what = "no more matches" if self.view.hit is not None else "no match"
        self._say([Span(f" {what} in this direction", "warn")])

    def act_text_next(self) -> None:
        """The next match below."""
        self._go(1)

    def act_text_previous(self) -> None:
        """The match above."""
        self._go(-1)

    def act_text_only(self) -> None:
        """Only what matches, or all."""
        if not self.pattern:
            self.only = True
            self.act_text_search()
            return
        self.only = not self.only
        self._apply_only()

    def _apply_only(self) -> None:
        self._want(self.reading.wanted.with_pattern(self.pattern if self.only else ""))

    def act_text_clear(self) -> None:
        """Give up what takes its time; else the marks; else the search."""
        view = self.view
        if self.reading.cancel() or self.cancel_saving():
            self._say([Span(" cancelled", "muted")])
        elif view.mark is not None or view.cursor is not None:
            view.mark = view.cursor = None
            view.changed()
        else:
            filtered, self.only = bool(self.reading.wanted.pattern), False
            view.hit = None
            self.searched("")
            if filtered:
                self._apply_only()
        self.draw()
