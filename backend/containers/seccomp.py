"""From a seccomp profile to the `linux.seccomp` object of an OCI bundle.

Profiles are in Docker's format: a default action and rules that may depend on the container's
capabilities, the architecture and the kernel. The default profile is `seccomp_default.json`, beside
this module. Used by `contui.backend.containers.spec`.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from contui.backend.errors import InvalidArgument

_PROFILE = Path(__file__).with_name("seccomp_default.json")

# Kernel's name of the machine: (libseccomp's name, that of the 32-bit sibling it runs as well).
# x32 is not among them: kernels are built without it, or have it off.
_ARCHITECTURES = {
    "x86_64": ("SCMP_ARCH_X86_64", "SCMP_ARCH_X86"),
    "aarch64": ("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"),
    "armv7l": ("SCMP_ARCH_ARM", ""),
    "i686": ("SCMP_ARCH_X86", ""),
    "ppc64le": ("SCMP_ARCH_PPC64LE", ""),
    "riscv64": ("SCMP_ARCH_RISCV64", ""),
    "s390x": ("SCMP_ARCH_S390X", "SCMP_ARCH_S390"),
}
_DOCKER_NAMES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "x86"}


def build(
    profile: str, capabilities: Sequence[str], *, both: bool = True
) -> Mapping[str, Any] | None:
    """The seccomp object for a container with these capabilities; None for "unconfined".

    `profile` is empty for the default one, "unconfined", or a profile as JSON. Without `both` it
    covers only the machine's own architecture (unless the profile names others), and programs of
    its 32-bit sibling are killed. Raises InvalidArgument when it cannot be understood. The result
    is shared: do not change it.
    """
    if profile == "unconfined":
        return None
    machine, release = platform.machine(), platform.release()
    return _build(profile, frozenset(capabilities), machine, release, both)


@lru_cache(maxsize=32)
def _build(
    profile: str, capabilities: frozenset[str], machine: str, release: str, both: bool
) -> Mapping[str, Any]:
    table = _parse(profile or _PROFILE.read_text())
    built: dict[str, Any] = {"defaultAction": table["defaultAction"]}
    if "defaultErrnoRet" in table:
        built["defaultErrnoRet"] = table["defaultErrnoRet"]
    native, sibling = _ARCHITECTURES.get(machine, ("", ""))
    if native:
        own = [native, sibling] if sibling and both else [native]
        built["architectures"] = table.get("architectures") or own
    if flags := table.get("flags"):
        built["flags"] = flags
    rules = table.get("syscalls") or []
    built["syscalls"] = [
        _rule(rule) for rule in rules if _applies(rule, capabilities, machine, release)
    ]
    return built


def _parse(text: str) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except ValueError as error:
        raise InvalidArgument(
            f"the seccomp profile is not JSON: {error}",
            "give the path of a profile in Docker's format, or `unconfined`",
        ) from error
    rules = table.get("syscalls") if isinstance(table, dict) else None
    whole = isinstance(table, dict) and isinstance(table.get("defaultAction"), str)
    if not whole or not isinstance(rules, list | None) or not all(map(_is_rule, rules or ())):
        raise InvalidArgument(
            "the seccomp profile is not in Docker's format",
            'it needs a "defaultAction" and a list "syscalls" of rules with "names" and "action"',
        )
    return dict(table)


def _is_rule(rule: object) -> bool:
    return (
        isinstance(rule, dict)
        and isinstance(rule.get("action"), str)
        and ("name" in rule or isinstance(rule.get("names"), list))
        and all(isinstance(rule.get(key) or {}, dict) for key in ("includes", "excludes"))
    )


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule as OCI has it: without the conditions, which hold here."""
    names = list(rule.get("names") or [rule["name"]])
    out: dict[str, Any] = {"names": names, "action": rule["action"]}
    if rule.get("args"):
        out["args"] = [dict(argument) for argument in rule["args"]]
    if rule.get("errnoRet") is not None:
        out["errnoRet"] = rule["errnoRet"]
    return out


def _applies(
    rule: Mapping[str, Any], capabilities: frozenset[str], machine: str, release: str
) -> bool:
    """Whether every condition of `includes` holds and none of `excludes`."""
    includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
    names = {machine, _DOCKER_NAMES.get(machine, machine)}
    if not capabilities.issuperset(includes.get("caps") or ()):
        return False
    if includes.get("arches") and names.isdisjoint(includes["arches"]):
        return False
    least = includes.get("minKernel")
    if least and _version(release) < _version(least):
        return False
    if not capabilities.isdisjoint(excludes.get("caps") or ()):
        return False
    return names.isdisjoint(excludes.get("arches") or ())


def _version(text: str) -> tuple[int, int]:
    """Major and minor of a kernel release."""
    parts = [*text.split(".", 2)[:2], "0"]
    digits = ["".join(c for c in part if c.isdigit()) for part in parts]
    return int(digits[0] or 0), int(digits[1] or 0)


def is_available() -> bool:
    """Whether this kernel filters system calls."""
    return os.path.exists("/proc/sys/kernel/seccomp/actions_avail")
