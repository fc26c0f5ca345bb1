"""The shim of one container: its sessions, its connections, its life.

Made by `contui.shim.launcher`. It starts the container when it is told to, lives as long as the
container does, whatever becomes of the backend, and leaves when the exit is recorded, the backend
has collected it, no exec runs and every viewer has got everything.

Keys of shim.json, which the backend writes before the shim is spawned (* required):

    id*, runtime* (absolute path), runtime_root*, bundle*, name, argv, user, workdir
    runtime_args []     before the runtime's own options
    env {}              added to the runtime's environment
    log {}              driver, dir, options; see `contui.shim.drivers`
    tty, stdin_open, stdin_once, auto_remove    booleans
    cols, rows          of the terminal before anybody views it
    cgroups []          directories whose counters tell of kills for want of memory
    offsets [0, 0]      bytes of stdout and stderr that earlier runs wrote
    replay_bytes        kept for viewers that come late or fall behind; 4 MiB
"""

from __future__ import annotations

import os
from _socket import socket as RawSocket

from contui.shim import address, durable, frames, jsonlite, oom, owner
from contui.shim.connection import Connection, Greeter
from contui.shim.control import Control, Failure
from contui.shim.drivers import make_main, make_store
from contui.shim.loop import EPOLLIN, Loop
from contui.shim.reaper import Reaper
from contui.shim.runtime import Result, Runtime
from contui.shim.session import CREATED, EXITED, MAIN, RUNNING, Session
from contui.shim.viewer import Refused, Viewer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from contui.shim.contracts import Answer, Role

_FORSAKEN = 5.0  # seconds between looks whether the container is still there, without a backend
_RETRY = 1.0  # seconds until a record that could not be written is tried again


