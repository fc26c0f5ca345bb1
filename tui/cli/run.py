"""`run` and `create`."""

from __future__ import annotations

from contui.tui.cli import api, sessions_io, terminal
from contui.tui.cli.errors import ENGINE_FAILED, CliError
from contui.tui.cli.flags import Values, Verb
from contui.tui.cli.output import complain, show
from contui.tui.cli.spec import FLAGS, build
from contui.tui.client import messages, settings
from contui.tui.client.errors import ApiError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.tui.cli.relay import Outcome
    from contui.tui.client.links import Link
    from contui.tui.client.wire import Call

_PATIENCE_S = 15.0  # for an answer that must come: of a start, of a removal


def _create(values: Values) -> int:
    try:
        spec = build(values, attached=values.flag("interactive"))
        made = api.channel().call(
            "ContainerService/Create", _request(values, spec), messages.CreateResponse
        )
    except ApiError as error:
        raise _failure(error) from None
    _write_id(values, made)
    show(f"{made.id}\n")
    return 0


def _run(values: Values) -> int:
    detach = values.flag("detach")
    keys = sessions_io.keys_from(values.text("detach-keys"))
    spec = build(values, attached=not detach)
    if not detach:
        sessions_io.want_terminal(spec.open_stdin, spec.tty)
    if spec.tty:
        spec.size.CopyFrom(sessions_io.own_size())
    try:
        if detach:
            return _background(values, spec)
        return _Foreground(values, spec, keys).run()
    except ApiError as error:
        raise _failure(error) from None


def _failure(error: ApiError) -> CliError:
    return CliError(
        error.message, error.hint, sessions_io.status_of_kind(error.kind, ENGINE_FAILED)
    )


def _request(values: Values, spec: messages.ContainerSpec) -> messages.CreateRequest:
    return messages.CreateRequest(spec=spec, name=values.text("name"), pull=values.text("pull"))


def _created(call: Call) -> messages.CreateResponse:
    """The answer of Create; a Ctrl-C meanwhile leaves no container. Raises ApiError."""
    try:
        return call.result(messages.CreateResponse)
    except KeyboardInterrupt:
        _remove(call.result(messages.CreateResponse).id)
        raise


def _write_id(values: Values, made: messages.CreateResponse) -> None:
    for warning in made.warnings:
        complain(warning)
    path = values.text("cidfile")
    if not path:
        return
    try:
        with open(path, "x", encoding="ascii") as file:
            file.write(made.id)
    except OSError as error:
        _remove(made.id)
        raise CliError(
            f"cannot write the id to {path}: {error.strerror}", status=ENGINE_FAILED
        ) from None


def _remove(identity: str) -> None:
    """Undo a Create; that it has gone already is as good."""
    try:
        request = messages.RemoveRequest(container=identity, force=True, volumes=True)
        api.channel().call("ContainerService/Remove", request, messages.RemoveResponse, 30)
    except ApiError:
        return


def _background(values: Values, spec: messages.ContainerSpec) -> int:
    request = _request(values, spec)
    request.start = True  # in one go: a client that is killed meanwhile leaves nothing half made
    made = _created(api.channel().start("ContainerService/Create", request))
    _write_id(values, made)
    show(f"{made.id}\n")
    return 0


