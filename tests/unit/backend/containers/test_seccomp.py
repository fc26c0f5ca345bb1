"""Profiles, ours and other people's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contui.backend.containers import seccomp
from contui.backend.containers.capabilities import ALL, DEFAULT
from contui.backend.errors import InvalidArgument


def allowed(profile: Any) -> set[str]:
    return {
        name
        for rule in profile["syscalls"]
        if rule["action"] == "SCMP_ACT_ALLOW" and "args" not in rule
        for name in rule["names"]
    }


def test_the_default_profile_allows_what_programs_need() -> None:
    profile = seccomp.build("", DEFAULT)
    assert profile is not None
    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    needed = {"read", "openat", "execve", "clock_nanosleep", "futex", "epoll_wait", "statx"}
    assert needed <= allowed(profile)


def test_the_default_profile_forbids_what_leads_out() -> None:
    profile = seccomp.build("", DEFAULT)
    for name in ("mount", "setns", "unshare", "bpf", "keyctl", "kexec_load", "clone", "clone3",
                 "open_by_handle_at", "init_module", "reboot", "userfaultfd", "pivot_root",
                 "io_uring_setup", "ptrace_everything", "perf_event_open"):  # fmt: skip
        assert name not in allowed(profile)


def test_capabilities_open_what_they_are_for() -> None:
    assert "mount" in allowed(seccomp.build("", [*DEFAULT, "CAP_SYS_ADMIN"]))
    everything = seccomp.build("", ALL)
    refused = {n for r in everything["syscalls"] if r["action"] != "SCMP_ACT_ALLOW"
               for n in r["names"]}  # fmt: skip
    assert not refused & allowed(everything), "no call is both allowed and refused"
    assert "keyctl" in refused


def test_no_call_is_both_allowed_and_refused_by_default() -> None:
    profile = seccomp.build("", DEFAULT)
    refused = {n for r in profile["syscalls"] if r["action"] != "SCMP_ACT_ALLOW"
               for n in r["names"]}  # fmt: skip
    assert not refused & allowed(profile)


def test_unconfined_is_none() -> None:
    assert seccomp.build("unconfined", ()) is None


def test_a_profile_in_dockers_format() -> None:
    profile = {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [
            {"names": ["chmod"], "action": "SCMP_ACT_ERRNO", "comment": "x", "errnoRet": 1},
            {"name": "chown", "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_BPF"]}},
            {"names": ["a"], "action": "SCMP_ACT_LOG", "includes": {"minKernel": "99.0"}},
            {"names": ["b"], "action": "SCMP_ACT_LOG", "excludes": {"arches": ["sparc"]}},
            {"names": ["c"], "action": "SCMP_ACT_LOG", "includes": {"arches": ["sparc"]}},
        ],
    }
    built = seccomp.build(json.dumps(profile), ())
    assert built is not None
    assert built["syscalls"] == [
        {"names": ["chmod"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
        {"names": ["b"], "action": "SCMP_ACT_LOG"},
    ]


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "{}", '{"defaultAction": 1}', '{"defaultAction": "X", "syscalls": [{}]}',
     '{"defaultAction": "X", "syscalls": 3}',
     '{"defaultAction": "X", "syscalls": [{"name": "a", "action": "Y", "includes": []}, 1]}'],
)  # fmt: skip
def test_what_is_no_profile_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        seccomp.build(text, ())
