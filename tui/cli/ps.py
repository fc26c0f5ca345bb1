"""`ps`: containers, as Docker lists them."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import COUNT, LIST, Flag, Values, Verb
from contui.tui.cli.listing import FORMAT, NO_TRUNC, QUIET, print_rows
from contui.tui.cli.output import ago, clock, short
from contui.tui.client import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_COLUMNS = (
    ("CONTAINER ID", "ID"),
    ("IMAGE", "Image"),
    ("COMMAND", "Command"),
    ("CREATED", "RunningFor"),
    ("STATUS", "Status"),
    ("PORTS", "Ports"),
    ("NAMES", "Names"),
)
_COMMAND_WIDTH = 20

# By number of ContainerState.
STATES = ("unknown", "created", "starting", "running", "paused", "stopping", "restarting",
           "exited", "removing", "unknown")  # fmt: skip

_FLAGS = (
    Flag("all", "Also those that do not run", "a"),
    Flag("filter", "Only these: status=, name=, label=, image=, id=, exited=", "f", "KEY=VALUE",
         LIST),
    FORMAT,
    Flag("last", "The last N, whatever their state", "n", "N", COUNT),
    Flag("latest", "The last one", "l"),
    NO_TRUNC,
    QUIET,
)  # fmt: skip


def _ps(values: Values) -> int:
    last = 1 if values.flag("latest") else values.number("last") or 0
    request = messages.ListRequest(
        all=values.flag("all") or last > 0 or _asks_for_ended(values), limit=max(last, 0)
    )
    for key, wanted in filters(values.texts("filter")).items():
        request.filters[key].values.extend(wanted)
    found = api.channel().call("ContainerService/List", request, messages.ListResponse)
    whole = values.flag("no-trunc")
    rows = [row(container, whole) for container in found.containers]
    print_rows(values, rows, _COLUMNS, "ID")
    return 0


def _asks_for_ended(values: Values) -> bool:
    """A filter for a state is one for all states, as in Docker."""
    return any(text.startswith(("status=", "exited=")) for text in values.texts("filter"))


def filters(texts: Sequence[str]) -> dict[str, list[str]]:
    """KEY=VALUE of --filter, by key. Raises CliError."""
    out: dict[str, list[str]] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise CliError(f'invalid --filter "{text}"', "KEY=VALUE, for example status=exited")
        out.setdefault(key.strip().lower(), []).append(value)
    return out


def row(container: messages.Container, whole: bool) -> dict[str, Any]:
    """What can be shown of a container, with Docker's names."""
    command = " ".join(container.argv)
    if not whole and len(command) > _COMMAND_WIDTH:
        command = command[: _COMMAND_WIDTH - 1] + "…"
    created = container.created_at.unix_nanos
    labels = dict(container.labels)
    return {
        "ID": container.id if whole else short(container.id),
        "Image": container.image,
        "Command": f'"{command}"',
        "CreatedAt": clock(created),
        "RunningFor": ago(created),
        "Status": container.status,
        "State": STATES[container.state],
        "Ports": ", ".join(port(binding) for binding in container.ports),
        "Names": container.name,
        "Labels": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        "Label": lambda key: labels.get(key, ""),
        "Networks": container.network_mode,
        "Size": "",
        "Health": container.health,
        "Sessions": container.sessions,
        "Pid": container.pid,
        "ShimPid": container.shim_pid,
    }


def port(binding: messages.PortBinding) -> str:
    """ "0.0.0.0:8080->80/tcp"; "80/tcp" when it is not published."""
    inside = f"{binding.container_port}/{binding.protocol or 'tcp'}"
    if not binding.host_port:
        return inside
    host = binding.host_ip or "0.0.0.0"
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{binding.host_port}->{inside}"


VERBS = {"ps": Verb(_ps, "", _FLAGS, 0, 0)}
