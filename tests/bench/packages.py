"""Debian packages that the bench needs, installed when they are missing."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

NEEDED = {"dockerd": "docker.io", "podman": "podman", "busybox": "busybox-static"}
POLICY = Path("/usr/sbin/policy-rc.d")  # invoke-rc.d(8): 101 forbids the action


def install_missing() -> str:
    """Install what is missing through apt-get; a note of what went wrong, or ""."""
    missing = [package for command, package in NEEDED.items() if not shutil.which(command)]
    if not missing:
        return ""
    if not shutil.which("apt-get"):
        return f"not installed, and there is no apt-get to do it: {' '.join(missing)}"
    print(f"bench: installing {' '.join(missing)} (Debian packages)", flush=True)
    with services_held():
        done = apt("install", *missing)
        if done.returncode:
            apt("update")
            done = apt("install", *missing)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        return f"apt-get could not install {' '.join(missing)}: {' '.join(last)}"
    return ""


def apt(action: str, *words: str) -> subprocess.CompletedProcess[str]:
    """One apt-get run without questions."""
    flags = ["--yes", "--no-install-recommends"] if action == "install" else []
    return subprocess.run(
        ["apt-get", action, *flags, *words],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def services_held() -> Iterator[None]:
    """Keep packages from starting their daemons: the bench starts its own, isolated ones."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
