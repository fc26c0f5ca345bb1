"""No screen and no pane is without a picture."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from textual.screen import Screen

from contui.tui import screens, widgets
from contui.tui.widgets.pane import Pane
from contui.tui.windows import Windows
from tests.tui import (
    test_snapshots_dialogs,
    test_snapshots_lists,
    test_snapshots_sessions,
    test_snapshots_texts,
)

FILES = (
    test_snapshots_dialogs,
    test_snapshots_lists,
    test_snapshots_sessions,
    test_snapshots_texts,
)


def leaves(base: type, package: ModuleType) -> set[type]:
    """The classes of a package that derive from `base` and that the app makes itself."""
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    found: set[type] = set()
    rest = [base]
    while rest:
        for sub in rest.pop().__subclasses__():
            rest.append(sub)
            if sub.__module__.startswith(package.__name__):
                found.add(sub)
    return found


def pictured() -> set[type]:
    """What the scenes show, each checked where its picture is taken."""
    return {shown for file in FILES for scene in file.SCENES.all.values() for shown in scene.shows}


def test_every_screen_has_a_picture() -> None:
    found = {one for one in leaves(Screen, screens) if one.compose is not Screen.compose}
    assert len(found) >= 7
    assert found - pictured() == set()


def test_every_pane_has_a_picture() -> None:
    made = set(Windows._make.__code__.co_names) | set(Windows._session_pane.__code__.co_names)
    found = {pane for pane in leaves(Pane, widgets) if pane.__name__ in made}
    assert len(found) >= 9
    assert found - pictured() == set()


def test_every_scene_has_a_name_of_its_own() -> None:
    names = [name for file in FILES for name in file.SCENES.all]
    assert len(names) == len(set(names))
