"""Runtimes' refusals: the texts of runc 1.1 and crun 1.8, as sentences."""

from __future__ import annotations

import pytest

from contui.shim.refusals import explain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'unable to apply cgroup configuration: failed to write "99": write '
            "/sys/fs/cgroup/cpuset/c/cpuset.cpus: numerical result out of range",
            "the CPUs asked for are not all there on this machine",
        ),
        (
            "unable to apply apparmor profile: apparmor failed to apply profile",
            "the AppArmor profile cannot be applied on this machine",
        ),
        (
            'error during container init: error mounting "tmpfs" to rootfs at "/proc/x": '
            "mkdir /rootfs/proc/x: no such file or directory",
            "tmpfs cannot be mounted at /proc/x in the container",
        ),
        (
            "mount `tmpfs` to `proc/x`: No such file or directory",
            "tmpfs cannot be mounted at proc/x in the container",
        ),
        (
            "error during container init: mkdir /proc/1/x: no such file or directory",
            "the working directory /proc/1/x cannot be made in the container",
        ),
        (
            'chdir to cwd ("/root/x") set in config.json failed: permission denied',
            "the working directory /root/x cannot be entered",
        ),
    ],
)
def test_known_texts(text: str, expected: str) -> None:
    message, _, remedy = explain(text).partition(": ")
    assert message == expected
    assert remedy


def test_others_are_passed_on() -> None:
    assert explain("something {new}") == "something {new}"
