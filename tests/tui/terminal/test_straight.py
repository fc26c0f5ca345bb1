"""What a pane sends straight to the terminal is what Textual's compositor would send there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.style import Style
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Label

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.selection import Point, Selection
from contui.tui.terminal.snapshot import Line
from contui.tui.terminal.widget import TerminalView

SIZE = (50, 9)


class Beside(App[None]):
    """A pane with a border around it and another widget at its left."""

    CSS = """
    Label { width: 12; height: 1fr; background: blue; }
    #frame { border: round green; }
    .over { layer: top; dock: bottom; height: 3; width: 100%; }
    Screen { layers: base top; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.view = TerminalView()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label("beside")
            with Horizontal(id="frame"):
                yield self.view


class Outer:
    """The outer terminal, which has seen the whole of an app, and what it is sent since."""

    def __init__(self, app: App[None]) -> None:
        self.terminal = Terminal(*SIZE)
        self.terminal.feed(whole(app).encode())

    def lines(self) -> tuple[Line, ...]:
        return self.terminal.snapshot().lines


def whole(app: App[None]) -> str:
    """All of the screen as the compositor sends it."""
    return app.screen._compositor.render_full_update().render_segments(app.console)


async def compare(app: Beside, pilot: Pilot[None], data: bytes) -> None:
    """Send the lines that output changes straight, and have the compositor make all anew."""
    view = app.view
    await view.painted()
    await pilot.pause()
    outer = Outer(app)
    view.terminal.feed(data)
    text = view._straight.sequence(view._changed_lines())
    assert text is not None
    outer.terminal.feed(text.encode())
    # The next pass of the compositor shows the same, without having been told of anything.
    assert outer.lines() == Outer(app).lines()
    view.refresh()
    await pilot.pause()
    assert outer.lines() == Outer(app).lines()


OUTPUT = {
    "a key": b"x",
    "colours": b"\x1b[1;31mred\x1b[44m on blue\x1b[m \x1b[38;5;208m256 \x1b[38;2;1;2;3;7mrgb",
    "attributes": b"\x1b[2mfaint\x1b[22;3mitalic\x1b[4:3;58:2::9:8:7mcurly\x1b[m\x1b[9mstrike",
    "wide at the border": "\r\x1b[30C世\r\n\x1b[34C世世".encode(),
    "half of a wide one": "世世\r\x1b[Cx".encode(),
    "clusters": "e\u0301 👍🏽 🇩🇪".encode(),
    "a link": b"\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\ after",
    "the cursor moves": b"one\r\ntwo\x1b[A\x1b[5D",
    "the cursor's shape": b"\x1b[4 qx",
    "no cursor": b"\x1b[?25lx",
    "scrolling": b"\r\n".join(b"line %d" % n for n in range(40)),
    "a region scrolls": b"\x1b[2;4rab\r\n\r\n\r\n\r\ncd\x1b[r",
    "erasing": b"abc\r\n\x1b[41mdef\x1b[J\x1b[H\x1b[K",
    "reverse screen": b"\x1b[?5habc",
    "the other screen": b"main\x1b[?1049h\x1b[Hother\x1b[3;3Hx",
    "lines of double width": b"\x1b#6wide\r\n\x1b#3high",
    "the palette": b"\x1b]4;1;#123456\x1b\\\x1b[31mred",
    "controls": b"\x1b]0;title\x07\x85\x9b1m",
}


@pytest.mark.parametrize("data", OUTPUT.values(), ids=OUTPUT.keys())
async def test_the_same_as_the_compositor(data: bytes) -> None:
    app = Beside()
    async with app.run_test(size=SIZE) as pilot:
        app.view.focus()
        app.view.feed(b"before\r\n" * 3)
        await compare(app, pilot, data)
        await compare(app, pilot, b"and more\r\n" + data)


def scrolled(view: TerminalView) -> None:
    view.scroll_lines(3)


def selected(view: TerminalView) -> None:
    view.select(Selection(Point(1, 2), Point(3, 4)))


def searched(view: TerminalView) -> None:
    assert view.search("line 3")


def fixed(view: TerminalView) -> None:
    view.fix_size((60, 20))


def small(view: TerminalView) -> None:
    view.fix_size((10, 3))


def elsewhere(view: TerminalView) -> None:
    view.screen.set_focus(None)


def themed(view: TerminalView) -> None:
    view.app.theme = "textual-light"


@pytest.mark.parametrize("put", [scrolled, selected, searched, fixed, small, elsewhere, themed])
async def test_in_every_state(put: Callable[[TerminalView], None]) -> None:
    app = Beside()
    async with app.run_test(size=SIZE) as pilot:
        app.view.focus()
        app.view.feed(b"\r\n".join(b"line %d" % n for n in range(40)))
        await pilot.pause()
        put(app.view)
        await pilot.pause()
        await compare(app, pilot, b"\x1b[32mgreen\r\nnew")


async def test_not_when_something_lies_over_it() -> None:
    app = Beside()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert app.view._straight.sequence([0]) is not None
        over = Label("over", classes="over")
        await app.screen.mount(over)
        await pilot.pause()
        assert app.view._straight.sequence([0]) is None
        await over.remove()
        await pilot.pause()
        assert app.view._straight.sequence([0]) is not None


async def test_not_under_a_dialog_or_a_toast() -> None:
    app = Beside()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        app.push_screen(ModalScreen())
        await pilot.pause()
        assert app.view._straight.sequence([0]) is None
        app.pop_screen()
        await pilot.pause()
        assert app.view._straight.sequence([0]) is not None
        app.notify("news")
        await pilot.pause()
        assert app.view._straight.sequence([0]) is None


@pytest.mark.parametrize(
    "rule", ["opacity: 50%", "tint: red 40%", "text-opacity: 30%", "padding: 1", "display: none"]
)
async def test_not_what_is_not_shown_as_it_is(rule: str) -> None:
    class Ruled(Beside):
        CSS = f"{Beside.CSS} TerminalView {{ {rule}; }}"

    app = Ruled()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert app.view._straight.sequence([0]) is None


async def test_not_while_things_move() -> None:
    app = Beside()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.screen._layout_required = True
        assert app.view._straight.sequence([0]) is None
        app.screen._layout_required = False
        app.query_one(Label).styles.width = 20
        await pilot.pause()
        await compare(app, pilot, b"moved")


async def test_the_style_beneath_is_the_panes() -> None:
    app = Beside()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        strip = app.view.finished_line(0)
        assert strip.cell_length == app.view.size.width
        assert all(isinstance(segment.style, Style) for segment in strip)
        assert strip == app.view.render_lines(app.view.size.region)[0]
