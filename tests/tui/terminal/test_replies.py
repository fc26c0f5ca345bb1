"""Answers to the program: DA, DSR, DECRQM, DECRQSS, XTVERSION, colours, sizes, checksums."""

from __future__ import annotations

import pytest

from tests.tui.terminal.conformance import FILLED, terminal_after

REPLIES: list[tuple[bytes, bytes]] = [
    # device attributes
    (b"\x1b[c", b"\x1b[?64;6;21;22;28c"),
    (b"\x1b[0c", b"\x1b[?64;6;21;22;28c"),
    (b"\x1bZ", b"\x1b[?64;6;21;22;28c"),
    (b"\x1b[1c", b""),
    (b"\x1b[>c", b"\x1b[>41;354;0c"),
    (b"\x1b[=c", b"\x1bP!|00000000\x1b\\"),
    (b"\x1b[>q", b"\x1bP>|contui(0.1)\x1b\\"),
    (b"\x1b[?1;2c", b""),
    # status
    (b"\x1b[5n", b"\x1b[0n"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[3;4H\x1b[6n", b"\x1b[3;4R"),
    (b"0123456789\x1b[6n", b"\x1b[1;10R"),
    (b"\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[6n", b"\x1b[2;3R"),
    (b"\x1b[?6n", b"\x1b[?1;1;1R"),
    (b"\x1b[?15n", b"\x1b[?13n"),
    (b"\x1b[?996n", b"\x1b[?997;1n"),
    (b"\x1b[7n", b""),
    (b"\x1b[x", b"\x1b[2;1;1;128;128;1;0x"),
    # DECRQM
    *[(b"\x1b[?%d$p" % mode, b"\x1b[?%d;1$y" % mode) for mode in (7, 25, 1007)],
    *[(b"\x1b[?%d$p" % mode, b"\x1b[?%d;2$y" % mode)
      for mode in (1, 5, 6, 12, 45, 47, 66, 69, 1000, 1002, 1003, 1004, 1006, 1047, 1049, 2004)],
    *[(b"\x1b[?%dh\x1b[?%d$p" % (mode, mode), b"\x1b[?%d;1$y" % mode)
      for mode in (1, 5, 6, 45, 47, 66, 69, 1000, 1002, 1004, 1006, 1049, 2004, 2026)],
    (b"\x1b[?4711$p", b"\x1b[?4711;0$y"),
    (b"\x1b[4$p", b"\x1b[4;2$y"),
    (b"\x1b[4h\x1b[4$p", b"\x1b[4;1$y"),
    (b"\x1b[20$p", b"\x1b[20;2$y"),
    (b"\x1b[99$p", b"\x1b[99;0$y"),
    # DECRQSS
    (b"\x1bP$qm\x1b\\", b"\x1bP1$r0m\x1b\\"),
    (b"\x1b[1;4;31;102m\x1bP$qm\x1b\\", b"\x1bP1$r0;1;4;31;102m\x1b\\"),
    (b"\x1b[4:3;38;5;99;48;2;1;2;3m\x1bP$qm\x1b\\", b"\x1bP1$r0;4:3;38:5:99;48:2::1:2:3m\x1b\\"),
    (b"\x1bP$qr\x1b\\", b"\x1bP1$r1;5r\x1b\\"),
    (b"\x1b[2;4r\x1bP$qr\x1b\\", b"\x1bP1$r2;4r\x1b\\"),
    (b"\x1bP$qs\x1b\\", b"\x1bP1$r1;10s\x1b\\"),
    (b"\x1b[4 q\x1bP$q q\x1b\\", b"\x1bP1$r4 q\x1b\\"),
    (b'\x1b[1"q\x1bP$q"q\x1b\\', b'\x1bP1$r1"q\x1b\\'),
    (b"\x1bP$qz\x1b\\", b"\x1bP0$r\x1b\\"),
    # XTGETTCAP
    (b"\x1bP+q544e\x1b\\", b"\x1bP1+r544e=787465726D2D323536636F6C6F72\x1b\\"),
    (b"\x1bP+q7a7a\x1b\\", b"\x1bP0+r7a7a\x1b\\"),
    (b"\x1bP+qxx\x1b\\", b"\x1bP0+rxx\x1b\\"),
    # keyboard
    (b"\x1b[?u", b"\x1b[?0u"),
    (b"\x1b[>5u\x1b[?u", b"\x1b[?5u"),
    (b"\x1b[?4m", b"\x1b[>4;0m"),
    (b"\x1b[>4;2m\x1b[?4m", b"\x1b[>4;2m"),
    # colours: the answer ends as the question did
    (b"\x1b]4;1;?\x07", b"\x1b]4;1;rgb:cdcd/0000/0000\x07"),
    (b"\x1b]4;1;?\x1b\\", b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\"),
    (b"\x1b]4;1;?;2;?\x07", b"\x1b]4;1;rgb:cdcd/0000/0000\x07\x1b]4;2;rgb:0000/cdcd/0000\x07"),
    (b"\x1b]4;196;?\x07", b"\x1b]4;196;rgb:ffff/0000/0000\x07"),
    (b"\x1b]4;1;#102030\x07\x1b]4;1;?\x07", b"\x1b]4;1;rgb:1010/2020/3030\x07"),
    (b"\x1b]4;1;rgb:1/22/333\x07\x1b]4;1;?\x07", b"\x1b]4;1;rgb:1111/2222/3333\x07"),
    (b"\x1b]4;1;#102030\x07\x1b]104;1\x07\x1b]4;1;?\x07", b"\x1b]4;1;rgb:cdcd/0000/0000\x07"),
    (b"\x1b]4;1;#102030\x07\x1b]104\x07\x1b]4;1;?\x07", b"\x1b]4;1;rgb:cdcd/0000/0000\x07"),
    (b"\x1b]4;999;?\x07", b""),
    (b"\x1b]11;?\x07", b"\x1b]11;rgb:0000/0000/0000\x07"),
    (b"\x1b]11;#fff\x07\x1b]11;?\x07", b"\x1b]11;rgb:f0f0/f0f0/f0f0\x07"),
    (b"\x1b]10;#102030;#405060\x07\x1b]11;?\x07", b"\x1b]11;rgb:4040/5050/6060\x07"),
    (b"\x1b]11;#102030\x07\x1b]111\x07\x1b]11;?\x07", b"\x1b]11;rgb:0000/0000/0000\x07"),
    *[(b"\x1b]11;%s\x07\x1b]11;?\x07" % name, b"\x1b]11;rgb:%s\x07" % color) for name, color in (
        (b"red", b"ffff/0000/0000"),
        (b"Green", b"0000/ffff/0000"),
        (b"light sky blue", b"8787/cece/fafa"),
        (b"grey", b"bebe/bebe/bebe"),
        (b"nocolor", b"0000/0000/0000"),
        (b"ansi_red", b"0000/0000/0000"),
        (b"transparent", b"0000/0000/0000"),
    )],
    (b"\x1b[?2031h\x1b[?2031$p", b"\x1b[?2031;1$y"),
    # sizes are told, titles are not
    (b"\x1b[18t", b"\x1b[8;5;10t"),
    (b"\x1b[19t", b"\x1b[9;5;10t"),
    (b"\x1b[14t", b"\x1b[4;80;80t"),
    (b"\x1b[16t", b"\x1b[6;16;8t"),
    (b"\x1b]2;secret\x07\x1b[21t", b"\x1b]l\x1b\\"),
    (b"\x1b]1;secret\x07\x1b[20t", b"\x1b]L\x1b\\"),
    # DECRQCRA
    (b"A\x1b[1;1;1;1;1;1*y", b"\x1bP1!~FFBF\x1b\\"),
    (FILLED + b"\x1b[2;1;2;1;2;2*y", b"\x1bP2!~FF3C\x1b\\"),
    # no answer to an answer, or to what is unknown
    (b"\x1bP1$r0m\x1b\\", b""),
    (b"\x1b]52;c;?\x07", b""),
    (b"\x05", b""),
]  # fmt: skip


@pytest.mark.parametrize(("question", "answer"), REPLIES, ids=[repr(row[0]) for row in REPLIES])
def test_reply(question: bytes, answer: bytes) -> None:
    terminal = terminal_after(question)
    assert terminal.take_replies() == answer
    assert terminal.take_replies() == b""
