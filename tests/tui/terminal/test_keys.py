"""Keys, pastes, focus and mouse as bytes: xterm ctlseqs, the kitty keyboard protocol."""

from __future__ import annotations

import pytest

from contui.tui.terminal.emulator import Terminal
from contui.tui.terminal.keys import encode_focus, encode_key, encode_paste
from contui.tui.terminal.modes import Modes
from contui.tui.terminal.mouse import (
    LEFT,
    MIDDLE,
    NO_BUTTON,
    RIGHT,
    WHEEL_DOWN,
    WHEEL_LEFT,
    WHEEL_UP,
    Action,
    Mouse,
    encode_mouse,
    encode_wheel_as_arrows,
)

LEGACY: list[tuple[str, str | None, bytes]] = [
    ("a", "a", b"a"),
    ("A", "A", b"A"),
    ("é", "é", "é".encode()),
    ("space", " ", b" "),
    ("full_stop", ".", b"."),
    ("question_mark", "?", b"?"),
    ("plus", "+", b"+"),
    ("minus", None, b"-"),
    ("at", None, b"@"),
    ("euro_sign", None, "€".encode()),
    ("enter", "\r", b"\r"),
    ("tab", "\t", b"\t"),
    ("shift+tab", None, b"\x1b[Z"),
    ("escape", "\x1b", b"\x1b"),
    ("backspace", "\x7f", b"\x7f"),
    ("ctrl+h", "\x08", b"\x08"),
    ("backspace", "\x08", b"\x08"),
    ("ctrl+backspace", None, b"\x08"),
    ("alt+backspace", None, b"\x1b\x7f"),
    ("alt+enter", None, b"\x1b\r"),
    ("alt+a", "a", b"\x1ba"),
    ("alt+full_stop", None, b"\x1b."),
    ("alt+1", None, b"\x1b1"),
    ("alt+space", None, b"\x1b "),
    ("alt+escape", None, b"\x1b\x1b"),
    ("alt+shift+a", "A", b"\x1bA"),
    *[(f"ctrl+{chr(c)}", None, bytes([c & 0x1F])) for c in range(ord("a"), ord("z") + 1)],
    ("ctrl+space", None, b"\0"),
    ("ctrl+@", "\0", b"\0"),
    ("ctrl+at", None, b"\0"),
    ("ctrl+left_square_bracket", None, b"\x1b"),
    ("ctrl+backslash", "\x1c", b"\x1c"),
    ("ctrl+right_square_bracket", "\x1d", b"\x1d"),
    ("ctrl+circumflex_accent", "\x1e", b"\x1e"),
    ("ctrl+shift+6", None, b"\x1e"),
    ("ctrl+underscore", "\x1f", b"\x1f"),
    ("ctrl+slash", None, b"\x1f"),
    ("ctrl+question_mark", None, b"\x7f"),
    ("ctrl+alt+a", None, b"\x1b\x01"),
    ("up", None, b"\x1b[A"),
    ("down", None, b"\x1b[B"),
    ("right", None, b"\x1b[C"),
    ("left", None, b"\x1b[D"),
    ("home", None, b"\x1b[H"),
    ("end", None, b"\x1b[F"),
    ("insert", None, b"\x1b[2~"),
    ("delete", None, b"\x1b[3~"),
    ("pageup", None, b"\x1b[5~"),
    ("pagedown", None, b"\x1b[6~"),
    ("shift+up", None, b"\x1b[1;2A"),
    ("alt+up", None, b"\x1b[1;3A"),
    ("ctrl+up", None, b"\x1b[1;5A"),
    ("ctrl+shift+left", None, b"\x1b[1;6D"),
    ("ctrl+delete", None, b"\x1b[3;5~"),
    ("shift+insert", None, b"\x1b[2;2~"),
    ("f1", None, b"\x1bOP"),
    ("f4", None, b"\x1bOS"),
    ("f5", None, b"\x1b[15~"),
    ("f10", None, b"\x1b[21~"),
    ("f12", None, b"\x1b[24~"),
    ("shift+f1", None, b"\x1b[1;2P"),
    ("ctrl+f5", None, b"\x1b[15;5~"),
    ("f13", "\x19", b"\x1b[1;2P"),
    ("f17", None, b"\x1b[15;2~"),
    ("f24", None, b"\x1b[24;2~"),
    ("left_shift", None, b""),
    ("caps_lock", None, b""),
    ("<ignore>", "\x1b[?1u", b""),
]


