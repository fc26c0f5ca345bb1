"""What the program asked of the keyboard: modifyOtherKeys and the kitty protocol's flags."""

from __future__ import annotations

from contui.tui.terminal.switches import Switches

#: The kitty flags that are encoded: disambiguate, event types, alternates, all keys, text.
KNOWN_FLAGS = 0b11111
DEEPEST_STACK = 16


class KeyboardModes(Switches):
    """``CSI > 4 ; n m`` and ``CSI > u``, ``CSI < u``, ``CSI = u`` (kitty, per screen)."""

    def set_modify_keys(self, resource: int = 0, value: int = 0) -> None:
        """XTMODKEYS: only modifyOtherKeys (resource 4) is followed."""
        if resource == 4:
            self.modify_other_keys = min(value, 2)

    def reset_modify_keys(self, resource: int = 4) -> None:
        """``CSI > n n``: back to the default."""
        if resource == 4:
            self.modify_other_keys = 0

    @property
    def keyboard_flags(self) -> int:
        """The kitty flags in force."""
        return self.page.keyboard[-1]

    def push_keyboard(self, flags: int = 0) -> None:
        """``CSI > flags u``."""
        stack = self.page.keyboard
        if len(stack) > DEEPEST_STACK:
            del stack[1]
        stack.append(flags & KNOWN_FLAGS)

    def pop_keyboard(self, count: int = 1) -> None:
        """``CSI < n u``: the bottom of the stack stays, cleared when popped."""
        stack = self.page.keyboard
        if count >= len(stack):
            stack[:] = [0]
        else:
            del stack[len(stack) - max(count, 1) :]

    def set_keyboard(self, flags: int = 0, how: int = 1) -> None:
        """``CSI = flags ; how u``: set (1), add (2) or remove (3)."""
        old, flags = self.keyboard_flags, flags & KNOWN_FLAGS
        new = {1: flags, 2: old | flags, 3: old & ~flags}.get(how, old)
        self.page.keyboard[-1] = new

    def report_keyboard(self) -> None:
        """``CSI ? u``."""
        self.reply(f"\x1b[?{self.keyboard_flags}u")
