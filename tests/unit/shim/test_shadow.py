"""The shim's shadow of a terminal against the pane's own emulator, which is much more careful.

Whatever a program wrote, a fresh terminal that is fed the prologue is the terminal that saw it all.
"""

from __future__ import annotations

import dataclasses
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contui.shim import pens
from contui.shim.charsets import CHARSETS
from contui.shim.shadow import Shadow
from contui.shim.widths import width
from contui.tui.terminal import charsets
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.snapshot import Line, Snapshot
from contui.tui.terminal.state import ISO_PROTECTION, Page
from contui.tui.terminal.widths import cell_width

COLS, ROWS = 20, 8
COUNTS = ("", "0", "1", "2", "5", "8", "20", "30")
STYLES = """0 1 2 22 3 4 4:3 4:0 24 7 27 31 39 42 49 38;5;200 48;2;1;2;3 58:5:1 59 21 53 5 25
    38:2::1:2:3 1;31;44 38;5;300 8;9 95 104 38;5 6""".split()  # noqa: SIM905
WHOLE = r"""
    \r\n \r\n \n \r \b \t \v \x0e \x0f \x1b7 \x1b8 \x1b[s \x1b[u \x1b[?1048h \x1b[?1048l
    \x1b[?1049h \x1b[?1049l \x1b[?1047h \x1b[?1047l \x1b[?47h \x1b[?47l \x1b[?69h \x1b[?69l
    \x1b[3;10s \x1b[?6h \x1b[?6l \x1b[?7l \x1b[?7h \x1b[4h \x1b[4l \x1b[20h \x1b[?45h \x1b[?45l
    \x1b[?1045h \x1b(0 \x1b(B \x1b)0 \x1b*0 \x1b(A \x1bn \x1bo \x1bN \x1b~ \x1b| \x1bD \x1bM
    \x1bE \x1bH \x1b[g \x1b[3g \x1b[?5W \x1b]0;t1\x07 \x1b]2;ti\x1b\\ \x1b]1;ic\x07
    \x1b]4;3;#ff0000\x07 \x1b]10;rgb:1/2/3\x07 \x1b]104\x07 \x1b]104;3\x07 \x1b]110\x07
    \x1b]11;#123\x07 \x1b]12;#aabbcc\x1b\\ \x1b]112\x07 \x1b]8;;http://x/\x07
    \x1b]8;id=a;http://y\x07 \x1b]8;;\x07 \x1b[>1u \x1b[<u \x1b[=5u \x1b[=2;2u \x1b[>3u \x1b[<4u
    \x1b[>4;2m \x1b[>4m \x1b[>4;1m \x1b[>4n \x1b[1"q \x1b[0"q \x1b[3\x20q \x1b[\x20q \x1b[!p
    \x1b#8 \x1b[2\x20@ \x1b[2\x20A \x1b[2'} \x1b[2'~ \x1b[?25l \x1b[?25h \x1b[?1h \x1b[?1l \x1b=
    \x1b> \x1b[?2004h \x1b[?1000h \x1b[?1002h \x1b[?1006h \x1b[?1006l \x1b[?1004h \x1b[?5h
    \x1b[?7;25s \x1b[?7;25r \x1b[?1000;2004s \x1b[?1000;2004r \x1b[?6;1049s \x1b[?6;1049r
    \x1b(K \x1b)R \x1b*H \x1b[?1007l \x1b[?67h \x1bP$qm\x1b\\ \x1b_x\x1b\\ \x1b[1\x1b[2C
    \x1b]0;x\x18yy \x1b[?9999h \x1b[3\x18z \x1b\x20Fx \x1b[?2031h \x1bc \x1b[1?2h \x07
    \x1b6 \x1b9 \x1b#3 \x1b#4 \x1b#5 \x1b#6 \x1bV \x1bW \x1b\x20G \x1b[2;12h \x1b[12l
    \x1b[65;2;2;4;9$x \x1b[2;2;4;9$z \x1b[2;2;4;9${ \x1b[1;1;3;7;1;3;5;1$v \x1b[2;2;4;9;1;7$r
    \x1b[2;3;3;9;0$r \x1b[2;2;4;9;22;24;5$r \x1b[2;2;4;9;1;4;7$t \x1b[2;2;4;9$t \x1b[2*x \x1b[*x
    \x1b[35;3$x \x1b[5;5;3;3$z \x1b[1;1;1;1;1;8;20$v \x1b[22t \x1b[23t \x1b[23;2t \x1b[22;1t
    \x1b]4;3;red\x07 \x1b]11;dark\x20blue\x07 \x1b]10;nocolor\x07 \x9b3C \x9b31m \x84 \x85 \x8d
    \x90x\x9c \x9d0;ti\x9c \x96 \x97 \x1b[?2027h \x1b[?2027l
"""
CLUSTERS = [
    "👨\u200d👩\u200d👧",
    "🇩🇪",
    "🇩",
    "☁\ufe0f",
    "\u200d",
    "👍🏽",
    "\u1100\u1161\u11a8",
    "\ufe0f",
]
pieces = st.one_of(
    st.text("abc xyz", min_size=1, max_size=30),
    st.sampled_from([word.encode().decode("unicode_escape") for word in WHOLE.split()]),
    st.sampled_from(CLUSTERS),
    st.sampled_from(["é", "日本", "😀", "e\u0301", "\u0301", "字x", "│─"]),
    st.builds("\x1b[{};{}H".format, st.sampled_from(COUNTS), st.sampled_from(COUNTS)),
    st.builds("\x1b[{};{}r".format, st.sampled_from(COUNTS), st.sampled_from(COUNTS)),
    st.builds(
        "\x1b[{}{}".format, st.sampled_from(COUNTS), st.sampled_from("ABCDEFG`ade@PLMSTXIZ^j")
    ),
    st.builds(
        "\x1b[{}{}{}".format, st.sampled_from(["", "?"]), st.integers(0, 3), st.sampled_from("JK")
    ),
    st.builds("{}\x1b[{}b".format, st.sampled_from(["x", "日"]), st.sampled_from(COUNTS)),
    st.builds("\x1b[{}m".format, st.sampled_from(STYLES)),
)


