"""Charts as lines of spans: exact sizes, roles instead of colours."""

from __future__ import annotations

import pytest

from contui.tui import plotting
from contui.tui.view_models.stats_plots import Chart, Series, arrange
from contui.tui.view_models.text import Span, width_of

RISING = Series("accent", [([-60.0, -30.0, 0.0], [0.0, 40.0, 100.0])])


def chart(*series: Series, limit: float = 0.0) -> Chart:
    return Chart([Span("CPU", "strong")], list(series), "%", 100.0, limit, 60.0)


def text(lines: list[plotting.Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


@pytest.mark.parametrize(("width", "height"), [(30, 6), (48, 9), (150, 40), (31, 7)])
@pytest.mark.parametrize("series", [(), (RISING,)])
def test_exactly_so_big(width: int, height: int, series: tuple[Series, ...]) -> None:
    lines = plotting.draw(chart(*series), width, height)
    assert len(lines) == height
    assert {width_of(line) for line in lines} == {width}


def test_a_curve_rises_below_its_heading_between_axes() -> None:
    lines = plotting.draw(chart(RISING), 60, 12)
    shown = text(lines)
    assert shown[0].rstrip() == "CPU"
    assert shown[1].startswith("100%┤")
    assert shown[-2].lstrip().startswith("└")
    assert shown[-1].split() == ["-1m", "-30s", "now"]
    curve = [(x, y) for y, line in enumerate(shown) for x, char in enumerate(line) if char > "⠀"]
    assert min(curve)[1] > max(curve)[1], "it goes up from left to right"
    roles = {span.role for line in lines for span in line if any(c > "⠀" for c in span.text)}
    assert roles == {"accent"}


def test_a_gap_is_empty() -> None:
    flat = Series("accent", [([-60.0, -50.0], [50.0, 50.0]), ([-10.0, 0.0], [50.0, 50.0])])
    (line,) = (
        line for line in text(plotting.draw(chart(flat), 80, 9)) if any(c > "⠀" for c in line)
    )
    middle = line[25:55]
    assert not middle.strip()


def test_the_limit_is_a_line_of_its_own_role() -> None:
    lines = plotting.draw(chart(RISING, limit=50.0), 60, 12)
    (limit,) = (line for line in lines if any(span.role == "bad" for span in line))
    assert "───" in "".join(span.text for span in limit)


def test_curves_differ_with_and_without_colours() -> None:
    other = Series("good", [([-60.0, 0.0], [20.0, 20.0])])
    coloured = plotting.draw(chart(RISING, other), 60, 12)
    assert {"accent", "good"} <= {span.role for line in coloured for span in line}
    plain = "".join(text(plotting.draw(chart(RISING, other), 60, 12, mono=True)))
    assert "·····" in plain
    assert "·····" not in "".join(text(coloured))


def test_a_page_is_as_big_as_its_pane() -> None:
    for width, height in ((48, 18), (130, 45), (20, 5)):
        layout = arrange(width, height)
        briefs = [[Span(f"brief {number}")] for number in range(5)]
        lines = plotting.page([chart(RISING)] * 5, layout, briefs, width)
        assert len(lines) == height
        assert [line for line in text(lines) if "brief" in line] == [
            f"brief {number}" for number in layout.lines
        ]
        assert all(width_of(line) == width for line in lines[: sum(layout.heights)])


def test_a_heading_that_is_too_long_is_cut() -> None:
    long = Chart([Span("CPU", "strong"), Span("x" * 99, "muted")], [], "%", 10.0, 0.0, 60.0)
    heading = plotting.draw(long, 40, 8)[0]
    assert width_of(heading) == 40
    assert "…" in "".join(span.text for span in heading)
