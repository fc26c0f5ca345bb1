"""What each action of the keymap does: `act_<id>` for `contui.tui.keymap.Action.id`.

Mixed into the app. Long work is a request to the backend in a worker, whose end is an ActionDone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from contui.tui import calls
from contui.tui.cast_actions import CastActions
from contui.tui.explain_actions import ExplainActions
from contui.tui.form_actions import FormActions
from contui.tui.log_actions import LogActions
from contui.tui.messages import ActionDone
from contui.tui.thing_actions import ThingActions
from contui.tui.view_models.asked import ENDING, PATIENCE
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.text import clean, plural
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from contui.tui.screens.choose import Choice

# While these work, what is typed is meant for the pane that will come.
OPENING = frozenset({"attach", "shell", "split_row", "split_column", "session"})

SIGNALS = (
    ("TERM", "asks it to end"),
    ("INT", "as ctrl-c does"),
    ("HUP", "its terminal is gone; many programs read their configuration anew"),
    ("QUIT", "as ctrl-\\ does; often with a core dump or a stack trace"),
    ("KILL", "ends it at once; cannot be caught"),
    ("USR1", "whatever the program makes of it"),
    ("USR2", "whatever the program makes of it"),
    ("STOP", "halts it"),
    ("CONT", "lets it go on"),
    ("WINCH", "says that the size of its terminal has changed"),
)


class Actions(CastActions, ExplainActions, LogActions, FormActions, ThingActions):
    """The actions."""

    def perform(self, action: str, argument: str = "") -> None:
        """Do an action by its id: a method of the app, else of the pane that has the focus."""
        pane = self.panes.get(self.workspace.focus or "")
        method: Callable[..., Any] | None = getattr(self, f"act_{action}", None)
        if method is None and (method := getattr(pane, f"act_{action}", None)) is None:
            self.acted()
            return
        if action in OPENING:
            self.hold_keys()
            self.acted()
        work = partial(method, argument) if argument else method
        if iscoroutinefunction(method):
            since = 0.0 if action in OPENING else self.decide()
            in_worker(self, "actions", self._finish, action, work, since)
            return
        try:
            work()
        except Exception as error:
            self._fault(action, error)
        self.acted()

    async def _finish(self, action: str, work: Callable[[], Awaitable[Any]], since: float) -> None:
        try:
            await work()
        except Exception as error:
            self._fault(action, error)
        finally:
            if action in OPENING:
                self.release_keys()
            self.decided(since)
            self.acted()

    def _fault(self, action: str, error: Exception) -> None:
        """A fault of ours must not end the app and take every pane away; in a test it is one."""
        if self.is_headless:
            raise error
        what = clean(f"{type(error).__name__}: {error}")
        self.say(f"{action} failed: {what}\nThis is a fault of contui; all else goes on.", "error")

    def target(self) -> ContainerInfo | None:
        """The container that an action is for: that of the focused pane, else the selected one."""
        pane = self.focused_pane()
        if pane is not None:
            return self.containers.get(pane.spec.container)
        return self.section_target() if self.section else self.containers.current

    def targets(self) -> list[ContainerInfo]:
        """The same for actions that can have several."""
        if self.focused_pane() is None and self.containers.marked and not self.section:
            return self.containers.chosen()
        target = self.target()
        return [target] if target is not None else []

    def request(
        self, title: str, call: calls.Call, follow: Callable[[Any], str] | None = None
    ) -> None:
        """Ask the backend for something, without waiting."""
        in_worker(self, "requests", self._request, title, call, follow)

    async def _request(
        self, title: str, call: calls.Call, follow: Callable[[Any], str] | None
    ) -> None:
        from contui.tui.backend_link import CallFailed

        try:
            answer = await self.link.call(call)
        except CallFailed as failed:
            self.post_message(ActionDone(title, failed.problem))
        else:
            self.post_message(ActionDone(title, None, follow(answer) if follow else ""))

    # -- into a container ------------------------------------------------------------------------

    async def act_attach(self) -> None:
        """Attach to its main session, or go to the pane that does."""
        info = self.target()
        if info is None:
            return
        if pane := self.find_pane("session", info.id, "main"):
            self.show_pane(pane)
            if getattr(pane, "model", None) and pane.model.over and info.attachable:  # type: ignore[attr-defined]
                pane.again()  # type: ignore[attr-defined]
            return
        if not info.attachable:
            self.say(self.not_running(info), "warning")
            return
        await self.open_session(info)

    def not_running(self, info: ContainerInfo) -> str:
        name, key = clean(info.name), self.keymap.told
        if info.state == "paused":
            return f"{name} is paused: {key('pause')} thaws it"
        if info.state in ("exited", "created", "unknown"):
            return f"{name} is not running: {key('restart')} starts it, {key('logs')} shows its log"
        return f"{name} is {info.state}: wait a moment, or {key('logs')} shows its log"

    async def act_shell(self) -> None:
        """A shell, in a new tab."""
        from contui.tui.view_models.sessions import ExecRequest

        info = self.target()
        if info is None:
            return
        if not info.attachable:
            self.say(self.not_running(info), "warning")
            return
        await self.open_session(info, ExecRequest(shell=True), "shell")

    async def act_session(self, place: str) -> None:
        """Go to a session, CONTAINER/ID, opening a pane when there is none."""
        container, _, session = place.partition("/")
        info = self.containers.get(container)
        if pane := self.find_pane("session", container, session):
            self.show_pane(pane)
        elif info is not None:
            label = "attach" if session == "main" else ""  # the program, once it is known
            await self.open_session(info, None, label, session=session)

    async def act_demo(self) -> None:
        """Three containers to look at, from the machine itself."""
        from contui.tui.view_models.demo import DEMO

        names = {info.name for info in self.containers.all()}
        for new in DEMO:
            if new.name not in names:
                follow = "attach:{}" if new.interactive and new.command == ("bash",) else ""
                call = calls.create(new, self.pane_size())
                self.request(f"demo {new.name}", call, follow.format)

    async def act_processes(self) -> None:
        """Its processes."""
        await self._show_kind("processes")

    async def act_inspect(self) -> None:
        """Everything about it."""
        await self._show_kind("inspect")

    async def _show_kind(self, kind: str) -> None:
        if (info := self.target()) is not None:
            await self.show_kind(kind, info)

    # -- life of containers ----------------------------------------------------------------------

    def act_stop(self) -> None:
        """Stop those that run."""
        targets = self.targets()
        live = [info for info in targets if info.live]
        if targets and not live:
            self.say(f"{self._names(targets)} stopped already")
        self._each("stop", live, lambda info: self.ending(info.id, calls.stop(info.id)))

    def act_restart(self) -> None:
        """Restart what runs, start what does not."""
        targets = self.targets()

        def again(info: ContainerInfo) -> Awaitable[Any]:
            return self.ending(info.id, calls.restart(info.id))

        self._each("restart", [info for info in targets if info.live], again)
        ended = [info for info in targets if not info.live]
        self._each("start", ended, lambda info: self.link.call(calls.start(info.id)))

    def act_pause(self) -> None:
        """Freeze or thaw."""
        thawing: list[ContainerInfo] = []
        freezing: list[ContainerInfo] = []
        for info in self.targets():
            # Pressed twice, it thaws, even before the event of the first press has come.
            frozen = self.freezing.get(info.id, info.state == "paused")
            self.freezing[info.id] = not frozen
            (thawing if frozen else freezing).append(info)
        self._each("thaw", thawing, lambda info: self._freeze(info, False))
        self._each("freeze", freezing, lambda info: self._freeze(info, True))

    async def _freeze(self, info: ContainerInfo, freeze: bool) -> None:
        try:
            await self.link.call(calls.pause(info.id, not freeze))
        except BaseException:
            self.freezing.pop(info.id, None)
            raise

    async def act_kill(self) -> None:
        """A signal, chosen from a list."""
        targets = self.targets()
        if not targets:
            return
        chosen = await self.choose(f"signal for {self._names(targets)}", signal_choices())

        def send(info: ContainerInfo) -> Awaitable[Any]:
            call = calls.kill(info.id, chosen)
            if chosen not in ENDING:  # it explains no exit
                return self.link.call(call)
            return self.ending(info.id, call, PATIENCE)

        self._each(f"send {chosen} to", targets if chosen else [], send)

    def _each(
        self,
        verb: str,
        infos: list[ContainerInfo],
        what: Callable[[ContainerInfo], Awaitable[Any]],
    ) -> None:
        """Do something to each, beside the app; what fails is told once."""
        if infos:
            work = [(info.name, partial(what, info)) for info in infos]
            self.run_each(f"{verb} {self._names(infos)}", work)

    @staticmethod
    def _names(infos: list[ContainerInfo]) -> str:
        if len(infos) > 3:
            return plural(len(infos), "container")
        return ", ".join(clean(info.name) for info in infos)

    # -- the rest --------------------------------------------------------------------------------

    async def act_help(self) -> None:
        """The keys."""
        from contui.tui.screens.help import HelpScreen

        await self.push_screen(HelpScreen(self.keymap, self.detach_keys))

    async def act_palette(self) -> None:
        """Any command by its name."""
        from contui.tui.screens.choose import Choice

        pane = self.panes.get(self.workspace.focus or "")
        scopes = [scope for scope in pane.scopes() if scope != "list"] if pane is not None else []
        choices = [
            Choice(f"{action.id}:", action.label, action.help, key)
            for action, key in self.keymap.palette(*scopes)
        ]
        choices += [
            Choice(f"select:{info.id}", f"go to {clean(info.name)}", clean(info.image))
            for info in self.containers.rows[:500]
        ]
        chosen = await self.choose("commands", choices)
        action, _, argument = chosen.partition(":")
        if action:
            self.perform(action, argument)

    def act_select(self, container: str) -> None:
        """Select a container in the list."""
        if self.containers.reveal(container):
            self.act_containers()

    def act_theme(self) -> None:
        """The next theme."""
        from contui.tui.themes import NAMES

        here = NAMES.index(self.theme) if self.theme in NAMES else -1
        self.theme = NAMES[(here + 1) % len(NAMES)]
        self.say(f"theme {self.theme}")

    def act_retry(self) -> None:
        """Reach for the backend now."""
        self.link.retry_now()

    async def choose(self, title: str, choices: list[Choice]) -> str:
        """Let the person choose; "" for none."""
        from contui.tui.screens.choose import ChooseScreen

        return await self.push_screen_wait(ChooseScreen(title, choices)) or ""


def signal_choices() -> list[Choice]:
    """The signals to choose from."""
    from contui.tui.screens.choose import Choice

    return [Choice(name, f"SIG{name}", help) for name, help in SIGNALS]