def state(terminal: Terminal) -> dict[str, Any]:
    """All that can be told apart, but for scrollback and what a painted screen cannot hold: what a
    line of double width hides, and on a screen of less than three lines that the last goes on."""
    shot, screen = terminal.snapshot(), terminal.screen
    told = {name: getattr(shot, name) for name in shot.__slots__ if name != "history"}
    other = screen.alternate if screen.page is screen.main else screen.main
    told["lines"] = lines_of(shot, shot.lines, screen.page)
    told["other_screen"] = lines_of(shot, shot.other_screen, other)
    told["tabstops"] = {stop for stop in shot.tabstops if stop < shot.columns}
    told["mode"], told["stored"] = screen.mode, screen.stored_modes
    told["keyboard"] = (screen.main.keyboard, screen.alternate.keyboard)
    told["titles"], told["directory"] = screen.titles, screen.directory
    told["answers"] = (screen.eight_bit, screen.attribute_extent)
    told["guarded"] = screen.protection == ISO_PROTECTION
    return told


def lines_of(shot: Snapshot, lines: tuple[Line, ...], page: Page) -> list[object]:
    told: list[object] = [*lines]
    if shot.rows < 3:
        told[-1] = dataclasses.replace(lines[-1], wrapped=False)
    for y, row in enumerate(page.rows):
        if row.stretch:
            told[y] = (row.stretch, row.text[: shot.columns // 2].rstrip(" "))
    return told


def shadow_of(data: bytes, cut: int, cols: int = COLS, rows: int = ROWS) -> Shadow:
    shadow = Shadow(cols, rows)
    for start in range(0, len(data), cut):
        shadow.feed(data[start : start + cut])
    return shadow


def restored(shadow: Shadow, cols: int = COLS, rows: int = ROWS) -> Terminal:
    terminal = Terminal(cols, rows)
    terminal.feed(shadow.prologue())
    return terminal


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(pieces, max_size=40), st.lists(pieces, max_size=8), st.integers(1, 200))
@example(["x" * 20, "\x1b[K\x1b[5;9Hy"], ["z"], 3)
@example(["日" * 10 + "x", "\x1b[?1049h\x1b[41m\x1b[2J", "a" * 20], [], 7)
@example(["ab"], ["\x1b[3b", "\u0301"], 9)
@example(["ab\x1b[31m"], ["\x1b[3b\x1b[m\x1b[2b"], 9)
@example(["ab\x1b[3;5H"], ["\x1b[3b"], 9)
@example(["é\x1b[9C日"], ["\x1b[2b"], 9)
@example(["\x1b[?69h\x1b[3;9s\x1b[2;5Hxxxxx\x1b[?69l"], ["y"], 9)
@example(["\x1b[?47hleft\x1b[5;5Hhere\x1b[?47l"], ["\x1b[?47h"], 9)
@example(["\x1b[7;1H" + "x" * 30 + "\x1b[T"], ["\n"], 9)
@example(["\x1b[20G日"], ["\x1b[H"], 9)
@example(["\x1b[?2027h", *CLUSTERS], ["🏽", "x"], 5)
@example(["\x1b[?2027h🇩🇪\x1b[?2027l🇩"], ["🇪", "\x1b[2b"], 5)
@example(["\x1b#6wide\r\n\x1b#3tall" + "x" * 9], ["y"], 9)
def test_a_fresh_terminal_becomes_the_one_that_saw_it_all(
    written: list[str], more: list[str], cut: int
) -> None:
    """And it stays so, whatever comes then."""
    data = "".join(written).encode()
    late, whole = restored(shadow_of(data, cut)), Terminal(COLS, ROWS)
    whole.feed(data)
    assert state(late) == state(whole)
    for terminal in (late, whole):
        terminal.feed("".join(more).encode())
    assert state(late) == state(whole)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=300), st.integers(1, 50))