@pytest.mark.parametrize(("key", "character", "data"), LEGACY, ids=[row[0] for row in LEGACY])
def test_legacy(key: str, character: str | None, data: bytes) -> None:
    assert encode_key(key, character, Modes()) == data


@pytest.mark.parametrize(
    ("key", "modes", "data"),
    [
        ("up", Modes(app_cursor=True), b"\x1bOA"),
        ("home", Modes(app_cursor=True), b"\x1bOH"),
        ("ctrl+up", Modes(app_cursor=True), b"\x1b[1;5A"),
        ("enter", Modes(newline=True), b"\r\n"),
        ("backspace", Modes(backspace_sends_bs=True), b"\x08"),
        ("ctrl+backspace", Modes(backspace_sends_bs=True), b"\x7f"),
        # modifyOtherKeys
        ("ctrl+a", Modes(modify_other_keys=1), b"\x01"),
        ("ctrl+shift+a", Modes(modify_other_keys=1), b"\x1b[27;6;65~"),
        ("ctrl+comma", Modes(modify_other_keys=1), b"\x1b[27;5;44~"),
        ("ctrl+a", Modes(modify_other_keys=2), b"\x1b[27;5;97~"),
        ("alt+a", Modes(modify_other_keys=2), b"\x1b[27;3;97~"),
        ("A", Modes(modify_other_keys=2), b"A"),
        ("shift+enter", Modes(modify_other_keys=2), b"\x1b[27;2;13~"),
        ("enter", Modes(modify_other_keys=2), b"\r"),
        # kitty: disambiguate
        ("a", Modes(keyboard_flags=1), b"a"),
        ("A", Modes(keyboard_flags=1), b"A"),
        ("escape", Modes(keyboard_flags=1), b"\x1b[27u"),
        ("ctrl+a", Modes(keyboard_flags=1), b"\x1b[97;5u"),
        ("ctrl+i", Modes(keyboard_flags=1), b"\x1b[105;5u"),
        ("tab", Modes(keyboard_flags=1), b"\t"),
        ("shift+tab", Modes(keyboard_flags=1), b"\x1b[9;2u"),
        ("enter", Modes(keyboard_flags=1), b"\r"),
        ("ctrl+enter", Modes(keyboard_flags=1), b"\x1b[13;5u"),
        ("alt+a", Modes(keyboard_flags=1), b"\x1b[97;3u"),
        ("up", Modes(keyboard_flags=1), b"\x1b[A"),
        ("ctrl+up", Modes(keyboard_flags=1), b"\x1b[1;5A"),
        # kitty: report everything, with text
        ("a", Modes(keyboard_flags=8), b"\x1b[97u"),
        ("A", Modes(keyboard_flags=8), b"\x1b[97;2u"),
        ("enter", Modes(keyboard_flags=8), b"\x1b[13u"),
        ("a", Modes(keyboard_flags=24), b"\x1b[97;1;97u"),
        ("A", Modes(keyboard_flags=24), b"\x1b[97;2;65u"),
    ],
)
def test_what_the_program_asked_for(key: str, modes: Modes, data: bytes) -> None:
    assert encode_key(key, None, modes) == data


@pytest.mark.parametrize(
    ("text", "bracketed", "data"),
    [
        ("a\nb\r\nc", False, b"a\rb\rc"),
        ("a", True, b"\x1b[200~a\x1b[201~"),
        ("a\x1b[201~rm -rf /\n", True, b"\x1b[200~arm -rf /\r\x1b[201~"),
        ("\x1b[201\x1b[201~~x", True, b"\x1b[200~x\x1b[201~"),
        ("\x1b[20\0" + "1~x", True, b"\x1b[200~x\x1b[201~"),
        ("a\0b", False, b"a\0b"),
        ("\x1b[A \x1b]0;x\x07\x1b", True, b"\x1b[200~\x1b[A \x1b]0;x\x07\x1b\x1b[201~"),
        ("é", False, "é".encode()),
    ],
)
def test_paste(text: str, bracketed: bool, data: bytes) -> None:
    assert encode_paste(text, Modes(bracketed_paste=bracketed)) == data


