"""Real programs, recorded with ``record_programs``: after every key the screen is tmux's."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterator

import pytest

from contui.tui.terminal.emulator import Terminal
from tests.tui.terminal.record_programs import FOLDER, Step
from tests.tui.terminal.test_programs import cells, forgive_untold, reference

RECORDED = sorted(FOLDER.glob("*.xz"))


def sessions(name: str) -> Iterator[tuple[tuple[int, int], list[Step]]]:
    """The sizes a program was recorded at, and what happened at each."""
    for size, steps in json.loads(lzma.decompress((FOLDER / name).read_bytes())).items():
        cols, _, rows = size.partition("x")
        yield (int(cols), int(rows)), [Step(*step) for step in steps]


def differences(name: str, chunk: int) -> Iterator[str]:
    """Where the emulator, fed ``chunk`` bytes at a time, shows something else than tmux."""
    for size, steps in sessions(name):
        terminal = Terminal(*size)
        for number, step in enumerate(steps):
            data = step.written.encode("latin-1")
            for start in range(0, len(data), chunk):
                terminal.feed(data[start : start + chunk])
            ours, theirs = cells(terminal), reference(step.shown, *size)
            for y in range(size[1]):
                forgive_untold(ours[y], theirs[y])
                if ours[y] != theirs[y]:
                    yield f"{size}, step {number}, line {y}: {ours[y]} and not {theirs[y]}"
                    break
            x, y = step.cursor
            if (terminal.cursor.x, terminal.cursor.y) != (min(x, size[0] - 1), y):
                yield f"{size}, step {number}: the cursor is at {terminal.cursor}, not {x}, {y}"


@pytest.mark.parametrize("name", [path.name for path in RECORDED])
def test_shows_what_tmux_showed(name: str) -> None:
    assert not list(differences(name, 16384))


@pytest.mark.parametrize("name", ["vim.xz", "dialog.xz", "bash.xz"])
def test_shows_it_however_the_bytes_are_cut(name: str) -> None:
    assert not list(differences(name, 7))


def test_every_program_was_recorded_at_two_sizes() -> None:
    assert len(RECORDED) >= 40
    for path in RECORDED:
        assert [len(steps) > 0 for _, steps in sessions(path.name)] == [True, True], path.name
