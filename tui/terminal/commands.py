"""OSC: titles, colours, links, the clipboard, the working directory (xterm ctlseqs)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from contui.tui.terminal.reports import Reports

#: Schemes a link may have. Others could start programs when clicked.
SAFE_SCHEMES = ("http://", "https://", "mailto:", "ftp://", "file://")
LONGEST_TITLE = 512
LONGEST_LINK = 2083
#: Most bytes of one clipboard write.
LONGEST_CLIPBOARD = 1024 * 1024

#: OSC 10-19: the default colours that can be asked for, when the viewer told nothing better.
DEFAULT_COLORS = {10: 0xC0C0C0, 11: 0x000000, 12: 0xC0C0C0, 17: 0x444444, 19: 0xFFFFFF}

#: The first sixteen colours of the palette, xterm's.
NAMED_COLORS = """
    000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5
    7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff
"""

#: What X11 calls otherwise than CSS, whose names Textual knows.
X11_COLORS = {
    "green": 0x00FF00,
    "gray": 0xBEBEBE,
    "grey": 0xBEBEBE,
    "maroon": 0xB03060,
    "purple": 0xA020F0,
}

_HEX_COLOR = re.compile(r"#((?:[0-9a-fA-F]{3}){1,4})|rgb:([0-9a-fA-F/]+)")


def standard_palette() -> list[int]:
    """xterm's 256 colours as 0xrrggbb: sixteen named, a 6x6x6 cube, 24 greys."""
    named = [int(color, 16) for color in NAMED_COLORS.split()]
    steps = (0, 95, 135, 175, 215, 255)
    cube = [r << 16 | g << 8 | b for r in steps for g in steps for b in steps]
    return [*named, *cube, *(level * 0x010101 for level in range(8, 239, 10))]


