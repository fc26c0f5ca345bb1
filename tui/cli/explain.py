"""`explain`: why a container is as it is, what typing does in it, what its PID 1 does with signals.

The facts come from `ContainerService.Explain`, the sentences from `contui.tui.view_models.explain`.
"""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import COUNT, Flag, Values, Verb
from contui.tui.cli.output import harmless, show
from contui.tui.client import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.tui.view_models.points import Point

_MARKS = {"good": "+", "note": "-", "warn": "!", "bad": "!"}
_LINES = 5
_FORMATS = ("", "text", "json")


def _explain(values: Values) -> int:
    form = values.text("format")
    if form not in _FORMATS:
        raise CliError(f'invalid --format "{form}"', "text or json")
    lines = values.number("lines")
    wanted = _LINES if lines is None else max(lines, 0)
    facts = fetch(values.args[0], wanted)
    if form == "json":
        from contui.tui.client import jsonlite

        show(f"{jsonlite.dumps(document(facts), indent=4)}\n")
    else:
        show(text(facts))
    return 0


def fetch(container: str, lines: int = _LINES) -> messages.ExplainResponse:
    """The facts, with the last `lines` lines of the log. Raises ApiError."""
    request = messages.ExplainRequest(container=container, log_lines=max(lines, 1))
    facts = api.channel().call("ContainerService/Explain", request, messages.ExplainResponse)
    if not lines:
        facts.ClearField("last_lines")
    return facts


def text(facts: messages.ExplainResponse) -> str:
    """The sentences for a person: what is the matter, and below each what to do."""
    from contui.tui.view_models.explain import explain
    from contui.tui.view_models.last_lines import readable

    name = harmless(facts.container.name)
    lines = [f"{name} ({facts.container.id[:12]}), image {harmless(facts.container.image)}"]
    for point in explain(facts):
        lines += _lines(point)
    last = [f"    {harmless(line)}" for line in readable(facts.last_lines)]
    if last:
        lines += ["", "the end of its log:", *last]
    return "\n".join(lines) + "\n"


def _lines(point: Point) -> list[str]:
    out = [f"  {_MARKS[point.level]} {harmless(point.text)}"]
    out += [f"      {harmless(r.label)}: {harmless(r.command)}" for r in point.remedies]
    return out


def document(facts: messages.ExplainResponse) -> dict[str, Any]:
    """The same as JSON values, for programs."""
    from contui.tui.view_models.explain import explain

    return {
        "Id": facts.container.id,
        "Name": facts.container.name,
        "Points": [
            {
                "Id": point.id,
                "Level": point.level,
                "Text": point.text,
                "Remedies": [{"Text": r.label, "Command": r.command} for r in point.remedies],
            }
            for point in explain(facts)
        ],
        "Init": _init(facts),
        "LastLines": [line.decode("utf-8", "replace") for line in facts.last_lines],
    }


def _init(facts: messages.ExplainResponse) -> dict[str, Any] | None:
    """What is known of PID 1; None while nothing runs."""
    if not facts.HasField("init"):
        return None
    from contui.tui.view_models import signals

    init = facts.init
    return {
        "Pid": init.pid,
        "Name": init.name,
        "Handles": signals.names(init.caught),
        "Ignores": signals.names(init.ignored),
        "Blocks": signals.names(init.blocked),
        "Children": init.children,
        "Zombies": init.zombies,
        "Seccomp": init.seccomp,
        "NoNewPrivileges": init.no_new_privileges,
    }


VERBS = {
    "explain": Verb(
        _explain,
        "CONTAINER",
        (
            Flag("format", "text or json", value="FORMAT"),
            Flag("lines", "How many of the last lines of its log (5)", "n", "N", COUNT),
        ),
        1,
        1,
        complete="containers+1",
    ),
}
