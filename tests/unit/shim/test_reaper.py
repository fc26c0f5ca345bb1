"""Statuses find who wants them, in whatever order things become known."""

from __future__ import annotations

import os
import signal

from contui.shim.reaper import LOST, Reaper


def child(code: int) -> int:
    pid = os.fork()
    if not pid:
        os._exit(code)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return pid


def test_status_after_the_pid_is_known() -> None:
    reaper, found = Reaper(), []
    pid = os.fork()
    if not pid:
        signal.pause()
    reaper.watch(pid, found.append)
    assert found == []
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    reaper.reap()
    assert [os.waitstatus_to_exitcode(status) for status in found] == [-9]


def test_status_before_the_pid_is_known_is_held() -> None:
    reaper, found = Reaper(), []
    reaper.expect()
    pid = child(7)
    reaper.reap()
    reaper.watch(pid, found.append)
    reaper.expected()
    assert [os.waitstatus_to_exitcode(status) for status in found] == [7]


def test_strangers_are_reaped_and_forgotten() -> None:
    reaper, found = Reaper(), []
    pid = child(3)
    reaper.reap()
    reaper.watch(pid, found.append)
    assert found == [LOST]


def test_held_statuses_do_not_outlive_the_call() -> None:
    reaper, found = Reaper(), []
    reaper.expect()
    pid = child(3)
    reaper.reap()
    reaper.expected()
    reaper.watch(pid, found.append)
    assert found == [LOST], "a recycled pid must not get an old status"


def test_a_pid_that_is_no_child_is_lost() -> None:
    found: list[int] = []
    Reaper().watch(1, found.append)
    assert found == [LOST]
