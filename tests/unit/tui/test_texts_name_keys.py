"""No text of the app names a key of its own: keys can be changed, so `Keymap` is asked for them.

Looks at the texts in the source. Dialogs have fixed keys of their own (enter, esc, y, n, ctrl-s …)
and may name them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

import contui.tui
from contui.tui.keymap import ACTIONS, LEADER, shown

FOLDER = Path(contui.tui.__file__).parent
APART = ("cli", "client", "terminal", "casts")  # no texts of the app, or none with keys
TABLES = ("key_names.py", "key_presets.py", "key_table.py", "keymap.py", "preferences.py")
# Forms, and the view of what has scrolled away, have keys of their own, too.
OWN = ("widgets/form_fields.py", "widgets/scrollback.py")
FILES = sorted(
    file
    for file in FOLDER.rglob("*.py")
    if file.relative_to(FOLDER).parts[0] not in APART and file.name not in TABLES
)

KEYS = {shown(key) for action in ACTIONS for key in action.keys}
LABELS = {action.label.rstrip("…") for action in ACTIONS}
WORDS = sorted((key for key in KEYS if re.fullmatch(r"\w|esc|enter|space|del|[?!*]", key)), key=len)
# "u brings it back", "esc clears the filter"; "a" is a word of its own before most others.
SENTENCE = re.compile(
    rf"(?:^|[\s(])(?:{'|'.join(map(re.escape, WORDS))}) (?!is\b|was\b)[a-z]+s\b", re.ASCII
)
ARTICLE = re.compile(r"(?:^|[\s(])a (?!attaches\b|takes\b|imports\b|opens\b)")


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts of a module but for its docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def pairs(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Two texts beside each other, as of a key and its label, or of a key and its colour."""
    for node in ast.walk(tree):
        items = node.elts if isinstance(node, ast.Tuple) else []
        if isinstance(node, ast.Call):
            items = node.args
        for first, second in pairwise(items):
            if isinstance(first, ast.Constant) and isinstance(second, ast.Constant):
                yield node.lineno, str(first.value), str(second.value)


def named(source: str, dialog: bool = False) -> list[str]:
    """The keys that a source's texts name."""
    tree = ast.parse(source)
    found = [
        f"{line}: {text}"
        for line, text in texts(tree)
        if shown(LEADER) in text or (not dialog and SENTENCE.search(ARTICLE.sub(" ", text)))
    ]
    if not dialog:
        found += [
            f"{line}: {key} {word}"
            for line, key, word in pairs(tree)
            if key.strip() in KEYS and (word in LABELS or word == "accent")
        ]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_no_text_names_a_key(file: Path) -> None:
    name = file.relative_to(FOLDER).as_posix()
    dialog = name in OWN or name.startswith("screens/")
    assert named(file.read_text(encoding="utf-8"), dialog) == []


@pytest.mark.parametrize(
    "source",
    [
        "say('u brings it back')", "say(f'{name}: gone; m lists them')", "('r', 'restart')",
        "say('this is read-only: ctrl-] a takes another')", "Span('  R', 'accent')",
        "say('  esc clears the filter')", "say('enter attaches again')",
    ],
)  # fmt: skip
def test_a_key_in_a_text_is_found(source: str) -> None:
    assert named(source)
