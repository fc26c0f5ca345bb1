"""`system info`, `system df`, `version`."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.errors import CliError, UsageError
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.listing import FORMAT, parsed, print_rows
from contui.tui.cli.output import harmless, rfc3339, show, size, table
from contui.tui.client import jsonlite, messages
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SERVER = (
    "version", "api_version", "pid", "address", "run_dir", "state_dir", "python_version", "runtime",
    "runtime_version", "launcher_pid", "instance",
)  # fmt: skip
_INFO = (
    "hostname", "kernel", "architecture", "cpus", "memory_bytes", "cgroup_mode", "storage_driver",
    "seccomp_profile", "containers", "containers_running", "containers_paused",
    "containers_stopped", "images", "bridge", "subnet",
)  # fmt: skip
_DF_COLUMNS = (
    ("TYPE", "Type"), ("TOTAL", "TotalCount"), ("ACTIVE", "Active"), ("SIZE", "Size"),
    ("RECLAIMABLE", "Reclaimable"),
)  # fmt: skip


def own_version() -> str:
    """The version of the installed package; of a checkout, what its pyproject says."""
    from importlib import metadata

    try:
        return metadata.version("contui")
    except metadata.PackageNotFoundError:
        return "0+checkout"


def fields(message: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Some fields of a message by name."""
    return {name: getattr(message, name) for name in names}


def show_tree(values: Values, tree: dict[str, Any]) -> None:
    """Print a dict as --format says: JSON, a template, or lines. Raises CliError."""
    form = values.text("format")
    if form == "json":
        show(f"{jsonlite.dumps(tree)}\n")
    elif form:
        from contui.tui.cli.template import TemplateError

        try:
            show(f"{harmless(parsed(form)(_Fields(tree)))}\n")
        except TemplateError as error:
            raise CliError(str(error)) from None
    else:
        show("".join(_lines(tree, "")))


class _Fields(dict[str, "Any"]):
    """Fields that a template finds under Docker's names too: `.Server.APIVersion`."""

    def _own(self, key: object) -> str:
        if dict.__contains__(self, key):
            return str(key)
        return next((n for n in self if n.replace("_", "") == str(key).lower()), "")

    def __contains__(self, key: object) -> bool:
        return bool(self._own(key))

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(self._own(key))
        return _Fields(value) if isinstance(value, dict) else value


def _lines(tree: dict[str, Any], indent: str) -> list[str]:
    out = []
    for key, value in tree.items():
        name = key.replace("_", " ")
        if isinstance(value, dict):
            out += [f"{indent}{name}:\n", *_lines(value, indent + "  ")]
        elif isinstance(value, list):
            out += [f"{indent}{name.rstrip('s')}: {harmless(str(item))}\n" for item in value]
        elif key.endswith("_bytes"):
            out.append(f"{indent}{name.removesuffix(' bytes')}: {size(value)}\n")
        elif value not in ("", None):
            out.append(f"{indent}{name}: {harmless(str(value))}\n")
    return out


def _version(values: Values) -> int:
    tree: dict[str, Any] = {"client": {"version": own_version(), "api_version": "v1"}}
    if values.flag("client"):
        if not values.text("format"):
            show(f"contui {own_version()}\n")
            return 0
        show_tree(values, tree)
        return 0
    failure: ApiError | None = None
    try:
        answer = api.channel(begin=False).call(
            "SystemService/Version", messages.VersionRequest(), messages.VersionResponse, 10
        )
        tree["server"] = fields(answer, _SERVER)
    except ApiError as error:
        failure = error
    show_tree(values, tree)
    if failure is not None:
        raise failure
    return 0


def _system(values: Values) -> int:
    what, *rest = values.args
    if rest or what not in ("info", "df"):
        raise UsageError(f"unknown: contui system {' '.join(values.args)}", "info or df")
    return _info(values) if what == "info" else _df(values)


def _info(values: Values) -> int:
    answer = api.channel().call("SystemService/Info", messages.InfoRequest(), messages.InfoResponse)
    tree = fields(answer, _INFO)
    tree["server"] = fields(answer.version, _SERVER)
    tree["server"]["started_at"] = rfc3339(answer.version.started_at.unix_nanos)
    tree["warnings"] = list(answer.warnings)
    show_tree(values, tree)
    return 0


def _df(values: Values) -> int:
    answer = api.channel().call(
        "SystemService/DiskUsage", messages.DiskUsageRequest(), messages.DiskUsageResponse
    )
    kinds = (
        ("Images", answer.images), ("Containers", answer.containers),
        ("Local Volumes", answer.volumes), ("Logs", answer.logs),
    )  # fmt: skip
    if values.text("format") == "json" or values.flag("verbose"):
        _df_rows(values, kinds)
        return 0
    rows: list[dict[str, Any]] = []
    for kind, entries in kinds:
        total = sum(entry.bytes for entry in entries)
        free = sum(entry.reclaimable_bytes for entry in entries)
        share = f" ({100 * free // total}%)" if total else ""
        active = sum(entry.active for entry in entries)
        cells = (kind, str(len(entries)), str(active), size(total), size(free) + share)
        rows.append({key: cell for (_, key), cell in zip(_DF_COLUMNS, cells, strict=True)})
    print_rows(values, rows, _DF_COLUMNS)
    return 0


def _df_rows(values: Values, kinds: Any) -> None:
    names = ("id", "name", "bytes", "reclaimable_bytes", "active")
    if values.text("format"):
        if values.text("format") != "json":
            raise CliError("--verbose goes with no template", "leave out -v, or --format json")
        tree = {kind: [fields(entry, names) for entry in entries] for kind, entries in kinds}
        show(f"{jsonlite.dumps(tree)}\n")
        return
    rows = [
        [kind, entry.name or entry.id[:19], size(entry.bytes), size(entry.reclaimable_bytes),
         "yes" if entry.active else "no"]
        for kind, entries in kinds
        for entry in entries
    ]  # fmt: skip
    show(table(["TYPE", "NAME", "SIZE", "RECLAIMABLE", "ACTIVE"], rows))


VERBS = {
    "version": Verb(_version, "", (Flag("client", "Only the command line's"), FORMAT), 0, 0),
    "system": Verb(_system, "info|df", (FORMAT, Flag("verbose", "df: one line each", "v")), 1,
                   complete="info|df"),
}  # fmt: skip
