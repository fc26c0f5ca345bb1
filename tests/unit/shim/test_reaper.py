"""Statuses find who wants them, in whatever order things become known."""

from __future__ import annotations

import ctypes
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


def adopts_late() -> bool:
    """In a subreaper: watch a program whose parent, a helper, ends only afterwards."""
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER, see prctl(2)
    told, tell = os.pipe()
    waits, go = os.pipe()
    helper = os.fork()
    if not helper:
        program = child(5)
        os.write(tell, str(program).encode())
        os.read(waits, 1)
        os._exit(0)
    program = int(os.read(told, 20))
    reaper, found = Reaper(), list[int]()
    reaper.watch(program, found.append)
    early = list(found)
    os.write(go, b"x")
    os.waitpid(helper, 0)
    os.waitid(os.P_PID, program, os.WEXITED | os.WNOWAIT)
    reaper.reap()
    return early == [] and [os.waitstatus_to_exitcode(status) for status in found] == [5]


def test_a_program_whose_parent_ends_later_is_waited_for() -> None:
    pid = os.fork()
    if not pid:
        os._exit(0 if adopts_late() else 1)
    assert os.waitpid(pid, 0)[1] == 0
