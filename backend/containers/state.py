"""The states of a container as types, and which move each allows. Pure.

`contui.backend.containers.lifecycle` makes the moves; an illegal one raises FailedPrecondition with
a sentence ("a paused container cannot be attached to") and what to do instead. States are stored as
JSON by `encode` and read back by `decode`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import ClassVar

from contui.backend.errors import FailedPrecondition


@dataclass(frozen=True, slots=True)
class Exit:
    """How a run ended; `code` is -1 when nobody saw it. Times in nanoseconds of the wall clock."""

    code: int
    signal: int = 0
    oom: str = ""  # "", "init" or "child"
    at_ns: int = 0
    error: str = ""
    output_cut: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a container: its PID 1 on the host, and the shim that holds it.

    Start ticks and boot id tell PID 1 from another process with a recycled pid.
    """

    pid: int
    started_ns: int
    shim_pid: int
    start_ticks: int = 0
    boot_id: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Base of all states. `word` is what people read, `active` whether processes exist."""

    word: ClassVar[str] = ""
    active: ClassVar[bool] = False
    allows: ClassVar[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Created(State):
    """Made, never started."""

    word: ClassVar[str] = "created"
    allows: ClassVar[frozenset[str]] = frozenset({"start", "stop", "rename", "remove", "preview"})


@dataclass(frozen=True, slots=True)
class Starting(State):
    """The runtime has been asked to start it."""

    word: ClassVar[str] = "starting"
    active: ClassVar[bool] = True
    allows: ClassVar[frozenset[str]] = frozenset({"rename", "preview"})


@dataclass(frozen=True, slots=True)
class Running(State):
    """Its program runs."""

    run: Run
    word: ClassVar[str] = "running"
    active: ClassVar[bool] = True
    allows: ClassVar[frozenset[str]] = frozenset(
        {"stop", "kill", "pause", "exec", "attach", "preview", "rename", "processes"}
    )


@dataclass(frozen=True, slots=True)
class Paused(State):
    """Frozen by its cgroup."""

    run: Run
    word: ClassVar[str] = "paused"
    active: ClassVar[bool] = True
    allows: ClassVar[frozenset[str]] = frozenset({"stop", "kill", "unpause", "rename", "processes"})


@dataclass(frozen=True, slots=True)
class Stopping(State):
    """It was told to stop and has not gone yet."""

    run: Run
    word: ClassVar[str] = "stopping"
    active: ClassVar[bool] = True
    allows: ClassVar[frozenset[str]] = frozenset(
        {"stop", "kill", "exec", "attach", "preview", "rename", "processes"}
    )


@dataclass(frozen=True, slots=True)
class Restarting(State):
    """It exited and waits for its restart policy's delay."""

    exit: Exit
    at_ns: int
    word: ClassVar[str] = "restarting"
    allows: ClassVar[frozenset[str]] = frozenset({"start", "stop", "rename"})


@dataclass(frozen=True, slots=True)
class Exited(State):
    """Its last run ended, and how is known."""

    exit: Exit
    word: ClassVar[str] = "exited"
    allows: ClassVar[frozenset[str]] = frozenset({"start", "stop", "rename", "remove", "preview"})


@dataclass(frozen=True, slots=True)
class Removing(State):
    """It is being removed."""

    word: ClassVar[str] = "removing"


@dataclass(frozen=True, slots=True)
class Unknown(State):
    """Its shim died: nobody saw how it ended. `exit.code` is -1."""

    exit: Exit
    word: ClassVar[str] = "unknown"
    allows: ClassVar[frozenset[str]] = frozenset({"start", "stop", "rename", "remove", "preview"})


STATES: tuple[type[State], ...] = (
    Created,
    Starting,
    Running,
    Paused,
    Stopping,
    Restarting,
    Exited,
    Removing,
    Unknown,
)
_BY_WORD = {cls.word: cls for cls in STATES}

_DONE = {
    "start": "started",
    "stop": "stopped",
    "kill": "killed",
    "pause": "paused",
    "unpause": "unpaused",
    "exec": "entered with exec",
    "attach": "attached to",
    "preview": "attached to",
    "rename": "renamed",
    "remove": "removed",
    "processes": "looked into: it has no processes",
}

_HINTS = {
    ("paused", "start"): "contui unpause {name}",
    ("paused", "attach"): "contui unpause {name}",
    ("paused", "exec"): "contui unpause {name}",
    ("paused", "pause"): "it is paused already",
    ("running", "unpause"): "it is not paused",
    ("running", "remove"): "stop it first, or use rm -f",
    ("stopping", "remove"): "wait until it has stopped, or use rm -f",
    ("paused", "remove"): "stop it first, or use rm -f",
    ("starting", "remove"): "stop it first, or use rm -f",
    ("restarting", "remove"): "stop it first, or use rm -f",
    ("restarting", "attach"): "wait until it runs again, or see contui logs {name}",
    ("restarting", "exec"): "wait until it runs again, or see contui logs {name}",
    ("created", "attach"): "contui start {name}",
    ("created", "exec"): "contui start {name}",
    ("exited", "attach"): "contui start {name}, or see contui logs {name}",
    ("exited", "exec"): "contui start {name}",
    ("unknown", "attach"): "contui start {name}, or see contui logs {name}",
    ("unknown", "exec"): "contui start {name}",
}


def require(state: State, verb: str, name: str) -> None:
    """Raise FailedPrecondition unless the state allows the verb."""
    if verb in state.allows:
        return
    article = "an" if state.word[0] in "aeiou" else "a"
    sentence = f"{name}: {article} {state.word} container cannot be {_DONE[verb]}"
    raise FailedPrecondition(
        sentence,
        _HINTS.get((state.word, verb), "").format(name=name),
        kind="not-running" if not state.active else f"not-possible-while-{state.word}",
    )


def run_of(state: State) -> Run | None:
    """The run that goes on in this state, if one does."""
    return state.run if isinstance(state, Running | Paused | Stopping) else None


def exit_of(state: State) -> Exit | None:
    """How the last run ended, if this state knows."""
    return state.exit if isinstance(state, Restarting | Exited | Unknown) else None


def encode(state: State) -> dict[str, object]:
    """The state as JSON values."""
    return {"word": state.word, **asdict(state)}


def decode(values: dict[str, object]) -> State:
    """The state that `encode` gave. Raises KeyError or TypeError when it is none."""
    fields = {key: value for key, value in values.items() if key != "word"}
    for key, kind in (("run", Run), ("exit", Exit)):
        part = fields.get(key)
        if isinstance(part, dict):
            fields[key] = kind(**part)
    return _BY_WORD[str(values["word"])](**fields)
