"""The log of a container, or those of several merged: what keys do, and what is said around it.

`contui.tui.log_reading` reads, `contui.tui.widgets.log_view` draws; what changes how lines are
looked for or shown is here, what takes lines elsewhere in `contui.tui.widgets.log_taking`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from textual import on
from textual.timer import Timer
from textual.widget import Widget

from contui.tui.backend_link import BackendLink
from contui.tui.keymap import Keymap
from contui.tui.log_link import Wanted
from contui.tui.log_reading import Reading
from contui.tui.messages import PaneChanged
from contui.tui.view_models import log_time
from contui.tui.view_models.containers import ContainerInfo, glyph
from contui.tui.view_models.log_rows import MODES
from contui.tui.view_models.log_window import Key
from contui.tui.view_models.text import Span, clean
from contui.tui.view_models.workspace import PaneSpec
from contui.tui.widgets.key_bar import Hint
from contui.tui.widgets.log_finding import Finding
from contui.tui.widgets.log_view import Dragged, Edge, Held, LogView
from contui.tui.widgets.prompt import Prompt
from contui.tui.widgets.status_line import StatusLine

FRAME = 0.04  # seconds between two draws while lines pour in
PATIENCE = 0.3  # seconds after which reading says that it takes its time


class LogPane(Finding):
    """One log. `MergedPane` has several."""

    DEFAULT_CSS = """
    LogPane Prompt { display: none; }
    """

    def __init__(
        self,
        pane_id: str,
        spec: PaneSpec,
        info: ContainerInfo | None,
        backend: BackendLink,
        keymap: Keymap,
    ) -> None:
        super().__init__(pane_id, spec, info)
        self.backend = backend
        self.keymap = keymap
        self.reading = Reading(backend, self._came, self._landed)
        self._asking = ""  # what the prompt is for
        self._note: list[Span] = []
        self._drawing: Timer | None = None

    def compose(self) -> Iterator[Widget]:
        yield LogView(self.reading.window)
        yield Prompt("/", "a regular expression")
        yield StatusLine()

    def on_mount(self) -> None:
        self.begin()
        self.draw()

    def begin(self) -> None:
        """Start to read."""
        self.reading.add(self.spec.container, self.spec.name)

    def on_unmount(self) -> None:
        self.reading.close()

    @property
    def view(self) -> LogView:
        """The text."""
        return self.query_one(LogView)

    @property
    def wide(self) -> LogView:
        return self.view

    def scopes(self) -> tuple[str, ...]:
        return ("log", "text", "any", "list")

    def give_focus(self) -> None:
        self.screen.set_focus(self.view)

    def hints(self) -> list[Hint]:
        first = ("text_follow", "text_pause", "log_time", "text_times", "log_json", "log_save")
        names = ("text_search", "text_next", "text_only", "text_wrap")
        key = self.keymap.key
        return [
            *(self.keymap.hint(name, "text") for name in names),
            *(self.keymap.hint(name, "log") for name in first),
            (key("leave_pane", "any"), "list", "leave_pane"),
            (key("help"), "keys", "help"),
        ]

    # -- what comes ------------------------------------------------------------------------------

    def _came(self) -> None:
        """There is something new to draw; many are drawn at once."""
        if not self.is_attached or self._drawing is not None:
            return
        if not self.seen:
            self.told()
        self._drawing = self.set_timer(FRAME, self._frame)

    def _frame(self) -> None:
        self._drawing = None
        if self.is_attached:
            self.view.changed()
            self.draw()

    def _landed(self, key: Key | None) -> None:
        if key is None:
            self.view.follow(False)
        else:
            self.view.show(key)

    def container_changed(self, info: ContainerInfo | None) -> None:
        was = self.info
        super().container_changed(info)
        runs = info is not None and info.state == "running"
        if runs and not (was and was.state == "running"):
            self.reading.again(self.spec.container)
        self.draw()

    @on(Edge)
    def _edge(self, event: Edge) -> None:
        event.stop()
        if event.side < 0:
            self.reading.more_above()
        else:
            self.reading.more_below()

    @on(Held)
    def _scrolled(self, event: Held) -> None:
        event.stop()
        self._hold(event.held)

    @on(Dragged)
    def _dragged(self, event: Dragged) -> None:
        event.stop()
        if event.part >= 1:
            self.act_text_follow()
        else:
            self.view.follow(False)
            self.reading.to_part(event.part)

    # -- following -------------------------------------------------------------------------------

    def act_text_follow(self) -> None:
        """Go to the end, stay there."""
        self._hold(False)

    def act_text_pause(self) -> None:
        """Hold still, or go on."""
        self._hold(self.view.following)

    def _hold(self, held: bool) -> None:
        self.reading.hold(held)
        if self.view.following == held:
            self.view.follow(not held)
        self.draw()
        self.post_message(PaneChanged(self.pane_id))

    def act_log_start(self) -> None:
        """The first line of the log."""
        self.view.follow(False)
        if self.reading.window.at_start and self.reading.window.lines:
            self._hold(True)
            self.view.top = (self.reading.window.lines[0].key, 0)
            self.view.changed()
        else:
            self.reading.to_start()

    # -- the prompt ------------------------------------------------------------------------------

    def _ask(self, what: str, mark: str, hint: str, text: str = "") -> None:
        self._asking = what
        prompt = self.query_one(Prompt)
        prompt.ask(mark, hint)
        prompt.set(text)
        prompt.display = True
        self.screen.set_focus(prompt)  # now: the next key may be here already

    def act_text_search(self) -> None:
        """Type a regular expression."""
        self._ask("search", "/", "a regular expression")

    def act_log_time(self) -> None:
        """Type a time, and go there."""
        self._ask("time", "go to", log_time.HINT)

    def act_log_since(self) -> None:
        """Only what is not older."""
        self._ask("since", "since", f"{log_time.HINT}; nothing: from the beginning")

    def act_log_until(self) -> None:
        """Only what is not newer."""
        self._ask("until", "until", f"{log_time.HINT}; nothing: to the end")

    def act_log_fields(self) -> None:
        """Which fields of JSON lines are shown."""
        chosen = " ".join(self.view.rows.layout.chosen)
        self._ask("fields", "fields", "time level msg …; nothing: the usual ones first", chosen)

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        event.stop()
        if self._asking == "search":
            self.searched(event.text)

    @on(Prompt.Done)
    def _done(self, event: Prompt.Done) -> None:
        event.stop()
        if event.accepted and not self._accept(event.text):
            return
        if not event.accepted and self._asking == "search":
            self.act_text_clear()
        event.prompt.display = False
        self.screen.set_focus(self.view)
        self.draw()

    def _accept(self, text: str) -> bool:
        """Do what was asked for; False leaves the prompt open, with the reason."""
        if self._asking == "search":
            if not self.searched(text):
                return False
            if self.only:
                self._apply_only()
            elif text:
                self._go(-1 if self.view.following else 1)
            return True
        if self._asking == "fields":
            self._show_json("fields", tuple(text.replace(",", " ").split()))
            return True
        return self._accept_time(text)

    def _accept_time(self, text: str) -> bool:
        try:
            at = log_time.parse(text, time.time_ns()) if text.strip() else 0
        except ValueError as error:
            self.query_one(Prompt).set(text, str(error))
            return False
        wanted = self.reading.wanted
        if self._asking == "since":
            self._want(replace(wanted, since=at))
        elif self._asking == "until":
            self._want(replace(wanted, until=at))
        elif at:
            self.view.follow(False)
            self.reading.to_time(at)
        return True

    def _want(self, wanted: Wanted) -> None:
        here = self.view.here()
        near = self.reading.window.at(here) if not self.view.following else None
        self.reading.change(wanted, near)
        self.draw()

    # -- how lines look --------------------------------------------------------------------------

    def act_text_times(self) -> None:
        """When each line came, or not."""
        self.view.rows.layout.times = not self.view.rows.layout.times
        self.view.relayout()

    def act_text_wrap(self) -> None:
        """Wrap, or not."""
        layout = self.view.rows.layout
        layout.wrap, layout.left = not layout.wrap, 0
        self.view.relayout()
        self.draw()

    def act_log_json(self) -> None:
        """JSON lines as they are, over several rows, or by their fields."""
        layout = self.view.rows.layout
        self._show_json(MODES[(MODES.index(layout.json) + 1) % len(MODES)], layout.chosen)

    def _show_json(self, mode: str, chosen: tuple[str, ...]) -> None:
        layout = self.view.rows.layout
        layout.json, layout.chosen = mode, chosen
        self.view.relayout()
        self.draw()

    def act_log_streams(self) -> None:
        """Both streams, stdout alone, stderr alone."""
        wanted = self.reading.wanted
        self._want(replace(wanted, stream=(wanted.stream + 1) % 3))

    # -- what is said ----------------------------------------------------------------------------

    def _say(self, note: list[Span]) -> None:
        """Words in the line below, until the next."""
        self._note = note
        self.draw()

    def title(self) -> list[Span]:
        """The border above."""
        title = [Span(clean(self.spec.name), "strong"), Span(" log ")]
        return [*title, Span(*glyph(self.info))] if self.info is not None else title

    def draw(self) -> None:
        if not self.is_attached or not self.query(StatusLine):
            return
        self.frame(self.title(), self._foot())
        line, problem, busy = self.query_one(StatusLine), self.reading.problem, self.reading.busy
        if problem is not None:
            hint = clean(problem.hint)
            line.say([Span(clean(problem.message), "bad"), Span(f" {hint}", "muted")])
        elif busy is not None and time.monotonic() - busy.since > PATIENCE:
            line.say(
                [
                    Span(f" {clean(busy.what)} {busy.done:.0%}", "warn"),
                    Span(f"  {self.keymap.told('text_clear', 'text')} cancels", "muted"),
                ]
            )
        elif self._note:
            line.say(self._note)
        elif not self.reading.window.lines and self.state() not in ("reading", "reconnecting"):
            chosen = self.reading.wanted != Wanted()
            words = "nothing like that" if chosen else "nothing"
            line.say([Span(f"{words} has been printed yet", "muted")])
        else:
            line.say([])

    def state(self) -> str:
        """Of the logs together: what is worst, else whether any goes on."""
        states = {source.state for source in self.reading.window.sources.values()}
        for word in ("reconnecting", "live", "reading", "failed", "ended"):
            if word in states:
                return word
        return "ended"

    def _foot(self) -> list[Span]:
        layout, wanted = self.view.rows.layout, self.reading.wanted
        spans: list[Span] = []
        if self.pattern:
            word = "only " if self.only else ""
            spans.append(Span(f" {word}/{clean(self.pattern)}", "warn"))
        for word, at in (("since", wanted.since), ("until", wanted.until)):
            if at:
                when = time.strftime("%d %b %H:%M:%S", time.localtime(at / 1e9))
                spans.append(Span(f" {word} {when}", "warn"))
        marks = (
            ("", "stdout only", "stderr only")[wanted.stream],
            {"pretty": "JSON", "fields": "JSON fields"}.get(layout.json, ""),
            "wrapped" if layout.wrap else "",
        )
        spans += [Span(f" {mark}", "muted") for mark in marks if mark]
        return [*spans, *self._progress()]

    def _progress(self) -> list[Span]:
        sources = self.reading.window.sources.values()
        spans: list[Span] = []
        undrawn = sum(source.undrawn for source in sources)
        if undrawn and self.view.following:
            spans.append(Span(f" {undrawn:,} too fast to draw", "muted"))
        if not self.view.following:
            top, below = self.view.top, sum(source.below for source in sources)
            if top is not None and self.reading.window.lines:
                spans.append(Span(f" {self.reading.window.fraction(top[0]):.0%}", "muted"))
            news = f" held, {below:,} new below" if below else " held"
            spans.append(Span(news, "warn"))
        words = {
            "live": ("following" if self.view.following else "", "good"),
            "reading": ("reading…", "muted"),
            "reconnecting": ("reconnecting…", "warn"),
            "ended": ("ended with the container", "muted"),
            "failed": ("not readable", "bad"),
        }
        text, role = words[self.state()]
        return [*spans, Span(f" {text}" if text else "", role)]
