"""The compiled core: the same terminal as the Python code, for any input, and no leaks.

Where the core is not built there is nothing to compare: the other tests have then run the
Python code already.
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contui.tui.terminal import compiled
from contui.tui.terminal.core import build_hook
from contui.tui.terminal.emulator import Terminal
from tests.tui.terminal.pure import Pure, Step, outcome
from tests.tui.terminal.test_bytes import INK, LINE, PIECES

needs_core = pytest.mark.skipif(compiled.core is None, reason="the compiled core is not built")


@pytest.fixture(scope="module")
def pure() -> Iterator[Pure]:
    other = Pure()
    yield other
    other.close()


NUMBER = st.one_of(
    st.just(""), st.integers(0, 30).map(str), st.sampled_from(["007", "99999999999"])
)
NUMBERS = st.lists(NUMBER, max_size=3).map(";".join)
#: The sequences that the core runs itself, and some that it must not.
COMMON = st.tuples(
    st.sampled_from(["\x1b["] * 9 + ["\x1b[?"]),
    NUMBERS,
    st.sampled_from("ABCDEFGHJKLMPSTX@`abdefrm"),
).map("".join)
ODD_CODES = """
    38;5;9 48;5;200 38;2;1;2;3 48;2;300;1;1 58;5;3 38;5 38;05;1 38 38;2;1 4:3 58:2::1:2:3 38;5;;
    00 01 022 1000 38:5:7 4:9
