"""Real programs as they were recorded: whoever comes at any point sees what the others see."""

from __future__ import annotations

from random import Random

import pytest

from contui.tui.terminal.emulator import Terminal
from tests.tui.terminal.test_recorded import sessions
from tests.unit.shim.test_history import File, late, whole_state


@pytest.mark.parametrize("name", ["bash.xz", "vim.xz", "mc.xz", "htop.xz", "weechat.xz"])
def test_a_recording_goes_on_wherever_it_was_cut(name: str) -> None:
    random = Random(name)
    for size, steps in sessions(name):
        data = b"".join(step.written.encode("latin-1") for step in steps)
        cuts = sorted(random.randrange(len(data)) for _ in range(4))
        whole = Terminal(*size)
        joined: list[Terminal] = []
        with File() as file:
            shadow = file.shadow(*size)
            for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
                shadow.feed(data[start:end])
                for terminal in (whole, *joined):
                    terminal.feed(data[start:end])
                joined.append(late(shadow))
                assert whole_state(joined[-1]) == whole_state(whole), end
        assert all(whole_state(each) == whole_state(whole) for each in joined)
