"""The pure parts of the log viewer: the window, the text of lines, times as they are typed."""

from __future__ import annotations

import time

import pytest

from contui.tui.view_models import log_time
from contui.tui.view_models.log_choice import Choice
from contui.tui.view_models.log_text import (
    Bit,
    fields,
    highlighted,
    json_object,
    line_bits,
    name_colours,
    plain,
    pretty,
    searcher,
    sliced,
    windowed,
    with_case,
    wrapped,
)
from contui.tui.view_models.log_window import MAX_LINES, LogLine, Source, Window


def lines(first: int, last: int, every: int = 1) -> list[LogLine]:
    return [LogLine(number, b"%d" % number, number) for number in range(first, last, every)]


def positions(window: Window) -> list[float]:
    return [line.position for line in window.lines]


def window_of(*names: str) -> tuple[Window, list[Source]]:
    window = Window()
    return window, [window.add(name, name) for name in names]


def test_lines_come_in_front_and_behind_and_grow() -> None:
    window, (source,) = window_of("a")
    source.put_back(lines(10, 20), 10, False)
    source.put_on([LogLine(20, b"be", 20, open=True)], 20, True)
    source.put_on([LogLine(20, b"begun", 20), LogLine(26, b"x", 26)], 28, True)
    source.put_back(lines(0, 10), 0, True)
    window.merge()
    assert positions(window) == [*range(21), 26]
    assert window.lines[20].data == b"begun"
    assert window.at_start
    assert window.at_end


def test_memory_is_bounded_and_what_went_is_read_again() -> None:
    window, (source,) = window_of("a")
    source.put_on(lines(0, MAX_LINES + 10), MAX_LINES + 10, True)
    source.at_start = True
    window.merge()
    window.trim(keep_end=True)
    assert len(window.lines) <= MAX_LINES
    assert (source.before, source.at_start) == (window.lines[0].position, False)
    source.put_back(lines(0, int(source.before)), 0, True)
    window.merge()
    window.trim(keep_end=False)
    assert window.lines[0].position == 0
    assert not source.at_end
    assert source.after == window.lines[-1].position + 1


def test_merged_lines_wait_for_what_belongs_between_them() -> None:
    window, (one, two) = window_of("a", "b")
    one.put_back(lines(0, 100, 2), 0, False)
    two.put_back(lines(51, 100, 2), 51, False)
    one.at_end = two.at_end = True
    window.merge()
    assert positions(window) == list(range(51, 100))
    assert window.to_load_above() == [two]
    two.put_back(lines(1, 51, 2), 1, True)
    window.merge()
    assert positions(window) == list(range(100))


def test_lines_that_came_too_fast_are_counted() -> None:
    window, (source,) = window_of("a")
    source.put_on(lines(0, 10), 10, True)
    source.skip_to(lines(5010, 5020), 5020, 5000)
    window.merge()
    assert "5,000 lines" in window.lines[0].notice
    assert positions(window)[1:] == list(range(5010, 5020))
    source.put_back(lines(5000, 5010), 5000, False)
    window.merge()
    assert positions(window) == list(range(5000, 5020))


def test_lines_that_a_jump_to_the_end_passes_over_are_not_called_fast() -> None:
    window, (source,) = window_of("a")
    source.put_on(lines(0, 10), 10, False)
    source.skip_to(lines(5010, 5020), 5020, 5000, flood=False)
    window.merge()
    assert window.lines[0].notice == "5,000 lines were passed over; scroll up to read them"
    assert source.undrawn == 0


def test_colours_are_kept_and_all_else_is_harmless() -> None:
    bits = line_bits("a\x1b[1;31mred\x1b[0m\x1b]52;c;eA==\x07\x1b[2Jb\x07\u202e\r".encode())
    assert plain(bits) == "aredb␇�"
    assert bits[1].style is not None
    assert bits[1].style.bold
    assert line_bits(b"10%\r20%\r")[0].text == "20%"


def test_tabs_go_to_the_stops_of_a_terminal_in_colour_too() -> None:
    assert plain(line_bits(b"bin\t\tlost\tsbin")) == "bin             lost    sbin"
    coloured = b"\x1b[34mbin\x1b[0m\t\t\x1b[34mlost\x1b[0m\tsbin"
    assert plain(line_bits(coloured)) == plain(line_bits(b"bin\t\tlost\tsbin"))


def test_wide_characters_are_cut_whole() -> None:
    bits = [Bit("a日本", "x"), Bit("語b")]
    assert [plain(row) for row in wrapped(bits, 4)] == ["a日", "本語", "b"]
    assert plain(windowed(bits, 0, 4)) == "a日›"
    assert plain(windowed(bits, 2, 9)) == " 本語b"
    assert plain(sliced(bits, 1, 2)) == "日"


def test_matches_stand_out_across_colours() -> None:
    bits = [Bit("one tw"), Bit("o two", "bad")]
    found = highlighted(bits, searcher("TWO".lower())(plain(bits)))
    assert plain(found) == "one two two"
    assert "".join(bit.text for bit in found if bit.role == "match") == "twotwo"
    assert with_case(r"\Sx") == r"(?i)\Sx"
    assert with_case("X") == "X"
    with pytest.raises(ValueError, match="missing"):
        searcher("(")


def test_json_is_told_from_text() -> None:
    assert json_object(b'  {"a": 1}') == {"a": 1}
    assert json_object(b"[1]") is None
    assert json_object(b"{nothing") is None
    assert plain(pretty({"a": [1]})[1]) == '  "a": ['
    row = fields({"level": 40, "msg": "hm\n", "time": "t", "x": {"y": 1}}, ())
    assert plain(row) == 't WARN  hm⏎ x={"y": 1}'
    assert plain(fields({"x": {"y": 1}}, ("x.y",))) == "1 "


def test_names_keep_their_colours() -> None:
    first = name_colours(["web", "db", "cache"], {})
    assert len(set(first.values())) == 3
    assert name_colours(["cache", "db", "web"], {}) == first
    assert name_colours(["late", "web"], first).items() >= first.items()


def test_times_as_they_are_typed() -> None:
    now = int(time.mktime((2026, 3, 1, 12, 0, 0, 0, 0, -1))) * 10**9
    hour = 3600 * 10**9
    assert log_time.parse("11:00", now) == now - hour
    assert log_time.parse("13:00", now) == now - 23 * hour
    assert log_time.parse("1h", now) == log_time.parse("1h ago", now) == now - hour
    assert log_time.parse("2026-03-01 11:00", now) == now - hour
    for wrong in ("noon", "25:00", ""):
        with pytest.raises(ValueError, match="not a time"):
            log_time.parse(wrong, now)


def test_a_choice_is_kept_as_text() -> None:
    choice = Choice("group", "label:tier\tdb")
    assert Choice.of(str(choice)) == choice
    assert choice.title == "db"
