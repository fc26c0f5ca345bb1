"""Put the members of a tar into a directory tree, in a process whose "/" is that tree.

Used by `contui.backend.images.unpack`. Names, links, owners, modes, times, extended attributes,
devices, sparse files and whiteouts, each checked: a name or link that would leave the root is
refused, although the chroot would hold it. Later members replace earlier ones.
"""

from __future__ import annotations

import os
import stat
import tarfile
from typing import Any

from contui.backend.trees import remove_tree

MAX_DEPTH = 512  # levels of directories
MAX_ID = (1 << 32) - 2
MAX_TIME = (1 << 34) - 1  # seconds: what ext4 and xfs can store
_CHUNK = 1 << 20
_LINKS = 40  # symbolic links followed in one name, as the kernel does

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_PAX_XATTR = "SCHILY.xattr."
# Others are the machine's business: labels of its security module, and overlayfs's own marks, with
# which a layer could point elsewhere.
_XATTRS = ("user.", "security.capability", "system.posix_acl_access", "system.posix_acl_default")
_CLIMBS = "its names and links must stay below its own root; make it with `tar -C ROOT -c .`"


class Refused(Exception):
    """The tar is not taken: a sentence and what to do."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint


class Tree:
    """What has been unpacked so far, below "/"."""

    def __init__(self) -> None:
        self.bytes = 0  # of file content written
        self._real: dict[str, str] = {}  # parents that were resolved, by name
        self._times: dict[str, float] = {}  # of directories: set last, what is put in changes them

    def add(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """Unpack one member. Raises Refused, OSError."""
        parts = _parts(member.name)
        if not parts:
            self._root(member)
            return
        parent = self._parent(parts[:-1])
        if parts[-1].startswith(_WHITEOUT):
            self._whiteout(parent, parts[-1])
            return
        path = f"{parent}/{parts[-1]}"
        if member.isdir():
            self._directory(path, member)
            return
        self._clear(path)
        if member.islnk():
            self._hard_link(path, member)
            return
        self._make(tar, path, member)
        _dress(path, member)

    def finish(self) -> None:
        """Set the times of directories."""
        for path, mtime in self._times.items():
            if _kind(path) == stat.S_IFDIR:
                _set_time(path, mtime)

    def _make(self, tar: tarfile.TarFile, path: str, member: tarfile.TarInfo) -> None:
        if member.issym():
            _check_symlink(path, member)
            os.symlink(member.linkname, path)
        elif member.isfifo():
            os.mkfifo(path, 0o600)
        elif member.ischr() or member.isblk():
            kind = stat.S_IFCHR if member.ischr() else stat.S_IFBLK
            os.mknod(path, kind | 0o600, os.makedev(member.devmajor, member.devminor))
        elif member.isreg():
            self._regular(tar, path, member)
        else:
            raise Refused(f"{_shown(member.name)} is of an unknown type {member.type!r}")

    def _regular(self, tar: tarfile.TarFile, path: str, member: tarfile.TarInfo) -> None:
        """Content; a sparse file's holes stay holes."""
        source: Any = tar.fileobj
        source.seek(member.offset_data)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(path, flags, 0o600), "wb", buffering=0) as target:
            sparse = getattr(member, "sparse", None)
            for offset, size in sparse if sparse is not None else ((0, member.size),):
                if sparse is not None:
                    target.seek(offset)
                self._copy(source, target, size, member.name)
            if sparse is not None:
                target.truncate(member.size)

    def _copy(self, source: Any, target: Any, size: int, name: str) -> None:
        while size > 0:
            data = source.read(min(size, _CHUNK))
            if not data:
                raise Refused(
                    f"the tar ends in the middle of {_shown(name)}",
                    "make it again, or get it again: it was cut short",
                )
            target.write(data)
            size -= len(data)
            self.bytes += len(data)

    def _hard_link(self, path: str, member: tarfile.TarInfo) -> None:
        parts = _parts(member.linkname, f"the link {_shown(member.name)}")
        if not parts:
            raise Refused(f"{_shown(member.name)} is a hard link to a directory")
        target = f"{self._parent(parts[:-1])}/{parts[-1]}"
        kind = _kind(target)
        if kind is None or kind == stat.S_IFDIR:
            raise Refused(
                f"{_shown(member.name)} is a hard link to {_shown(member.linkname)}, "
                "which is no file before it in the tar"
            )
        os.link(target, path, follow_symlinks=False)

    def _directory(self, path: str, member: tarfile.TarInfo) -> None:
        if _kind(path) != stat.S_IFDIR:
            self._clear(path)
            os.mkdir(path, 0o700)
        _dress(path, member)
        self._times[path] = member.mtime

    def _root(self, member: tarfile.TarInfo) -> None:
        """The root itself: "./"."""
        if not member.isdir():
            raise Refused(f"the root itself, {_shown(member.name)}, is not a directory", _CLIMBS)
        _dress("/", member)
        self._times["/"] = member.mtime

    def _whiteout(self, parent: str, name: str) -> None:
        """A mark of the layer format, as overlayfs writes it down."""
        if name == _OPAQUE:
            os.setxattr(parent or "/", "trusted.overlay.opaque", b"y")
            return
        hidden = name[len(_WHITEOUT) :]
        if hidden.startswith(_WHITEOUT):
            return  # of aufs, which kept its own books in such names
        if hidden in ("", ".", ".."):
            raise Refused(f"the whiteout {_shown(name)} names nothing", _CLIMBS)
        path = f"{parent}/{hidden}"
        self._clear(path)
        os.mknod(path, stat.S_IFCHR, os.makedev(0, 0))

    def _clear(self, path: str) -> None:
        """Remove what an earlier member put there."""
        kind = _kind(path)
        if kind is None:
            return
        if kind in (stat.S_IFDIR, stat.S_IFLNK):
            self._real.clear()  # names that led through it lead elsewhere now
        if kind == stat.S_IFDIR:
            remove_tree(path)
        else:
            os.unlink(path)

    def _parent(self, parts: list[str]) -> str:
        """The real path of a member's directory, made if it is missing; "" is the root."""
        name = "/".join(parts)
        real = self._real.get(name)
        if real is None:
            real = _resolve(parts)
            self._real[name] = real
        return real


