"""`events`: what happens, as it happens."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli import values as parse
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import LIST, Flag, Values, Verb
from contui.tui.cli.listing import parsed
from contui.tui.cli.output import harmless, rfc3339, show
from contui.tui.client import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FLAGS = (
    Flag("filter", "Only these: type=, container=, event=", "f", "KEY=VALUE", LIST),
    Flag("format", "json, or a Go template", value="FORMAT"),
    Flag("since", "Also what happened since", value="TIME"),
    Flag("until", "End at this time", value="TIME"),
    Flag("health-checks", "Also each run of a health check"),
)


def _events(values: Values) -> int:
    request = messages.WatchRequest(since=_moment(values, "since"), until=_moment(values, "until"))
    request.health_checks = values.flag("health-checks")
    if "since" in values.given:
        request.after = 0
    for text in values.texts("filter"):
        key, equals, value = text.partition("=")
        if not equals or key not in ("type", "container", "event"):
            raise CliError(f'invalid --filter "{text}"', "type=, container= or event=")
        request.filters[key] = value
    form = values.text("format")
    template = parsed(form) if form not in ("", "json") else None
    for event in api.channel().stream("EventService/Watch", request, messages.Event):
        show(f"{_line(event, form, template)}\n")
    return 0


def _moment(values: Values, flag: str) -> messages.Timestamp | None:
    import time

    text = values.text(flag)
    if not text:
        return None
    return messages.Timestamp(unix_nanos=parse.time_ns(text, f"--{flag}", time.time_ns()))


def _line(event: messages.Event, form: str, template: Any) -> str:
    attributes = dict(event.attributes)
    if form == "":
        more = {**attributes, **({"name": event.name} if event.name else {})}
        inside = ", ".join(f"{key}={value}" for key, value in sorted(more.items()))
        words = f"{event.type} {event.action} {event.id}{f' ({inside})' if inside else ''}"
        return f"{rfc3339(event.at.unix_nanos)} {harmless(words)}"
    row = {
        "Type": event.type,
        "Action": event.action,
        "Actor": {"ID": event.id, "Attributes": {"name": event.name, **attributes}},
        "ID": event.id,
        "Name": event.name,
        "Sequence": event.sequence,
        "Time": event.at.unix_nanos // 10**9,
        "TimeNano": event.at.unix_nanos,
    }
    if template is not None:
        from contui.tui.cli.template import TemplateError

        try:
            return harmless(template(row))
        except TemplateError as error:
            raise CliError(str(error)) from None
    from contui.tui.client import jsonlite

    return jsonlite.dumps(row)


VERBS = {"events": Verb(_events, "", _FLAGS, 0, 0)}
