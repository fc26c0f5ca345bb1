"""The list of scenarios, and the logic in some of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import scenarios
from tests.bench.__main__ import options
from tests.bench.scenarios.crash import counted, lost


def test_row_names_are_unique() -> None:
    names = [row.name for row in scenarios.rows()]
    assert len(names) == len(set(names))


def test_a_word_chooses_a_scenario_by_its_name_or_a_rows() -> None:
    assert [scenarios.word(each) for each in scenarios.chosen(["echo", "ps"])] == ["echo", "idle"]
    assert len(scenarios.chosen([])) == len(scenarios.ALL)


def test_an_unknown_word_is_refused_with_the_known_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as left:
        options(["rnu"])
    assert left.value.code == 2
    complaint = capsys.readouterr().err
    assert "unknown: rnu; there are: run" in complaint


def test_lost_counts_the_bytes_of_the_lines_that_are_missing() -> None:
    assert lost(b"1\n2\n3\n", 3) == 0
    assert lost(b"1\n3\n", 10) == len(b"2\n4\n5\n6\n7\n8\n9\n10\n")


def test_counting_hears_the_last_number_however_it_is_cut(tmp_path: Path) -> None:
    with counted(tmp_path) as count, (tmp_path / "count").open("wb", buffering=0) as fifo:
        for piece in (b"1\n2", b"3\n", b"24\n"):
            fifo.write(piece)
    count.thread.join(10)
    assert count.last == 24
