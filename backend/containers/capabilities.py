"""Which capabilities a container's processes get. Pure but for one look at our own.

Used by `contui.backend.containers.spec` and `contui.backend.containers.process`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from contui.backend.errors import InvalidArgument

# In the kernel's order: the index is the capability's number (capabilities(7)).
ALL = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
)

# Podman's default set: enough to install packages and drop to another user; no raw sockets, no
# device nodes, no writing to the audit log.
DEFAULT = (
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_CHROOT",
)


def resolve(
    add: Iterable[str], drop: Iterable[str], *, privileged: bool = False
) -> tuple[str, ...]:
    """The capability set of a container, in the kernel's order.

    Names with or without CAP_, in any case; "ALL" stands for all. What is named beats "ALL", and a
    drop beats an add, as in Docker. Capped by what this process may pass on. Raises InvalidArgument
    for an unknown name.
    """
    added, dropped = set(map(_canonical, add)), set(map(_canonical, drop))
    base = set(ALL) if privileged or "ALL" in added else set(DEFAULT)
    if "ALL" in dropped:
        base = set(ALL) if "ALL" in added else set()
    chosen = (base | added) - dropped
    ours = bounding()
    return tuple(name for name in ALL if name in chosen and name in ours)


def for_process(chosen: Sequence[str], uid: int) -> dict[str, list[str]]:
    """The `capabilities` object of an OCI process.

    A process that does not start as root has none in effect, as after execve(2), but may gain those
    of the bounding set from a file. None is ever inheritable.
    """
    names = list(chosen)
    if uid == 0:
        return {"bounding": names, "effective": names, "permitted": names}
    return {"bounding": names}


@cache
def bounding() -> frozenset[str]:
    """What this process may pass on, from the bounding set in /proc/self/status."""
    return _named(_status_mask("CapBnd"))


@cache
def effective() -> frozenset[str]:
    """What this process itself holds."""
    return _named(_status_mask("CapEff"))


def _named(mask: int) -> frozenset[str]:
    return frozenset(name for number, name in enumerate(ALL) if mask >> number & 1)


def _status_mask(key: str) -> int:
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(key):
                return int(line.split()[1], 16)
    return 0


def _canonical(name: str) -> str:
    upper = name.strip().upper()
    if upper == "ALL":
        return upper
    full = upper if upper.startswith("CAP_") else f"CAP_{upper}"
    if full not in ALL:
        raise InvalidArgument(
            f"there is no capability {name!r}",
            "names are those of capabilities(7), for example NET_ADMIN, or ALL",
        )
    return full
