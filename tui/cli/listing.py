"""Lists: a table on demand of `--format`, `-q` and `--no-trunc`, the same for every verb."""

from __future__ import annotations

from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Flag, Values
from contui.tui.cli.output import harmless, show, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

FORMAT = Flag("format", "json, a Go template, or `table TEMPLATE`", value="FORMAT")
QUIET = Flag("quiet", "Only the ids", "q")
NO_TRUNC = Flag("no-trunc", "Whole ids and commands")


def print_rows(
    values: Values,
    rows: Sequence[dict[str, Any]],
    columns: Sequence[tuple[str, str]],
    quiet: str = "",
) -> None:
    """Print rows as the flags say; see `rows_text`."""
    show(rows_text(values, rows, columns, quiet))


def rows_text(
    values: Values,
    rows: Sequence[dict[str, Any]],
    columns: Sequence[tuple[str, str]],
    quiet: str = "",
) -> str:
    """Rows as the flags say.

    `columns` are (head, key) of the ordinary table, `quiet` is the key that -q prints, if the
    verb has -q. Raises CliError for a template that is none.
    """
    form = values.text("format")
    if quiet and values.flag("quiet") and not form:
        return "".join(f"{row[quiet]}\n" for row in rows)
    if form in ("", "table"):
        cells = [[str(row[key]) for _, key in columns] for row in rows]
        return table([head for head, _ in columns], cells)
    if form == "json":
        from contui.tui.client import jsonlite

        return "".join(f"{jsonlite.dumps(_plain(row))}\n" for row in rows)
    return _templated(form, rows, {key: head for head, key in columns})


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if not callable(value)}


def _templated(form: str, rows: Sequence[dict[str, Any]], heads: dict[str, str]) -> str:
    from contui.tui.cli.template import TemplateError, strict

    in_table = form.startswith("table ")
    template = parsed(form.removeprefix("table "))
    try:
        lines = [template(strict(row)) for row in rows]
        if not in_table:
            return "".join(f"{_lines(line)}\n" for line in lines)
        names = {key: heads.get(key, key.upper()) for row in rows for key in row} or heads
        head = template(names).split("\t")
        cells = [line.split("\t") for line in lines]
    except TemplateError as error:
        raise CliError(str(error)) from None
    width = max(len(line) for line in (head, *cells))
    filled = [[*line, *[""] * (width - len(line))] for line in (head, *cells)]
    return table(filled[0], filled[1:])


def parsed(form: str) -> Any:
    """A template. Raises CliError."""
    from contui.tui.cli.template import Template, TemplateError

    try:
        return Template(form)
    except TemplateError as error:
        raise CliError(str(error)) from None


def _lines(text: str) -> str:
    """Harmless text whose tabs and newlines are the template's own."""
    return "\n".join("\t".join(map(harmless, line.split("\t"))) for line in text.split("\n"))