def _resolve(parts: list[str]) -> str:
    """Walk down, making what is missing. Relative links are followed inside the root."""
    done: list[str] = []
    waiting = list(reversed(parts))
    followed = 0
    while waiting:
        part = waiting.pop()
        if part == "..":
            if not done:
                raise Refused("a name leads through a link that climbs out of the root", _CLIMBS)
            done.pop()
            continue
        path = "/" + "/".join((*done, part))
        kind = _kind(path)
        if kind is None:
            os.mkdir(path, 0o755)
        elif kind == stat.S_IFLNK:
            followed += 1
            waiting += reversed(_followed(path, followed))
            continue
        elif kind != stat.S_IFDIR:
            raise Refused(f"{_shown(path)} is no directory, but the tar has something below it")
        done.append(part)
        if len(done) > MAX_DEPTH:
            raise Refused(f"the tar is more than {MAX_DEPTH} directories deep")
    return "".join(f"/{part}" for part in done)


def _followed(path: str, count: int) -> list[str]:
    """The parts of a symbolic link that a member's name leads through."""
    target = os.readlink(path)
    if target.startswith("/") or count > _LINKS:
        raise Refused(
            f"a member's name leads through the link {_shown(path)} to {_shown(target)}", _CLIMBS
        )
    return [part for part in target.split("/") if part not in ("", ".")]


def _parts(name: str, what: str = "") -> list[str]:
    """The components of a member's name. Raises Refused if it is absolute or climbs."""
    what = what or _shown(name)
    if name.startswith("/"):
        raise Refused(f"{what} has the absolute name {_shown(name)} in the tar", _CLIMBS)
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Refused(f"{what} climbs out of the tar's root: {_shown(name)}", _CLIMBS)
    if len(parts) > MAX_DEPTH:
        raise Refused(f"the tar is more than {MAX_DEPTH} directories deep")
    return parts


def _check_symlink(path: str, member: tarfile.TarInfo) -> None:
    """An absolute target is the container's own; a relative one may not climb above the root."""
    if member.linkname.startswith("/"):
        return
    depth = path.count("/") - 1
    for part in member.linkname.split("/"):
        if part == "..":
            depth -= 1
        elif part not in ("", "."):
            depth += 1
        if depth < 0:
            raise Refused(
                f"the link {_shown(member.name)} to {_shown(member.linkname)} climbs out of the "
                "tar's root",
                _CLIMBS,
            )


def _dress(path: str, member: tarfile.TarInfo) -> None:
    """Owner, extended attributes, mode, time; in this order, because each may undo the last."""
    if not (0 <= member.uid <= MAX_ID and 0 <= member.gid <= MAX_ID):
        raise Refused(f"{_shown(member.name)} has an owner that cannot be: {member.uid}")
    os.chown(path, member.uid, member.gid, follow_symlinks=False)
    for key, value in member.pax_headers.items():
        if key.startswith(_PAX_XATTR):
            _set_xattr(path, key[len(_PAX_XATTR) :], value)
    if not member.issym():
        os.chmod(path, member.mode & 0o7777)
    if not member.isdir():
        _set_time(path, member.mtime)


def _set_xattr(path: str, name: str, value: str) -> None:
    if name.startswith(_XATTRS):
        data = value.encode("utf-8", "surrogateescape")
        try:
            os.setxattr(path, name, data, follow_symlinks=False)
        except OSError as error:
            if name == "security.capability":
                raise
            if error.errno not in _XATTR_UNSUPPORTED:
                raise


def _set_time(path: str, mtime: float) -> None:
    nanoseconds = int(min(max(float(mtime), 0.0), MAX_TIME) * 1_000_000_000)
    os.utime(path, ns=(nanoseconds, nanoseconds), follow_symlinks=False)


def _kind(path: str) -> int | None:
    """The type bits of a path, links not followed; None if there is nothing."""
    try:
        return stat.S_IFMT(os.lstat(path or "/").st_mode)
    except FileNotFoundError:
        return None


def _shown(name: str) -> str:
    """An untrusted name in a sentence: quoted, escaped, cut."""
    text = ascii(name)
    return text if len(text) <= 120 else text[:116] + "...'"


# A disk without them: ENOTSUP; on links and devices user attributes may not be: EPERM.
_XATTR_UNSUPPORTED = (95, 1)