def test_focus_is_told_only_when_asked() -> None:
    assert encode_focus(True, Modes()) == b""
    assert encode_focus(True, Modes(focus_events=True)) == b"\x1b[I"
    assert encode_focus(False, Modes(focus_events=True)) == b"\x1b[O"


PRESS, RELEASE, MOVE = Action.PRESS, Action.RELEASE, Action.MOVE


@pytest.mark.parametrize(
    ("event", "mode", "encoding", "data"),
    [
        (Mouse(PRESS, LEFT, 0, 0), 0, 1006, b""),
        (Mouse(PRESS, LEFT, 0, 0), 9, 0, b"\x1b[M !!"),
        (Mouse(PRESS, LEFT, 0, 0, ctrl=True), 9, 0, b"\x1b[M !!"),
        (Mouse(RELEASE, LEFT, 0, 0), 9, 0, b""),
        (Mouse(PRESS, LEFT, 0, 0), 1000, 0, b"\x1b[M !!"),
        (Mouse(PRESS, MIDDLE, 1, 2), 1000, 0, b'\x1b[M!"#'),
        (Mouse(PRESS, RIGHT, 1, 2), 1000, 0, b'\x1b[M""#'),
        (Mouse(RELEASE, RIGHT, 1, 2), 1000, 0, b'\x1b[M#"#'),
        (Mouse(MOVE, LEFT, 1, 2), 1000, 0, b""),
        (Mouse(PRESS, LEFT, 222, 222), 1000, 0, b"\x1b[M \xff\xff"),
        (Mouse(PRESS, LEFT, 223, 0), 1000, 0, b""),
        (Mouse(PRESS, LEFT, 300, 0), 1000, 1005, b"\x1b[M \xc5\x8d!"),
        (Mouse(PRESS, LEFT, 2015, 0), 1000, 1005, b""),
        (Mouse(PRESS, LEFT, 9, 4), 1000, 1006, b"\x1b[<0;10;5M"),
        (Mouse(RELEASE, LEFT, 9, 4), 1000, 1006, b"\x1b[<0;10;5m"),
        (Mouse(PRESS, LEFT, 9, 4), 1000, 1015, b"\x1b[32;10;5M"),
        (Mouse(RELEASE, LEFT, 9, 4), 1000, 1015, b"\x1b[35;10;5M"),
        (Mouse(PRESS, LEFT, 0, 0, shift=True), 1000, 1006, b"\x1b[<4;1;1M"),
        (Mouse(PRESS, LEFT, 0, 0, alt=True), 1000, 1006, b"\x1b[<8;1;1M"),
        (Mouse(PRESS, LEFT, 0, 0, ctrl=True), 1000, 1006, b"\x1b[<16;1;1M"),
        (Mouse(PRESS, WHEEL_UP, 0, 0), 1000, 1006, b"\x1b[<64;1;1M"),
        (Mouse(PRESS, WHEEL_DOWN, 0, 0), 1000, 1006, b"\x1b[<65;1;1M"),
        (Mouse(PRESS, WHEEL_LEFT, 0, 0), 1000, 1006, b"\x1b[<66;1;1M"),
        (Mouse(RELEASE, WHEEL_UP, 0, 0), 1000, 1006, b""),
        (Mouse(MOVE, LEFT, 3, 3), 1002, 1006, b"\x1b[<32;4;4M"),
        (Mouse(MOVE, NO_BUTTON, 3, 3), 1002, 1006, b""),
        (Mouse(MOVE, NO_BUTTON, 3, 3), 1003, 1006, b"\x1b[<35;4;4M"),
        (Mouse(PRESS, LEFT, 1, 1), 1003, 1016, b"\x1b[<0;13;25M"),
    ],
)
def test_mouse(event: Mouse, mode: int, encoding: int, data: bytes) -> None:
    assert encode_mouse(event, Modes(mouse=mode, mouse_encoding=encoding)) == data


