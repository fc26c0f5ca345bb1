"""The keys in force: the table's, changed by a preset and by a person, looked up by scope.

The actions are in `contui.tui.key_table`, presets in `contui.tui.key_presets`;
`contui.tui.preferences` reads what a person has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from contui.tui.key_names import normal, parse, shown
from contui.tui.key_presets import PRESETS, Preset
from contui.tui.key_table import (
    ACTIONS,
    FREE,
    HIDDEN,
    LED,
    MOVED_IN,
    MOVES,
    NOUNS,
    SCOPE_TITLES,
    SECTIONS,
    WHOLE,
    Action,
)

__all__ = ["ACTIONS", "LEADER", "LED", "Action", "Keymap", "normal", "shown"]

LEADER = "ctrl+right_square_bracket"


class Keymap:
    """The keys in force: `preset`, then `changes`, which maps "scope.action" or "action" to keys.

    Who is named in `changes` gets its keys; an action of the same scope that had one loses it, and
    that is said, too: `lost` has (scope, id) → [(key, name of the action that has it now)].
    `problems` are sentences about what cannot be: (name of the entry, what is wrong).
    """

    def __init__(
        self,
        changes: Mapping[str, Iterable[str]] | None = None,
        leader: str = LEADER,
        preset: str = "contui",
    ) -> None:
        self.problems: list[tuple[str, str]] = []
        self.lost: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.leader = self._leader(leader)
        wanted = {name: tuple(keys) for name, keys in (changes or {}).items()}
        self._complain(wanted)
        under = self._preset(preset)
        ranks = [self._ranked(action, wanted, under) for action in ACTIONS]
        self._lookup: dict[tuple[str, str], Action] = {}
        owner = self._owners(ranks)
        self.actions = []
        for place, (_, action) in enumerate(ranks):
            kept = tuple(key for key in action.keys if owner[_domain(action), key] == place)
            action = replace(action, keys=kept)
            self.actions.append(action)
            self._lookup.update(dict.fromkeys(((action.scope, key) for key in kept), action))
        self._tell_lost(ranks, owner)

    def _leader(self, text: str) -> str:
        found = parse(text)
        if found is None or len(found) == 1:
            self.problems.append(("leader", f"{text} cannot be the leader: a chord, as ctrl-]"))
            return LEADER
        return found

    def _preset(self, name: str) -> Preset:
        if name not in PRESETS:
            known = ", ".join(PRESETS)
            self.problems.append(("keys", f"there are no keys called {name}: {known}"))
        return PRESETS.get(name, {})

    def _complain(self, wanted: dict[str, tuple[str, ...]]) -> None:
        """Say which names and keys do not exist, and leave them out."""
        known = {f"{action.scope}.{action.id}" for action in ACTIONS}
        known |= {action.id for action in ACTIONS if action.scope in FREE}
        if not wanted.keys() <= known:
            from difflib import get_close_matches
        for name, keys in list(wanted.items()):
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"; {near[0]} is meant?" if near else "; the palette has them all"
                self.problems.append((name, f"there is no action {name}{hint}"))
                del wanted[name]
                continue
            for key in keys:
                if parse(key) is None:
                    self.problems.append((name, f"{key} is no key: as S, esc, f5, ctrl-x"))
            wanted[name] = tuple(found for key in keys if (found := parse(key)) is not None)
            self._complain_of_moves(name, wanted[name])
            if keys and not wanted[name]:
                del wanted[name]

    def _complain_of_moves(self, name: str, keys: Iterable[str]) -> None:
        """Say which keys a list keeps for itself."""
        scopes = {action.scope for action in ACTIONS if name in (action.id, _name(action))}
        if not scopes & set(MOVED_IN):
            return
        for key in keys:
            if key in MOVES or (len(key) == 1 and key in "123456789"):
                what = "goes to a tab" if key.isdigit() else "moves in lists"
                self.problems.append((name, f"{shown(key)} {what}: there it does nothing else"))

    @staticmethod
    def _ranked(
        action: Action, wanted: Mapping[str, tuple[str, ...]], preset: Preset
    ) -> tuple[int, Action]:
        """The action with its keys, and who chose them: 0 the person, 1 the preset, 2 nobody."""
        for rank, table in enumerate((wanted, preset)):
            keys = table.get(f"{action.scope}.{action.id}")
            if keys is None and action.scope in FREE:
                keys = table.get(action.id)
            if keys is not None:
                return rank, replace(action, keys=keys)
        return len(PRESETS), action

    def _owners(self, ranks: list[tuple[int, Action]]) -> dict[tuple[str, str], int]:
        """Which action gets a key that several have: one that a person chose, else the first."""
        owner: dict[tuple[str, str], int] = {}
        for place, (rank, action) in enumerate(ranks):
            for key in action.keys:
                before = owner.setdefault((_domain(action), key), place)
                if before == place:
                    continue
                if rank == ranks[before][0] == 0:
                    text = f"{shown(key)} is {ranks[before][1].id}'s already, which keeps it"
                    self.problems.append((_name(action), text))
                if rank < ranks[before][0]:
                    owner[_domain(action), key] = place
        return owner

    def _tell_lost(
        self, ranks: list[tuple[int, Action]], owner: Mapping[tuple[str, str], int]
    ) -> None:
        """Which actions have lost a key to one that a person has given it to."""
        for (rank, before), now in zip(ranks, self.actions, strict=True):
            for key in before.keys if rank else ():
                taker = ranks[owner[_domain(before), key]]
                if taker[0] or key in now.keys:
                    continue
                name = _name(taker[1])
                self.lost.setdefault((now.scope, now.id), []).append((shown(key), name))
                rest = " ".join(shown(kept) for kept in now.keys)
                still = f"which has {rest} still" if rest else "which has no key now"
                words = f"{shown(key)} was the key of {_name(now)}, {still}"
                self.problems.append((name, words))

    def find(self, key: str, character: str | None, *scopes: str) -> Action | None:
        """The action of a key, looked up in the scopes in turn."""
        name = normal(key, character)
        for scope in scopes:
            action = self._lookup.get((scope, name)) or self._lookup.get((scope, key))
            if action is not None:
                return action
        return None

    def key(self, action: str, scope: str = "list") -> str:
        """The first key of an action as people write it; empty when it has none."""
        for item in self.actions:
            if item.id == action and item.scope == scope and item.keys:
                return shown(item.keys[0])
        return ""

    def hint(self, action: str, scope: str = "list", word: str = "") -> tuple[str, str, str]:
        """(key, label, action) for the line of keys; `word`: where the usual label is not it."""
        labels = (one.label for one in self.actions if (one.id, one.scope) == (action, scope))
        return self.key(action, scope), word or next(labels), action

    def told(self, action: str, *scopes: str) -> str:
        """What to press for an action where these scopes hold ("list" when none is named), for a
        sentence: its key, behind the leader when it needs that, else its name in the palette."""
        for scope in scopes or ("list",):
            if key := self.key(action, scope):
                return f"{shown(self.leader)} {key}" if scope == "leader" else key
        return f"{self.key('palette') or 'the palette:'} {self.label(action)}"

    def label(self, action: str) -> str:
        """What an action is called in the line of keys."""
        return next((item.label for item in self.actions if item.id == action), action)

    def palette(self, *scopes: str) -> list[tuple[Action, str]]:
        """What the command palette offers, with its key: all of the list, of the scopes of a pane,
        and what only the leader leads to."""
        found: dict[str, tuple[Action, str]] = {}
        lead = {"leader": shown(self.leader)}
        # What is done with images, volumes, … begins with the key of their list.
        lead.update({name: self.key(name) for name in SECTIONS if name not in scopes})
        for scope in (*scopes, "list", "any", *SECTIONS, "leader"):
            for action in self.actions:
                if action.scope != scope or action.id in HIDDEN or action.id in found:
                    continue
                key = shown(action.keys[0]) if action.keys else ""
                first = lead.get(scope, "")
                found[action.id] = action, f"{first} {key}".strip() if key else ""
        return _told_apart(list(found.values()))

    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """All keys for the list of keys: (title, [(keys, help)])."""
        return [
            (
                title.format(leader=shown(self.leader)),
                [self._row(action) for action in self.actions if action.scope == scope],
            )
            for scope, title in SCOPE_TITLES.items()
        ]

    def _row(self, action: Action) -> tuple[str, str]:
        lost = self.lost.get((action.scope, action.id), ())
        told = "".join(f" · {key} is {name}'s now" for key, name in lost)
        return " ".join(shown(key) for key in action.keys), action.help + told


def _domain(action: Action) -> str:
    """Scopes that are always looked up together share their keys."""
    return "list" if action.scope == "any" else action.scope


def _name(action: Action) -> str:
    """An action's name in the configuration."""
    return action.id if action.scope in FREE else f"{action.scope}.{action.id}"


def _told_apart(found: list[tuple[Action, str]]) -> list[tuple[Action, str]]:
    """Actions of one label, and those of things, say what they act on."""
    count = Counter(action.label.rstrip("…") for action, _ in found)

    def alone(action: Action) -> bool:
        label = action.label.rstrip("…")
        return count[label] == 1 and (action.scope not in SECTIONS or " " in label)

    return [
        (action if alone(action) else replace(action, label=_whole_label(action)), key)
        for action, key in found
    ]


def _whole_label(action: Action) -> str:
    label = action.label.rstrip("…")
    if action.id in WHOLE:
        return WHOLE[action.id]
    return f"{label} {NOUNS.get(action.scope, '')}".rstrip() + "…" * (label != action.label)