def test_any_bytes_are_taken(data: bytes, cut: int) -> None:
    Terminal(COLS, ROWS).feed(shadow_of(data, cut).prologue())


LINES = ["plain line", "\x1b[31mred", "\x1b[0;44mblue\x1b[K", "日本 " * 9, "x" * 41, "\x1b[m", ""]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=20),
    st.integers(1, 9),
    st.sampled_from(["", "\x1b[5;3H"]),
)
def test_a_flood_of_lines_that_is_skipped_leaves_its_end(
    lines: list[str], seed: int, before: str
) -> None:
    """More than a block of lines, of which only the last are looked at."""
    many = [lines[n * seed % len(lines)] for n in range(3000)]
    data = (before + "\r\n".join(many) + "end").encode()
    shadow = Shadow(COLS, ROWS)
    looked_at, _ = shadow.feed(data)
    whole = Terminal(COLS, ROWS)
    whole.feed(data)
    assert looked_at < len(data) // 4
    assert state(restored(shadow)) == state(whole)


def test_a_sequence_that_is_cut_goes_on_behind_the_prologue() -> None:
    for cut in (b"\x1b[3", b"\x1b]2;ti", b"\xe6\x97", b"\x1b"):
        rest = {
            b"\x1b[3": b"1mred",
            b"\x1b]2;ti": b"tle\x07",
            b"\xe6\x97": b"\xa5",
            b"\x1b": b"[7mx",
        }
        terminal, whole = restored(shadow_of(b"text" + cut, 100)), Terminal(COLS, ROWS)
        whole.feed(b"text" + cut + rest[cut])
        terminal.feed(rest[cut])
        assert state(terminal) == state(whole)


