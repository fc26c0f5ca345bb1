"""Log drivers: Docker's json-file, journald, none, and the non-blocking mode."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contui.shim.drivers import size
from contui.shim.journald import Journald
from contui.shim.jsonfile import JsonFile
from contui.shim.logformat import Log
from contui.shim.loop import Loop
from tests.unit.shim.harness import Container, wait_for

Make = Callable[..., Container]


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def fail(error: BaseException) -> None:
    raise error


def test_json_file_is_dockers(tmp_path: Path) -> None:
    driver = JsonFile(str(tmp_path / "log"), 1 << 30, 3, (0, 0))
    driver.append(1, b"hel")
    driver.append(2, b"oops\n")
    driver.append(1, b"lo\nw\xc3\xb6rld\nno newline")
    driver.close()
    found = entries(tmp_path / "log" / "json.log")
    assert [(e["log"], e["stream"]) for e in found] == [
        ("oops\n", "stderr"),
        ("hello\n", "stdout"),
        ("wörld\n", "stdout"),
        ("no newline", "stdout"),
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", found[0]["time"])
    assert (driver.out, driver.err) == (23, 5)


def test_json_file_cuts_long_lines_and_keeps_every_byte(tmp_path: Path) -> None:
    driver = JsonFile(str(tmp_path / "log"), 1 << 30, 3, (0, 0))
    driver.append(1, b"x" * 40000 + b"\n\xff\0\n")
    driver.close()
    found = entries(tmp_path / "log" / "json.log")
    assert [len(e["log"]) for e in found] == [16384, 16384, 7233, 3]
    assert base64.b64decode(found[3]["b64"]) == b"\xff\0\n"


def test_json_file_rotates_and_repairs(tmp_path: Path) -> None:
    path = tmp_path / "log" / "json.log"
    driver = JsonFile(str(tmp_path / "log"), 1000, 3, (0, 0))
    for at in range(100):
        driver.append(1, b"%d\n" % at)
    driver.close()
    assert sorted(os.listdir(path.parent)) == ["json.log", "json.log.1", "json.log.2"]
    numbers = [
        int(entry["log"])
        for name in ("json.log.2", "json.log.1", "json.log")
        for entry in entries(path.parent / name)
    ]
    assert numbers == list(range(numbers[0], 100))
    with open(path, "ab") as file:
        file.write(b'{"log":"torn')
    again = JsonFile(str(tmp_path / "log"), 1000, 3, (0, 0))
    again.append(1, b"after\n")
    again.close()
    assert entries(path)[-1]["log"] == "after\n"


def fields(datagram: bytes) -> dict[str, bytes]:
    found = {}
    while datagram:
        head, _, rest = datagram.partition(b"\n")
        if b"=" in head:
            name, _, value = head.partition(b"=")
            datagram = rest
        else:
            name, length = head, int.from_bytes(rest[:8], "little")
            value, datagram = rest[8 : 8 + length], rest[9 + length :]
        found[name.decode()] = value
    return found


def test_journald_fields(tmp_path: Path) -> None:
    path = str(tmp_path / "journal")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(path)
        loop = Loop(fail)
        names = {"CONTAINER_NAME": "web"}
        driver = Journald(loop, names, 1 << 20, (0, 0), lose=False, path=path)
        driver.append(1, b"a=b\n")
        driver.append(2, b"bad\0\n")
        first, second = fields(journal.recv(65536)), fields(journal.recv(65536))
        driver.close()
        loop.close()
    assert first == {"CONTAINER_NAME": b"web", "PRIORITY": b"6", "MESSAGE": b"a=b"}
    assert (second["PRIORITY"], second["MESSAGE"]) == (b"3", b"bad\0")


@pytest.mark.parametrize("lose", [False, True])
def test_a_journal_that_takes_no_more(tmp_path: Path, lose: bool) -> None:
    path = str(tmp_path / "journal")
    pressed: list[bool] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(path)
        loop = Loop(fail)
        driver = Journald(loop, {}, 10_000, (0, 0), lose=lose, path=path)
        driver.pressure = pressed.append
        sent = 0
        while not pressed and not driver.dropped:
            driver.append(1, b"x" * 999 + b"\n")
            sent += 1
            assert sent < 100_000
        journal.settimeout(10)
        got = 0
        journal.setblocking(False)
        for _ in range(10_000):
            try:
                while True:
                    journal.recv(65536)
                    got += 1
            except BlockingIOError:
                if got * 999 + driver.dropped >= sent * 999:
                    break
                loop.turn()
        driver.close()
        loop.close()
    assert got * 999 + driver.dropped == sent * 999
    assert pressed == ([] if lose else [True, False])


def test_sizes() -> None:
    assert [size(word) for word in ("4096", "10k", "20m", "1g", "5mb")] == [
        4096,
        10 << 10,
        20 << 20,
        1 << 30,
        5 << 20,
    ]
    assert size("-1") > 1 << 60
    for bad in ("", "0", "x", "-5", "1t"):
        with pytest.raises(ValueError, match="not a size"):
            size(bad)


SCRIPT = (
    "i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo out $i; echo err $i >&2; done; printf last"
)


@pytest.mark.integration
@pytest.mark.parametrize("mode", ["blocking", "non-blocking"])
@pytest.mark.parametrize("driver", ["local", "json-file", "none"])
def test_drivers_in_a_container(make: Make, driver: str, mode: str) -> None:
    one = make(["sh", "-c", SCRIPT])
    options = {"mode": mode, "max-buffer-size": "8m"}
    one.config["log"] = {"driver": driver, "dir": str(one.log), "options": options}
    one.write(one.config["argv"])
    control = one.spawn()
    control.request("start")
    control.event("exited")
    late = one.view()
    late.finish()
    out = b"".join(b"out %d\n" % at for at in range(1, 3001)) + b"last"
    assert bytes(late.output[1]) == out
    assert len(late.output[2]) == len(b"".join(b"err %d\n" % at for at in range(1, 3001)))

    def logged() -> bytes:
        if driver == "json-file":
            found = entries(one.log / "json.log") if (one.log / "json.log").exists() else []
            return "".join(e["log"] for e in found if e["stream"] == "stdout").encode()
        log = Log(str(one.log))
        data = b"".join(chunk.data for chunk in log.chunks() if chunk.stream == 1)
        log.close()
        return data

    if driver != "none":
        wait_for(lambda: logged() == out, 10)
    assert control.request("state")["log"]["dropped"] == 0


@pytest.mark.integration
def test_unknown_driver_is_refused(make: Make) -> None:
    one = make(["true"])
    one.config["log"] = {"driver": "syslog"}
    one.write(["true"])
    with pytest.raises(RuntimeError, match="unknown log driver syslog"):
        one.spawn()


@pytest.mark.integration
def test_an_exec_that_is_logged_has_a_log_of_its_own(make: Make) -> None:
    one = make(["sleep", "100"])
    control = one.spawn()
    control.request("start")
    control.request("exec", session="abc", process=one.process(["echo", "hi"]), log=True)
    control.event("exec_exited", session="abc")
    log = Log(str(one.log / "exec-abc"))
    assert [chunk.data for chunk in log.chunks()] == [b"hi\n"]
    log.close()
    assert one.view(replay="screen").attached["end"] == [0, 0]
