"""Who a container's process runs as: NAME|UID[:GROUP|GID] against the root's own user database.

The files are a container's and so untrusted: read through `contui.backend.inroot`, and a line that
makes no sense is skipped. Used by `contui.backend.containers.spec`, `.process` and
`contui.backend.processes`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contui.backend import inroot
from contui.backend.errors import InvalidArgument

MAX_ID = (1 << 32) - 2  # the last one means "leave as it is" to chown(2) and setresuid(2)


@dataclass(frozen=True)
class User:
    """A resolved user: numbers for the kernel, and what its environment says."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()  # supplementary
    home: str = "/"
    name: str = ""  # empty: the number is in no passwd file

    def oci(self) -> dict[str, object]:
        """The `user` object of an OCI process."""
        user: dict[str, object] = {"uid": self.uid, "gid": self.gid}
        if self.groups:
            user["additionalGids"] = list(self.groups)
        return user


@dataclass(frozen=True)
class _Account:
    name: str
    uid: int
    gid: int
    home: str


def resolve(rootfs: Path | str, wanted: str) -> User:
    """Resolve what `-u` or an image's User says; empty means root.

    As Docker: without a group, a user of the passwd file gets its own group and those it is a
    member of, and a bare number that is in no file gets group 0. Raises InvalidArgument (kind
    "invalid-user") when a name is unknown or a number out of range.
    """
    user_word, _, group_word = wanted.partition(":")
    user_word = user_word or "0"
    accounts = list(_accounts(rootfs))
    account = _find_account(accounts, user_word)
    if account is None:
        uid = _number(user_word)
        if uid is None:
            raise _unknown("user", user_word, "/etc/passwd")
        account = _Account("", uid, 0, "/")
    if group_word:
        gid = _group(rootfs, group_word)
        return User(account.uid, gid, (), account.home, account.name)
    groups = _memberships(rootfs, account) if account.name else ()
    return User(account.uid, account.gid, groups, account.home, account.name)


def names(rootfs: Path | str) -> dict[int, str]:
    """Names by uid, the first of each uid."""
    found: dict[int, str] = {}
    for account in _accounts(rootfs):
        found.setdefault(account.uid, account.name)
    return found


def _find_account(accounts: list[_Account], word: str) -> _Account | None:
    """By name first, then by number: a user may be called "1000"."""
    for account in accounts:
        if account.name == word:
            return account
    number = _number(word)
    for account in accounts:
        if account.uid == number:
            return account
    return None


def _accounts(rootfs: Path | str) -> Iterator[_Account]:
    for fields in _lines(rootfs, "/etc/passwd", 6):
        uid, gid = _number(fields[2]), _number(fields[3])
        if uid is not None and gid is not None:
            home = fields[5] if fields[5].startswith("/") else "/"
            yield _Account(fields[0], uid, gid, home)


def _group(rootfs: Path | str, word: str) -> int:
    for fields in _lines(rootfs, "/etc/group", 3):
        gid = _number(fields[2])
        if fields[0] == word and gid is not None:
            return gid
    gid = _number(word)
    if gid is None:
        raise _unknown("group", word, "/etc/group")
    return gid


def _memberships(rootfs: Path | str, account: _Account) -> tuple[int, ...]:
    found = []
    for fields in _lines(rootfs, "/etc/group", 4):
        gid = _number(fields[2])
        if gid is not None and gid != account.gid and account.name in fields[3].split(","):
            found.append(gid)
    return tuple(dict.fromkeys(found))


def _lines(rootfs: Path | str, path: str, fields: int) -> Iterator[list[str]]:
    for line in inroot.read_text(rootfs, path).split("\n"):
        parts = line.strip().split(":")
        if len(parts) >= fields and parts[0]:
            yield parts


def _number(word: str) -> int | None:
    """The id, or None if it is not a plain decimal number. Out of range is an error."""
    if not (word.isascii() and word.isdigit()):
        return None
    if len(word) > 10 or int(word) > MAX_ID:
        raise InvalidArgument(
            f"the user or group id {word} is out of range",
            f"ids go from 0 to {MAX_ID}",
            "invalid-user",
        )
    return int(word)


def _unknown(what: str, word: str, file: str) -> InvalidArgument:
    return InvalidArgument(
        f"there is no {what} {word!r} in the container's {file}",
        f"name one that it has, or give a number: -u {'1000' if what == 'user' else '0:1000'}",
        "invalid-user",
    )
