"""Flags, declared once: parsing with Docker's manners, help and completion from the same lines.

`Flag` and `Verb` are the declarations; `parse` gives the values by name. Long flags take a value
as `--name value` or `--name=value`, short ones as `-n value` or `-nvalue`, and short booleans may
stand together (`-it`). Booleans take no value, except as `--name=false`. argparse is not used
because importing it takes as long as starting Python, and because it guesses.
"""

from __future__ import annotations

from contui.tui.cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Run = Callable[["Values"], int]

BOOL, TEXT, LIST, COUNT = "bool", "text", "list", "count"

_TRUE = ("1", "t", "T", "TRUE", "true", "True")
_FALSE = ("0", "f", "F", "FALSE", "false", "False")


class Flag:
    """One flag. `kind` BOOL, TEXT, LIST (may be repeated) or COUNT (a whole number)."""

    __slots__ = ("default", "help", "kind", "name", "short", "value")

    def __init__(
        self,
        name: str,
        help: str,
        short: str = "",
        value: str = "",
        kind: str = "",
        default: Any = None,
    ) -> None:
        self.name = name
        self.help = help
        self.short = short
        self.value = value  # what the help calls the value
        self.kind = kind or (TEXT if value else BOOL)
        if default is None:
            default = {BOOL: False, TEXT: "", LIST: [], COUNT: None}[self.kind]
        self.default = default


class Verb:
    """One verb: its arguments as the help shows them, its flags, and what runs it."""

    __slots__ = (
        "arguments",
        "complete",
        "flags",
        "least",
        "most",
        "options_first",
        "run",
        "status",
    )

    def __init__(
        self,
        run: Run,
        arguments: str = "",
        flags: Sequence[Flag] = (),
        least: int = 0,
        most: int | None = None,
        options_first: bool = False,
        status: int = 1,
        complete: str = "",
    ) -> None:
        self.run = run
        self.arguments = arguments
        self.flags = flags
        self.least = least  # number of positional arguments
        self.most = most  # None: no limit
        self.options_first = options_first  # flags end at the first positional argument
        self.status = status  # of a wrong command line
        self.complete = complete  # what arguments name: "containers", "images", "one|two" …


class Values:
    """What was given: `args` are the positional arguments, flags are reached by name."""

    def __init__(self, flags: Sequence[Flag]) -> None:
        self.args: list[str] = []
        self.given: set[str] = set()
        self.help = False
        self._values: dict[str, Any] = {
            flag.name: list(flag.default) if flag.kind == LIST else flag.default for flag in flags
        }

    def flag(self, name: str) -> bool:
        """A BOOL flag."""
        return bool(self._values[name])

    def text(self, name: str) -> str:
        """A TEXT flag."""
        return str(self._values[name])

    def texts(self, name: str) -> list[str]:
        """A LIST flag."""
        values: list[str] = self._values[name]
        return values

    def number(self, name: str) -> int | None:
        """A COUNT flag; None when it was not given and has no default."""
        value: int | None = self._values[name]
        return value

    def put(self, flag: Flag, text: str) -> None:
        """Take one occurrence of a flag. Raises UsageError."""
        self.given.add(flag.name)
        if flag.kind == LIST:
            self._values[flag.name].append(text)
        elif flag.kind == BOOL:
            self._values[flag.name] = _boolean(flag, text)
        elif flag.kind == COUNT:
            self._values[flag.name] = _whole(flag, text)
        else:
            self._values[flag.name] = text


def _boolean(flag: Flag, text: str) -> bool:
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise UsageError(f'invalid value "{text}" for --{flag.name}: true or false is wanted')


def _whole(flag: Flag, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(
            f'invalid value "{text}" for --{flag.name}: a whole number is wanted'
        ) from None


def parse(verb: Verb, words: Sequence[str]) -> Values:
    """The values of the words behind the verb. Raises UsageError.

    With `-h` or `--help` among the flags the rest is not looked at, and `help` is set.
    """
    values = Values(verb.flags)
    longs = {flag.name: flag for flag in verb.flags}
    shorts = {flag.short: flag for flag in verb.flags if flag.short}
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--":
            values.args.extend(words[at:])
            break
        if word in ("--help", "-h") and word[1:] not in shorts:
            values.help = True
            return values
        if word.startswith("--"):
            at = _long(values, longs, words, at)
        elif word.startswith("-") and len(word) > 1:
            at = _shorts(values, shorts, words, at)
        elif verb.options_first:
            values.args.extend(words[at - 1 :])
            break
        else:
            values.args.append(word)
    return values


def _long(values: Values, longs: dict[str, Flag], words: Sequence[str], at: int) -> int:
    name, equals, text = words[at - 1][2:].partition("=")
    flag = longs.get(name)
    if flag is None:
        raise UsageError(f"unknown flag: --{name}", _meant(name, list(longs)))
    if flag.kind == BOOL and not equals:
        text = "true"
    elif not equals:
        text, at = _next(words, at, f"--{name}")
    values.put(flag, text)
    return at


def _shorts(values: Values, shorts: dict[str, Flag], words: Sequence[str], at: int) -> int:
    word = words[at - 1]
    for place in range(1, len(word)):
        flag = shorts.get(word[place])
        if flag is None:
            if word[place] == "h":
                values.help = True
                return len(words)
            raise UsageError(f'unknown shorthand flag: "{word[place]}" in {word}')
        rest = word[place + 1 :]
        if flag.kind == BOOL:
            if rest.startswith("="):
                values.put(flag, rest[1:])
                return at
            values.put(flag, "true")
            continue
        if rest:
            values.put(flag, rest.removeprefix("="))
            return at
        text, at = _next(words, at, f"-{flag.short}")
        values.put(flag, text)
        return at
    return at


def _next(words: Sequence[str], at: int, name: str) -> tuple[str, int]:
    if at >= len(words):
        raise UsageError(f"flag needs an argument: {name}")
    return words[at], at + 1


def check_arguments(name: str, verb: Verb, values: Values) -> None:
    """Raises UsageError when there are too few or too many positional arguments."""
    count = len(values.args)
    if count < verb.least:
        wanted = verb.arguments or "more"
        raise UsageError(f'"contui {name}" needs {wanted}', f"see: contui {name} --help")
    if verb.most is not None and count > verb.most:
        extra = values.args[verb.most]
        raise UsageError(f'"contui {name}" does not take "{extra}"', f"see: contui {name} --help")


def _meant(name: str, known: list[str]) -> str:
    found = nearest(name, known)
    return f"did you mean --{found}?" if found else ""


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that is most like this one, or "" when none is near."""
    best, least = "", 1 + max(2 if len(word) > 3 else 1, len(word) // 3)
    for other in known:
        distance = 0 if len(word) > 2 and other.startswith(word) else edits(word, other)
        if distance < least:
            best, least = other, distance
    return best


def edits(one: str, two: str) -> int:
    """How many letters must be changed, added or dropped (Levenshtein's distance)."""
    row = list(range(len(two) + 1))
    for i, left in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(two, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]
