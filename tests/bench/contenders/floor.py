"""The floor: what the same work costs with the bare runtime, a bare pty, cat, a bare Python."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.bench.contenders.base import SHARE, found_or_absent
from tests.bench.measuring import finish
from tests.bench.pen import Pen

BARE_PYTHON = [sys.executable, "-I", "-S", "-c", "pass"]


class Floor:
    """runc on a bundle without an engine, and the image's files without a container."""

    def __init__(self, pen: Pen, tar: Path) -> None:
        self.pen = pen
        self.env = dict(os.environ)
        self.runc = found_or_absent("runc")
        self.home = pen.work / "floor"
        self.root = self.home / "root"
        self.root.mkdir(parents=True)
        finish(["tar", "-C", str(self.root), "-xf", str(tar)], self.env)
        self.numbers = itertools.count()

    def version(self) -> str:
        return finish([self.runc, "--version"], self.env).decode().splitlines()[0]

    def busybox(self, *command: str) -> list[str]:
        """A program of the image, outside any container."""
        return [str(self.root / "bin" / "busybox"), *command]

    def argv(self, *words: str) -> list[str]:
        """A command line of the runtime."""
        return [self.runc, "--root", str(self.pen.run / "runc"), *words]

    def run_argv(self, command: Sequence[str], *flags: str, share: Path | None = None) -> list[str]:
        """The command line of a `runc run` of a new bundle; the container's name is the last word.

        The container has all namespaces, a network one without interfaces among them.
        """
        name = f"floor-{next(self.numbers)}"
        bundle = self.home / name
        bundle.mkdir()
        finish([self.runc, "spec", "--bundle", str(bundle)], self.env)
        path = bundle / "config.json"
        spec = json.loads(path.read_text())
        spec["root"] = {"path": str(self.root), "readonly": False}
        spec["process"] |= {"terminal": False, "args": list(command)}
        spec["linux"]["cgroupsPath"] = f"/{self.pen.cgroup}/{name}"
        if share:
            bind = {"destination": SHARE, "type": "bind", "source": str(share)}
            spec["mounts"].append({**bind, "options": ["rbind", "rw"]})
        path.write_text(json.dumps(spec))
        return self.argv("run", "--bundle", str(bundle), *flags, name)

    def remove(self, *names: str) -> None:
        """Kill and delete containers."""
        for name in names:
            finish(self.argv("delete", "--force", name), self.env)
