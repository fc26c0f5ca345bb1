"""Images, networks, volumes, sessions and events as plain data, and as items of their lists.

`contui.tui.section_calls` makes the data from the API's messages. Everything that a person or a
container has named is cleaned here, where it becomes text to show.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from contui.tui.view_models.columns import Column
from contui.tui.view_models.events import EventInfo
from contui.tui.view_models.section import Item, Kind, day_of, texts
from contui.tui.view_models.text import Span, age, byte_size, clean, command_line, plural, program


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """An image; `created` in seconds since 1970, `size` in bytes of its unpacked layers."""

    id: str
    references: tuple[str, ...] = ()
    created: float = 0.0
    size: int = 0
    architecture: str = ""
    containers: int = 0
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """What `run` takes for it."""
        return self.references[0] if self.references else self.id


@dataclass(frozen=True, slots=True)
class MemberInfo:
    """A container in a network, or a volume in a container."""

    container: str
    name: str
    place: str = ""  # its address; where the volume is mounted
    more: str = ""  # its published ports; "read-only"


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """A network and who is in it."""

    id: str
    name: str
    driver: str = ""
    subnet: str = ""
    gateway: str = ""
    interface: str = ""
    members: tuple[MemberInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class VolumeInfo:
    """A volume and who has it; `size` in bytes, -1: not measured."""

    name: str
    path: str = ""
    created: float = 0.0
    anonymous: bool = False
    uses: tuple[MemberInfo, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    size: int = -1


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session of any container, and who watches it."""

    id: str
    container: str
    container_name: str
    argv: tuple[str, ...] = ()
    user: str = ""
    tty: bool = False
    state: str = "running"  # "created", "running", "exited"
    code: int = 0
    pid: int = 0
    viewers: tuple[str, ...] = ()
    owner: str = ""  # the viewer whose terminal decides the size
    size: tuple[int, int] = (0, 0)
    created: float = 0.0
    purpose: str = ""  # "health": a health check's; else a person's

    @property
    def main(self) -> bool:
        """Whether it is the container's own program."""
        return self.id == "main"


IMAGES = Kind(
    "images",
    "image",
    (
        Column("reference", "IMAGE", 14, 4),
        Column("id", "ID", 12, 0, 5),
        Column("size", "SIZE", 9, 0, 2, right=True),
        Column("age", "AGE", 4, 0, 3, right=True),
        Column("used", "USED BY", 7, 0, 1, right=True),
        Column("architecture", "ARCH", 8, 0, 6),
    ),
    "size",
    ("reference", "id", "label", "used"),
    "no images",
    ("image_import", "imports a tar of a root file system"),
)
NETWORKS = Kind(
    "networks",
    "network",
    (
        Column("name", "NETWORK", 10, 2),
        Column("driver", "DRIVER", 7, 0, 2),
        Column("subnet", "SUBNET", 18, 0, 1),
        Column("gateway", "GATEWAY", 15, 0, 3),
        Column("members", "CONTAINERS", 10, 3, 0),
        Column("id", "ID", 12, 0, 5),
    ),
    "count",
    ("name", "driver", "container"),
    "no networks",
)
VOLUMES = Kind(
    "volumes",
    "volume",
    (
        Column("name", "VOLUME", 14, 3),
        Column("used", "USED BY", 12, 2, 1),
        Column("size", "SIZE", 9, 0, 2, right=True),
        Column("age", "AGE", 4, 0, 3, right=True),
        Column("labels", "LABELS", 12, 1, 4),
    ),
    "age",
    ("name", "used", "label"),
    "no volumes",
    ("volume_create", "makes one"),
)
SESSIONS = Kind(
    "sessions",
    "session",
    (
        Column("container", "CONTAINER", 12, 2),
        Column("command", "COMMAND", 12, 3, 1),
        Column("id", "SESSION", 12, 0, 4),
        Column("user", "USER", 8, 0, 5),
        Column("viewers", "VIEWERS", 12, 2, 2),
        Column("owner", "SIZE OF", 10, 1, 6),
        Column("status", "STATUS", 10, 0, 3, right=True),
        Column("age", "AGE", 4, 0, 3, right=True),
    ),
    "brief",
    ("container", "command", "user", "viewer", "state"),
    "no sessions",
    ("", "a container that runs has one"),
)
EVENTS = Kind(
    "events",
    "event",
    (
        Column("time", "TIME", 8),
        Column("type", "TYPE", 9, 0, 4),
        Column("action", "EVENT", 13, 0, 1),
        Column("name", "NAME", 14, 2, 2),
        Column("more", "MORE", 12, 4, 3),
    ),
    "name",
    ("type", "event", "name", "container"),
    "nothing has happened yet",
    newest_first=True,
)
KINDS = {kind.id: kind for kind in (IMAGES, NETWORKS, VOLUMES, SESSIONS, EVENTS)}