def parse_color(text: str) -> int | None:
    """0xrrggbb of ``#rgb`` ... ``#rrrrggggbbbb``, ``rgb:r/g/b`` or a name; None for others."""
    match = _HEX_COLOR.fullmatch(text)
    if match is None:
        return named_color(text)
    if match[1]:
        size = len(match[1]) // 3
        parts = [match[1][n * size : n * size + size] for n in range(3)]
        shifted = [int(part.ljust(4, "0"), 16) >> 8 for part in parts]
    else:
        parts = match[2].split("/")
        if len(parts) != 3 or not all(1 <= len(part) <= 4 for part in parts):
            return None
        shifted = [int(part, 16) * 255 // (16 ** len(part) - 1) for part in parts]
    return shifted[0] << 16 | shifted[1] << 8 | shifted[2]


def named_color(name: str) -> int | None:
    """0xrrggbb of a colour that X11 names, in any case and with or without blanks."""
    # Only when a program names one. Color.parse would look for what an unknown name may mean,
    # which takes a thousand times as long as the sequence takes to send.
    from textual._color_constants import COLOR_NAME_TO_RGB

    name = name.lower().replace(" ", "")
    if name in X11_COLORS or not name.isalpha():
        return X11_COLORS.get(name)
    red, green, blue, *alpha = COLOR_NAME_TO_RGB.get(name, (0, 0, 0, 0))
    return None if alpha else red << 16 | green << 8 | blue


def color_reply(color: int) -> str:
    """``rgb:rrrr/gggg/bbbb``, as xterm tells a colour."""
    parts = (color >> 16 & 255, color >> 8 & 255, color & 255)
    return "rgb:" + "/".join(f"{part:02x}{part:02x}" for part in parts)


def printable(text: str, limit: int) -> str:
    """``text`` without control characters, cut to ``limit``: it comes from the program."""
    return "".join(c for c in text[:limit] if c.isprintable())


def _is_dark(color: int) -> bool:
    """Whether light text is read better on a colour: its luma by ITU-R BT.601."""
    return 299 * (color >> 16) + 587 * (color >> 8 & 255) + 114 * (color & 255) < 127_500


class Commands(Reports):
    """Operating system commands.

    ``palette`` holds the colours the program changed: 0-255, and 256 + n for OSC n.
    ``clipboard`` holds what it wrote by OSC 52, as (selections, data); it can never read.
    """

    #: What OSC 10-19 answer where the program set nothing; see ``set_default_colors``.
    default_colors: Mapping[int, int] = DEFAULT_COLORS

    def reset(self) -> None:
        """RIS: colours too."""
        self.palette: dict[int, int] = {}
        self.clipboard: list[tuple[str, bytes]] = []
        self.directory = ""
        super().reset()

    def operating_system_command(self, body: str, terminator: str) -> None:
        """Run ``OSC body``; an answer ends as the question did."""
        self.last_text = ""
        code, _, argument = body.partition(";")
        if not code.isdecimal() or len(code) > 4:
            return
        number = int(code)
        if number in (0, 1, 2):
            self._set_titles(number, argument)
        elif number in (4, 5, 104):
            self._palette_command(number, argument, terminator)
        elif 10 <= number <= 19:
            self._default_colors(number, argument, terminator)
        elif 110 <= number <= 119:
            self._forget_color(256 + number - 100)
        elif number == 7:
            self.directory = printable(argument, LONGEST_LINK)
        elif number == 8:
            self._link(argument)
        elif number == 52:
            self._clipboard(argument)

    def _set_titles(self, number: int, title: str) -> None:
        title = printable(title, LONGEST_TITLE)
        if number != 2:
            self.set_icon_name(title)
        if number != 1:
            self.set_title(title)

    def set_title(self, param: str) -> None:
        """OSC 2."""
        self.title = param

    def set_icon_name(self, param: str) -> None:
        """OSC 1."""
        self.icon_name = param

    # Colours.

    def _palette_command(self, number: int, argument: str, terminator: str) -> None:
        if number == 104:
            for index in argument.split(";") if argument else map(str, range(256)):
                if index.isdecimal():
                    self._forget_color(int(index[:4]))
        elif number == 4:
            parts = argument.split(";")
            for index, value in zip(parts[::2], parts[1::2], strict=False):
                if index.isdecimal() and len(index) <= 3 and int(index) <= 255:
                    self._color(int(index), f"4;{int(index)}", value, terminator)

    def _default_colors(self, number: int, argument: str, terminator: str) -> None:
        for offset, value in enumerate(argument.split(";")):
            if number + offset <= 19:
                self._color(256 + number + offset, str(number + offset), value, terminator)

    def color(self, slot: int) -> int:
        """0xrrggbb of a palette index, or of OSC n's colour at 256 + n."""
        if slot in self.palette:
            return self.palette[slot]
        return standard_palette()[slot] if slot < 256 else self.default_colors.get(slot - 256, 0)

    def set_default_colors(self, foreground: int, background: int) -> None:
        """What the viewer shows where a program chose no colour, as 0xrrggbb.

        A program that asked to be told (mode 2031) hears of a change from dark to light.
        """
        self.default_colors = {**DEFAULT_COLORS, 10: foreground, 11: background, 12: foreground}
        dark = _is_dark(background)
        if dark != self.dark:
            self.dark = dark
            if self.has(2031):
                self.report_color_scheme()

    def _color(self, slot: int, name: str, value: str, terminator: str) -> None:
        if value == "?":
            self.reply(f"\x1b]{name};{color_reply(self.color(slot))}{terminator}")
            return
        color = parse_color(value)
        if color is not None:
            self.palette[slot] = color
            self.repaint = True

    def _forget_color(self, slot: int) -> None:
        if self.palette.pop(slot, None) is not None:
            self.repaint = True

    # Links and the clipboard.

    def _link(self, argument: str) -> None:
        """OSC 8: what is written from now on is a link, or with no target is none."""
        parameters, _, target = argument.partition(";")
        if not target.lower().startswith(SAFE_SCHEMES) or len(target) > LONGEST_LINK:
            target = ""
        ids = [part[3:] for part in parameters.split(":") if part.startswith("id=")]
        style = self.styles[self.pen]._replace(
            link=printable(target, LONGEST_LINK), link_id=ids[0][:250] if ids and target else ""
        )
        self.set_pen(self.styles.intern(style))

    def _clipboard(self, argument: str) -> None:
        """OSC 52: a write is kept for the owner to allow or drop; a read gets no answer.

        What is not base64 clears the selection, as xterm documents it.
        """
        selections, _, data = argument.partition(";")
        if data == "?" or len(data) > LONGEST_CLIPBOARD * 4 // 3 + 4:
            return
        try:
            decoded = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError):
            decoded = b""
        if len(self.clipboard) < 16:
            self.clipboard.append((selections or "s0", decoded))

    def device_control_string(self, header: str, body: str) -> None:
        """Run ``DCS header body``; ``header`` is parameters, intermediates and the final."""
        if header.endswith("$q"):
            self.request_setting(body)
        elif header.endswith("+q"):
            self.request_capabilities(body)
