"""Keys outside of programs: what they ask for where the keyboard is, the leader, and the lock.

Mixed into the app. A pane with a program looks at its keys itself, see
`contui.tui.widgets.session_pane`; here are those of the list and of panes of text.
"""

from __future__ import annotations

from textual import events

from contui.tui.windows import Windows

GLOBAL = ("any", "list")  # scopes that the lock takes away


class Keyboard(Windows):
    """Finds the action of a key."""

    leading = False  # the leader was pressed outside of a program; its second key is awaited

    def key_typed(self, event: events.Key) -> None:
        """Do what a key asks for, where the keyboard is."""
        if event.key == self.keymap.leader or self.leading:
            self._led(event)
            return
        scopes = self._scopes()
        digit = (event.character or "").isdigit() and event.character != "0"
        if digit and "list" in scopes:
            self.perform("tab_go", str(int(event.character or "1") - 1))
            return
        action = self.keymap.find(event.key, event.character, *scopes)
        if action is not None:
            self.perform(action.id)
        elif self.locked:
            self.say(f"locked: {self.unlock_keys()} unlocks")
        elif event.key == "ctrl+c":
            self.say(f"{self.keymap.told('quit')} quits; containers and sessions live on")

    def _led(self, event: events.Key) -> None:
        """The leader works everywhere, as it does in a program."""
        if not self.leading:
            self.leading = True
            self.show_hints()
            return
        self.leading = False
        self.show_hints()
        action = self.keymap.find(event.key, event.character, "leader")
        if action is not None:
            self.perform(action.id)

    def _scopes(self) -> tuple[str, ...]:
        pane = self.focused_pane()
        scopes = pane.scopes() if pane is not None else self.list_scopes()
        return tuple(scope for scope in scopes if not self.locked or scope not in GLOBAL)

    def unlock_keys(self) -> str:
        """The chord that unlocks, as people write it."""
        return self.keymap.told("lock", "leader")

    def act_lock(self) -> None:
        """Give the focused pane every key but the leader, and every click; or stop that."""
        if self.locked:
            self.unlock()
        elif self.workspace.tab is None:
            self.say("there is no pane to lock the keyboard to: attach first", "warning")
        else:
            self.show_focus()
            self.locked = True
            self._show_lock()

    def unlock(self) -> None:
        """Clicks and keys work everywhere again."""
        self.locked = False
        self._show_lock()

    def _show_lock(self) -> None:
        from contui.tui.widgets.title_bar import TitleBar

        for pane in self.panes.values():
            pane.set_locked(self.locked)
        self.main.query_one(TitleBar).set_locked(self.unlock_keys() if self.locked else "")
        self.show_state()

    def locked_out(self, event: events.Event) -> bool:
        """Whether the lock keeps a click from where it goes: outside of the focused pane."""
        if not self.locked or not isinstance(event, events.MouseEvent):
            return False
        if self.screen is not self.main or self.mouse_captured is not None:
            return False
        pane = self.panes.get(self.workspace.focus or "")
        return pane is None or not pane.content_region.contains(event.x, event.y)
