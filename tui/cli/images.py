"""`images`, `import`, `rmi`."""

from __future__ import annotations

from contui.tui.cli import api, terminal
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import LIST, Flag, Values, Verb
from contui.tui.cli.listing import FORMAT, NO_TRUNC, QUIET, print_rows
from contui.tui.cli.output import ago, clock, complain, short, show, size
from contui.tui.cli.ps import filters
from contui.tui.client import messages
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_COLUMNS = (
    ("REPOSITORY", "Repository"),
    ("TAG", "Tag"),
    ("IMAGE ID", "ID"),
    ("CREATED", "CreatedSince"),
    ("SIZE", "Size"),
)
_PIECE = 1 << 20  # bytes: what one message of an import carries at the most


def _images(values: Values) -> int:
    request = messages.ListImagesRequest()
    for key, wanted in filters(values.texts("filter")).items():
        request.filters[key] = wanted[-1]
    if values.args:
        request.filters["reference"] = values.args[0]
    answer = api.channel().call("ImageService/List", request, messages.ListImagesResponse)
    whole = values.flag("no-trunc")
    rows = [row for image in answer.images for row in _rows(image, whole)]
    print_rows(values, rows, _COLUMNS, "ID")
    return 0


def _rows(image: messages.Image, whole: bool) -> Iterator[dict[str, Any]]:
    built_in = image.id == "host"
    for reference in image.references or ["host" if built_in else "<none>:<none>"]:
        repository, colon, tag = reference.rpartition(":")
        if not colon or "/" in tag:
            repository, tag = reference, ""
        yield {
            "Repository": repository,
            "Tag": tag,
            "ID": image.id if whole or built_in else short(image.id),
            "CreatedSince": ago(image.created_at.unix_nanos),
            "CreatedAt": clock(image.created_at.unix_nanos),
            "Size": "-" if built_in else size(image.size_bytes),
            "Digest": image.digest or "<none>",
            "Containers": image.containers,
        }


def _import(values: Values) -> int:
    source, reference = values.args[0], values.args[1] if len(values.args) > 1 else ""
    header = messages.ImportHeader(
        reference=reference, message=values.text("message"), changes=values.texts("change")
    )
    channel = api.channel()
    answer = channel.upload("ImageService/Import", _pieces(source, header), messages.ImportResponse)
    show(f"{answer.image.id}\n")
    return 0


def _pieces(source: str, header: messages.ImportHeader) -> Iterator[messages.ImportRequest]:
    if source == "-" and terminal.is_terminal(0):
        raise CliError("stdin is a terminal, and a tar is wanted", "contui import FILE NAME")
    try:
        opened: int | str = 0 if source == "-" else source
        with open(opened, "rb", buffering=0, closefd=source != "-") as file:
            data = file.read(_PIECE)
            yield messages.ImportRequest(header=header)
            while data:
                yield messages.ImportRequest(data=data)
                data = file.read(_PIECE)
    except OSError as error:
        raise CliError(f"cannot read {source}: {error.strerror}") from None


def _rmi(values: Values) -> int:
    status = 0
    for name in values.args:
        request = messages.RemoveImageRequest(image=name, force=values.flag("force"))
        try:
            answer = api.channel().call(
                "ImageService/Remove", request, messages.RemoveImageResponse
            )
        except ApiError as error:
            complain(error.message, error.hint)
            status = 1
            continue
        lines = [f"Untagged: {reference}" for reference in answer.untagged]
        lines += [f"Deleted: {digest}" for digest in answer.deleted]
        show("".join(f"{line}\n" for line in lines))
    return status


_IMPORT_FLAGS = (
    Flag("change", "An instruction: CMD, ENV, USER, WORKDIR, …", "c", "LINE", LIST),
    Flag("message", "A comment in its history", "m", "TEXT"),
)
VERBS = {
    "images": Verb(
        _images,
        "[REFERENCE]",
        (
            Flag("filter", "Only these: reference=, label=", "f", "KEY=VALUE", LIST),
            Flag("all", "For Docker's sake; all are shown anyway", "a"),
            FORMAT,
            NO_TRUNC,
            QUIET,
        ),
        0,
        1,
        complete="images+1",
    ),
    "import": Verb(_import, "FILE|- [NAME[:TAG]]", _IMPORT_FLAGS, 1, 2),
    "rmi": Verb(
        _rmi,
        "IMAGE…",
        (Flag("force", "Take the name away even if a container uses it", "f"),),
        1,
        complete="images",
    ),
}
