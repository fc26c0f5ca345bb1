"""Answers to the program: who the terminal is, where the cursor is, which modes are set."""

from __future__ import annotations

from typing import Any

from pyte import modes as mo

from contui.tui.terminal.keyboard_modes import KeyboardModes
from contui.tui.terminal.styles import (
    BLINK,
    BOLD,
    CONCEAL,
    DEFAULT,
    FAINT,
    ITALIC,
    OVERLINE,
    PROTECTED,
    REVERSE,
    RGB,
    STRIKE,
    Style,
)
from contui.tui.terminal.switches import ANSI_MODES, FIXED_ANSI_MODES

#: VT420 with selective erase, technical set, horizontal scrolling, colour, rectangles.
PRIMARY_ATTRIBUTES = "\x1b[?64;6;21;22;28c"
#: What xterm answers: programs take features from the version.
SECONDARY_ATTRIBUTES = "\x1b[>41;354;0c"
TERTIARY_ATTRIBUTES = "\x1bP!|00000000\x1b\\"
VERSION = "\x1bP>|contui(0.1)\x1b\\"

#: Private modes that can never be changed: DECRQM answers 4 (permanently reset).
NEVER_SET = frozenset((2, 60, 1001, 2048))

#: What ``CSI ? n n`` is told: no printer, no user keys, a North American keyboard, no locator,
#: no room for macros, no second session.
STATUS_ANSWERS = {
    15: "?13n",
    25: "?20n",
    26: "?27;1;0;0n",
    53: "?53n",
    55: "?53n",
    56: "?57;0n",
    62: "0*{",
    75: "?70n",
    85: "?83n",
}

_FLAG_CODES = (
    (BOLD, 1),
    (FAINT, 2),
    (ITALIC, 3),
    (BLINK, 5),
    (REVERSE, 7),
    (CONCEAL, 8),
    (STRIKE, 9),
    (OVERLINE, 53),
)
#: terminfo capabilities that XTGETTCAP tells.
CAPABILITIES = {"TN": "xterm-256color", "Co": "256", "colors": "256", "RGB": "8/8/8"}


def _color_codes(color: int, base: int) -> list[str]:
    if color == DEFAULT:
        return []
    if color >= RGB:
        return [f"{base + 8}:2::{color >> 16 & 255}:{color >> 8 & 255}:{color & 255}"]
    if base < 50 and color < 16:
        return [str(base + color if color < 8 else base + 52 + color)]
    return [f"{base + 8}:5:{color}"]


def sgr_parameters(style: Style) -> str:
    """The SGR parameters that make ``style`` from any other."""
    codes = ["0"] + [str(code) for flag, code in _FLAG_CODES if style.flags & flag]
    if style.underline:
        codes.append("4" if style.underline == 1 else f"4:{style.underline}")
    codes += _color_codes(style.fg, 30) + _color_codes(style.bg, 40)
    return ";".join(codes + _color_codes(style.underline_color, 50))


