"""`contui import`, `images`, `rmi`: every compression, file and stdin, and every bad archive."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.engine import Engine

pytestmark = pytest.mark.integration

BUSYBOX = Path("/bin/busybox")


def archive(*members: tarfile.TarInfo, content: bytes = b"") -> bytes:
    """A tar with busybox, a shell and `members`, files of which have `content`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name in ("bin", "etc", "tmp"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
        binary = tarfile.TarInfo("bin/busybox")
        data = BUSYBOX.read_bytes()
        binary.size, binary.mode = len(data), 0o755
        tar.addfile(binary, io.BytesIO(data))
        for applet in ("sh", "echo", "cat", "ls", "true"):
            tar.addfile(link(f"bin/{applet}", "busybox"))
        for member in members:
            member.size = len(content) if member.isfile() else 0
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize("tool", ["cat", "gzip", "xz -1", "zstd"])
@pytest.mark.parametrize("stdin", [True, False])
def test_imports_and_runs(shared_engine: Engine, tmp_path: Path, tool: str, stdin: bool) -> None:
    packed = subprocess.run(tool.split(), input=archive(), capture_output=True, check=True).stdout
    reference = f"box:{tool.split()[0]}-{stdin}".lower()
    if stdin:
        shared_engine.ok("import", "-", reference, input=packed)
    else:
        (tmp_path / "root.tar").write_bytes(packed)
        shared_engine.ok("import", str(tmp_path / "root.tar"), reference)
    assert shared_engine.ok("run", "--rm", reference, "echo", "it runs") == "it runs"
    assert reference.split(":")[1] in shared_engine.ok("images")
    shared_engine.ok("rmi", reference)
    assert reference.split(":")[1] not in shared_engine.ok("images")


def test_changes_are_the_images_defaults(shared_engine: Engine) -> None:
    changes = ["-c", "CMD echo by default", "-c", "ENV A=1", "-c", "WORKDIR /tmp"]
    shared_engine.ok("import", *changes, "-", "box:changed", input=archive())
    assert shared_engine.ok("run", "--rm", "box:changed") == "by default"
    assert shared_engine.ok("run", "--rm", "box:changed", "sh", "-c", "echo $A $PWD") == "1 /tmp"


def climbing(name: str) -> Callable[[], bytes]:
    return lambda: archive(tarfile.TarInfo(name), content=b"evil")


def through_a_link() -> bytes:
    return archive(link("way", "/var/tmp"), tarfile.TarInfo("way/contui-evil"), content=b"evil")


def hard_link_outside() -> bytes:
    return archive(link("shadow", "../../../../../../etc/shadow", tarfile.LNKTYPE))


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"this is no tar at all" * 100,
        lambda: b"",
        lambda: archive()[:100_000],
        lambda: b"\x1f\x8b" + b"damaged gzip" * 50,
        lambda: b"\x28\xb5\x2f\xfd" + b"damaged zstd" * 50,
        lambda: b"\xfd7zXZ\x00" + b"damaged xz" * 50,
        climbing("../contui-evil"),
        climbing("a/../../contui-evil"),
        hard_link_outside,
    ],
    ids=[
        "no tar",
        "empty",
        "cut short",
        "gzip",
        "zstd",
        "xz",
        "dotdot",
        "inner dotdot",
        "hard link",
    ],
)
def test_bad_archives_are_refused(shared_engine: Engine, make: Callable[[], bytes]) -> None:
    before = shared_engine.ok("images", "-q")
    done = shared_engine.cli("import", "-", "bad:one", input=make())
    assert done.returncode == 1, done
    assert b"Traceback" not in done.stderr
    assert 1 <= len(done.stderr.splitlines()) <= 3
    assert shared_engine.ok("images", "-q") == before
    layers = shared_engine.state_dir / "images"
    assert not [path for path in layers.rglob("*") if path.name == "contui-evil"]


@pytest.mark.parametrize("make", [climbing("/contui-evil-absolute"), through_a_link])
def test_what_would_climb_out_stays_inside(
    shared_engine: Engine, make: Callable[[], bytes]
) -> None:
    """Absolute names and ways through links are resolved in the image's own root, or refused."""
    done = shared_engine.cli("import", "-", "inside:one", input=make())
    assert not Path("/contui-evil-absolute").exists()
    assert not Path("/var/tmp/contui-evil").exists()
    if done.returncode == 0:
        shared_engine.ok("rmi", "inside:one")
    else:
        assert b"Traceback" not in done.stderr


def test_an_image_in_use_is_kept(shared_engine: Engine) -> None:
    shared_engine.ok("import", "-", "used:one", input=archive())
    shared_engine.ok("create", "--name", "user", "used:one", "true")
    refused = shared_engine.cli("rmi", "used:one")
    assert refused.returncode == 1
    assert b"user" in refused.stderr
    shared_engine.ok("rm", "user")
    shared_engine.ok("rmi", "used:one")


def test_a_missing_file_is_said(shared_engine: Engine) -> None:
    done = shared_engine.cli("import", "/no/such/file.tar", "x:y")
    assert done.returncode == 1
    assert b"/no/such/file.tar" in done.stderr


def test_host_cannot_be_removed(shared_engine: Engine) -> None:
    done = shared_engine.cli("rmi", "host")
    assert done.returncode == 1
    assert "host" in shared_engine.ok("images")
