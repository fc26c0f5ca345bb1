"""What went through a container's network interfaces, counted from inside its network namespace.

Called by `contui.backend.stats.reader`. Source: proc(5), net/dev, which for another process shows
the interfaces of that process's namespace.
"""

from __future__ import annotations

from contui.proto.v1.stats_pb2 import InterfaceStats

_SIZE = 64 << 10
_FIELDS = 12  # as far as they are used: eight of what was received, four of what was sent


def interfaces(pid: int) -> list[InterfaceStats]:
    """The interfaces of a process's network namespace; none when the process is gone."""
    try:
        with open(f"/proc/{pid}/net/dev", "rb", buffering=0) as file:
            return parse(file.read(_SIZE))
    except OSError:
        return []


def parse(text: bytes) -> list[InterfaceStats]:
    """What /proc/net/dev says; lines of another form, as its two heads, are left out."""
    return [found for line in text.split(b"\n") if (found := _interface(line))]


def _interface(line: bytes) -> InterfaceStats | None:
    name, colon, rest = line.partition(b":")
    words = rest.split()
    if not colon or len(words) < _FIELDS or not all(map(bytes.isdigit, words)):
        return None
    numbers = [int(word) for word in words]
    return InterfaceStats(
        name=name.strip().decode(errors="replace"),
        rx_bytes=numbers[0],
        rx_packets=numbers[1],
        rx_errors=numbers[2],
        rx_drops=numbers[3],
        tx_bytes=numbers[8],
        tx_packets=numbers[9],
        tx_errors=numbers[10],
        tx_drops=numbers[11],
    )
