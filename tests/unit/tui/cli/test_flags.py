"""The flag parser: Docker's manners, and help for what is wrong."""

from __future__ import annotations

import pytest

from contui.tui.cli.errors import UsageError
from contui.tui.cli.flags import (
    COUNT,
    LIST,
    Flag,
    Values,
    Verb,
    check_arguments,
    edits,
    nearest,
    parse,
)

FLAGS = (
    Flag("interactive", "", "i"),
    Flag("tty", "", "t"),
    Flag("detach", "", "d"),
    Flag("proxy", "", default=True),
    Flag("name", "", "n", "NAME"),
    Flag("env", "", "e", "NAME=VALUE", LIST),
    Flag("time", "", "T", "SECONDS", COUNT),
)


def verb(**more: object) -> Verb:
    return Verb(lambda values: 0, "IMAGE [ARG…]", FLAGS, **more)  # type: ignore[arg-type]


def parsed(*words: str, first: bool = True) -> Values:
    return parse(verb(options_first=first), words)


@pytest.mark.parametrize(
    "words",
    [
        ("-i", "-t", "-d", "-n", "web"),
        ("-itd", "--name", "web"),
        ("-dit", "--name=web"),
        ("--interactive", "--tty=true", "--detach=1", "-nweb"),
        ("-itdn", "web"),
        ("-itdn=web",),
    ],
)
def test_the_ways_to_write_the_same(words: tuple[str, ...]) -> None:
    values = parsed(*words, "image")
    assert values.flag("interactive")
    assert values.flag("tty")
    assert values.flag("detach")
    assert values.text("name") == "web"
    assert values.args == ["image"]


def test_flags_end_at_the_first_argument() -> None:
    values = parsed("-i", "image", "ls", "-t", "--name", "x")
    assert values.args == ["image", "ls", "-t", "--name", "x"]
    assert not values.flag("tty")


def test_flags_may_follow_arguments_elsewhere() -> None:
    values = parsed("one", "-t", "two", "--", "-i", first=False)
    assert values.args == ["one", "two", "-i"]
    assert values.flag("tty")


def test_lists_numbers_and_defaults() -> None:
    values = parsed("-e", "A=1", "--env", "B=2", "--time", "-1", "x")
    assert values.texts("env") == ["A=1", "B=2"]
    assert values.number("time") == -1
    assert values.flag("proxy")
    assert values.given == {"env", "time"}
    assert parsed("x").number("time") is None
    assert parsed("x").texts("env") == []
    assert not parsed("--proxy=false", "x").flag("proxy")
    assert not parsed("-t=false", "x").flag("tty")


def test_an_empty_value_is_a_value() -> None:
    values = parsed("--name", "", "x")
    assert values.text("name") == ""
    assert "name" in values.given


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--nmae", "x"), "unknown flag: --nmae"),
        (("-x",), 'unknown shorthand flag: "x" in -x'),
        (("-itx",), 'unknown shorthand flag: "x" in -itx'),
        (("--name",), "flag needs an argument: --name"),
        (("-n",), "flag needs an argument: -n"),
        (("--tty=maybe",), 'invalid value "maybe" for --tty'),
        (("--time", "soon"), 'invalid value "soon" for --time'),
    ],
)
def test_what_is_wrong_is_named(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parsed(*words)
    assert message in caught.value.message


def test_a_near_flag_is_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        parsed("--nmae", "x")
    assert caught.value.hint == "did you mean --name?"


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("-it", "--help", "--bogus"), ("-ih",)])
def test_help_is_asked_for(words: tuple[str, ...]) -> None:
    assert parsed(*words).help


def test_help_of_the_program_inside_is_its_own() -> None:
    values = parsed("image", "--help")
    assert not values.help
    assert values.args == ["image", "--help"]


def test_the_number_of_arguments() -> None:
    with pytest.raises(UsageError, match="needs IMAGE"):
        check_arguments("run", verb(least=1), parsed())
    with pytest.raises(UsageError, match='does not take "two"'):
        check_arguments("run", verb(most=1), parsed("one", "two"))
    check_arguments("run", verb(least=1, most=2), parsed("one", "two"))


def test_nearest() -> None:
    assert nearest("satrt", ["stop", "start", "stats"]) == "start"
    assert nearest("inter", ["interactive", "init"]) == "interactive"
    assert nearest("xyzzy", ["stop", "start"]) == ""
    assert edits("kitten", "sitting") == 3
