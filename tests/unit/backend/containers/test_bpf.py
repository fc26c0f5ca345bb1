"""The compiled seccomp program."""

from __future__ import annotations

import base64
import struct

import pytest

from contui.backend.containers import bpf, seccomp
from contui.backend.containers.capabilities import DEFAULT

needs_library = pytest.mark.skipif(bpf._library() is None, reason="libseccomp is not installed")


@needs_library
def test_the_default_profile_is_compiled() -> None:
    profile = seccomp.build("", DEFAULT)
    assert profile is not None
    program = base64.b64decode(bpf.annotation(profile))
    assert len(program) % 8 == 0, "instructions of 8 bytes"
    returns = {k for code, _, _, k in struct.iter_unpack("=HBBI", program) if code == 0x06}
    assert {0x7FFF0000, 0x00050000 | 1, 0x00050000 | 38} <= returns, "allow, EPERM, ENOSYS"


@needs_library
@pytest.mark.parametrize(
    "profile",
    [
        {"defaultAction": "SCMP_ACT_NOTIFY"},
        {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_PDP11"]},
        {"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_LOG"]},
        {
            "defaultAction": "SCMP_ACT_ALLOW",
            "syscalls": [
                {
                    "names": ["read"],
                    "action": "SCMP_ACT_ERRNO",
                    "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_NEAR"}],
                }
            ],
        },
    ],
)
def test_what_cannot_be_compiled_is_left_to_the_runtime(profile: dict[str, object]) -> None:
    assert bpf.annotation(profile) == ""


@needs_library
def test_unknown_calls_and_rules_that_say_nothing_are_passed_over() -> None:
    rules = [
        {"names": ["nosuchcall"], "action": "SCMP_ACT_ERRNO"},
        {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
    ]
    assert bpf.annotation({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules})


def test_without_the_library_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bpf, "_library", lambda: None)
    assert bpf.annotation({"defaultAction": "SCMP_ACT_LOG", "syscalls": []}) == ""