class _Foreground:
    """One `run` whose client stays with the container: attached before it starts."""

    def __init__(self, values: Values, spec: messages.ContainerSpec, keys: bytes) -> None:
        self._values = values
        self._spec = spec
        self._keys = keys
        self._id = ""
        self._name = ""
        self._start: Call | None = None
        self._removal: Call | None = None
        self._started = False
        wanted = [word.lower() for word in values.texts("attach")]
        self._stdin = spec.open_stdin and (not wanted or "stdin" in wanted)

    def run(self) -> int:
        link = self._create()
        from contui.tui.cli import relay

        options = relay.Options(
            stdin=self._stdin,
            keys=self._keys,
            proxy=self._values.flag("sig-proxy") and not self._spec.tty,
            streams=sessions_io.shown_streams(self._values.texts("attach")),
        )
        loop = relay.Relay(link, options)
        loop.on_attached = self._begin
        loop.aside = (api.channel().fileno(), self._hear)
        self._loop = loop
        try:
            outcome = loop.run()
            if outcome.how == relay.VANISHED and self._start is not None:
                # A start that fails ends the session, and may say why only after that.
                self._await(self._start)
                self._learn_of_start()
            return self._end(outcome)
        except (ApiError, KeyboardInterrupt):
            if not self._started:
                _remove(self._id)
            raise
        finally:
            link.close()

    def _create(self) -> Link:
        """Create the container and view it. The relay is imported while the backend works."""
        request = _request(self._values, self._spec)
        opening = messages.Open(
            size=self._spec.size if self._spec.tty else None,
            viewer=sessions_io.viewer_name(),
            no_stdin=not self._stdin,
            close_stdin=self._stdin,
            lossless=not self._spec.tty and not terminal.is_terminal(1),
            before_start=True,
        )
        direct = settings.direct()
        if direct:
            request.open.open.CopyFrom(opening)
        call = api.channel().start("ContainerService/Create", request)
        from contui.tui.cli import relay  # noqa: F401
        from contui.tui.client import direct as _tickets  # noqa: F401

        made = _created(call)
        self._id, self._name = made.id, made.name
        _write_id(self._values, made)
        try:
            if direct:
                return sessions_io.join(made.ticket)
            from contui.tui.client import start
            from contui.tui.client.remote import StreamLink

            opening.container = made.id
            return StreamLink(opening, start.reach(), own=True)
        except (ApiError, KeyboardInterrupt):
            _remove(made.id)
            raise

    def _begin(self) -> None:
        """The session is watched: start it."""
        channel = api.channel()
        request = messages.StartRequest(container=self._id)
        self._start = channel.start("ContainerService/Start", request)
        if self._spec.auto_remove:
            waiting = messages.WaitRequest(container=self._id, condition="removed")
            self._removal = channel.start("ContainerService/Wait", waiting)
            self._learn_of_start()  # sending also reads, and polling does not tell of it again

    def _hear(self) -> None:
        """Something came from the backend: Start worked or failed, or the backend is gone."""
        channel = api.channel()
        channel.pump()
        self._learn_of_start()
        if not channel.usable:
            self._loop.aside = None

    def _learn_of_start(self) -> None:
        """Take the answer of Start, if it is there. Raises its ApiError."""
        start = self._start
        if start is not None and start.done:
            self._start = None
            try:
                start.result(messages.StartResponse)
                self._started = True
            except ApiError as error:
                if error.status == "unavailable" and "went away" in error.message:
                    self._started = True  # it may have been: the session's end will tell
                else:
                    raise

    def _end(self, outcome: Outcome) -> int:
        ended = outcome.content
        if outcome.how == "exited" and ended.get("error") and not self._spec.auto_remove:
            _remove(self._id)  # it never ran: nothing half made is left
        if outcome.how == "exited" and self._removal is not None:
            self._await(self._removal)  # the name is free again when the client ends
        return sessions_io.status_of(outcome, self._name, "", self._loop.attached)

    def _await(self, call: Call) -> None:
        """Until a call is answered, the backend is gone, or patience is at its end."""
        import time

        channel = api.channel()
        deadline = time.monotonic() + _PATIENCE_S
        while not call.done and channel.usable and time.monotonic() < deadline:
            channel.pump(deadline - time.monotonic())


_OF_RUN = ("detach", "attach", "detach-keys", "sig-proxy")  # for a client that stays or leaves
_CREATE_FLAGS = tuple(flag for flag in FLAGS if flag.name not in _OF_RUN)

VERBS = {
    "run": Verb(_run, "IMAGE [COMMAND] [ARG…]", FLAGS, 1, None, True, ENGINE_FAILED, "images+1"),
    "create": Verb(
        _create, "IMAGE [COMMAND] [ARG…]", _CREATE_FLAGS, 1, None, True, ENGINE_FAILED, "images+1"
    ),
}
