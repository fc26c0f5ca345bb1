"""`contui`: with words the command line, without any the terminal user interface."""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """The entry point; ends the process."""
    try:
        status = _run(sys.argv[1:])
    except KeyboardInterrupt:  # while modules were still being imported
        status = 130
    _end(status)


def _run(words: list[str]) -> int:
    if _opens_the_app(words):
        return _app()
    gc.disable()  # a command is over before there is garbage worth the search
    from contui.tui.cli.main import run

    return run(words)


def _opens_the_app(words: list[str]) -> bool:
    """Whether there is no verb: nothing at all, or only `--host ADDRESS`."""
    if len(words) == 2 and words[0] in ("--host", "-H"):
        os.environ["CONTUI_HOST"] = words[1]
        return True
    if len(words) == 1 and words[0].startswith("--host="):
        os.environ["CONTUI_HOST"] = words[0].removeprefix("--host=")
        return True
    return not words


def _app() -> int:
    if not (os.isatty(0) and os.isatty(1)):
        sys.stderr.write(
            "contui: the user interface needs a terminal\n  for the command line: contui --help\n"
        )
        return 1
    from contui.tui import first_frame

    first_frame.show()
    try:
        return _opened()
    finally:
        first_frame.undo()


def _opened() -> int:
    if sys.flags.no_site:  # as the launcher starts us: commands need no installed packages
        import site

        site.main()
    from contui.tui.app import run

    return int(run() or 0)


def _end(status: int) -> NoReturn:
    """Leave without tearing the interpreter down, which takes longer than many a command."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(status)


if __name__ == "__main__":
    main()
