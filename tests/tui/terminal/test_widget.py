"""The pane as a widget: what it shows, what it sends, what it leaves to its owner."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.pilot import Pilot

from contui.tui.terminal.inlet import SLICE
from contui.tui.terminal.widget import TerminalView


class Harness(App[None]):
    """An app with one pane and a binding that a pane must not let through."""

    BINDINGS: ClassVar = [Binding("ctrl+q", "quit", priority=True)]

    def __init__(self) -> None:
        super().__init__()
        self.view = TerminalView()
        self.sent = b""
        self.sizes: list[tuple[int, int]] = []
        self.titles: list[str] = []
        self.bells = 0
        self.clipboard_writes: list[bytes] = []

    def compose(self) -> ComposeResult:
        yield self.view

    @on(TerminalView.Input)
    def _sent(self, message: TerminalView.Input) -> None:
        self.sent += message.data

    @on(TerminalView.Resized)
    def _resized(self, message: TerminalView.Resized) -> None:
        self.sizes.append((message.cols, message.rows))

    @on(TerminalView.TitleChanged)
    def _titled(self, message: TerminalView.TitleChanged) -> None:
        self.titles.append(message.title)

    @on(TerminalView.Bell)
    def _rang(self) -> None:
        self.bells += 1

    @on(TerminalView.ClipboardWrite)
    def _clipped(self, message: TerminalView.ClipboardWrite) -> None:
        self.clipboard_writes.append(message.data)


def shown(view: TerminalView) -> list[str]:
    """What the widget would draw, as text."""
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


async def settle(pilot: Pilot[None], view: TerminalView) -> None:
    """Until everything fed is on the screen and its frame was drawn."""
    await view.drained()
    await view.painted()
    await pilot.pause()


async def test_output_is_shown_and_size_is_told() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"hello\r\n\x1b[31mworld")
        await settle(pilot, app.view)
        assert shown(app.view)[:2] == ["hello", "world"]
        assert app.sizes == [(40, 10)]
        assert (app.view.terminal.cols, app.view.terminal.rows) == (40, 10)


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("ctrl+c", b"\x03"),
        ("ctrl+q", b"\x11"),
        ("ctrl+p", b"\x10"),
        ("tab", b"\t"),
        ("shift+tab", b"\x1b[Z"),
        ("escape", b"\x1b"),
        ("f1", b"\x1bOP"),
        ("up", b"\x1b[A"),
        ("enter", b"\r"),
        ("a", b"a"),
    ],
)
async def test_every_key_goes_to_the_program(key: str, data: bytes) -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.focus()
        await pilot.press(key)
        await pilot.pause()
        assert app.sent == data
        assert app.is_running


async def test_key_filter_takes_a_key_first() -> None:
    app = Harness()
    taken: list[str] = []

    def take(event: events.Key) -> bool:
        taken.append(event.key)
        return event.key == "ctrl+p"

    async with app.run_test(size=(40, 10)) as pilot:
        app.view.key_filter = take
        app.view.focus()
        await pilot.press("ctrl+p", "x")
        await pilot.pause()
        assert taken == ["ctrl+p", "x"]
        assert app.sent == b"x"


async def test_read_only_sends_nothing() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.read_only = True
        app.view.focus()
        await pilot.press("x")
        app.view.paste("y")
        await pilot.pause()
        assert app.sent == b""


async def test_replies_only_when_enabled() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"\x1b[6n")
        await pilot.pause()
        assert app.sent == b"\x1b[1;1R"
        app.view.reply_enabled = False
        app.view.feed(b"\x1b[6n")
        await pilot.pause()
        assert app.sent == b"\x1b[1;1R"


async def test_title_bell_and_clipboard_are_announced() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"\x1b]2;vim\x07\x07\x1b]52;c;aGk=\x07")
        await settle(pilot, app.view)
        assert app.titles == ["vim"]
        assert app.bells == 1
        assert app.clipboard_writes == [b"hi"]


async def test_flood_is_taken_in_slices() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"y\r\n" * SLICE)
        assert app.view.backlog == 2 * SLICE
        await settle(pilot, app.view)
        assert app.view.backlog == 0
        assert shown(app.view)[0] == "y"


async def test_scrollback_by_wheel_and_typing_returns() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"".join(b"%d\r\n" % n for n in range(100)))
        await settle(pilot, app.view)
        app.view.focus()
        app.view.scroll_lines(5)
        assert shown(app.view)[0] == "86"
        app.view.feed(b"more\r\n")
        await settle(pilot, app.view)
        assert shown(app.view)[0] == "86"
        await pilot.press("x")
        assert app.view.scroll_position == 0


async def test_search_upwards() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"".join(b"line %d\r\n" % n for n in range(100)))
        await settle(pilot, app.view)
        assert app.view.search(r"line 1\d$")
        assert app.view.selected_text() == "line 19"
        assert app.view.search(r"line 1\d$", again=True)
        assert app.view.selected_text() == "line 18"
        assert not app.view.search("nowhere")
        assert app.view.search(r"line 1\d$", again=True, down=True)
        assert app.view.selected_text() == "line 19"
        assert not app.view.search(r"line 1\d$", again=True, down=True)


async def test_search_finds_lines_as_they_were_written() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed("日本語 and 日本, é́n\r\n".encode() + b"x" * 38 + b"wrapped\r\n")
        await settle(pilot, app.view)
        assert app.view.search("日本")
        assert (app.view.selection.start.x, app.view.selection.end.x) == (11, 14)
        assert app.view.search("日本", again=True), "more than one in a line"
        assert app.view.selection.start.x == 0
        assert app.view.search(".n$")
        assert app.view.search("wrapped")
        assert app.view.selected_text() == "wrapped"
        assert app.view.selection.start.y + 1 == app.view.selection.end.y


async def test_dragging_selects_and_copies() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"hello world")
        await settle(pilot, app.view)
        await pilot.mouse_down(app.view, offset=(6, 0))
        await pilot.hover(app.view, offset=(10, 0))
        await pilot.mouse_up(app.view, offset=(10, 0))
        assert app.clipboard == "world"
        assert app.sent == b""


async def test_mouse_is_reported_when_asked() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"\x1b[?1000;1006h")
        await pilot.mouse_down(app.view, offset=(6, 2))
        await pilot.mouse_up(app.view, offset=(6, 2))
        await pilot.pause()
        assert app.sent == b"\x1b[<0;7;3M\x1b[<0;7;3m"


async def test_strip_moves_with_its_row() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"".join(b"%d\r\n" % n for n in range(9)))
        await settle(pilot, app.view)
        before = app.view.render_line(5)
        app.view.feed(b"a\r\nb\r\n")
        await settle(pilot, app.view)
        assert app.view.render_line(3) is before


async def test_synchronized_output_is_shown_when_it_ends() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"old")
        await settle(pilot, app.view)
        app.view.feed(b"\x1b[?2026h\x1b[Hnew")
        frame = app.view._frame_timer
        assert frame is not None
        app.view.feed(b"\x1b[?2026l")
        assert app.view._frame_timer is not frame
        await settle(pilot, app.view)
        assert shown(app.view)[0] == "new"


async def test_nothing_runs_when_idle() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"x")
        await settle(pilot, app.view)
        assert app.view._frame_timer is None


async def test_a_replay_can_be_fed_at_once() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"y\r\n" * SLICE)
        app.view.feed_now(b"\x1b[2J\x1b[Hreplayed")
        assert app.view.backlog == 0
        await settle(pilot, app.view)
        assert shown(app.view)[0] == "replayed"


async def test_another_viewer_may_decide_the_size() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.fixed_size = (20, 5)
        app.view.set_size(20, 5)
        app.view.feed(b"x" * 25)
        await pilot.resize_terminal(50, 12)
        await settle(pilot, app.view)
        assert (app.view.terminal.cols, app.view.terminal.rows) == (20, 5)
        assert shown(app.view)[:2] == ["x" * 20, "x" * 5]


async def test_focus_is_told_when_asked() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.focus()
        await pilot.pause()
        app.view.feed(b"\x1b[?1004h")
        app.set_focus(None)
        await pilot.pause()
        app.view.focus()
        await pilot.pause()
        assert app.sent == b"\x1b[O\x1b[I"


async def test_wheel_scrolls_and_shift_page_keys_too() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed(b"".join(b"%d\r\n" % n for n in range(100)))
        await settle(pilot, app.view)
        app.view.focus()
        await pilot.press("shift+pageup")
        assert app.view.scroll_position == 9
        await pilot.press("shift+pagedown")
        assert app.view.scroll_position == 0
        assert app.sent == b""


async def test_a_tilted_wheel_is_reported_to_a_program_that_wants_the_mouse() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        await settle(pilot, app.view)
        for kind in (events.MouseScrollLeft, events.MouseScrollRight):
            for modes in (b"\x1b[?1000l", b"\x1b[?1000h\x1b[?1006h"):
                app.view.feed(modes)
                app.view.post_message(
                    kind(app.view, 2, 3, 0, 0, 0, False, False, False, screen_x=2, screen_y=3)
                )
                await settle(pilot, app.view)
        assert app.sent == b"\x1b[<66;3;4M\x1b[<67;3;4M"


async def test_wide_text_and_cursor_line_up() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.feed("日本x\x1b[1;2H".encode())
        await settle(pilot, app.view)
        strip = app.view.render_line(0)
        assert strip.cell_length == 40
        assert strip.text.rstrip() == "日本x"


async def test_programs_learn_the_colours_they_are_shown_in() -> None:
    app = Harness()
    async with app.run_test(size=(40, 10)) as pilot:
        ground = app.view.background_colors[1].hex6[1:].lower()
        color = "/".join(ground[n : n + 2] * 2 for n in (0, 2, 4))
        app.view.feed(b"\x1b]11;?\x07\x1b[?2031h")
        await settle(pilot, app.view)
        assert app.sent == f"\x1b]11;rgb:{color}\x07".encode()
        app.theme = "textual-light"
        while not app.sent.endswith(b"\x07\x1b[?997;2n"):
            await pilot.pause()
        app.view.feed(b"\x1b[?996n")
        await settle(pilot, app.view)
        assert app.sent.endswith(b"\x07\x1b[?997;2n\x1b[?997;2n")
