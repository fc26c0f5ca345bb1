"""From the words of the command line to an exit status; no traceback ever reaches the user.

`contui.tui.__main__` calls `run`. Set CONTUI_DEBUG=1 to see where an unforeseen error came from.
"""

from __future__ import annotations

import os

from contui.tui.cli import verbs
from contui.tui.cli.errors import SIGNALLED, CliError, UsageError
from contui.tui.cli.flags import Verb, check_arguments, nearest, parse

_INTERRUPTED = SIGNALLED + 2
_PIPE = SIGNALLED + 13


def run(words: list[str]) -> int:
    """Do what the words say; the exit status."""
    from contui.tui.cli.streams import ensure_open

    ensure_open()
    try:
        return _dispatch(words)
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        return _PIPE
    except CliError as error:
        return _failed(error.message, error.hint, error.status or 1)
    except Exception as error:
        return _unforeseen(error)


def _failed(message: str, hint: str, status: int) -> int:
    from contui.tui.cli.output import complain

    complain(message, hint)
    return status


def _unforeseen(error: Exception) -> int:
    """Errors of the client's parts have a sentence; of all others the kind is told."""
    from contui.tui.client.errors import ApiError
    from contui.tui.client.settings import SettingsError

    if isinstance(error, ApiError):
        return _failed(error.message, error.hint, 1)
    if isinstance(error, SettingsError):
        return _failed(str(error), "", 1)
    if os.environ.get("CONTUI_DEBUG"):
        import traceback

        traceback.print_exc()
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return _failed(f"{where}{error.strerror}", "", 1)
    hint = "this is a mistake in contui; CONTUI_DEBUG=1 shows where"
    return _failed(f"{type(error).__name__}: {error}", hint, 1)


def _dispatch(words: list[str]) -> int:
    words = _globals(words)
    if not words:
        return 0
    name, rest = _unalias(words)
    if name == "help":
        from contui.tui.cli.help import overview
        from contui.tui.cli.output import show

        show(overview())
        return 0
    module = verbs.module_of(name)
    if name in verbs.ABSENT:
        raise CliError(f'"{name}" is not in contui yet', verbs.ABSENT[name] or "see: contui --help")
    if not module:
        found = nearest(name, [*verbs.names(), *verbs.pairs()])
        hint = f"did you mean: contui {found}?" if found else "see: contui --help"
        raise CliError(f'"{name}" is no contui command', hint)
    path = f"contui.tui.cli.{module}"
    verb: Verb = __import__(path, fromlist=["VERBS"]).VERBS[name]
    return _run_verb(name, verb, rest)


def _run_verb(name: str, verb: Verb, words: list[str]) -> int:
    try:
        values = parse(verb, words)
        if not values.help:
            check_arguments(name, verb, values)
            return verb.run(values)
    except UsageError as error:
        hint = error.hint or f"see: contui {name} --help"
        raise CliError(error.message, hint, error.status or verb.status) from None
    from contui.tui.cli.help import of_verb
    from contui.tui.cli.output import show

    show(of_verb(name, verb))
    return 0


def _globals(words: list[str]) -> list[str]:
    """Take what stands before the verb; empty when that was all."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        word, equals, value = words[at].partition("=")
        at += 1
        if word in ("--host", "-H"):
            if not equals:
                if at >= len(words):
                    raise CliError(f"flag needs an argument: {word}")
                value = words[at]
                at += 1
            os.environ["CONTUI_HOST"] = value
        elif word == "--plain":
            return [word, *words[at:]]
        elif word in ("--help", "-h", "--version", "-v"):
            return ["help"] if word in ("--help", "-h") else ["version", "--client"]
        else:
            raise CliError(f"unknown flag: {word}", "see: contui --help")
    return words[at:]


def _unalias(words: list[str]) -> tuple[str, list[str]]:
    """The verb and its words, with Docker's longer names resolved."""
    pair = tuple(words[:2])
    if pair in verbs.ALIASES:
        name, *more = verbs.ALIASES[pair]
        return name, [*more, *words[2:]]
    if pair[0] == "container" and len(pair) == 2 and verbs.module_of(pair[1]):
        return pair[1], words[2:]
    if pair[0] in verbs.PAIRS and len(pair) == 2 and not pair[1].startswith("-"):
        return f"{pair[0]} {verbs.SECONDS.get(pair[1], pair[1])}", words[2:]
    if pair[0] == "help" and len(words) > 2 and words[1] in verbs.PAIRS:
        return f"{words[1]} {words[2]}", ["--help"]
    if pair[0] == "help":
        return ("help", []) if len(pair) == 1 else (pair[1], ["--help"])
    return words[0], words[1:]
