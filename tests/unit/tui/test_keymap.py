"""The keys in force: presets, changes, conflicts, and how keys are written."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from contui.tui.key_names import parse, shown
from contui.tui.key_presets import PRESETS
from contui.tui.key_table import ACTIONS, FREE, MOVED_IN, MOVES
from contui.tui.keymap import Keymap
from contui.tui.preferences import preferences


@pytest.mark.parametrize("preset", PRESETS)
def test_no_key_is_bound_twice_in_a_scope(preset: str) -> None:
    keymap = Keymap(preset=preset)
    count = Counter((action.scope, key) for action in keymap.actions for key in action.keys)
    assert [item for item, number in count.items() if number > 1] == []
    for action in keymap.actions:
        for key in action.keys:
            found = keymap.find(key, None, action.scope)
            assert found is not None
            assert found.id == action.id
    assert keymap.problems == []


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_names_actions_that_exist_and_takes_no_key_from_one_for_good(preset: str) -> None:
    known = {f"{action.scope}.{action.id}" for action in ACTIONS}
    known |= {action.id for action in ACTIONS if action.scope in FREE}
    assert PRESETS[preset].keys() <= known
    for keys in PRESETS[preset].values():
        for key in keys:
            assert parse(key) == key or parse(shown(key)) == key
    keymap = Keymap(preset=preset)
    lost = [
        f"{action.scope}.{action.id}"
        for action, before in zip(keymap.actions, ACTIONS, strict=True)
        if before.keys and not action.keys
    ]
    assert lost == []


def test_the_k9s_hand_finds_its_keys() -> None:
    keymap = Keymap(preset="k9s")
    keys = {"s": "shell", "d": "inspect", "ctrl+d": "remove", "ctrl+k": "kill", "l": "logs"}
    for key, action in keys.items():
        found = keymap.find(key, None, "list")
        assert found is not None
        assert found.id == action
    assert keymap.key("remove") == "ctrl-d"


def test_changes_go_over_a_preset_and_take_keys_from_others() -> None:
    keymap = Keymap({"stop": ["d"], "leader.detach": ["q"]}, preset="k9s")
    assert keymap.find("d", "d", "list").id == "stop"  # type: ignore[union-attr]
    assert keymap.key("inspect") == "y"
    assert keymap.key("detach", "leader") == "q"
    assert keymap.problems == [("stop", "d was the key of inspect, which has y still")]


def test_a_key_that_another_action_has_lost_is_told() -> None:
    keymap = Keymap({"stop": ["x"], "any.tab_left": ["q", "<"], "leader.lock": ["z"]})
    assert keymap.key("close") == ""
    assert keymap.problems == [
        ("stop", "x was the key of close, which has no key now"),
        ("tab_left", "q was the key of quit, which has no key now"),
        ("leader.lock", "z was the key of leader.zoom, which has no key now"),
    ]
    rows = dict(row[::-1] for _, rows in keymap.groups() for row in rows)
    assert rows["close the tab; the program goes on · x is stop's now"] == ""
    assert rows["quit; containers and sessions live on · q is tab_left's now"] == ""
    assert Keymap({"stop": ["r"], "restart": ["S"]}).problems == []
    assert Keymap({"stop": ["r"], "restart": []}).problems == []


def test_a_key_that_lists_keep_for_themselves_is_told() -> None:
    keymap = Keymap({"stop": ["k"], "quit": ["3"], "signal": ["j"], "leader.zoom": ["G"]})
    assert keymap.problems == [
        ("stop", "k moves in lists: there it does nothing else"),
        ("quit", "3 goes to a tab: there it does nothing else"),
    ]


@pytest.mark.parametrize("preset", PRESETS)
def test_no_action_of_a_preset_loses_a_key(preset: str) -> None:
    """Neither the preset's own keys clash, nor does one take a key of what it leaves alone."""
    before = [Keymap._ranked(action, {}, PRESETS[preset])[1] for action in ACTIONS]
    assert before == Keymap(preset=preset).actions
    for action in before:
        taken = {key for key in action.keys if key in MOVES or key.isdigit()}
        assert not taken or action.scope not in MOVED_IN


def test_what_to_press_for_an_action() -> None:
    keymap = Keymap({"undo": [], "palette": ["f1"]}, "ctrl-b")
    assert keymap.told("stop") == "S"
    assert keymap.told("access", "any", "list", "leader") == "ctrl-b a"
    assert keymap.told("restart", "any", "list", "leader") == "r"
    assert keymap.told("undo") == "f1 undo"