def test_a_sequence_without_end_is_given_up() -> None:
    shadow = Shadow(COLS, ROWS)
    shadow.feed(b"\x1b]0;" + b"x" * 100_000)
    shadow.feed(b"\x07\x1b[?25l")
    assert not restored(shadow).cursor.visible
    assert len(shadow.rest) == 0


@pytest.mark.parametrize("size", [(12, 8), (30, 8), (20, 4), (12, 4), (1, 1)])
@pytest.mark.parametrize("screen", ["", "\x1b[?1049h"])
def test_a_resize_in_the_forgotten_part(size: tuple[int, int], screen: str) -> None:
    data = f"{screen}one two three four five six seven\r\n\x1b[32mgreen 日本 x\x1b[3;5H".encode()
    shadow, whole = shadow_of(data, 100), Terminal(COLS, ROWS)
    whole.feed(data)
    shadow.resize(*size)
    whole.resize(*size)
    assert state(restored(shadow, *size)) == state(whole)


def test_characters_are_as_wide_as_in_the_pane() -> None:
    import unicodedata

    odd = [
        chr(code)
        for code in range(0x20, 0x30000)
        if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cc", "Cs")
        and width(chr(code)) != cell_width(chr(code))
    ]
    assert len(odd) < 50, "Python's tables and the pane's are of about the same Unicode"
    assert not [character for character in odd if character < "\u2000"]


def test_character_sets_are_those_of_the_pane() -> None:
    assert CHARSETS.keys() == charsets.CHARSETS.keys()
    ascii_text = "".join(map(chr, range(0x20, 0x7F)))
    for name, table in CHARSETS.items():
        assert ascii_text.translate(table) == ascii_text.translate(charsets.CHARSETS[name])


@pytest.mark.parametrize("body", ["{}m", "{};1H", "38;2;{};1;1m", "38:2:{}:1:1m", "4:{}m", "?{}h"])
def test_numbers_of_any_length_are_taken(body: str) -> None:
    shadow = shadow_of(f"a\x1b[{body.format('1' * 5000)}b".encode(), 10_000)
    assert any("b" in row.text for row in shadow.canvas.rows)


@pytest.mark.parametrize("command", ["4;²;#fff", "²;title", "104;²", "4;٣;#fff"])
def test_digits_of_other_scripts_are_no_numbers(command: str) -> None:
    shadow = shadow_of(f"\x1b]{command}\x07text".encode(), 1000)
    assert not shadow.palette
    assert not shadow.title


def test_a_colour_is_kept_once_however_its_number_is_written() -> None:
    shadow = shadow_of("".join(f"\x1b]4;{'0' * n}7;#fff\x07" for n in range(500)).encode(), 300)
    assert shadow.palette == {"4;7": ["#fff"]}


def test_of_the_names_that_a_colour_was_given_the_last_few_are_kept() -> None:
    names = "".join(
        f"\x1b]4;7;{name}\x07" for name in ("#fff", "red", *map("n{}x".format, range(9)))
    )
    shadow = shadow_of(names.encode(), 300)
    assert shadow.palette == {"4;7": ["#fff", "n5x", "n6x", "n7x", "n8x"]}


def test_what_is_remembered_of_pens_is_bounded() -> None:
    random = Random(1)
    written = [f"\x1b[38;5;{random.randrange(256)}mx" for _ in range(20_000)]
    shadow = shadow_of("".join(written).encode(), 5000)
    assert sum(len(pen.after) for pen in [pens.PLAIN, *pens._pens.values()]) <= 6144
    assert len(pens._pens) <= 1024
    assert shadow.canvas.x or shadow.canvas.y


def test_a_terminal_of_absurd_size_is_bounded() -> None:
    shadow = Shadow(65535, 65535)
    shadow.resize(65535, 65535)
    assert (shadow.canvas.columns, shadow.canvas.lines) == (2000, 1000)
