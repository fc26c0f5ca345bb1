"""Compile a seccomp profile to the program that the kernel runs, once, for crun.

crun takes the finished program in an annotation and then compiles nothing at a start; runc cannot.
The work is libseccomp's, which every runtime is linked to: seccomp_init(3) and its siblings. Used
by `contui.backend.containers.spec`.
"""

from __future__ import annotations

import base64
import ctypes
import errno
import json
import os
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

ANNOTATION = "run.oci.seccomp_bpf_data"

_ACTIONS = {
    "SCMP_ACT_KILL": 0x00000000,
    "SCMP_ACT_KILL_THREAD": 0x00000000,
    "SCMP_ACT_KILL_PROCESS": 0x80000000,
    "SCMP_ACT_TRAP": 0x00030000,
    "SCMP_ACT_ERRNO": 0x00050000,
    "SCMP_ACT_LOG": 0x7FFC0000,
    "SCMP_ACT_ALLOW": 0x7FFF0000,
}
_COMPARISONS = {
    "SCMP_CMP_NE": 1,
    "SCMP_CMP_LT": 2,
    "SCMP_CMP_LE": 3,
    "SCMP_CMP_EQ": 4,
    "SCMP_CMP_GE": 5,
    "SCMP_CMP_GT": 6,
    "SCMP_CMP_MASKED_EQ": 7,
}
_NO_NEW_PRIVS = 4  # SCMP_FLTATR_CTL_NNP: the runtime sets that by itself
_UNKNOWN_SYSCALL = -1


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


def annotation(profile: Mapping[str, Any]) -> str:
    """The program of an OCI seccomp object in base64; "" when it cannot be made here.

    Empty is no error: the runtime then compiles it by itself.
    """
    return _compiled(json.dumps(profile, sort_keys=True))


@lru_cache(maxsize=16)
def _compiled(text: str) -> str:
    profile = json.loads(text)
    library = _library()
    if library is None or profile.get("flags"):
        return ""
    try:
        return base64.b64encode(_export(library, profile)).decode()
    except (KeyError, OSError, ValueError):
        return ""


@cache
def _library() -> Any:
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:
        return None
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_init.argtypes = (ctypes.c_uint32,)
    library.seccomp_release.argtypes = (ctypes.c_void_p,)
    library.seccomp_release.restype = None
    library.seccomp_arch_add.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    library.seccomp_arch_resolve_name.argtypes = (ctypes.c_char_p,)
    library.seccomp_arch_resolve_name.restype = ctypes.c_uint32
    library.seccomp_attr_set.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32)
    library.seccomp_syscall_resolve_name.argtypes = (ctypes.c_char_p,)
    library.seccomp_rule_add_array.argtypes = (
        ctypes.c_void_p,
        ctypes.c_uint32,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.POINTER(_Comparison),
    )
    library.seccomp_export_bpf.argtypes = (ctypes.c_void_p, ctypes.c_int)
    return library


def _export(library: Any, profile: Mapping[str, Any]) -> bytes:
    default = _action(profile["defaultAction"], profile.get("defaultErrnoRet"))
    context = library.seccomp_init(default)
    if not context:
        raise OSError(errno.ENOMEM, "seccomp_init")
    try:
        library.seccomp_attr_set(context, _NO_NEW_PRIVS, 0)
        for name in profile.get("architectures", ()):
            token = library.seccomp_arch_resolve_name(name[len("SCMP_ARCH_") :].lower().encode())
            if not token:
                raise ValueError(name)
            _check(library.seccomp_arch_add(context, token), errno.EEXIST)
        for rule in profile.get("syscalls", ()):
            _add(library, context, default, rule)
        return _written(library, context)
    finally:
        library.seccomp_release(context)


def _add(library: Any, context: Any, default: int, rule: Mapping[str, Any]) -> None:
    action = _action(rule["action"], rule.get("errnoRet"))
    if action == default:
        return  # libseccomp refuses a rule that says what happens anyway
    wanted = rule.get("args", ())
    comparisons = (_Comparison * len(wanted))(*map(_comparison, wanted))
    for name in rule["names"]:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != _UNKNOWN_SYSCALL:
            _check(
                library.seccomp_rule_add_array(context, action, number, len(wanted), comparisons)
            )


def _comparison(wanted: Mapping[str, Any]) -> _Comparison:
    operation = _COMPARISONS[wanted["op"]]
    first, second = wanted["value"], wanted.get("valueTwo", 0)
    return _Comparison(wanted["index"], operation, first, second)


def _written(library: Any, context: Any) -> bytes:
    fd = os.memfd_create("seccomp", os.MFD_CLOEXEC)
    try:
        _check(library.seccomp_export_bpf(context, fd))
        return os.pread(fd, os.fstat(fd).st_size, 0)
    finally:
        os.close(fd)


def _action(name: str, number: int | None) -> int:
    """The action's number; ERRNO carries the error, EPERM if none is named."""
    base = _ACTIONS[name]
    return base | (errno.EPERM if number is None else number) if name == "SCMP_ACT_ERRNO" else base


def _check(result: int, accepted: int = 0) -> None:
    if result != 0 and result != -accepted:
        raise OSError(-result, os.strerror(-result))
