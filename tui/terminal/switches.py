"""Modes, the alternate screen, and saving and restoring (xterm ctlseqs, DEC STD 070)."""

from __future__ import annotations

from typing import Any

from pyte import modes as mo

from contui.tui.terminal.rows import NORMAL, Row, blank_rows, erase
from contui.tui.terminal.state import DEC_PROTECTION, ISO_PROTECTION, Page, Saved, private
from contui.tui.terminal.styles import PLAIN_ID, PROTECTED
from contui.tui.terminal.writing import Writing

#: Ways to track the mouse, and to encode what it does: of each kind one at a time.
MOUSE_MODES = (9, 1000, 1002, 1003)
MOUSE_ENCODINGS = (1005, 1006, 1015, 1016)

#: Private modes that are remembered and have no other effect inside the screen.
PASSIVE_MODES = frozenset(
    map(
        int,
        """
        1 4 5 8 12 18 19 25 40 42 45 66 67 1004 1007 1010 1011 1034 1035 1036 1039 1045
        2004 2026 2027 2031
        """.split(),  # noqa: SIM905
    )
)
#: ANSI modes that can never be set: DECRQM answers 4 (permanently reset).
FIXED_ANSI_MODES = frozenset((1, 5, 7, 10, 11, 13, 14, 15, 16, 17, 18, 19))
ANSI_MODES = frozenset((2, mo.IRM, 12, mo.LNM))


def _keys(mode: int) -> tuple[int, ...]:
    """The key of a mode in ``mode``, and those of the others of which one is set at a time."""
    groups = (group for group in (MOUSE_MODES, MOUSE_ENCODINGS) if mode in group)
    others = (other for group in groups for other in group if other != mode)
    return (private(mode), *map(private, others))


#: The private modes that the compiled core switches, and their keys. Of these only 7 and 2026
#: do more than to be remembered.
CORE_MODES = {
    mode: _keys(mode)
    for mode in (PASSIVE_MODES - {5, 2027}).union(MOUSE_MODES, MOUSE_ENCODINGS, {7})
}