def test_what_cannot_be_is_said() -> None:
    keymap = Keymap({"stopp": ["x"], "stop": ["ctl-x"], "kill": ["f9"], "logs": ["f9"]}, "x", "vi")
    assert keymap.problems == [
        ("leader", "x cannot be the leader: a chord, as ctrl-]"),
        ("stopp", "there is no action stopp; stop is meant?"),
        ("stop", "ctl-x is no key: as S, esc, f5, ctrl-x"),
        ("keys", "there are no keys called vi: contui, lazydocker, k9s"),
        ("kill", "f9 is logs's already, which keeps it"),
    ]
    assert keymap.find("f9", None, "list").id == "logs"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("S", "S"), ("esc", "escape"), ("ctrl-x", "ctrl+x"), ("C-x", "ctrl+x"), ("f5", "f5"),
        ("ctrl-]", "ctrl+right_square_bracket"), ("]", "right_square_bracket"),
        ("ctrl+right_square_bracket", "ctrl+right_square_bracket"), ("alt-up", "alt+up"),
        ("shift-tab", "shift+tab"), ("-", "-"), ("+", "+"), ("space", "space"), (" ", "space"),
        ("ctrl-pgup", "ctrl+pageup"), ("ctrl+shift+left", "ctrl+shift+left"), ("shift-a", "A"),
        ("ctrl--", "ctrl+minus"), ("nonsense", None), ("hyp-x", None), ("f99", None), ("", None),
    ],
)  # fmt: skip
def test_how_keys_are_written(written: str, meant: str | None) -> None:
    assert parse(written) == meant


def test_the_palette_has_everything_with_its_key() -> None:
    keymap = Keymap()
    found = {action.id: key for action, key in keymap.palette("log", "text")}
    elsewhere = ("processes", "stats", "play", "ended", "section")  # only in a pane of that kind
    wanted = {action.id for action in ACTIONS if action.scope not in elsewhere}
    assert wanted - {"unmark", "palette"} <= found.keys()
    assert found["stop"] == "S"
    assert found["text_wrap"] == "w"
    assert found["split_row"] == "ctrl-] |"
    assert found["image_import"] == "I a"
    assert {action.id: key for action, key in keymap.palette("images")}["image_import"] == "a"


@pytest.mark.parametrize("scopes", [(), ("log", "text"), ("processes",), ("play",), ("images",)])
def test_every_entry_of_the_palette_says_what_it_acts_on(scopes: tuple[str, ...]) -> None:
    labels = Counter(action.label for action, _ in Keymap().palette(*scopes))
    assert [label for label, number in labels.items() if number > 1] == []
    assert {"remove container", "remove image", "remove volume", "new volume…"} <= labels.keys()
    assert "stop" in labels


def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text)
    monkeypatch.setenv("CONTUI_CONFIG", str(file))
    monkeypatch.delenv("CONTUI_NO_ANIMATION", raising=False)
    return file


def test_a_preset_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, monkeypatch, '[tui]\nkeys = "k9s"\nanimation = false\nnotify = "bell osc9"\n')
    found = preferences("unix:///x")
    assert found.keymap.key("shell") == "s"
    assert (found.notify, found.animation, found.problems) == (("bell", "osc9"), False, [])


def test_the_readmes_example_takes_no_other_actions_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    example = readme[readme.index("    [tui]\n") : readme.index("\n### What to know before")]
    config(tmp_path, monkeypatch, example)
    found = preferences("unix:///x")
    assert found.problems == []
    assert found.keymap.key("stop") == "ctrl-x"


def test_problems_name_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        "[tui]", 'theme = "pink"', 'notify = "loud"', "[tui.keys]", 'preset = "lazydocker"',
        'stop = ["X"]', '"leader.detach" = "q"', 'nothing = ["a"]', "[tui.keys.leader]",
        'zoom = "ctrl-zz"',
    ]  # fmt: skip
    config(tmp_path, monkeypatch, "\n".join(lines))
    found = preferences("unix:///x")
    told = "\n".join(found.problems)
    assert "config.toml, line 8: there is no action nothing" in told
    assert "config.toml, line 10: ctrl-zz is no key" in told
    assert "config.toml, line 3: notify is off toast bell osc9 osc777, not loud" in told
    assert "config.toml, line 2: the themes are" in told
    assert "config.toml, line 6: X was the key of cancel, which has no key now" in told
    assert len(found.problems) == 5
    assert found.keymap.key("stop") == "X"
    assert found.keymap.key("shell") == "E"
    assert found.keymap.key("detach", "leader") == "q"


def test_a_file_that_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(tmp_path, monkeypatch, "[tui\n")
    found = preferences("unix:///x")
    assert len(found.problems) == 1
    assert found.problems[0].startswith("config.toml is left out:")
    assert "line 1" in found.problems[0]


def test_no_animation_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(tmp_path, monkeypatch, "")
    assert preferences("unix:///x").animation
    monkeypatch.setenv("CONTUI_NO_ANIMATION", "1")
    assert not preferences("unix:///x").animation
