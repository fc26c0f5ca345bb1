"""Any bytes, cut anywhere: the same screen, no exception, bounded memory."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contui.tui.terminal.bulk import LEAST
from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.snapshot import Snapshot
from contui.tui.terminal.styles import Style

#: Pieces that hit the parser's corners more often than random bytes do.
PIECES = st.sampled_from(
    [
        b"\x1b", b"\x1b[", b"\x1b]", b"\x1bP", b"\x1b_", b"\x1bX", b"\x1b^", b"\x1bk", b"\x1b\\",
        b"\x07", b"\x18", b"\x1a", b"\x9b", b"\xc2\x9b", b"\xc2\x9d", b"\xc2\x85", b"\x7f", b"\0",
        b"\r\n", b"\n", b"\r", b"\b", b"\t", b"\x0e", b"\x0f", b"abc", b"x" * 25, b"31m", b"1;2",
        b"?", b">", b"$", b"!", b" ", b"m", b"H", b"J", b"K", b"?1049h", b"?1049l", b"?69h",
        b"?6h", b"\x1b[2;4r", b"\x1b[3;9s", b"\x1b[4h", b"\x1b[4l", b"\x1b[?7l", b"\x1b[?7h",
        b"\x1b[5b", b"\x1b[3@", b"\x1b[2P", b"\x1b[2L", b"\x1b[2M", b"\x1b[3X", b"\x1b[S",
        b"\x1b[T", b"\x1b[2'}", b"\x1b[2'~", b"\x1bD", b"\x1bM", b"\x1bE", b"\x1b7", b"\x1b8",
        b"\x1b(0", b"\x1b(B", b"\x1b)0", b"\x1bN", b"\x1bc", b"\x1b#8", b"\x1b%@", b"\x1b%G",
        b"\x1b[44m", b"\x1b[0m", b"\x1b[1;4:3;58:2::1:2:3m", b"\x1b[38;5;200m", b"\x1b[m",
        b"\x1b[1\"q", b"\x1b[?2J", b"\x1b[10;10H", b"\x1b[H", b"\x1b[20C", b"\x1b[99d", b"\x1b[6n",
        b"\x1b]2;title\x07", b"\x1b]8;;http://a/\x1b\\", b"\x1b]8;;\x07", b"\x1b]4;1;red\x07",
        b"\x1bP$qm\x1b\\", b"\x1bPjunk\x07more\x1b\\", "é".encode(), "日本".encode(),
        "e\u0301".encode(), "\u200b".encode(), "👍🏽".encode(), "\U00100000".encode(), b"\xff",
        b"\xe6\x97", b"\xf0\x9f", b"\x1b[2;2;4;8$z", b"\x1b[69;1;1;3;9$x",
        b"\x1b[1;1;2;9;1;2;3;1$v", b"\x1bV", b"\x1bW", b"\x1b#6", b"\x1b#5", b"\x1b#3",
        b"\x1b[?2027h", b"\x1b[?2027l", b"\x1b G", b"\x1b F", "\u200d".encode(), "🇬🇧".encode(),
        "\u2764\ufe0f".encode(),
    ]
)  # fmt: skip
STREAM = st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=40).map(b"".join)


def screen_after(data: bytes, cuts: list[int], cols: int = 20) -> tuple[Snapshot, bytes]:
    """What a small terminal shows and replies after ``data`` cut at ``cuts``."""
    terminal = Terminal(cols, 6, history=50)
    start = 0
    for cut in [*sorted(cuts), len(data)]:
        terminal.feed(data[start:cut])
        start = max(start, cut)
    return terminal.snapshot(), terminal.take_replies()


def check_rows(terminal: Terminal) -> None:
    """Rows hold what every other part relies on."""
    for row in terminal.screen.rows:
        assert len(row.text) == len(row.styles) <= terminal.cols
        for x, character in enumerate(row.text):
            if character == "\0":
                assert x > 0
                assert row.text[x - 1] not in "\0 "


@settings(max_examples=300, deadline=None)
@given(STREAM, st.lists(st.integers(0, 400), max_size=20))
@example(b"\x1b[3\r1mx", [3, 4])
@example(b"a\x1b[3b", [1])
@example("\x1b]\u00b9;x\x07\x1b]4;\u00b2;red\x07\x1b]104;\u00b3\x07".encode(), [])
@example("e\u0301\x1b[3b".encode(), [1])
def test_cutting_changes_nothing(data: bytes, cuts: list[int]) -> None:
    cuts = [min(cut, len(data)) for cut in cuts]
    assert screen_after(data, cuts) == screen_after(data, [])


@settings(max_examples=150, deadline=None)
@given(STREAM, st.sampled_from([1, 2, 11, 20]))
@example("\x1b[?7lTwelve cells日\u200b".encode(), 11)
@example("日本".encode(), 1)
def test_byte_by_byte_changes_nothing(data: bytes, cols: int) -> None:
    assert screen_after(data, list(range(len(data))), cols) == screen_after(data, [], cols)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(STREAM, st.tuples(st.integers(1, 40), st.integers(1, 12))), max_size=8))
def test_rows_stay_sound_through_any_input_and_size(steps: list[bytes | tuple[int, int]]) -> None:
    terminal = Terminal(20, 6, history=20)
    for step in steps:
        if isinstance(step, bytes):
            terminal.feed(step)
        else:
            terminal.resize(*step)
        check_rows(terminal)
        assert 0 <= terminal.cursor.x < terminal.cols
        assert 0 <= terminal.cursor.y < terminal.rows
        assert len(terminal.display) == terminal.rows
        assert terminal.history_len <= 20
        terminal.snapshot()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_never_raise(data: bytes) -> None:
    terminal = Terminal(20, 6)
    terminal.feed(data)
    check_rows(terminal)


def test_every_prefix_of_a_session_is_sound() -> None:
    data = (
        b"\x1b[?1049h\x1b[1;5r\x1b[38;2;1;2;3mhi\xe6\x97\xa5\x1b]2;t\x1b\\\x1b[?1049l"
        b"\x1bP$qr\x1b\\\x1b_x\x1b\\end"
    )
    for size in range(len(data)):
        terminal = Terminal(20, 6)
        terminal.feed(data[:size])
        terminal.feed(b"\x18\x1bcok")
        assert terminal.display[0].rstrip() == "ok"


def test_unfinished_strings_are_bounded() -> None:
    for opener in (b"\x1b]2;", b"\x1bP$q", b"\x1b_", b"\x1b["):
        terminal = Terminal(20, 6)
        terminal.feed(opener)
        for _ in range(40):
            terminal.feed(b"1" * 65536)
        held = sum(map(len, terminal.stream._string)) + len(terminal.stream._collected)
        assert held <= 1024 * 1024
        terminal.feed(b"\x18ok")
        assert terminal.display[0].startswith("ok")


def test_replies_are_bounded_when_nobody_reads_them() -> None:
    terminal = Terminal(20, 6)
    terminal.feed(b"\x1b[c" * 100_000)
    assert len(terminal.take_replies()) < 100_000


def test_styles_that_are_no_longer_shown_are_forgotten() -> None:
    terminal = Terminal(20, 6, history=10)
    for red in range(200):
        terminal.feed(b"".join(b"\x1b[38;2;%d;%d;%dmx" % (red, n, n) for n in range(250)))
    assert len(terminal.screen.styles) < 40_000
    assert terminal.line(5)[-1][1].fg == 0x1000000 | 199 << 16 | 249 << 8 | 249


def test_pairs_of_palette_colours_that_are_no_longer_shown_are_forgotten() -> None:
    terminal = Terminal(20, 6, history=10)
    for fg in range(151):
        terminal.feed(b"".join(b"\x1b[38;5;%d;48;5;%dmx" % (fg, bg) for bg in range(256)))
        assert len(terminal.screen.styles) < 40_000
    last = terminal.row(5).styles[terminal.cursor.x - 1]
    assert terminal.screen.styles[last] == Style(150, 255)


def test_clusters_that_are_no_longer_shown_are_forgotten() -> None:
    terminal = Terminal(20, 6, history=10)
    for start in range(0x4E00, 0x9000, 256):
        text = "".join(chr(c) + "\u0301" + "\u0302" * (c % 7) for c in range(start, start + 256))
        terminal.feed(text.encode())
    assert len(terminal.screen.clusters) < 40_000
    assert chr(0x8FFF) + "\u0301" in terminal.display[5]


#: What lines of output are made of; most of it is what the bulk way takes, some is not.
INK = st.sampled_from(
    [
        "word ", "long word ", "x" * 30, "\x1b[31m", "\x1b[1;32m", "\x1b[0m", "\x1b[m", "\x1b[44m",
        "\x1b[4:3m", "日本語", "é", "e\u0301", "\u0301", "🚀", "\U00100001", "\x1b[K", "\t", "",
        "\x1b[38;5;9m", "\x1b[7m", "\x1b]2;t\x07", "\x1b[2J", "\x0e", "\x85",
    ]
)  # fmt: skip
PLAIN_INK = st.sampled_from(["word ", "x" * 25, "日本", "é", "\x1b[31m", "\x1b[m", "\x1b[41m", ""])
LINE = st.one_of(st.lists(PLAIN_INK, max_size=6), st.lists(INK, max_size=6)).map("".join)
START = st.sampled_from(["", "\x1b[?1049h", "\x1b[2;4r", "\x1b[35m", "\x1b[42m", "\x1b[?7l", "ab"])


@settings(max_examples=80, deadline=None)
@given(START, st.lists(LINE, min_size=10, max_size=30), st.sampled_from(["", "tail", "\x1b[3"]))
def test_bulk_writes_what_the_careful_way_writes(start: str, lines: list[str], end: str) -> None:
    body = ("\r\n".join(lines) + "\r\n") * 3 + end
    data = (start + body + " " * LEAST).encode()
    bulk, careful = Terminal(20, 6, history=90), Terminal(20, 6, history=90)
    bulk.feed(data)
    for at in range(0, len(data), 200):
        careful.feed(data[at : at + 200])
    assert bulk.snapshot() == careful.snapshot()
    assert bulk.screen.scrolled == careful.screen.scrolled