class Reports(KeyboardModes):
    """DA, DSR, CPR, DECRQM, DECRQSS, XTVERSION, XTGETTCAP and window reports."""

    #: Whether the viewer shows programs on a dark ground.
    dark = True

    def report_device_attributes(self, mode: int = 0, **kwargs: bool) -> None:
        """DA1."""
        if mode == 0 and not kwargs.get("private"):
            self.reply(PRIMARY_ATTRIBUTES)

    def report_secondary(self, mode: int = 0) -> None:
        """DA2 (``CSI > c``)."""
        if mode == 0:
            self.reply(SECONDARY_ATTRIBUTES)

    def report_tertiary(self, mode: int = 0) -> None:
        """DA3 (``CSI = c``)."""
        if mode == 0:
            self.reply(TERTIARY_ATTRIBUTES)

    def report_version(self, mode: int = 0) -> None:
        """XTVERSION (``CSI > q``)."""
        if mode == 0:
            self.reply(VERSION)

    def report_parameters(self, how: int = 0) -> None:
        """DECREQTPARM (``CSI x``)."""
        if how in (0, 1):
            self.reply(f"\x1b[{how + 2};1;1;128;128;1;0x")

    def _position(self) -> tuple[int, int]:
        """Line and column from 1, from the margins in origin mode."""
        if self.origin:
            return self.y - self.top + 1, self.x - self.left + 1
        return self.y + 1, self.x + 1

    def report_device_status(self, mode: int = 0) -> None:
        """DSR 5 (fine) and 6 (the cursor)."""
        if mode == 5:
            self.reply("\x1b[0n")
        elif mode == 6:
            line, column = self._position()
            self.reply(f"\x1b[{line};{column}R")

    def report_private_status(self, mode: int = 0, page: int = 0) -> None:
        """``CSI ? n n``: the cursor with its page, printer, user keys, keyboard, colours."""
        if mode == 6:
            line, column = self._position()
            self.reply(f"\x1b[?{line};{column};1R")
        elif mode == 63:
            self.reply(f"\x1bP{page}!~0000\x1b\\")
        elif mode == 996:
            self.report_color_scheme()
        elif mode in STATUS_ANSWERS:
            self.reply("\x1b[" + STATUS_ANSWERS[mode])

    def report_color_scheme(self) -> None:
        """``CSI ? 996 n``: whether the viewer shows programs on a dark (1) or light (2) ground."""
        self.reply(f"\x1b[?997;{1 if self.dark else 2}n")

    def report_mode(self, mode: int = 0) -> None:
        """DECRQM for an ANSI mode: 0 unknown, 1 set, 2 reset."""
        state = (1 if mode in self.mode else 2) if mode in ANSI_MODES else 0
        state = 4 if mode in FIXED_ANSI_MODES else state
        self.reply(f"\x1b[{mode};{state}$y")

    def report_private_mode(self, mode: int = 0) -> None:
        """DECRQM for a private mode: 4 is permanently reset."""
        state = (1 if self.has(mode) else 2) if self.knows_private(mode) else 0
        self.reply(f"\x1b[?{mode};{4 if mode in NEVER_SET else state}$y")

    def report_modify_keys(self, resource: int = 0) -> None:
        """XTQMODKEYS (``CSI ? 4 m``)."""
        if resource == 4:
            self.reply(f"\x1b[>4;{self.modify_other_keys}m")

    def request_setting(self, what: str) -> None:
        """DECRQSS (``DCS $ q``): a setting as the sequence that makes it."""
        settings = {
            "m": sgr_parameters(self.styles[self.pen]),
            "r": f"{self.top + 1};{self.bottom + 1}",
            "s": f"{self.left + 1};{self.right + 1}",
            " q": str(self.cursor_shape or 1),
            '"q': "1" if self.styles[self.pen].flags & PROTECTED else "0",
            '"p': "64;1",
            "t": str(self.lines),
            "$|": str(self.columns),
            "*|": str(self.lines),
            "*x": str(self.attribute_extent),
            "$}": "0",
            "$~": "0",
        }
        found = settings.get(what)
        self.reply(f"\x1bP1$r{found}{what}\x1b\\" if found is not None else "\x1bP0$r\x1b\\")

    def request_capabilities(self, names: str) -> None:
        """XTGETTCAP (``DCS + q``): hexadecimal names, answered one by one."""
        for name in names.split(";")[:64]:
            try:
                value = CAPABILITIES.get(bytes.fromhex(name).decode("ascii"))
            except ValueError:
                value = None
            if value is None:
                self.reply(f"\x1bP0+r{name if name.isalnum() else ''}\x1b\\")
            else:
                self.reply(f"\x1bP1+r{name}={value.encode().hex().upper()}\x1b\\")

    def window_operation(self, *parameters: Any) -> None:
        """XTWINOPS: sizes are told; titles are pushed and popped, never told; nothing moves."""
        answers = {
            11: "1t",
            13: "3;0;0t",
            14: f"4;{self.lines * 16};{self.columns * 8}t",
            15: f"5;{self.lines * 16};{self.columns * 8}t",
            16: "6;16;8t",
            18: f"8;{self.lines};{self.columns}t",
            19: f"9;{self.lines};{self.columns}t",
        }
        operation = parameters[0] if parameters else 0
        if operation in answers:
            self.reply("\x1b[" + answers[operation])
        elif operation in (20, 21):
            self.reply("\x1b]L\x1b\\" if operation == 20 else "\x1b]l\x1b\\")
        elif operation in (22, 23):
            self._stack_title(operation == 22, parameters[1] if len(parameters) > 1 else 0)

    def _stack_title(self, push: bool, which: int) -> None:
        if push and len(self.titles) < 16:
            self.titles.append((self.icon_name, self.title))
        elif not push and self.titles:
            icon_name, title = self.titles.pop()
            self.icon_name = icon_name if which != 2 else self.icon_name
            self.title = title if which != 1 else self.title

    def write_process_input(self, data: str) -> None:
        """pyte's name for sending something to the program."""
        self.reply(data)

    def bell(self, *args: Any) -> None:
        """BEL."""
        self.last_text = ""
        self.bells += 1

    def reverse_screen(self) -> bool:
        """DECSCNM: whether the whole screen is shown in reverse."""
        return mo.DECSCNM in self.mode
