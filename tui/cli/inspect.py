"""`inspect`: everything about containers and images, as JSON."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.listing import parsed
from contui.tui.cli.output import complain, harmless, show
from contui.tui.client import jsonlite, messages
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def _inspect(values: Values) -> int:
    return print_documents(values, lambda name: _fetch(name, values.text("type")))


def print_documents(values: Values, fetch: Callable[[str], str]) -> int:
    """Print the JSON that `fetch` has for each argument, as --format says; the exit status."""
    form = values.text("format")
    template = parsed(form) if form not in ("", "json") else None
    found: list[Any] = []
    status = 0
    for name in values.args:
        try:
            found.append(jsonlite.loads(fetch(name)))
        except ApiError as error:
            complain(error.message, error.hint)
            status = 1
    if template is not None:
        _show_each(template, found)
    elif form == "json":
        show(f"{jsonlite.dumps(found)}\n")
    else:
        show(f"{jsonlite.dumps(found, indent=4)}\n")
    return status


def _show_each(template: Any, found: list[Any]) -> None:
    from contui.tui.cli.template import TemplateError

    for one in found:
        try:
            lines = template(one).split("\n")
        except TemplateError as error:
            raise CliError(str(error)) from None
        show("\n".join("\t".join(map(harmless, line.split("\t"))) for line in lines) + "\n")


def _fetch(name: str, kind: str) -> str:
    """The JSON of a container or, if there is none of this name, of an image. Raises ApiError."""
    channel = api.channel()
    if kind not in ("", "container", "image"):
        raise CliError(f'invalid --type "{kind}"', "container or image")
    if kind != "image":
        try:
            request = messages.InspectRequest(container=name)
            return channel.call("ContainerService/Inspect", request, messages.InspectResponse).json
        except ApiError as error:
            if kind or error.status != "not-found":
                raise
    try:
        image = messages.InspectImageRequest(image=name)
        return channel.call("ImageService/Inspect", image, messages.InspectImageResponse).json
    except ApiError as error:
        if kind or error.status != "not-found":
            raise
    raise ApiError(
        "not-found",
        f"there is no container and no image {name}",
        "see: contui ps -a; contui images",
    )


VERBS = {
    "inspect": Verb(
        _inspect,
        "CONTAINER|IMAGE…",
        (
            Flag("format", "json, or a Go template", "f", "FORMAT"),
            Flag("type", "container or image", value="TYPE"),
        ),
        1,
        complete="containers",
    ),
}
