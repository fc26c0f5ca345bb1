"""`logs` read by the backend: times, losses, long lines, and going on after a loss."""

from __future__ import annotations

import pytest

from contui.tui.cli import logs
from contui.tui.client import messages


class Kept:
    """Takes the place of the writer."""

    def __init__(self) -> None:
        self.text = b""

    def put(self, stream: int, data: bytes) -> None:
        self.text += data

    def flush(self) -> None:
        """Nothing waits."""


def response(data: bytes, offset: int = 0, stream: int = 1) -> messages.ReadLogsResponse:
    return messages.ReadLogsResponse(
        stream=messages.STREAM_STDERR if stream == 2 else messages.STREAM_STDOUT,
        data=data,
        offset=offset,
        at=messages.Timestamp(unix_nanos=1_700_000_000 * 10**9),
    )


def read(*responses: messages.ReadLogsResponse, timestamps: bool = False) -> bytes:
    kept = Kept()
    reading = logs.Reading(kept, timestamps)  # type: ignore[arg-type]
    for one in responses:
        reading.take(one)
    return kept.text


STAMP = b"2023-11-14T22:13:20.000000000Z "


def test_each_line_has_its_time() -> None:
    text = read(response(b"one\n"), response(b"two\n", 4), timestamps=True)
    assert text == STAMP + b"one\n" + STAMP + b"two\n"


def test_a_line_in_pieces_has_one_time() -> None:
    text = read(response(b"long "), response(b"line\n", 5), response(b"x", 10), timestamps=True)
    assert text == STAMP + b"long line\n" + STAMP + b"x"


def test_what_came_already_does_not_come_again() -> None:
    text = read(response(b"one"), response(b"one", 0), response(b"etwo", 2), response(b"3", 6))
    assert text == b"onetwo3"


def test_the_streams_have_offsets_of_their_own() -> None:
    assert read(response(b"out"), response(b"err", 0, stream=2)) == b"outerr"


def test_what_is_missing_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    lost = messages.ReadLogsResponse(dropped=42, notice="the disk was full")
    assert read(response(b"a"), lost, response(b"b", 43)) == b"ab"
    assert capfd.readouterr().err == "contui: 42 bytes are missing here: the disk was full\n"