def test_wheel_scrolls_a_full_screen_program_by_arrows() -> None:
    assert encode_wheel_as_arrows(True, Modes(alternate_screen=True)) == b"\x1b[A" * 3
    application = Modes(alternate_screen=True, app_cursor=True)
    assert encode_wheel_as_arrows(False, application) == b"\x1bOB" * 3
    assert encode_wheel_as_arrows(True, Modes()) == b""
    assert encode_wheel_as_arrows(True, Modes(alternate_screen=True, mouse=1000)) == b""
    off = Modes(alternate_screen=True, alternate_scroll=False)
    assert encode_wheel_as_arrows(True, off) == b""


@pytest.mark.parametrize(
    ("data", "field", "value"),
    [
        (b"\x1b[?1h", "app_cursor", True),
        (b"\x1b=", "app_keypad", True),
        (b"\x1b[?66h", "app_keypad", True),
        (b"\x1b=\x1b>", "app_keypad", False),
        (b"\x1b[?2004h", "bracketed_paste", True),
        (b"\x1b[?1000h", "mouse", 1000),
        (b"\x1b[?1000h\x1b[?1002h", "mouse", 1002),
        (b"\x1b[?1003h\x1b[?1003l", "mouse", 0),
        (b"\x1b[?1000;1006h", "mouse_encoding", 1006),
        (b"\x1b[?1006h\x1b[?1015h", "mouse_encoding", 1015),
        (b"\x1b[?1004h", "focus_events", True),
        (b"\x1b[?1049h", "alternate_screen", True),
        (b"\x1b[?47h", "alternate_screen", True),
        (b"\x1b[?1047h", "alternate_screen", True),
        (b"\x1b[?1049h\x1b[?1049l", "alternate_screen", False),
        (b"\x1b[?1007l", "alternate_scroll", False),
        (b"\x1b[?2026h", "synchronized", True),
        (b"\x1b[20h", "newline", True),
        (b"\x1b[4h", "insert", True),
        (b"\x1b[?7l", "autowrap", False),
        (b"\x1b[?6h", "origin", True),
        (b"\x1b[?5h", "reverse_screen", True),
        (b"\x1b[?25l", "cursor_visible", False),
        (b"\x1b[?67h", "backspace_sends_bs", True),
        (b"\x1b[>4;1m", "modify_other_keys", 1),
        (b"\x1b[>4;2m\x1b[>4m", "modify_other_keys", 0),
        (b"\x1b[>4;2m\x1b[>4n", "modify_other_keys", 0),
        (b"\x1b[>1u", "keyboard_flags", 1),
        (b"\x1b[>1u\x1b[<u", "keyboard_flags", 0),
        (b"\x1b[>1u\x1b[>5u\x1b[<u", "keyboard_flags", 1),
        (b"\x1b[=5u\x1b[=2;2u", "keyboard_flags", 7),
        (b"\x1b[=7u\x1b[=2;3u", "keyboard_flags", 5),
        (b"\x1b[>1u\x1b[?1049h", "keyboard_flags", 0),
        (b"\x1b[>1u\x1b[?1049h\x1b[?1049l", "keyboard_flags", 1),
        (b"\x1b[?1h\x1b[!p", "app_cursor", False),
        (b"\x1b[4h\x1b[!p", "insert", False),
        (b"\x1b[?25l\x1b[!p", "cursor_visible", True),
        (b"\x1b[?2004h\x1bc", "bracketed_paste", False),
        (b"\x1b[?1000h\x1bc", "mouse", 0),
        (b"\x1b[?1h\x1b[?1s\x1b[?1l\x1b[?1r", "app_cursor", True),
        (b"\x1b[?99999h", "insert", False),
    ],
)
def test_modes_that_programs_set(data: bytes, field: str, value: object) -> None:
    terminal = Terminal(10, 5)
    terminal.feed(data)
    assert getattr(terminal.modes, field) == value
