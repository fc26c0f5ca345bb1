"""Make the pictures of the README: a real backend, real containers, the real app.

For the still ones the app runs headless in this process (Textual's own test driver plays the keys),
for the tour in a terminal; everything else is what a user has. An engine of its own in a temporary
directory is used and cleaned up.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from screenshots import tour

HERE = Path(__file__).parent
CONTUI = [sys.executable, "-m", "contui.tui"]
DEADLINE = 30.0  # seconds until something must be painted

TICKER = (
    'i=0; while :; do i=$((i+1)); echo "$(date +%T) GET /orders/$i 200 $((i*7%90+3))ms"; '
    'if [ $((i%6)) = 0 ]; then echo "$(date +%T) slow query: orders_by_day" >&2; fi; '
    "sleep 0.15; done"
)


def command_line(*args: str) -> str:
    done = subprocess.run([*CONTUI, *args], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def containers() -> None:
    """What the pictures show."""
    command_line("run", "-dit", "--name", "shell", "host", "bash", "--norc")
    command_line("run", "-d", "--name", "web", "--init", "host", "sh", "-c", TICKER)
    command_line("run", "-dit", "--name", "monitor", "host", "htop")
    command_line("run", "--name", "job", "host", "true")


def shown(app: Any) -> str:
    """The text of the screen."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


async def until(pilot: Any, text: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while text not in shown(pilot.app):
        if time.monotonic() > deadline:
            raise SystemExit(f"{text!r} never came:\n{shown(pilot.app)}")
        await pilot.pause(0.1)


async def choose(pilot: Any, name: str) -> None:
    """Put the list's cursor on a container, by its filter."""
    await pilot.press("slash", *name, "enter", "escape")


async def attach(pilot: Any, name: str) -> None:
    await choose(pilot, name)
    await pilot.press("a")
    await until(pilot, "PID 1")


async def back(pilot: Any) -> None:
    """From a pane to the list."""
    await pilot.press("ctrl+p", "ctrl+q")
    await pilot.press("slash", "escape")


async def type_line(pilot: Any, text: str) -> None:
    names = {" ": "space", "-": "minus", "/": "slash", ".": "full_stop", "'": "apostrophe"}
    await pilot.press(*(names.get(letter, letter) for letter in text), "enter")
    await pilot.pause(0.4)


async def shell(pilot: Any) -> None:
    await attach(pilot, "shell")
    await type_line(pilot, "PS1='shell:\\w# '")
    await type_line(pilot, "clear")
    await type_line(pilot, "head -4 /etc/os-release")
    await type_line(pilot, "ls --color /usr /var")
    await type_line(pilot, "stty size")


async def monitor(pilot: Any) -> None:
    await attach(pilot, "monitor")
    await until(pilot, "Load average")
    await pilot.pause(2)


async def logs(pilot: Any) -> None:
    await choose(pilot, "web")
    await pilot.press("l")
    await until(pilot, "slow query")


async def processes(pilot: Any) -> None:
    await choose(pilot, "web")
    await pilot.press("p")
    await until(pilot, "backend")
    await pilot.pause(1.5)


async def stats(pilot: Any) -> None:
    await choose(pilot, "web")
    await pilot.press("s")
    await until(pilot, "PIDS")
    await pilot.pause(45)  # as long as the curves are to be


async def table(pilot: Any) -> None:
    await until(pilot, "monitor")
    await pilot.press("equals_sign", "equals_sign")
    await pilot.pause(12)  # until the curves have begun


async def why(pilot: Any) -> None:
    await choose(pilot, "web")
    await pilot.press("w")
    await until(pilot, "stdin is closed: started")


async def sessions(pilot: Any) -> None:
    await attach(pilot, "shell")
    await back(pilot)
    await pilot.press("A")
    await until(pilot, "htop")
    await pilot.pause(0.5)


async def merged(pilot: Any) -> None:
    await until(pilot, "monitor")
    await pilot.press("U")
    await until(pilot, "slow query")


async def form(pilot: Any) -> None:
    await until(pilot, "monitor")
    await pilot.press("n")
    await pilot.pause(0.5)


async def keys(pilot: Any) -> None:
    await until(pilot, "monitor")
    await pilot.press("question_mark")
    await pilot.pause(0.5)


Scene = Callable[[Any], Awaitable[None]]
SCENES: dict[str, tuple[tuple[int, int], Scene]] = {
    "attach": ((120, 34), shell),
    "monitor": ((120, 34), monitor),
    "logs": ((120, 34), logs),
    "processes": ((120, 34), processes),
    "stats": ((120, 34), stats),
    "table": ((120, 34), table),
    "why": ((120, 34), why),
    "sessions": ((120, 34), sessions),
    "merged": ((120, 34), merged),
    "new": ((120, 34), form),
    "keys": ((120, 34), keys),
    "narrow": ((80, 24), shell),
}


async def picture(name: str, size: tuple[int, int], scene: Scene) -> None:
    from contui.tui.app import ContuiApp
    from contui.tui.preferences import preferences

    found = preferences(None)
    app = ContuiApp(found.address, found.starter, found.detach_keys)
    async with app.run_test(size=size) as pilot:
        await until(pilot, "shell")
        await scene(pilot)
        svg = app.export_screenshot(title="contui", simplify=True)
    # The pictures load nothing from elsewhere: whoever looks has a monospace font.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    (HERE / f"{name}.svg").write_text(svg)


def main() -> None:
    wanted = sys.argv[1:] or [*SCENES, "tour"]
    with tempfile.TemporaryDirectory(prefix="contui-pictures-") as folder:
        os.environ |= {
            "CONTUI_RUN_DIR": f"{folder}/run",
            "CONTUI_STATE_DIR": f"{folder}/state",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }
        try:
            containers()
            for name in wanted:
                os.environ["XDG_STATE_HOME"] = f"{folder}/{name}"  # tabs of its own
                if name == "tour":
                    tour.make(HERE, CONTUI)
                else:
                    asyncio.run(picture(name, *SCENES[name]))
                print(f"{HERE.name}/{name}.svg")
        finally:
            ids = command_line("ps", "-aq").split()
            if ids:
                command_line("rm", "-f", *ids)
            command_line("backend", "stop")


if __name__ == "__main__":
    main()
