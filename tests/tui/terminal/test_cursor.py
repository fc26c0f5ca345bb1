"""Cursor movement: ECMA-48 8.3, DEC STD 070 for margins and origin mode, xterm ctlseqs."""

from __future__ import annotations

import pytest

from tests.tui.terminal.conformance import cursor_of, terminal_after

AT = b"\x1b[3;5H"  # column 4, line 2, from 0

MOVES: list[tuple[bytes, tuple[int, int]]] = [
    # CUP, HVP: from 1, clamped, zero and nothing mean 1
    (b"\x1b[H", (0, 0)),
    (b"\x1b[2;3H", (2, 1)),
    (b"\x1b[2;3f", (2, 1)),
    (b"\x1b[2H", (0, 1)),
    (b"\x1b[;4H", (3, 0)),
    (b"\x1b[0;0H", (0, 0)),
    (b"\x1b[99;99H", (9, 4)),
    (b"\x1b[4;4;4H", (3, 3)),
    (b"\x1b[0000000000000003;00000000000002H", (1, 2)),
    (b"\x1b[99999999999999999999;1H", (0, 4)),
    # CUU CUD CUF CUB
    *[(AT + b"\x1b[%dA" % n, (4, max(2 - max(n, 1), 0))) for n in (0, 1, 2, 3, 50)],
    *[(AT + b"\x1b[%dB" % n, (4, min(2 + max(n, 1), 4))) for n in (0, 1, 2, 3, 50)],
    *[(AT + b"\x1b[%dC" % n, (min(4 + max(n, 1), 9), 2)) for n in (0, 1, 4, 5, 6, 50)],
    *[(AT + b"\x1b[%dD" % n, (max(4 - max(n, 1), 0), 2)) for n in (0, 1, 3, 4, 5, 50)],
    *[(AT + b"\x1b[" + final, where) for final, where in
      ((b"A", (4, 1)), (b"B", (4, 3)), (b"C", (5, 2)), (b"D", (3, 2)))],
    (AT + b"\x1b[1;2C", (5, 2)),
    # HPR VPR HPB
    (AT + b"\x1b[2a", (6, 2)),
    (AT + b"\x1b[99a", (9, 2)),
    (AT + b"\x1b[2e", (4, 4)),
    (AT + b"\x1b[99e", (4, 4)),
    (AT + b"\x1b[2j", (2, 2)),
    (AT + b"\x1b[2k", (4, 2)),  # VPB: nothing, as in xterm
    # CNL CPL
    (AT + b"\x1b[E", (0, 3)),
    (AT + b"\x1b[2E", (0, 4)),
    (AT + b"\x1b[9E", (0, 4)),
    (AT + b"\x1b[F", (0, 1)),
    (AT + b"\x1b[2F", (0, 0)),
    (AT + b"\x1b[9F", (0, 0)),
    # CHA HPA VPA
    *[(AT + b"\x1b[%dG" % n, (min(max(n, 1), 10) - 1, 2)) for n in (0, 1, 7, 10, 11)],
    *[(AT + b"\x1b[%d`" % n, (min(max(n, 1), 10) - 1, 2)) for n in (0, 1, 7, 10, 11)],
    *[(AT + b"\x1b[%dd" % n, (4, min(max(n, 1), 5) - 1)) for n in (0, 1, 4, 5, 6)],
    # C0
    (AT + b"\r", (0, 2)),
    (AT + b"\n", (4, 3)),
    (AT + b"\v", (4, 3)),
    (AT + b"\f", (4, 3)),
    (AT + b"\b", (3, 2)),
    (b"\b", (0, 0)),
    (AT + b"\x1b[20h\n", (0, 3)),
    (AT + b"\x1b[20h\x1b[20l\n", (4, 3)),
    # IND NEL RI, 7-bit and 8-bit
    (AT + b"\x1bD", (4, 3)),
    (AT + b"\x1bE", (0, 3)),
    (AT + b"\x1bM", (4, 1)),
    (AT + b"\xc2\x84", (4, 3)),
    (AT + b"\xc2\x85", (0, 3)),
    (AT + b"\xc2\x8d", (4, 1)),
    (b"\x1bM", (0, 0)),
    # DECFI DECBI
    (AT + b"\x1b9", (5, 2)),
    (AT + b"\x1b6", (3, 2)),
    # margins stop relative movement that begins inside them
    (b"\x1b[2;4r" + AT + b"\x1b[9A", (4, 1)),
    (b"\x1b[2;4r" + AT + b"\x1b[9B", (4, 3)),
    (b"\x1b[2;4r\x1b[1;5H\x1b[9A", (4, 0)),
    (b"\x1b[2;4r\x1b[1;5H\x1b[9B", (4, 3)),
    (b"\x1b[2;4r\x1b[5;5H\x1b[9A", (4, 1)),
    (b"\x1b[2;4r\x1b[5;5H\x1b[9B", (4, 4)),
    (b"\x1b[2;4r" + AT + b"\x1b[9e", (4, 4)),
    (b"\x1b[?69h\x1b[3;7s" + AT + b"\x1b[9C", (6, 2)),
    (b"\x1b[?69h\x1b[3;7s" + AT + b"\x1b[9D", (2, 2)),
    (b"\x1b[?69h\x1b[3;7s\x1b[3;9H\x1b[9C", (9, 2)),
    (b"\x1b[?69h\x1b[3;7s\x1b[3;2H\x1b[9D", (0, 2)),
    (b"\x1b[?69h\x1b[3;7s\x1b[3;9H\x1b[9D", (2, 2)),
    (b"\x1b[?69h\x1b[3;7s" + AT + b"\x1b[9a", (9, 2)),
    (b"\x1b[?69h\x1b[3;7s" + AT + b"\r", (2, 2)),
    (b"\x1b[?69h\x1b[3;7s\x1b[3;2H\r", (0, 2)),
    # origin mode
    (b"\x1b[2;4r\x1b[?6h", (0, 1)),
    (b"\x1b[2;4r\x1b[?6h\x1b[2;3H", (2, 2)),
    (b"\x1b[2;4r\x1b[?6h\x1b[9;9H", (8, 3)),
    (b"\x1b[2;4r\x1b[?6h\x1b[2d", (0, 2)),
    (b"\x1b[2;4r\x1b[?6h\x1b[9d", (0, 3)),
    (b"\x1b[?69h\x1b[3;7s\x1b[?6h\x1b[1;2H", (3, 0)),
    (b"\x1b[?69h\x1b[3;7s\x1b[?6h\x1b[1;9H", (6, 0)),
    (b"\x1b[?69h\x1b[3;7s\x1b[?6h\x1b[3G", (4, 0)),
    (b"\x1b[2;4r\x1b[?6h\x1b[?6l", (0, 0)),
    # setting margins homes; impossible ones are refused
    (AT + b"\x1b[2;4r", (0, 0)),
    (AT + b"\x1b[r", (0, 0)),
    (AT + b"\x1b[4;2r", (4, 2)),
    (AT + b"\x1b[3;3r", (4, 2)),
    (AT + b"\x1b[?69h\x1b[3;7s", (0, 0)),
    (AT + b"\x1b[?69h\x1b[7;3s", (4, 2)),
    # tabs
    (b"\t", (8, 0)),
    (b"\t\t", (9, 0)),
    (b"\x1b[2I", (9, 0)),
    (b"\x1b[9G\x1b[Z", (0, 0)),
    (b"\x1b[10G\x1b[Z", (8, 0)),
    (b"\x1b[10G\x1b[2Z", (0, 0)),
    (b"\x1b[10G\x1b[0Z", (8, 0)),
    (b"\x1b[4G\x1bH\r\t", (3, 0)),
    (b"\x1b[4G\xc2\x88\r\t", (3, 0)),
    (b"\x1b[9G\x1b[g\r\t", (9, 0)),
    (b"\x1b[3g\t", (9, 0)),
    (b"\x1b[3g\x1b[?5W\t", (8, 0)),
    (b"\x1b[3g\x1bc\t", (8, 0)),
    (b"\x1b[?69h\x1b[2;6s\t", (5, 0)),
    # DECSC DECRC, SCOSC SCORC
    (AT + b"\x1b7\x1b[H\x1b8", (4, 2)),
    (AT + b"\x1b[s\x1b[H\x1b[u", (4, 2)),
    (AT + b"\x1b7\x1b[H\x1b8\x1b[H\x1b8", (4, 2)),
    (AT + b"\x1b8", (0, 0)),
    (AT + b"\x1b7\x1b[!p\x1b8", (0, 0)),
    (b"\x1b[2;4r\x1b[?6h\x1b7\x1b[?6l\x1b8\x1b[2;2H", (1, 2)),
    # the end of the line
    (b"x" * 9, (9, 0)),
    (b"x" * 10, (9, 0)),
    (b"x" * 11, (1, 1)),
    (b"x" * 10 + b"\b", (8, 0)),
    (b"x" * 10 + b"\r", (0, 0)),
    (b"x" * 10 + b"\n", (9, 1)),
    (b"x" * 10 + b"\ny", (9, 1)),
    (b"x" * 10 + b"\x1b[Ay", (9, 0)),
    (b"x" * 10 + b"\x1b[D", (8, 0)),
    (b"\x1b[?7l" + b"x" * 12, (9, 0)),
    (b"x" * 10 + b"\t", (9, 0)),
    # reverse wrap, off by default
    (b"x" * 11 + b"\b\b", (0, 1)),
    (b"\x1b[?45h" + b"x" * 11 + b"\b\b", (9, 0)),
    (b"\x1b[?45hx\r\n\b", (0, 1)),
    (b"\x1b[?1045hx\r\n\b", (9, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("data", "cursor"), MOVES, ids=[repr(data) for data, _ in MOVES])
def test_cursor_goes_to(data: bytes, cursor: tuple[int, int]) -> None:
    assert cursor_of(terminal_after(data)) == cursor
