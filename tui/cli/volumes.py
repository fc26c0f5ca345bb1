"""`volume ls|create|inspect|rm|prune`: directories that outlive containers."""

from __future__ import annotations

from contui.tui.cli import api, terminal
from contui.tui.cli.errors import CliError, UsageError
from contui.tui.cli.flags import LIST, Flag, Values, Verb
from contui.tui.cli.inspect import print_documents
from contui.tui.cli.listing import FORMAT, QUIET, print_rows
from contui.tui.cli.output import clock, complain, note, show, size
from contui.tui.cli.ps import filters
from contui.tui.client import messages
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COLUMNS = (("DRIVER", "Driver"), ("VOLUME NAME", "Name"))
_WORDS = "ls|create|inspect|rm|prune"


def _volume(values: Values) -> int:
    raise UsageError('"contui volume" needs one more word', f"one of {_WORDS.replace('|', ', ')}")


def _ls(values: Values) -> int:
    request = messages.ListVolumesRequest()
    for key, wanted in filters(values.texts("filter")).items():
        request.filters[key].values.extend(wanted)
    answer = api.channel().call("VolumeService/List", request, messages.ListVolumesResponse)
    print_rows(values, [_row(volume) for volume in answer.volumes], _COLUMNS, "Name")
    return 0


def _row(volume: messages.Volume) -> dict[str, Any]:
    labels = dict(volume.labels)
    return {
        "Name": volume.name,
        "Driver": "local",
        "Scope": "local",
        "Mountpoint": volume.mountpoint,
        "Labels": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        "Label": lambda key: labels.get(key, ""),
        "Links": len(volume.uses),
        "CreatedAt": clock(volume.created_at.unix_nanos),
        "Size": "N/A",
        "UsedBy": ", ".join(use.container_name for use in volume.uses),
    }


def _create(values: Values) -> int:
    if values.text("driver") not in ("", "local"):
        raise CliError(
            f'there is no volume driver "{values.text("driver")}"', "leave it out: local"
        )
    given = values.text("name")
    if given and values.args:
        raise CliError("two names for one volume", "contui volume create NAME")
    request = messages.CreateVolumeRequest(name=values.args[0] if values.args else given)
    for label in values.texts("label"):
        key, _, value = label.partition("=")
        if not key:
            raise CliError(f'invalid --label "{label}"', "KEY or KEY=VALUE")
        request.labels[key] = value
    answer = api.channel().call("VolumeService/Create", request, messages.CreateVolumeResponse)
    show(f"{answer.volume.name}\n")
    return 0


def _inspect(values: Values) -> int:
    def fetch(name: str) -> str:
        request = messages.InspectVolumeRequest(name=name)
        channel = api.channel()
        return channel.call("VolumeService/Inspect", request, messages.InspectVolumeResponse).json

    return print_documents(values, fetch)


def _rm(values: Values) -> int:
    def remove(name: str) -> str:
        request = messages.RemoveVolumeRequest(name=name, force=values.flag("force"))
        api.channel().call("VolumeService/Remove", request, messages.RemoveVolumeResponse)
        return name

    return api.each(values.args, remove)


def _prune(values: Values) -> int:
    kind = "every volume" if values.flag("all") else "every anonymous volume"
    if not values.flag("force") and not _agreed(f"{kind} that no container has is removed"):
        return 0
    request = messages.PruneVolumesRequest(all=values.flag("all"))
    for key, wanted in filters(values.texts("filter")).items():
        request.filters[key].values.extend(wanted)
    try:
        answer = api.channel().call("VolumeService/Prune", request, messages.PruneVolumesResponse)
    except ApiError as error:
        complain(error.message, error.hint)
        return 1
    if answer.removed:
        show("Deleted Volumes:\n" + "".join(f"{name}\n" for name in answer.removed) + "\n")
    show(f"Total reclaimed space: {size(answer.reclaimed_bytes)}\n")
    return 0


def _agreed(what: str) -> bool:
    """Ask on a terminal; without one nobody can agree. Raises CliError."""
    if not terminal.is_terminal(0):
        raise CliError(f"{what}, and nobody is asked", "say --force to do it all the same")
    import sys

    note(f"{what}, with its content. Go on? [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


_FILTER = Flag(
    "filter", "Only these: name=, label=, dangling=true, driver=", "f", "KEY=VALUE", LIST
)
VERBS = {
    "volume": Verb(_volume, _WORDS, complete=_WORDS),
    "volume ls": Verb(_ls, "", (_FILTER, FORMAT, QUIET), 0, 0),
    "volume create": Verb(
        _create,
        "[NAME]",
        (
            Flag("driver", "local is the only one", "d", "NAME"),
            Flag("label", "A label of the volume", value="KEY=VALUE", kind=LIST),
            Flag("name", "The same as the argument", value="NAME"),
        ),
        0,
        1,
    ),
    "volume inspect": Verb(
        _inspect,
        "VOLUME…",
        (Flag("format", "json, or a Go template", "f", "FORMAT"),),
        1,
        complete="volumes",
    ),
    "volume rm": Verb(
        _rm, "VOLUME…", (Flag("force", "One that is not there is fine", "f"),), 1,
        complete="volumes",
    ),
    "volume prune": Verb(
        _prune,
        "",
        (
            Flag("all", "Named ones, too", "a"),
            Flag("filter", "Only these: label=", value="KEY=VALUE", kind=LIST),
            Flag("force", "Do not ask", "f"),
        ),
        0,
        0,
    ),
}  # fmt: skip
