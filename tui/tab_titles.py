"""What the tabs are called: by the person, else by what they show, told apart by a number."""

from __future__ import annotations

from collections.abc import Mapping

from contui.tui.view_models.workspace import Workspace
from contui.tui.widgets.pane import Pane
from contui.tui.widgets.tab_bar import TabTitle


def tab_titles(workspace: Workspace, panes: Mapping[str, Pane]) -> list[TabTitle]:
    """One title a tab, in order."""
    titles: list[TabTitle] = []
    seen: dict[tuple[str, str], int] = {}
    for tab in workspace.tabs:
        title = panes[tab.focus].tab_title()
        more = len(tab.panes()) - 1
        name, label = (tab.name, "") if tab.name else (title.name, title.label)
        count = seen[name, label] = seen.get((name, label), 0) + 1
        numbered = f" {count}" if count > 1 and not tab.name else ""
        label = f"{label}{numbered}" + (f" +{more}" if more else "")
        news = any(panes[pane].news for pane in tab.panes())
        titles.append(TabTitle(name, label.strip(), news, title.trouble, title.over))
    return titles
