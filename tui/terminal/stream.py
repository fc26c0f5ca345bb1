"""Bytes to events: the parser in front of a screen (DEC ANSI parser, ECMA-48, UTF-8).

pyte's ``ByteStream`` behind the same interface. Whole sequences are found by one regular
expression a chunk and run through a dictionary of bound calls, so a sequence is parsed the
first time it is seen. Whatever is not whole or not regular goes one character at a time
through a small machine that keeps its state between chunks; both give the same screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pyte
from pyte import control as ctrl

from contui.tui.terminal.bulk import LEAST, BulkWriter, only_lines
from contui.tui.terminal.screen import Screen
from contui.tui.terminal.sequences import BASIC, CSI, ESCAPE, MANY, STRING_END, STRINGS
from contui.tui.terminal.sgr import LONGEST_SEQUENCE, PenTable, SgrTable
from contui.tui.terminal.state import ISO_PROTECTION
from contui.tui.terminal.styles import PLAIN_ID

Call = Callable[[], object]

#: Longer strings (OSC, DCS) are swallowed without effect.
LONGEST_STRING = 512 * 1024
MOST_CACHED = 4096
LARGEST_PARAMETER = 0x7FFFFFFF

GROUND, IN_ESCAPE, IN_CSI, IN_STRING = range(4)

# What follows ESC. SGR often comes in runs, and as ncurses ends attributes: after ``ESC ( B``.
_PENS = r"\[[0-9;:]*m(?:\x1b\[[0-9;:]*m)*"
_ASCII_PENS = rf"\(B\x1b{_PENS}"
_CSI = r"\[[0-?]*[ -/]*[@-~]"
_SHORT = r"(?:[ -/]+[0-~]|[0-OQ-WYZ\\`-jl-~])"
_OSC = r"\][^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\)"

#: Splits text at controls: whole sequences, single controls, or, from an irregular one on, all
#: the rest. Alternatives begin with one character, so that most are rejected by it.
_split = re.compile(
    rf"(\x1b(?:{_PENS}|{_CSI}|{_ASCII_PENS}|{_SHORT}|{_OSC}|(?s:.*))"
    r"|\r\n|[\x00-\x1a\x1c-\x1f\x7f]|[\x80-\x9f](?s:.*))"
).split
_is_pens = re.compile(rf"\x1b{_PENS}").fullmatch
_is_ascii_pens = re.compile(rf"\x1b{_ASCII_PENS}").fullmatch
_is_csi = re.compile(rf"\x1b{_CSI}").fullmatch
_is_short = re.compile(rf"\x1b{_SHORT}").fullmatch
_is_osc = re.compile(rf"\x1b{_OSC}").fullmatch
_csi_form = re.compile(r"\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])").fullmatch
_dcs_form = re.compile(r"([0-?]*[ -/]*[@-~])(?s:(.*))").fullmatch
_find_string_end = {
    kind: re.compile(f"[{re.escape(STRING_END if kind == 'osc' else STRING_END[1:])}]").search
    for kind in ("osc", "dcs", "")
}
_controls = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_coding_switch = re.compile(rb"\x1b%[@G8]")


def _nothing() -> None:
    """What a sequence that is not known does."""


class _Handlers(dict[str, Call]):
    """Sequence to bound call, made when first asked for."""

    def __init__(self, make: Callable[[str], Call]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, sequence: str) -> Call:
        return self._make(sequence)


class Stream(pyte.ByteStream):
    """Feeds a ``Screen``. Never raises, whatever the bytes; unknown sequences are swallowed."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._state = GROUND
        self._collected = ""
        self._string_kind = ""
        self._string: list[str] = []
        self._string_size = 0
        self._rest = ""
        self._held = b""
        self._handlers = _Handlers(self._make_handler)
        self._sgr = SgrTable(screen.styles)
        self._bulk = BulkWriter(screen, self._sgr)
        #: The compiled core, which takes bytes up to what is irregular; None without it.
        self._run: Callable[[bytes, Callable[[str], None]], int] | None = getattr(
            screen, "run", None
        )
        super().__init__(screen)

    def forget_calls(self) -> None:
        """Drop cached calls; needed when style numbers change."""
        self._handlers.clear()
        self._sgr.clear()

    def _initialize_parser(self) -> None:
        """pyte's generator is not used."""

    # Bytes to text.

    def feed(self, data: bytes) -> None:  # type: ignore[override]
        """Take bytes, cut anywhere."""
        while data and self._state == IN_ESCAPE:
            self._feed_coded(data[:1])
            data = data[1:]
        self.screen.decodes_utf8 = self.use_utf8
        if self._run is not None and self._state == GROUND and self.use_utf8:
            data = self._take_regular(self._held + data)
        if data:
            self._feed_switching(data)

    def _feed_switching(self, data: bytes) -> None:
        """Take bytes that may switch the coding, piece by piece."""
        if b"\x1b%" in data:
            start = 0
            for switch in _coding_switch.finditer(data):
                self._feed_coded(data[start : switch.end()])
                start = switch.end()
            data = data[start:]
        self._feed_coded(data)

    def _feed_coded(self, data: bytes) -> None:
        self.screen.decodes_utf8 = self.use_utf8
        text = self.utf8_decoder.decode(data) if self.use_utf8 else data.decode("latin-1")
        if self._state != GROUND:
            text = self._continue(text)
        if self._run is not None:
            self._parse_with_core(text)
            return
        if len(data) >= LEAST and self.use_utf8 and self._state == GROUND and self._bulk.ready():
            text = self._write_lines(data, text)
        while text:
            text = self._parse(text)

    # The compiled core.

    def _take_regular(self, data: bytes) -> bytes:
        """Run bytes through the core; the rest, from the first sequence that is irregular.

        What the end of the bytes cuts off is held back until there are more.
        """
        assert self._run is not None
        taken = self._run(data, self._run_sequence)
        if taken < 0:
            self._held = b""
            return data[~taken:]
        rest = data[taken:]
        self._held = rest if len(rest) <= LONGEST_SEQUENCE else b""
        return b"" if self._held else rest

    def _parse_with_core(self, text: str) -> None:
        """As ``_parse``, of all the text; it begins with what the core left."""
        while text:
            text = self._continue(self._take_regular(text.encode()).decode())
        if not self.use_utf8:
            self._held, held = b"", self._held
            self._continue(held.decode())
        elif self._state == GROUND:
            # The core takes up characters that are cut off.
            self._held += self.utf8_decoder.getstate()[0]
            self.utf8_decoder.reset()

    def _run_sequence(self, sequence: str) -> None:
        """Run a whole sequence that the core leaves to Python."""
        call = self._handlers[sequence]
        if call.__class__ is PenTable:
            self.screen.pen = call[self.screen.pen]
        else:
            call()

    def _write_lines(self, data: bytes, text: str) -> str:
        """Write what are lines of text the quick way; the rest is returned.

        The first lines go the careful way, until the cursor is on an empty last line.
        """
        lines = text.split("\r\n")
        head = self.screen.lines - self.screen.y
        if len(lines) - head <= self.screen.lines or not only_lines(data, text):
            return text
        rest = "\r\n".join(lines[:head]) + "\r\n"
        while rest:
            rest = self._parse(rest)
        if self._state == GROUND and self._bulk.ready() and self._bulk.settled():
            head += self._bulk.write(lines[head:-1])
        return self._continue_or_text("\r\n".join(lines[head:]))

    def _continue_or_text(self, text: str) -> str:
        return text if self._state == GROUND else self._continue(text)

    def _parse(self, text: str) -> str:
        """Run what is regular; what an irregular sequence left to be parsed, if any."""
        self._rest = ""
        parts = _split(text)
        last = parts.pop()
        screen, handlers = self.screen, self._handlers
        pairs = iter(parts)
        for run, control in zip(pairs, pairs, strict=True):
            if run:
                # What follows is ``screen.draw`` for text that fits, here to save the call.
                x = screen.x
                end = x + len(run)
                row = screen.rows[screen.y]
                old = row.text
                size = len(old)
                if end >= screen.limit or x > size or not run.isascii():
                    screen.draw(run)
                elif x == size:
                    row.text = old + run
                    row.styles += screen.pen * len(run)
                    row.cache = None
                    screen.last_text, screen.last_row = run, row
                    screen.x = screen.last_x = end
                elif old.isascii() or "\0" not in (old[x], old[end : end + 1]):
                    styles = row.styles
                    row.text = old[:x] + run + old[end:]
                    row.styles = styles[:x] + screen.pen * len(run) + styles[end:]
                    row.cache = None
                    screen.last_text, screen.last_row = run, row
                    screen.x = screen.last_x = end
                else:
                    screen.draw(run)
            call = handlers[control]
            if call.__class__ is PenTable:
                screen.pen = call[screen.pen]
            else:
                call()
        if last:
            screen.draw(last)
        return self._rest

    # Whole sequences.

    def _make_handler(self, sequence: str) -> Call:
        """The call for a whole sequence; only what may come again is kept."""
        if sequence[-1] == "m" and _is_pens(sequence):
            return self._keep(sequence, self._sgr[sequence])
        if sequence[-1] == "m" and _is_ascii_pens(sequence):
            return self._keep(sequence, partial(self._set_ascii_pen, self._sgr[sequence[3:]]))
        if len(sequence) > LONGEST_SEQUENCE or sequence[0] >= "\x80" or _is_osc(sequence):
            return partial(self._take_long, sequence)
        if sequence[0] != "\x1b":
            call = self._make_basic(sequence)
        elif _is_csi(sequence):
            call = self._make_csi(sequence)
        elif _is_short(sequence):
            call = self._make_short(sequence)
        else:
            return partial(self._irregular, sequence)
        return self._keep(sequence, call)

    def _set_ascii_pen(self, pens: PenTable) -> None:
        screen = self.screen
        if screen.charsets[0] != "B":
            screen.define_charset("B", "(")
        screen.pen = pens[screen.pen]

    def _keep(self, sequence: str, call: Call) -> Call:
        if len(sequence) > LONGEST_SEQUENCE:
            return call
        if len(self._handlers) >= MOST_CACHED:
            self._handlers.clear()
        self._handlers[sequence] = call
        return call

    def _take_long(self, sequence: str) -> None:
        """A whole OSC, a sequence too long to be one, or the start of something irregular."""
        if not _is_osc(sequence):
            if not _is_csi(sequence) and not _is_short(sequence):
                self._irregular(sequence)
            return
        terminator = "\x07" if sequence[-1] == "\x07" else "\x1b\\"
        if len(sequence) <= LONGEST_STRING:
            self.screen.operating_system_command(sequence[2 : -len(terminator)], terminator)

    def _make_basic(self, control: str) -> Call:
        if control == "\r\n":
            return self.screen.crlf
        name = BASIC.get(control)
        return getattr(self.screen, name) if name else _nothing

    def _make_short(self, sequence: str) -> Call:
        """ESC, intermediates, a final character."""
        known = ESCAPE.get(sequence[1:])
        if known is not None:
            name, arguments = known
            return partial(getattr(self.screen, name), *arguments)
        if len(sequence) == 3 and sequence[1] == "%":
            return partial(self.select_other_charset, sequence[2])
        if len(sequence) >= 3 and sequence[1] in "()*+-./":
            return partial(self.screen.define_charset, sequence[2:], sequence[1])
        return _nothing

    def _make_csi(self, sequence: str) -> Call:
        whole = _csi_form(sequence)
        if whole is None:
            return _nothing
        prefix, numbers, intermediates, final = whole.groups()
        if sequence in ("\x1b[?25h", "\x1b[?25l"):
            return partial(self.screen.show_cursor, final == "h")
        name, most = CSI.get(prefix + intermediates + final, ("", 0))
        if not name or ":" in numbers:
            return _nothing
        parameters = [
            min(int(number or 0), LARGEST_PARAMETER) for number in numbers.split(";")[:MANY]
        ]
        if name == "cursor_position":
            return self._make_position(*parameters[:2])
        if name == "erase_in_line" and not prefix and not parameters[0]:
            return self._erase_to_end
        return partial(getattr(self.screen, name), *(parameters[:most] if numbers else ()))

    def _make_position(self, line: int = 1, column: int = 1) -> Call:
        """CUP, the commonest sequence of full-screen programs, without its clamping."""
        screen = self.screen
        y, x = max(line, 1) - 1, max(column, 1) - 1

        def move() -> None:
            if screen.origin or y >= screen.lines or x >= screen.columns:
                screen.cursor_position(line, column)
            else:
                screen.x, screen.y, screen.wrap = x, y, False

        return move

    def _erase_to_end(self) -> None:
        """EL 0, the commonest after that, where it only cuts off plain text."""
        screen = self.screen
        row = screen.rows[screen.y]
        text, x = row.text, screen.x
        plain = screen.pen == PLAIN_ID or screen.styles.blanks[screen.pen] == PLAIN_ID
        if not plain or screen.wrap or screen.protection == ISO_PROTECTION or not text.isascii():
            screen.erase_in_line()
            return
        row.wrapped = False
        if x < len(text):
            row.text, row.styles, row.cache = text[:x], row.styles[:x], None

    # What is cut or irregular.

    def _irregular(self, text: str) -> None:
        self._state = GROUND
        self._rest = self._continue(text)

    def _continue(self, text: str) -> str:
        """Run the machine until it is back in the ground state; what it did not take."""
        position, size = 0, len(text)
        while position < size:
            if self._state == IN_STRING:
                position = self._take_string(text, position)
            else:
                position += self._take(text[position])
            if self._state == GROUND:
                return text[position:]
        return ""

    def _take(self, character: str) -> bool:
        """One character outside strings; False leaves it to be printed."""
        if character == ctrl.ESC:
            self._state, self._collected = IN_ESCAPE, ""
        elif character in (ctrl.CAN, ctrl.SUB):
            self._state = GROUND
        elif character < " ":
            self._handlers[character]()
        elif "\x80" <= character <= "\x9f":
            self._state, self._collected = IN_ESCAPE, ""
            return self._take_escape(chr(ord(character) - 0x40))
        elif character > "\x9f":
            self._state = GROUND
            return False
        elif character != ctrl.DEL:
            return (
                self._take_csi(character) if self._state == IN_CSI else self._take_escape(character)
            )
        return True

    def _take_escape(self, character: str) -> bool:
        if character <= "/":
            self._collect(character)
        elif not self._collected and character == "[":
            self._state = IN_CSI
        elif not self._collected and character in STRINGS:
            self._state, self._string_kind = IN_STRING, STRINGS[character]
            self._string, self._string_size = [], 0
        else:
            self._state = GROUND
            self._make_short_or_nothing("\x1b" + self._collected + character)()
        return True

    def _make_short_or_nothing(self, sequence: str) -> Call:
        return _nothing if len(sequence) > LONGEST_SEQUENCE else self._make_short(sequence)

    def _take_csi(self, character: str) -> bool:
        if character <= "?":
            self._collect(character)
        else:
            self._state = GROUND
            sequence = "\x1b[" + self._collected + character
            if _is_pens(sequence) and len(sequence) <= LONGEST_SEQUENCE:
                self.screen.pen = self._sgr[sequence][self.screen.pen]
            elif _is_csi(sequence):
                self._handlers[sequence]()
        return True

    def _collect(self, character: str) -> None:
        if len(self._collected) <= LONGEST_SEQUENCE:
            self._collected += character

    def _take_string(self, text: str, start: int) -> int:
        """String content up to its end or the end of the text; the position after it."""
        end = _find_string_end[self._string_kind](text, start)
        stop = end.start() if end else len(text)
        self._string_size += stop - start
        if self._string_size <= LONGEST_STRING:
            self._string.append(text[start:stop])
        else:
            self._string.clear()
        if end is None:
            return stop
        self._end_string(end[0])
        return stop + 1

    def _end_string(self, terminator: str) -> None:
        body = _controls.sub("", "".join(self._string))
        self._string = []
        self._state, self._collected = (IN_ESCAPE if terminator == ctrl.ESC else GROUND), ""
        if terminator in (ctrl.CAN, ctrl.SUB) or self._string_size > LONGEST_STRING:
            return
        if self._string_kind == "osc":
            answer_end = "\x07" if terminator == ctrl.BEL else "\x1b\\"
            self.screen.operating_system_command(body, answer_end)
        elif self._string_kind == "dcs":
            parts = _dcs_form(body)
            if parts:
                self.screen.device_control_string(parts[1], parts[2])
