"""Lines cut from chunks, bounded, searched, wrapped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from contui.tui.view_models import logs
from contui.tui.view_models.logs import TextBuffer, TextLine, wrapped


def lines(count: int, text: str = "line {}") -> list[TextLine]:
    return [TextLine(text.format(number)) for number in range(count)]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_LINES", 100)
    buffer = TextBuffer()
    gone = sum(buffer.add(lines(10)) for _ in range(50))
    assert len(buffer.lines) <= 100
    assert gone == buffer.trimmed == 500 - len(buffer.lines)
    buffer.held = True
    before = buffer.trimmed
    buffer.add(lines(200))
    assert buffer.trimmed == before


@given(st.lists(st.text("ab漢", max_size=30), max_size=30), st.integers(2, 12))
def test_wrapped_rows_show_all_of_every_line(texts: list[str], width: int) -> None:
    buffer = TextBuffer()
    buffer.wrap = True
    buffer.layout(width)
    buffer.add([TextLine(text) for text in texts])
    shown = ""
    for row in range(buffer.rows):
        found = buffer.row(row)
        assert found is not None
        line, part = found
        rows = wrapped(line.text, width)
        assert cell_len(rows[part]) <= width
        shown += ("\n" if part == 0 else "") + rows[part]
    assert shown == "".join("\n" + text for text in texts)
    assert buffer.row(buffer.rows) is None


def test_search_and_only() -> None:
    buffer = TextBuffer()
    buffer.add(lines(30))
    buffer.search("LINE 2")
    assert buffer.find(-1, 1) is None
    buffer.search("line 2")
    assert buffer.find(0, 1) == 2
    assert buffer.find(2, 1) == 20
    assert buffer.find(20, -1) == 2
    assert buffer.matches() == 11
    buffer.only = True
    buffer.layout(80)
    assert buffer.rows == 11
    buffer.add([TextLine("line 2 again"), TextLine("other")])
    assert buffer.rows == 12
