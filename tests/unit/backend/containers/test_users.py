"""Users against a user database that somebody else wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from contui.backend.containers import users
from contui.backend.containers.users import User
from contui.backend.errors import InvalidArgument

PASSWD = """root:x:0:0:root:/root:/bin/sh
web:x:33:34:www:/srv:/bin/sh
1000:x:7:7::/seven:
broken
evil:x:notanumber:0::/:
odd:x:44:44::relative:/bin/sh
"""
GROUP = "root:x:0:\nweb:x:34:web\nlogs:x:50:other,web\nlogs2:x:51:webber\nbad:x:y:web\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text(PASSWD)
    (tmp_path / "etc/group").write_text(GROUP)
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("", User(0, 0, (), "/root", "root")),
        ("web", User(33, 34, (50,), "/srv", "web")),
        ("33", User(33, 34, (50,), "/srv", "web")),
        ("web:logs", User(33, 50, (), "/srv", "web")),
        ("web:99", User(33, 99, (), "/srv", "web")),
        ("4242", User(4242, 0, (), "/", "")),
        ("4242:4243", User(4242, 4243, (), "/", "")),
        (":logs", User(0, 50, (), "/root", "root")),
        ("1000", User(7, 7, (), "/seven", "1000")),
        ("odd", User(44, 44, (), "/", "odd")),
    ],
)
def test_resolve(root: Path, wanted: str, expected: User) -> None:
    assert users.resolve(root, wanted) == expected


@pytest.mark.parametrize("wanted", ["nobody", "web:nogroup", "evil", "99999999999", "4294967295"])
def test_what_is_refused(root: Path, wanted: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        users.resolve(root, wanted)
    assert refusal.value.kind == "invalid-user"
    assert refusal.value.hint


def test_a_root_without_files(tmp_path: Path) -> None:
    assert users.resolve(tmp_path, "") == User(0, 0)
    assert users.resolve(tmp_path, "12:13") == User(12, 13)


def test_names(root: Path) -> None:
    assert users.names(root) == {0: "root", 33: "web", 7: "1000", 44: "odd"}


def test_the_oci_object(root: Path) -> None:
    assert users.resolve(root, "web").oci() == {"uid": 33, "gid": 34, "additionalGids": [50]}
    assert users.resolve(root, "").oci() == {"uid": 0, "gid": 0}