class Shim:
    """Everything of one container. The working directory is its bundle."""

    def __init__(self, container: str, run: str, note: Any) -> None:
        """`container` and `run` are the container's directories; note(error) keeps a failure."""
        self.config: dict[str, Any] = jsonlite.loads(durable.slurp(f"{container}/shim.json"))
        self.id = str(self.config["id"])
        self.loop = Loop(note)
        self._note = note
        self.reaper = Reaper()
        self.runtime = Runtime(self.config, run, self.reaper)
        self.controls: set[Control] = set()
        self._run = run
        self._container = container
        self._looking = False
        self._records = f"{container}/records"
        durable.make_directory(self._records)
        self._listener: RawSocket | None = None
        self._viewers = self._ooms = 0
        self._frozen = self._collected = self._deleted = False
        self._collectors: list[Answer] = []
        main, self._log = make_main(self, self.config, run)
        self.main: Session = main
        if self._log.replayable is not None:
            self._log.replayable.troubled = self._log_troubled
        self.sessions: dict[str, Session] = {MAIN: main}

    def listen(self) -> None:
        """Open shim.sock in the run directory. Raises OSError when another shim lives there."""
        if _answers(f"{self._run}/shim.sock"):
            raise FileExistsError("this container has a shim already")
        self._listener = address.listen(f"{self._run}/shim.sock")
        self._listener.setblocking(False)
        self.loop.watch(self._listener.fileno(), EPOLLIN, self._accept)

    def run(self) -> None:
        """Until there is nothing left to do."""
        self.loop.on_child(self.reaper.reap)
        self.loop.run()
        self.close()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.loop.stopped

    def close(self) -> None:
        """Release everything."""
        for control in list(self.controls):
            control.close()
        for session in self.sessions.values():
            session.store.close(remove=session is not self.main)
        self._log.close()
        durable.remove(f"{self._run}/shim.sock")
        if self._listener is not None:
            self._listener.close()
        self.loop.close()

    # Connections

    def _accept(self, _: int) -> None:
        assert self._listener is not None
        try:
            fd = address.accept(self._listener)
        except BlockingIOError:
            return
        connection = Connection(self.loop, fd)
        hello = {"version": frames.VERSION, "shim_pid": os.getpid(), "id": self.id}
        Greeter(connection, hello, lambda kind, version: self._role(connection, kind))

    def _role(self, connection: Connection, kind: str) -> Role:
        if kind == "control":
            control = Control(connection, self)
            self.controls.add(control)
            return control
        if kind == "viewer":
            return _Arriving(connection, self)
        raise ValueError(kind)

    def control_gone(self, control: Control) -> None:
        """A backend's connection is closed."""
        self.controls.discard(control)
        self._leave_if_forsaken()

    def _leave_if_forsaken(self) -> None:
        """Without a program, a backend or a viewer: leave when the container was removed, which a
        backend that was killed meanwhile may not have told."""
        idle = not (
            self.controls or self.main.busy or any(s.viewers for s in self.sessions.values())
        )
        if not idle or self._looking:
            return
        if not os.access(f"{self._container}/shim.json", os.F_OK):
            self.loop.stop()
            return

        def look() -> None:
            self._looking = False
            self._leave_if_forsaken()

        self._looking = True
        self.loop.later(_FORSAKEN, look)

    def attach(self, connection: Connection, request: dict[str, Any]) -> None:
        """An ATTACH came. Raises Refused."""
        session = self.sessions.get(str(request.get("session") or MAIN))
        if session is None:
            raise Refused("not_found", f"no session {request['session']}", "it may have ended")
        self._viewers += 1
        session.attach(Viewer(connection, session, self._viewers, request), request)

    # Requests of the backend

    def request(self, op: str, request: dict[str, Any], answer: Answer) -> None:
        """Do one of frames.CONTROL_OPS; answer() now or later. Raises Failure."""
        if op not in frames.CONTROL_OPS:
            raise Failure("unimplemented", f"this shim does not know {op}", "its backend is newer")
        getattr(self, f"_do_{op}")(request, answer)

    def _do_state(self, request: dict[str, Any], answer: Answer) -> None:
        answer(
            {
                "state": "paused" if self._frozen and self.main.running else self.main.state,
                "pid": self.main.pid,
                "sessions": [session.describe() for session in self.sessions.values()],
                "exit": self.main.exit,
                "log": self._log.describe(),
                "collected": self._collected,
                "deleted": self._deleted,
            }
        )

    def _do_start(self, request: dict[str, Any], answer: Answer) -> None:
        if self.main.state != CREATED or self.main.busy:
            raise Failure("failed_precondition", f"the container is {self.main.state} already")
        self.main.resize(int(request.get("cols") or 0), int(request.get("rows") or 0))
        self._ooms = 0
        os.chdir(str(self.config["bundle"]))  # again: it may have been made anew since

        def launched(result: Result) -> None:
            if result.error:
                answer({"error": result.error, "code": result.code, "kind": "failed_precondition"})
                return
            answer({"pid": result.pid})
            self.emit({"event": "started", "pid": result.pid})

        self.main.launch("run", [self.id], launched)

    def _do_exec(self, request: dict[str, Any], answer: Answer) -> None:
        name = str(request["session"])
        if not name.isalnum() or name in self.sessions:
            raise Failure("already_exists", f"there is a session {name}")
        if self.main.state != RUNNING:
            raise Failure("failed_precondition", f"the container is {self.main.state}")
        process = f"{self._run}/process-{name}.json"
        durable.write(process, dict(request["process"]), sync=False)
        store = make_store(self.loop, request, self._run, name)
        session = Session(self, name, request, store, (0, 0))
        self.sessions[name] = session
        if session.log:
            session.sinks.append(self._log.beside(name))

        def launched(result: Result) -> None:
            os.unlink(process)
            if not result.error:
                self._tell_exec("exec_started", session, {"pid": result.pid})

        answer({})
        wait_ms = int(request.get("await_owner_ms") or 0)
        if wait_ms:
            session.await_owner(wait_ms / 1000)
        session.launch("exec", ["--process", process, self.id], launched)

    def _do_signal(self, request: dict[str, Any], answer: Answer) -> None:
        if not self._session(request).signal(int(request["signal"])):
            raise Failure("failed_precondition", "the program does not run")
        answer({})

    def _do_resize(self, request: dict[str, Any], answer: Answer) -> None:
        session = self._session(request)
        session.resize(int(request["cols"]), int(request["rows"]))
        for viewer in session.viewers:
            viewer.pump()
        answer({})

    def _do_pause(self, request: dict[str, Any], answer: Answer) -> None:
        self._freeze("pause", answer)

    def _do_resume(self, request: dict[str, Any], answer: Answer) -> None:
        self._freeze("resume", answer)

    def _freeze(self, verb: str, answer: Answer) -> None:
        def done(result: Result) -> None:
            if result.error:
                answer({"error": result.error, "kind": "failed_precondition"})
                return
            self._frozen = verb == "pause"
            answer({})

        self._call([verb, self.id], done)

    def _do_sessions(self, request: dict[str, Any], answer: Answer) -> None:
        answer({"sessions": [session.describe() for session in self.sessions.values()]})

    def _do_collect(self, request: dict[str, Any], answer: Answer) -> None:
        """Of the main session: answers when the runtime has forgotten the container."""
        session = self._session(request)
        if session.state != EXITED:
            raise Failure("failed_precondition", f"session {session.id} has not ended")
        if session is not self.main:
            session.collected = True
            self._forget_ended(session)
            answer({})
            return
        self._collected = True
        self._collectors.append(answer)
        self._after_delete()

    def _do_quit(self, request: dict[str, Any], answer: Answer) -> None:
        if self.main.busy:
            raise Failure("failed_precondition", "the container runs", "stop it first")
        answer({})
        self.loop.stop()

    def _session(self, request: dict[str, Any]) -> Session:
        session = self.sessions.get(str(request.get("session") or MAIN))
        if session is None:
            raise Failure("not_found", f"no session {request['session']}")
        return session

    # What sessions need, see `contui.shim.session.Keeper`

    def record(self, session: Session, what: str, value: dict[str, Any]) -> None:
        """started.json, exited.json, or exec-<session>.<what>.json in records/.

        Only the exit of a container that will be there after a loss of power is forced to the
        disk: neither its execs nor a container with `auto_remove` outlive that.
        """
        main = session is self.main
        name = what if main else f"exec-{session.id}.{what}"
        if what == "exited":
            self._log.writer.close() if main else self._log.close_beside(session.id)
        if main and what == "started":
            value = value | self._identity(session)
            durable.reserve(f"{self._records}/exited.json")
        sync = main and what == "exited" and not self.config.get("auto_remove")
        self._write_record(name, value, sync=sync)

    def _write_record(self, name: str, value: dict[str, Any], *, sync: bool) -> None:
        """Write, or keep trying: a full disk may delay a record, and stops nothing."""
        try:
            durable.write(f"{self._records}/{name}.json", value, sync=sync)
        except OSError as error:
            self._note(error)
            self.loop.later(_RETRY, lambda: self._write_record(name, value, sync=sync))

    def _identity(self, session: Session) -> dict[str, Any]:
        """What tells this very process from another with its pid."""
        fields = owner.stat(session.pid)
        boot = durable.slurp("/proc/sys/kernel/random/boot_id").decode().strip()
        started = int(fields[19]) if fields else 0
        return {"start_time": started, "boot_id": boot, "shim_pid": os.getpid()}

    def emit(self, event: dict[str, Any]) -> None:
        """Send an event to every control connection."""
        for control in list(self.controls):
            control.event(event)

    def _tell_exec(self, event: str, session: Session, details: dict[str, Any]) -> None:
        keys = {"event": event, "session": session.id, "purpose": session.purpose}
        self.emit(keys | details)

    def _log_troubled(self) -> None:
        """The disk is full, or has room again; sent once this turn's chunk is accounted for."""
        self.loop.later(0, lambda: self.emit({"event": "log", **self._log.describe()}))

    def oom(self, session: Session, killed: bool) -> str:
        """Compares the cgroup's counter with what it was."""
        kills, before = oom.kills(self.config.get("cgroups", ())), self._ooms
        self._ooms = kills
        if kills <= before:
            return ""
        return "init" if killed else "child"

    def hang_up(self, session: Session) -> None:
        """See `contui.shim.owner`."""
        owner.hang_up(self.loop, session)

    def finished(self, session: Session) -> None:
        """Tell, and clean up behind the container."""
        if session is not self.main:
            self._tell_exec("exec_exited", session, {"exit": session.exit})
            self._leave_when_done()
            return
        self.emit({"event": "exited", "exit": session.exit, "offsets": list(session.ends)})
        self._call(["delete", "--force", self.id], self._delete_done)
        self._leave_if_forsaken()

    def deserted(self, session: Session) -> None:
        """A viewer has gone."""
        self._forget_ended(session)
        self._leave_when_done()
        self._leave_if_forsaken()

    def _delete_done(self, result: Result) -> None:
        self._deleted = True
        self._after_delete()

    def _after_delete(self) -> None:
        if self._deleted:
            collectors, self._collectors = self._collectors, []
            for answer in collectors:
                answer({})
        self._leave_when_done()

    def _forget_ended(self, session: Session) -> None:
        """An exec that was collected goes when its last viewer has."""
        if session.collected and not session.viewers and session.id in self.sessions:
            del self.sessions[session.id]
            session.store.close(remove=True)
            self._log.close_beside(session.id)

    def _leave_when_done(self) -> None:
        if not (self._collected and self._deleted):
            return
        sessions = self.sessions.values()
        if not any(one.viewers or one.state == RUNNING for one in sessions):
            self.loop.stop()

    def _call(self, words: list[str], done: Any) -> None:
        null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        try:
            self.runtime.call(words, (null, null, null), done)
        finally:
            os.close(null)


def _answers(path: str) -> bool:
    """Whether somebody listens at a socket."""
    try:
        os.close(address.connect(path))
    except OSError:
        return False
    return True


class _Arriving:
    """A viewer's connection between HELLO and ATTACH."""

    def __init__(self, connection: Connection, shim: Shim) -> None:
        self._connection = connection
        self._shim = shim

    def frame(self, kind: int, stream: int, payload: bytes) -> None:
        if kind != frames.ATTACH:
            raise frames.FrameError("a viewer begins with ATTACH")
        try:
            self._shim.attach(self._connection, jsonlite.loads(payload))
        except Refused as refused:
            value = {"kind": refused.kind, "message": str(refused), "hint": refused.hint}
            self._connection.send_json(frames.FAILED, value)
            self._connection.finish()

    def drained(self) -> None:
        """Nothing waits for that."""

    def gone(self) -> None:
        """It never became a viewer."""