""".split()  # noqa: SIM905
CODES = st.one_of(st.integers(0, 110).map(str), st.sampled_from(["", *ODD_CODES]))
SGR = st.lists(CODES, max_size=4).map(lambda codes: f"\x1b[{';'.join(codes)}m")
TEXT = st.sampled_from(
    [
        "word",
        "lqk_~",
        "─\x1b[4b",
        "\x1b(0q\x1b[3b",
        "x" * 23,
        "日本語",
        "é",
        "e\u0301",
        "🚀",
        "─",
        "\u200b",
        "\U000e0001",
    ]
)
CONTROL = st.sampled_from(["\r\n", "\n", "\r", "\b", "\t", "\v", "\0", "\x7f", "\x1bM", "\x1bD"])
MODES = st.sampled_from(
    ["\x1b[4h", "\x1b[4l", "\x1b[20h", "\x1b[20l", "\x1b[?6h", "\x1b[?6l", "\x1b[?7l", "\x1b[?7h",
     "\x1b[?69h", "\x1b[3;9s", "\x1b[?69l", "\x1b[?45h", "\x1b[?45l", "\x1b[?1049h", "\x1b[?1049l",
     "\x1b(0", "\x1b(B", "\x0e", "\x0f", "\x1b7", "\x1b8", "\x1b[!p", "\x1bc", "\x1bH", "\x1b[3g",
     "\x1b[3J", "\x1b[?25l", "\x1b[?25h", "\x1b[?25;1l", "\x1b#8",
     "\x1b[1\"q", "\x1b[0\"q", "\x1b[?2J", "\x1b%@", "\x1b%G"]
)  # fmt: skip
#: Modes that the core switches, one that it leaves to Python, one that nobody knows.
SWITCHED = st.sampled_from([1, 7, 9, 12, 25, 45, 66, 1000, 1002, 1006, 1016, 2004, 2026, 6, 1234])
SWITCHES = st.one_of(
    st.builds("\x1b[?{}{}".format, st.lists(SWITCHED, max_size=3).map(
        lambda modes: ";".join(map(str, modes))), st.sampled_from("hl")),
    st.builds("\x1b[{}{}".format, st.sampled_from(["4", "20", "4;20", "2;4", "800"]),
        st.sampled_from("lllh")),
    st.sampled_from(["\x1b(0", "\x1b)0", "\x1b(B", "\x1b)B", "\x1b(A", "\x1b*0", "\x1b)A", "\x0e",
        "\x0f", "\x1bn", "\x1bN", "\x1b=", "\x1b>", "\x1b7", "\x1b8"]),
)  # fmt: skip
WORDS = st.one_of(TEXT, CONTROL, COMMON, COMMON, SGR, INK, LINE, MODES, SWITCHES).map(str.encode)
PROGRAM = st.lists(st.one_of(WORDS, WORDS, WORDS, PIECES, st.binary(max_size=3)), max_size=60)
SIZES = st.tuples(st.integers(1, 30), st.integers(1, 8))


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    """``data`` in pieces."""
    ends = [*sorted(min(at, len(data)) for at in cuts), len(data)]
    return [data[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@needs_core
@settings(max_examples=400, deadline=None)
@given(SIZES, st.lists(st.one_of(PROGRAM, SIZES), max_size=4), st.lists(st.integers(0, 300)))
@example((20, 6), [[b"\x1b[20h\x1b[3;5H\n"]], [])
@example((1, 1), [["日x\x1b[b\x1b[@\x1b[P".encode()]], [])
@example((10, 2), [[b"\xf0\x9f\x1b[1mx\xe2\x82"], [b"\xac\xed\xa0\x80\xf4\x90"]], [1])
def test_core_and_python_make_the_same_terminal(
    pure: Pure, size: tuple[int, int], parts: list[list[bytes] | tuple[int, int]], cuts: list[int]
) -> None:
    steps: list[Step] = []
    for part in parts:
        steps += cut(b"".join(part), cuts) if isinstance(part, list) else [part]
    assert outcome(*size, 50, steps) == pure.outcome(*size, 50, steps)


@needs_core
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_test_of_the_terminal_passes_without_the_core() -> None:
    """But those of live programs: their recordings are shown by others, and they wait for keys."""
    here = Path(__file__)
    left_out = [f"--ignore={here}", f"--ignore={here.with_name('test_programs.py')}"]
    command = [sys.executable, "-m", "pytest", "-q", str(here.parent), *left_out]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=here.parents[3],
        env={**os.environ, "CONTUI_PURE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@needs_core
def test_terminals_leave_nothing_behind() -> None:
    def live() -> None:
        terminal = Terminal(80, 24, history=50)
        for row in terminal.screen.rows:
            row.cache = terminal  # a cycle through the core's objects
        terminal.feed(b"\x1b[31mline of text\r\n" * 200 + "日本\x1b]8;;http://a/\x07x\r\n".encode())
        terminal.resize(40, 10)

    for _ in range(3):
        live()
    gc.collect()
    tracemalloc.start()
    try:
        live()
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(50):
            live()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 20_000


@needs_core
def test_a_row_takes_what_python_assigns() -> None:
    row = compiled.core.Row("ab", "\1\2")
    row.text = "日\0c"
    assert (row.text, row.styles, row.cache) == ("日\0c", "\1\2", None)
    row.styles = "\3\3\4"
    row.wrapped = True
    assert row.entry() == ("日\0c\n", "\3\3\4")
    assert compiled.core.Row("ab", "\0\0").entry() == "ab"
    with pytest.raises(TypeError):
        row.text = 1
    with pytest.raises(AttributeError):
        del row.styles


@needs_core
def test_scrollback_is_a_bounded_sequence_of_entries() -> None:
    history = compiled.core.History(3)
    entries = ["a", ("b\n", "\1"), "c\n", ("\U0001f680\0", "\u1234\u1234"), "é"]
    history.extend(entries)
    assert list(history) == entries[-3:]
    assert (len(history), history[-1], history.maxlen) == (3, "é", 3)
    with pytest.raises(IndexError):
        history[3]
    with pytest.raises(TypeError):
        history.append(None)
    history.clear()
    assert not len(history)
    assert not len(compiled.core.History(0))


def test_core_and_python_agree_on_the_revision() -> None:
    header = (Path(build_hook.__file__).parent / "core.h").read_text()
    assert re.findall(r"#define REVISION (\d+)", header) == [str(compiled.REVISION)]


def test_without_a_compiler_a_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_hook.shutil, "which", lambda command: None)
    build_data: dict[str, object] = {}
    build_hook.BuildHook.initialize(None, "standard", build_data)
    assert build_data == {}
    assert capsys.readouterr().err == (
        "contui: the terminal's compiled core is left out: there is no C compiler\n"
    )


@needs_core
def test_a_compiler_that_fails_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(build_hook, "compiler", lambda: ["false"])
    monkeypatch.setattr(build_hook, "HERE", tmp_path / "core")
    build_hook.BuildHook.initialize(None, "editable", {})
    assert capsys.readouterr().err.count("\n") == 1
    assert not list(tmp_path.iterdir())
