"""Builds the compiled core when contui is installed: a build hook of hatchling.

The core is optional. Without a C compiler or Python's headers, or when the build fails, a line
says so and contui is installed without it; see ``tui/terminal/compiled.py``.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface as Hook
except ImportError:  # run by hand: python build_hook.py
    Hook = object

HERE = Path(__file__).parent
MODULE = "_core" + str(sysconfig.get_config_var("EXT_SUFFIX"))

OPTIONS = ["-O3", "-fvisibility=hidden", "-fPIC", "-shared", "-DNDEBUG"]
#: Tried first; not every compiler comes with what it needs.
ACROSS_FILES = "-flto"


class CannotBuild(Exception):
    """Why there is no compiled core, in a few words."""


def compiler() -> list[str]:
    """The C compiler's command."""
    wanted = shlex.split(str(sysconfig.get_config_var("CC") or "cc"))
    for command in (wanted, ["cc"], ["gcc"], ["clang"]):
        if shutil.which(command[0]):
            return command
    raise CannotBuild("there is no C compiler")


def build(folder: Path) -> Path:
    """Compile the core into ``folder``; raises CannotBuild."""
    headers = sysconfig.get_path("include")
    if not (Path(headers) / "Python.h").is_file():
        raise CannotBuild("Python's headers are not installed")
    options = [*OPTIONS, *(["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else [])]
    sources = [str(path) for path in sorted(HERE.glob("*.c"))]
    made = folder / (MODULE + ".new")
    command = [*compiler(), *options, f"-I{headers}", *sources, "-o", str(made)]
    for attempt in ([*command, ACROSS_FILES], command):
        result = subprocess.run(attempt, capture_output=True, text=True)
        if result.returncode == 0:
            return made.replace(folder / MODULE)
    made.unlink(missing_ok=True)
    raise CannotBuild(f"{command[0]} failed: {(result.stderr.splitlines() or ['no word'])[0]}")


class BuildHook(Hook):  # type: ignore[misc]
    """Puts the core beside its Python code, and into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build; ``version`` is "editable" or "standard"."""
        try:
            build(HERE.parent)
        except (CannotBuild, OSError) as error:
            print(f"contui: the terminal's compiled core is left out: {error}", file=sys.stderr)
            return
        if version != "editable":
            build_data["pure_python"] = False
            build_data["infer_tag"] = True
            build_data["artifacts"].append(f"src/contui/tui/terminal/{MODULE}")


if __name__ == "__main__":
    print(build(HERE.parent))
