"""Keys that Textual's names do not tell apart reach the program as they were pressed."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from contui.tui.terminal.keys import encode_key
from contui.tui.terminal.modes import Modes
from contui.tui.terminal.raw_input import (
    PASTE_END,
    PASTE_START,
    RawKey,
    RawKeyParser,
    RawPaste,
    encode_raw,
)


def typed(sequence: str, modes: Modes | None = None) -> bytes:
    """What a pane sends when the outer terminal sends ``sequence`` and then falls silent."""
    modes = modes or Modes()
    parser = RawKeyParser()
    received = [*parser.feed(sequence)]
    if parser._timeout_time is not None:
        parser._timeout_time = 0.0
        received += parser.tick()
    sent = b""
    for event in received:
        assert isinstance(event, events.Key)
        raw = event.raw if isinstance(event, RawKey) else event.character
        if raw:
            known = encode_raw(raw, modes)
            sent += encode_key(event.key, event.character, modes) if known is None else known
    return sent


@pytest.mark.parametrize(
    "sequence",
    ["a", "A", "é", ".", " ", "\r", "\t", "\x7f", "\x08", "\x03", "\x11", "\x1b", "\0", "\x1f"]
    + ["\x1b" + c for c in "abfdzABF019.,_]{} \r\t\x7f\x01\x1a+-é"]
    + [f"\x1b[{c}" for c in "ABCDHF"]
    + [f"\x1b[1;{m}{c}" for m in (2, 3, 4, 5, 6, 7, 8) for c in "ABCDHF"]
    + [f"\x1b[{n}~" for n in (2, 3, 5, 6, 15, 17, 18, 19, 20, 21, 23, 24)]
    + [f"\x1b[{n};{m}~" for n in (3, 5, 6, 15, 24) for m in (2, 3, 5)]
    + ["\x1bOP", "\x1bOQ", "\x1bOR", "\x1bOS", "\x1b[Z"],
    ids=repr,
)
def test_a_plain_program_gets_what_a_plain_terminal_sent(sequence: str) -> None:
    assert typed(sequence) == sequence.encode()


def test_cursor_keys_follow_the_programs_mode() -> None:
    assert typed("\x1b[A", Modes(app_cursor=True)) == b"\x1bOA"
    assert typed("\x1b[1;3A", Modes(app_cursor=True)) == b"\x1b[1;3A"


def test_alt_in_the_programs_own_protocol() -> None:
    assert typed("\x1bf", Modes(keyboard_flags=1)) == b"\x1b[102;3u"
    assert typed("\x1bf", Modes(modify_other_keys=2)) == b"\x1b[27;3;102~"


def test_names_stay_textuals() -> None:
    (event,) = RawKeyParser().feed("\x1bf")
    assert isinstance(event, events.Key)
    assert event.key == "ctrl+right"
    assert RawKey.handler_name == events.Key.handler_name


@pytest.mark.parametrize("code", [128, 129, 131])
def test_extra_mouse_buttons_are_not_the_left_one(code: int) -> None:
    assert [*RawKeyParser().feed(f"\x1b[<{code};1;1M")] == []
    assert len([*RawKeyParser().feed("\x1b[<0;1;1M")]) == 1


PASTED = st.text(st.sampled_from("ab\x1b[201~\x1bOA\0\r\n\x10\x11é"), max_size=40).filter(
    lambda text: PASTE_END not in text and not text.endswith(("\x1b", "\x1b[", "\x1b[2", "\x1b[20"))
)


@given(PASTED, st.integers(1, 20))
def test_a_paste_is_one_event_whatever_is_in_it(text: str, cut: int) -> None:
    """Cut anywhere on its way, and with keys before and behind it."""
    parser = RawKeyParser()
    received = f"x{PASTE_START}{text}{PASTE_END}y"
    events_ = [
        event
        for start in range(0, len(received), cut)
        for event in parser.feed(received[start : start + cut])
    ]
    first, paste, last = events_
    assert isinstance(first, events.Key)
    assert isinstance(last, events.Key)
    assert (first.key, last.key) == ("x", "y")
    assert isinstance(paste, RawPaste)
    assert paste.raw == text
    assert "\x1b" not in paste.text


def test_keys_that_begin_as_a_paste_does_are_keys() -> None:
    parser = RawKeyParser()
    found = [event for part in ("\x1b[2", "~", "\x1b[20", "~") for event in parser.feed(part)]
    assert [event.key for event in found if isinstance(event, events.Key)] == ["insert", "f9"]


#: The keypad as the kitty protocol tells it (57399 KP_0 ... 57427 KP_BEGIN), with Num Lock 128:
#: DECKPNM, DECKPAM, a program that uses the protocol, one that wants every key.
KEYPAD = [
    ("\x1b[57399u", b"0", b"\x1bOp", b"0", b"\x1b[57399u"),
    ("\x1b[57408u", b"9", b"\x1bOy", b"9", b"\x1b[57408u"),
    ("\x1b[57399;129u", b"0", b"0", b"0", b"\x1b[57399u"),
    ("\x1b[57413u", b"+", b"\x1bOk", b"+", b"\x1b[57413u"),
    ("\x1b[57409u", b".", b"\x1bOn", b".", b"\x1b[57409u"),
    ("\x1b[57414u", b"\r", b"\x1bOM", b"\x1b[57414u", b"\x1b[57414u"),
    ("\x1b[57414;3u", b"\x1b\r", b"\x1b\r", b"\x1b[57414;3u", b"\x1b[57414;3u"),
    ("\x1b[57417u", b"\x1b[D", b"\x1b[D", b"\x1b[57417u", b"\x1b[57417u"),
    ("\x1b[57417;5u", b"\x1b[1;5D", b"\x1b[1;5D", b"\x1b[57417;5u", b"\x1b[57417;5u"),
    ("\x1b[57426u", b"\x1b[3~", b"\x1b[3~", b"\x1b[57426u", b"\x1b[57426u"),
    ("\x1b[57427u", b"\x1b[E", b"\x1b[E", b"\x1b[57427u", b"\x1b[57427u"),
]


@pytest.mark.parametrize(("sequence", "numeric", "application", "kitty", "every"), KEYPAD)
def test_the_keypad(
    sequence: str, numeric: bytes, application: bytes, kitty: bytes, every: bytes
) -> None:
    assert encode_raw(sequence, Modes()) == numeric
    assert encode_raw(sequence, Modes(app_keypad=True)) == application
    assert encode_raw(sequence, Modes(keyboard_flags=1)) == kitty
    assert encode_raw(sequence, Modes(keyboard_flags=9)) == every


def test_function_keys_beyond_twelve_have_codes_under_the_kitty_protocol() -> None:
    assert encode_key("f13", None, Modes()) == b"\x1b[1;2P"
    assert encode_key("f13", None, Modes(keyboard_flags=1)) == b"\x1b[57376u"
    assert encode_key("ctrl+f24", None, Modes(keyboard_flags=1)) == b"\x1b[57387;5u"


@pytest.mark.parametrize(
    "character", [*map(chr, range(27)), *"\x1c\x1d\x1e\x1f  aZ09.,_~+é世\x7fß²Ω\U0001f600"]
)
def test_a_single_character_has_the_names_that_textual_gives_it(character: str) -> None:
    def told(keys: Iterable[Message]) -> list[tuple[str, str | None]]:
        return [(key.key, key.character) for key in keys if isinstance(key, events.Key)]

    parser, textuals = RawKeyParser(), XTermParser()
    wanted = told(textuals.feed(character))
    assert told(parser.feed(character)) == wanted
    assert told(parser.feed(character)) == wanted