class Switches(Writing):
    """SM, RM, DECSET, DECRST, DECSC, DECRC, DECSTR, XTSAVE, XTRESTORE."""

    def reset(self) -> None:
        """RIS: everything as it was at the start."""
        self.stored_modes: dict[int, bool] = {}
        super().reset()

    def set_mode(self, *modes: int, **kwargs: Any) -> None:
        """SM, or DECSET with ``private``."""
        for mode in modes:
            if kwargs.get("private"):
                self._switch_private(mode, True)
            elif mode in ANSI_MODES:
                self.mode.add(mode)
        self.update_fast_path()

    def reset_mode(self, *modes: int, **kwargs: Any) -> None:
        """RM, or DECRST with ``private``."""
        for mode in modes:
            if kwargs.get("private"):
                self._switch_private(mode, False)
            elif mode in ANSI_MODES:
                self.mode.discard(mode)
        self.update_fast_path()

    def show_cursor(self, on: bool) -> None:
        """DECTCEM alone, which programs switch around every update; it concerns no other mode."""
        (self.mode.add if on else self.mode.discard)(mo.DECTCEM)
        self.last_row = None

    def set_private_mode(self, *modes: int) -> None:
        """DECSET."""
        self.set_mode(*modes, private=True)

    def reset_private_mode(self, *modes: int) -> None:
        """DECRST."""
        self.reset_mode(*modes, private=True)

    def knows_private(self, mode: int) -> bool:
        """Whether DECSET of this mode does anything here."""
        return (
            mode in PASSIVE_MODES
            or mode in MOUSE_MODES
            or mode in MOUSE_ENCODINGS
            or mode in (3, 6, 7, 47, 69, 1047, 1048, 1049)
        )

    def _switch_private(self, mode: int, on: bool) -> None:
        if not self.knows_private(mode):
            return
        for group in (MOUSE_MODES, MOUSE_ENCODINGS):
            if mode in group:
                self.mode.difference_update(map(private, group))
        if mode != 1048:
            (self.mode.add if on else self.mode.discard)(private(mode))
        self._apply(mode, on)

    def _apply(self, mode: int, on: bool) -> None:
        """What switching a mode does at once, beyond being remembered."""
        if mode == 3:
            self._column_mode()
        elif mode == 5:
            self.repaint = True
        elif mode == 6:
            self.origin = on
            self.cursor_position()
        elif mode == 7:
            self.autowrap = on
            self.wrap = self.wrap and on
        elif mode == 69:
            self.left, self.right = 0, self.columns - 1
        elif mode == 2026:
            self.syncs += on
        elif mode in (47, 1047, 1049):
            self._switch_page(mode, on)
        elif mode == 1048:
            (self.save_cursor if on else self._restore_cursor)()

    def _column_mode(self) -> None:
        """DECCOLM where allowed (mode 40): clears; a pane's width is not the program's."""
        if not self.has(40):
            return
        self.reset_margins()
        self.mode.discard(private(69))
        self.erase_in_display(2)
        self.move_to(0, 0)

    # The alternate screen.

    def _switch_page(self, mode: int, on: bool) -> None:
        """Modes 47, 1047 (clears when left) and 1049 (saves the cursor, clears when entered).

        An alternate screen that holds nothing is entered with the pen's background.
        """
        self.mode.difference_update({private(47), private(1047), private(1049)})
        if on:
            self.mode.add(private(mode))
        if mode == 1049 and on:
            self.save_cursor()
        if mode == 1047 and not on and self.page is self.alternate:
            self._clear_alternate()
        entered = on and self.page is self.main
        self._show(self.alternate if on else self.main)
        if on and (mode == 1049 or (entered and (mode == 1047 or self._alternate_is_empty()))):
            self._clear_alternate()
        if mode == 1049 and not on:
            self._restore_cursor()

    def _alternate_is_empty(self) -> bool:
        return not any(row.text for row in self.alternate.rows)

    def _clear_alternate(self) -> None:
        blank_rows(self.alternate.rows, self.columns, self.fill)

    def _show(self, page: Page) -> None:
        if page is not self.page:
            self.page = page
            self.rows = page.rows
            self.repaint = True

    # Saving and restoring.

    def save_cursor(self) -> None:
        """DECSC: the cursor, pen, charsets and origin mode; one slot for each screen."""
        self.page.saved = Saved(
            self.x,
            self.y,
            self.wrap,
            self.pen,
            self.origin,
            (self.charsets[0], self.charsets[1], self.charsets[2], self.charsets[3]),
            self.left_set,
            self.right_set,
        )

    def restore_cursor(self) -> None:
        """DECRC: back to what was saved, or home and plain if nothing was.

        A pending wrap is not restored, as in tmux, xterm.js and libvterm, whatever DEC STD 070
        and xterm do: programs are tried in tmux. Leaving the alternate screen restores it.
        """
        self._restore_cursor()
        self.wrap = False

    def _restore_cursor(self) -> None:
        saved = self.page.saved
        self.origin = saved.origin
        (self.mode.add if saved.origin else self.mode.discard)(mo.DECOM)
        self.set_pen(saved.pen)
        self.charsets = list(saved.charsets)
        self.left_set, self.right_set = saved.left_set, saved.right_set
        self.single_shift = 0
        self.move_to(saved.x, saved.y)
        self.wrap = saved.wrap and self.x == saved.x and self.autowrap
        self.update_fast_path()

    def store_modes(self, *modes: int) -> None:
        """XTSAVE (``CSI ? ... s``)."""
        if len(self.stored_modes) < 256:
            self.stored_modes.update({mode: self.has(mode) for mode in modes})

    def recall_modes(self, *modes: int) -> None:
        """XTRESTORE (``CSI ? ... r``): modes that were never saved stay as they are."""
        for mode in modes:
            if mode in self.stored_modes and self.stored_modes[mode] != self.has(mode):
                self._switch_private(mode, self.stored_modes[mode])
        self.update_fast_path()

    def save_or_margins(self, left: int | None = None, right: int | None = None) -> None:
        """``CSI s``: DECSLRM while mode 69 is set, else SCOSC."""
        if self.has(69):
            self.set_side_margins(left, right)
        elif left is None and right is None:
            self.save_cursor()

    # Margins.

    def set_margins(self, top: int | None = None, bottom: int | None = None) -> None:
        """DECSTBM, from 1; a region of less than two lines is refused. Homes the cursor."""
        first, last = max((top or 1), 1) - 1, min(bottom or self.lines, self.lines) - 1
        if first < last:
            self.top, self.bottom = first, last
            self.cursor_position()

    def set_side_margins(self, left: int | None = None, right: int | None = None) -> None:
        """DECSLRM, from 1; fewer than two columns are refused. Homes the cursor."""
        first, last = max((left or 1), 1) - 1, min(right or self.columns, self.columns) - 1
        if first < last:
            self.left, self.right = first, last
            self.update_fast_path()
            self.cursor_position()

    # Resets.

    def soft_reset(self) -> None:
        """DECSTR: modes, margins, charsets, pen and saved cursor; text and cursor stay."""
        x, y, wrap = self.x, self.y, self.wrap
        self.mode -= {mo.IRM, 2, mo.DECOM, private(1), private(66), private(69), private(45)}
        self.mode |= {mo.DECAWM, mo.DECTCEM}
        self._reset_cursor()
        self.x, self.y, self.wrap = x, y, wrap
        self.page.saved = Saved()
        self.page.keyboard = [0]

    def set_protection(self, how: int = 0) -> None:
        """DECSCA: whether what is written from now on is spared by selective erase."""
        self.protection = DEC_PROTECTION
        self._protect(how == 1)
        self.update_fast_path()

    def guard_area(self, on: bool) -> None:
        """SPA and EPA: whether what is written from now on is spared by all other erases."""
        self.protection = ISO_PROTECTION
        self._protect(on)
        self.update_fast_path()

    def _protect(self, on: bool) -> None:
        style = self.styles[self.pen]
        flags = style.flags | PROTECTED if on else style.flags & ~PROTECTED
        self.set_pen(self.styles.intern(style._replace(flags=flags)))

    def set_eight_bit(self, on: bool) -> None:
        """S7C1T and S8C1T: whether answers begin with ESC and a letter, or with one C1 byte."""
        self.eight_bit = on

    def set_stretch(self, stretch: int) -> None:
        """DECDHL, DECSWL, DECDWL: how the cursor's line is shown; half of it is lost if wide."""
        row = self.rows[self.y]
        row.stretch, row.cache = stretch, None
        if stretch != NORMAL:
            self.stretched = True
            erase(row, self.columns // 2, self.columns, PLAIN_ID)
            self.move_to(min(self.x, self._rightmost()), self.y)
        self.update_fast_path()

    def set_cursor_shape(self, shape: int = 0) -> None:
        """DECSCUSR: 0 the user's, 1-2 block, 3-4 underline, 5-6 bar; odd ones blink."""
        if shape <= 6:
            self.cursor_shape = shape

    def alignment_display(self) -> None:
        """DECALN: the screen full of plain E; margins and origin mode reset, cursor home."""
        self.origin = False
        self.mode.discard(mo.DECOM)
        self.mode.discard(private(69))
        self.reset_margins()
        self.move_to(0, 0)
        text, styles = "E" * self.columns, PLAIN_ID * self.columns
        self.rows[:] = [Row(text, styles) for _ in range(self.lines)]
