"""What a backend does not load, and what it gives back without losing it."""

from __future__ import annotations

import ctypes
import hashlib
import mmap
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from contui.backend import footprint
from contui.backend.__main__ import main
from contui.backend.digest import hex_digest
from contui.backend.services.system import contui_version

_DEAR = ("ssl", "_ssl", "_hashlib", "importlib.metadata", "argparse", "contui.tui")
_LOADED = f"""
import sys
from contui.backend import __main__, footprint
footprint.begin()
footprint.import_asyncio()
import contui.backend.daemon
print(*[name for name in {_DEAR} if name in sys.modules])
import ssl
"""


def test_a_backend_starts_without_openssl_and_may_load_it_later() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LOADED], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == []


def test_code_comes_back_when_it_is_used() -> None:
    python = ctypes.cast(ctypes.pythonapi.Py_GetVersion, ctypes.c_void_p).value
    assert python is not None
    assert any(start <= python < end for start, end in footprint.clean_areas())
    footprint.give_back()
    assert hashlib.sha256(b"abc").hexdigest() == hex_digest(b"abc")


def test_an_area_in_which_something_was_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "library"
    path.write_bytes(bytes(2 * mmap.PAGESIZE))
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as area:
        address = ctypes.addressof(ctypes.c_char.from_buffer(area))
        mprotect = ctypes.CDLL(None).mprotect
        place = ctypes.c_void_p(address), ctypes.c_size_t(len(area))
        assert area[0] == 0  # or there would be nothing to find
        mprotect(*place, mmap.PROT_READ)
        assert (address, address + len(area)) in footprint.clean_areas()
        mprotect(*place, mmap.PROT_READ | mmap.PROT_WRITE)
        area[0] = 1
        mprotect(*place, mmap.PROT_READ)
        assert address not in [start for start, _ in footprint.clean_areas()]
        footprint.give_back()
        assert area[0] == 1


def test_the_version_is_that_of_the_package() -> None:
    try:
        known = metadata.version("contui")
    except metadata.PackageNotFoundError:
        pytest.skip("contui is not installed")
    assert contui_version() == known


def test_digests_are_those_of_hashlib() -> None:
    assert hex_digest(b"contui") == hashlib.sha256(b"contui").hexdigest()


def test_a_word_that_a_backend_does_not_know_starts_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--detached"]) == 2
    assert "--detached" in capsys.readouterr().err
    assert main(["--help"]) == 0
    assert "--detach" in capsys.readouterr().out
