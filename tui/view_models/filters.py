"""What a person types to filter a list: words, `key:value`, `/regex/`, and `!` before what must not
be. Parsed here once a keystroke; `contui.tui.view_models.container_list` and the other lists ask
`matches` for each item.

    web                  a part of any of the item's texts, or the beginning of its id: any two
                         letters of a to f are somewhere in an id
    state:running        a part of one field; label:tier or label:tier=db for labels
    /^web-[0-9]+$/       a regular expression over each text (Python's syntax, any case)
    !state:exited        not that
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

Fields = Mapping[str, Sequence[str]]  # the texts of an item by name; without one: those to search
Test = Callable[[Fields], bool]

LONGEST = 200  # characters of a regular expression: enough for a person, too few for mischief


@dataclass(frozen=True, slots=True)
class Query:
    """A filter. `problem`: what is wrong with the text, in a few words; then nothing is hidden."""

    text: str = ""
    tests: tuple[Test, ...] = ()
    problem: str = ""

    def matches(self, fields: Fields) -> bool:
        """Whether an item passes all tests."""
        return all(test(fields) for test in self.tests)


def parse(text: str, keys: Sequence[str], before: Query | None = None) -> Query:
    """The query of a text. `keys`: names of fields that may stand before a colon.

    A text that is wrong gives the tests of `before`: what is shown stays while one goes on typing.
    """
    try:
        tests = tuple(_negated(word, keys) for word in split(text))
    except ValueError as error:
        return Query(text, before.tests if before else (), str(error))
    return Query(text, tests)


def split(text: str) -> list[str]:
    """The words; a regular expression may have blanks between its slashes."""
    found: list[str] = []
    rest = text.strip()
    while rest:
        sign = "!" if rest.startswith("!") else ""
        if rest.startswith(f"{sign}/"):
            end = _closing(rest, len(sign) + 1)
        else:
            end = next((at for at, char in enumerate(rest) if char.isspace()), len(rest))
        found.append(rest[:end])
        rest = rest[end:].lstrip()
    return found


def _closing(text: str, start: int) -> int:
    """Behind the slash that ends a regular expression, or the end: it is still being typed."""
    at = start
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "/":
            return at + 1
        at += 1
    return len(text)


def _negated(word: str, keys: Sequence[str]) -> Test:
    if word.startswith("!"):
        return partial(_not, _test(word[1:], keys)) if len(word) > 1 else _anything
    return _test(word, keys)


def _not(test: Test, fields: Fields) -> bool:
    return not test(fields)


def _anything(fields: Fields) -> bool:
    return True


def _test(word: str, keys: Sequence[str]) -> Test:
    if word.startswith("/"):
        return partial(_found, _pattern(word))
    key, colon, value = word.partition(":")
    if colon and key.lower() in keys:
        return partial(_field, key.lower(), value.lower())
    return partial(_anywhere, word.lower())


def _pattern(word: str) -> re.Pattern[str]:
    body = word[1:-1] if len(word) > 1 and word.endswith("/") else word[1:]
    if len(body) > LONGEST:
        raise ValueError(f"longer than {LONGEST} characters")
    try:
        return re.compile(body, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a pattern: {error}") from None


def _texts(fields: Fields) -> Sequence[str]:
    return fields.get("", ())


def _found(pattern: re.Pattern[str], fields: Fields) -> bool:
    return any(pattern.search(text) for text in _texts(fields))


def _anywhere(word: str, fields: Fields) -> bool:
    ids = fields.get("id", ())
    return any(word in text.lower() for text in _texts(fields)) or any(
        id.removeprefix("sha256:").startswith(word) for id in ids
    )


def _field(key: str, value: str, fields: Fields) -> bool:
    return any(value in text.lower() for text in fields.get(key, ()))
