"""What can be typed to filter a list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contui.tui.view_models.container_list import FILTER_KEYS, fields
from contui.tui.view_models.containers import ContainerInfo, PortInfo
from contui.tui.view_models.filters import parse, split

WEB = ContainerInfo(
    "ab12",
    "web-1",
    "nginx:1",
    state="running",
    ports=(PortInfo(80, "tcp", "", 8080),),
    labels={"tier": "front", "com.docker.compose.project": "shop"},
)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True), ("WEB", True), ("web db", False), ("ngin run", True),
        ("state:running", True), ("state:exited", False), ("image:web", False),
        ("label:tier", True), ("label:tier=front", True), ("label:tier=back", False),
        ("project:shop", True), ("port:8080", True), ("id:ab", True), ("name:nginx", False),
        ("!state:exited", True), ("!web", False), ("!", True),
        ("/^web-[0-9]$/", True), ("/^eb/", False), ("/WEB/", True), ("!/web/", False),
        ("ab1", True), ("b1", False), ("!ab", False),
        ("/web", True), ("/", True), ("/a b/", False), (r"/\//", False), ("nothing:here", False),
    ],
)  # fmt: skip
def test_what_fits(text: str, fits: bool) -> None:
    query = parse(text, FILTER_KEYS)
    assert query.problem == ""
    assert query.matches(fields(WEB)) is fits


def test_a_wrong_pattern_keeps_what_was_shown() -> None:
    before = parse("web", FILTER_KEYS)
    wrong = parse("web /(/", FILTER_KEYS, before)
    assert wrong.problem.startswith("not a pattern: missing )")
    assert wrong.text == "web /(/"
    assert wrong.tests == before.tests
    assert parse(f"/{'x' * 300}/", FILTER_KEYS).problem


def test_patterns_may_have_blanks() -> None:
    assert split("a /b c/ !/d e/ f:g") == ["a", "/b c/", "!/d e/", "f:g"]


@given(st.text(max_size=40))
def test_any_text_is_a_filter_or_has_a_problem(text: str) -> None:
    query = parse(text, FILTER_KEYS)
    assert isinstance(query.matches(fields(WEB)), bool)
