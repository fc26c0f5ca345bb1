"""An event of the backend as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field

from contui.tui.view_models.containers import ContainerInfo


@dataclass(frozen=True, slots=True)
class EventInfo:
    """What happened to what; `container` is how it is now, None when it is gone."""

    type: str
    action: str
    id: str = ""
    name: str = ""
    at: float = 0.0
    attributes: dict[str, str] = field(default_factory=dict)
    container: ContainerInfo | None = None
