"""The image's tar, and the text that is printed."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tests.bench import image
from tests.bench.text import WIDTH, line, write_text


def test_the_tar_is_a_root_file_system_of_one_binary(tmp_path: Path) -> None:
    busybox = tmp_path / "busybox"
    busybox.write_bytes(b"\x7fELF static")
    image.write_tar(busybox, tmp_path / "image.tar")
    with tarfile.open(tmp_path / "image.tar") as tar:
        inside = {member.name: member for member in tar}
        binary = tar.extractfile("bin/busybox")
        assert binary
        assert binary.read() == b"\x7fELF static"
    assert inside["bin/busybox"].mode == 0o755
    assert {inside[f"bin/{name}"].linkname for name in image.APPLETS} == {"busybox"}
    assert inside["tmp"].isdir()


def test_a_dynamic_busybox_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busybox = tmp_path / "busybox"
    busybox.write_bytes(b"\x7fELF /lib64/ld-linux-x86-64.so.2")
    busybox.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(image.ImageError, match="install busybox-static"):
        image.find_busybox()


def test_the_text_has_so_many_numbered_lines_of_one_width(tmp_path: Path) -> None:
    write_text(tmp_path / "text", 10_001)
    lines = (tmp_path / "text").read_bytes().splitlines(keepends=True)
    assert len(lines) == 10_001
    assert {len(each) for each in lines} == {WIDTH}
    assert lines[-1] == line(10_001) + b"\n"
