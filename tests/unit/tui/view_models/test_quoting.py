"""Command lines that are shown to be copied: a shell reads the same words again."""

from __future__ import annotations

import subprocess

from hypothesis import example, given, settings
from hypothesis import strategies as st

from contui.tui.view_models.quoting import joined, quoted
from contui.tui.view_models.text import command_line

WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))


def test_as_a_person_would_type_it() -> None:
    assert joined(["sh", "-c", "echo hi; it's"]) == r"sh -c 'echo hi; it'\''s'"
    assert quoted("") == "''"
    assert quoted("a/b=c") == "a/b=c"


def test_several_lines_stay_one() -> None:
    assert command_line(["python3", "-c", "x=1\nprint('x')"]) == r"python3 -c $'x=1\nprint(\'x\')'"


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8))
@example(["a\nb", "c\\d\t'", "\x1b[2J\x7f1"])
def test_bash_reads_the_same_words(words: list[str]) -> None:
    line = f"printf '%s\\0' {joined(words)}"
    out = subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout
    assert out.decode().split("\0")[:-1] == words