def image_item(info: ImageInfo, now: float) -> Item:
    """An image as a line."""
    name = clean(info.reference)
    short = info.id.removeprefix("sha256:")[:12]
    built_in = info.id == "host"
    labels = _labels(info.labels)
    return Item(
        info.id,
        name,
        {
            "reference": Span(name if info.references or built_in else "<none>"),
            "id": Span(clean(short), "muted"),
            "size": Span("-" if built_in else byte_size(info.size), "muted"),
            "age": Span(_age(info.created, now), "muted"),
            "used": Span(str(info.containers or ""), "muted"),
            "architecture": Span(clean(info.architecture), "muted"),
        },
        {
            "": texts(info.references),
            "reference": info.references,
            "id": (info.id,),
            "label": labels,
            "used": ("yes" if info.containers else "no",),
        },
        (
            ("id", clean(info.id)),
            ("names", ", ".join(clean(one) for one in info.references)),
            ("size", "" if built_in else byte_size(info.size)),
            ("made", f"{_age(info.created, now)} ago" if info.created else ""),
            ("machine", clean(info.architecture)),
            ("used by", plural(info.containers, "container") if info.containers else "nobody"),
            ("about", "this machine's own root; writes are thrown away" if built_in else ""),
            ("labels", clean(", ".join(labels))),
        ),
        {"size": info.size, "age": -info.created, "used": -info.containers},
        mark=Span("●" if info.containers else "○", "good" if info.containers else "muted"),
        data=info,
    )


def network_item(info: NetworkInfo) -> Item:
    """A network as a line."""
    name, count = clean(info.name), len(info.members)
    members = ", ".join(clean(member.name) for member in info.members)
    return Item(
        info.id,
        name,
        {
            "name": Span(name),
            "driver": Span(clean(info.driver), "muted"),
            "subnet": Span(clean(info.subnet), "muted"),
            "gateway": Span(clean(info.gateway), "muted"),
            "members": Span(members, "muted"),
            "count": Span(f"{count} in it" if count else "empty", "muted"),
            "id": Span(clean(info.id[:12]), "muted"),
        },
        {
            "": texts(info.name, info.driver, info.subnet, [one.name for one in info.members]),
            "name": (info.name,),
            "driver": (info.driver,),
            "container": [member.name for member in info.members],
        },
        (
            ("id", clean(info.id[:12])),
            ("driver", clean(info.driver)),
            ("subnet", clean(info.subnet)),
            ("gateway", clean(info.gateway)),
            ("bridge", clean(info.interface)),
            *_member_facts("containers", info.members),
        ),
        {"members": -count},
        mark=Span("●" if count else "○", "good" if count else "muted"),
        data=info,
    )


def volume_item(info: VolumeInfo, now: float) -> Item:
    """A volume as a line."""
    name = clean(info.name)
    used = ", ".join(clean(use.name) for use in info.uses)
    labels = _labels(info.labels)
    size = "" if info.size < 0 else byte_size(info.size)
    return Item(
        info.name,
        name,
        {
            "name": Span(name, "muted" if info.anonymous else ""),
            "used": Span(used or "nobody", "muted"),
            "size": Span(size, "muted"),
            "age": Span(_age(info.created, now), "muted"),
            "labels": Span(clean(", ".join(labels)), "muted"),
        },
        {
            "": texts(info.name, [use.name for use in info.uses]),
            "name": (info.name,),
            "used": [use.name for use in info.uses] or ("nobody",),
            "label": labels,
        },
        (
            ("kind", "without a name" if info.anonymous else "named"),
            ("size", size),
            ("made", f"{_age(info.created, now)} ago" if info.created else ""),
            ("path", clean(info.path)),
            ("labels", clean(", ".join(labels))),
            *_member_facts("used by", info.uses),
        ),
        {"size": info.size, "age": -info.created, "used": (-len(info.uses), used)},
        mark=Span("●" if info.uses else "○", "good" if info.uses else "muted"),
        data=info,
    )


