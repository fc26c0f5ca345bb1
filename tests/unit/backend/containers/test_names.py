"""Names and ids."""

from __future__ import annotations

import pytest

from contui.backend.containers import names
from contui.backend.errors import InvalidArgument, NotFound

IDS = ["abc" + "0" * 61, "abd" + "0" * 61, "f00" + "0" * 61]
BY_NAME = {"web": IDS[0], "abd": IDS[2]}


@pytest.mark.parametrize(
    ("reference", "index"),
    [("web", 0), ("/web", 0), ("abc", 0), (IDS[1], 1), ("abd", 2), ("f", 2)],
)
def test_resolve(reference: str, index: int) -> None:
    assert names.resolve(reference, IDS, BY_NAME) == IDS[index]


def test_a_whole_id_is_that_container_whatever_others_are_called() -> None:
    assert names.resolve(IDS[0], IDS, {IDS[0]: IDS[1]}) == IDS[0]
    assert names.resolve("0" * 64, IDS, {"0" * 64: IDS[1]}) == IDS[1]


@pytest.mark.parametrize("reference", ["we", "zzz", "abcd", "../x", "ABC"])
def test_nothing_fits(reference: str) -> None:
    with pytest.raises(NotFound, match=r"no container"):
        names.resolve(reference, IDS, BY_NAME)


def test_ambiguous_and_empty() -> None:
    with pytest.raises(InvalidArgument, match="fits 2"):
        names.resolve("ab", IDS, BY_NAME)
    with pytest.raises(InvalidArgument, match="no container was named"):
        names.resolve("", IDS, BY_NAME)


@pytest.mark.parametrize("name", ["-a", ".a", "a b", "a/b", "é", "a\n", "a\x1b[m", ""])
def test_bad_names(name: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        names.check(name)
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize("name", ["c", "web", "a.b_c-d", "0x"])
def test_good_names(name: str) -> None:
    names.check(name)


def test_made_up_names_are_free_and_good() -> None:
    first = {f"{a}_{b}" for a in names._FIRST for b in names._SECOND}
    crowded = names.made_up(first)
    assert crowded not in first
    names.check(crowded)
    names.check(names.made_up(()))


def test_short_ids_are_never_numbers() -> None:
    for _ in range(200):
        made = names.new_id()
        assert len(made) == 64
        assert not made[:12].isdecimal()