def session_item(info: SessionEntry, now: float) -> Item:
    """A session as a line."""
    name, command = clean(info.container_name), command_line(info.argv)
    viewers = ", ".join(clean(viewer) for viewer in info.viewers)
    status = f"exit {info.code}" if info.state == "exited" else info.state
    watching = plural(len(info.viewers), "viewer") if info.viewers else ""
    live = info.state != "exited"
    size = f"{info.size[0]}×{info.size[1]}" if info.size[0] else ""
    brief = program(info.argv) if live else status
    if live and info.viewers:
        brief += f" ({len(info.viewers)})"
    return Item(
        f"{info.container}/{info.id}",
        f"{name} {command}",
        {
            "container": Span(name, "" if live else "muted"),
            "command": Span(command, "" if live else "muted"),
            "id": Span(clean(info.id), "muted"),
            "user": Span(clean(info.user), "muted"),
            "viewers": Span(viewers, "muted"),
            "owner": Span(clean(info.owner), "muted"),
            "status": Span(watching or status if live else status, "muted"),
            "age": Span(_age(info.created, now), "muted"),
            "brief": Span(brief, "muted"),
        },
        {
            "": texts(info.container_name, command, info.viewers),
            "id": (info.id,),
            "container": (info.container_name,),
            "command": (command,),
            "user": (info.user,),
            "viewer": info.viewers,
            "state": (info.state,),
        },
        (
            ("container", name),
            ("command", command),
            ("session", "the container's own program" if info.main else clean(info.id)),
            ("purpose", f"{clean(info.purpose)} check" if info.purpose else ""),
            ("user", clean(info.user)),
            ("stdio", f"a terminal {size}".rstrip() if info.tty else "pipes, no terminal"),
            ("pid", str(info.pid or "")),
            ("state", status),
            ("viewers", viewers or "nobody watches"),
            ("size of", clean(info.owner)),
        ),
        {"age": -info.created},
        container=info.container,
        mark=Span("●" if live else "○", "good" if live else "muted"),
        data=info,
        aside=info.purpose != "",
    )


def event_item(info: EventInfo, number: int) -> Item:
    """An event as a line; `number` tells it from all others."""
    name = clean(info.name or info.id[:12])
    more = clean(" ".join(f"{k}={v}" for k, v in sorted(info.attributes.items()) if v))
    bad = info.action in ("oom", "die") and info.attributes.get("exit_code", "0") != "0"
    at = time.strftime("%H:%M:%S", time.localtime(info.at))
    role = "bad" if bad or info.action == "oom" else ""
    return Item(
        str(number),
        f"{name} {clean(info.action)}",
        {
            "time": Span(at, "muted"),
            "type": Span(clean(info.type), "muted"),
            "action": Span(clean(info.action), role),
            "name": Span(name),
            "more": Span(more, "muted"),
        },
        {
            "": (info.name, info.action, more),
            "id": (info.id,),
            "type": (info.type,),
            "event": (info.action,),
            "name": (info.name,),
            "container": (info.name, info.id) if info.type == "container" else (),
        },
        (
            ("at", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(info.at))),
            ("type", clean(info.type)),
            ("event", clean(info.action)),
            ("id", clean(info.id[:12])),
            *((clean(key), clean(value)) for key, value in sorted(info.attributes.items())),
        ),
        container=info.id if info.type == "container" else "",
        data=info,
        day=day_of(info.at),
    )


def _labels(labels: dict[str, str]) -> list[str]:
    return [f"{key}={value}" for key, value in sorted(labels.items())]


def _age(since: float, now: float) -> str:
    return age(now - since) if since else ""


def _member_facts(title: str, members: tuple[MemberInfo, ...]) -> list[tuple[str, str]]:
    """A line for each; the first has the title."""
    return [
        (
            title if index == 0 else "",
            clean(f"{member.name}  {member.place}  {member.more}").strip(),
        )
        for index, member in enumerate(members)
    ]
