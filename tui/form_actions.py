"""What is asked by forms: a new container, one again with changes, a program to run in one.

`act_<id>` for `contui.tui.keymap.Action.id`; the fields are `contui.tui.view_models.forms`.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from contui.tui import calls, form_history
from contui.tui.backend_link import CallFailed
from contui.tui.messages import ActionDone
from contui.tui.pane_actions import PaneActions
from contui.tui.removal_actions import RemovalActions
from contui.tui.view_models.asked import PATIENCE
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.exits import exit_sentence
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span, clean
from contui.tui.working import in_worker

if TYPE_CHECKING:
    from contui.tui.view_models.sessions import ExecRequest

Values = dict[str, str]
START_S = 10.0  # that a program may take to start before the form says that it does not
RETRIES = "contui tries to reach it again and again: try again in a moment"
NOT_RUN = (126, 127)  # exit codes of what could not be executed, or was not found


class FormActions(PaneActions, RemovalActions):
    """The forms."""

    def not_running(self, info: ContainerInfo) -> str:
        """Why nothing can be run in it, and what to do."""
        raise NotImplementedError

    # -- a new container -------------------------------------------------------------------------

    async def new_from(self, image: str) -> None:
        """The form of a new container, with its image filled in."""
        await self.act_new(image)

    async def act_new(self, image: str = "") -> None:
        """Make one by a form, start it, attach. What was typed stays until it has worked."""
        from contui.tui.view_models import forms

        async def make(values: Values) -> Problem | None:
            new = forms.new_container(values)
            try:
                await self.make_room(new.name)
                made = await self.link.call(calls.create(new, self.pane_size()))
            except CallFailed as failed:
                return failed.problem
            await self._made(new, values, made)
            return None

        fields = forms.filled(forms.NEW_FIELDS, {"image": image} if image else {})
        await self._container_form("new container", fields, make)

    async def _made(self, new: Any, values: Values, made: str) -> None:
        """A container was made by a form: keep the form, go to its program."""
        follow = "attach:{}" if new.tty or new.interactive else "log:{}"
        title = f"new container from {clean(new.image)}"
        self.post_message(ActionDone(title, None, follow.format(made)))
        await asyncio.to_thread(form_history.add, "new", values)

    async def _container_form(self, title: str, fields: Any, make: Any) -> None:
        from contui.tui.screens.form import FormScreen
        from contui.tui.view_models import forms

        past = await asyncio.to_thread(form_history.load, "new")
        await self.push_screen(
            FormScreen(
                title,
                fields,
                lambda values: forms.run_line(forms.new_container(values)),
                "make and start it",
                make,
                past,
            )
        )

    # -- one again -------------------------------------------------------------------------------

    async def recreate(self, info: ContainerInfo, spec: Any, flag: str = "") -> None:
        """The form filled like a container (`spec`: its ContainerSpec), changed by a flag of `run`.

        Under the same name the new one takes the old one's place, which is kept, stopped, until the
        person says that it may go; when anything fails, the old one is as it was.
        """
        from contui.tui.view_models import forms, recreate

        async def make(values: Values) -> Problem | None:
            new = forms.new_container(values)
            try:
                made = await self._again(info, spec, new)
            except CallFailed as failed:
                return failed.problem
            await self._made(new, values, made)
            if new.name == info.name and not (info.live and info.auto_remove):
                in_worker(self, "actions", self._offer_removal, info)
            return None

        title = f"{clean(info.name)} again {flag}".rstrip()
        await self._container_form(title, recreate.fields(info.name, spec, flag), make)

    async def _again(self, info: ContainerInfo, spec: Any, new: Any) -> str:
        from contui.tui.recreating import take_place
        from contui.tui.specs import laid_over

        wanted = laid_over(spec, new, self.pane_size())
        if new.name != info.name:
            await self.make_room(new.name)
            return str(await self.link.call(calls.make_container(wanted, new.name, True)))
        taken = {other.name for other in self.containers.all()}
        self.asked.begin(info.id)
        try:
            made = await take_place(self.link.call, info, wanted, taken)
        except BaseException:
            self.asked.failed(info.id)
            raise
        self.asked.done(info.id, time.monotonic(), PATIENCE)
        return made

    async def _offer_removal(self, info: ContainerInfo) -> None:
        from contui.tui.screens.confirm import ConfirmScreen

        old = self.containers.get(info.id)
        if old is None:
            return
        lines = [
            [Span(clean(info.name), "strong"), Span(" is the new one now.")],
            [Span("The old one is kept, stopped, as "), Span(clean(old.name), "strong")],
            [Span(f"{self.keymap.told('undo')} brings it back until contui is quit", "muted")],
        ]
        if await self.push_screen_wait(ConfirmScreen("remove the old one?", lines, "remove")):
            self.hide([self.containers.get(info.id) or old])

    # -- a program in one ------------------------------------------------------------------------

    async def act_exec(self) -> None:
        """Any program, by a form; what was typed stays until it runs."""
        from contui.tui.screens.form import FormScreen
        from contui.tui.view_models import forms

        info = self.target()
        if info is None:
            return
        if not info.attachable:
            self.say(self.not_running(info), "warning")
            return
        kind = f"exec {info.image}"

        async def run(values: Values) -> Problem | None:
            problem = await self._run(info, forms.exec_request(values))
            if problem is None:
                await asyncio.to_thread(form_history.add, kind, values)
            return problem

        past = await asyncio.to_thread(form_history.load, kind)
        screen = FormScreen(
            f"run a program in {clean(info.name)}",
            forms.EXEC_FIELDS,
            lambda values: forms.exec_line(info.name, forms.exec_request(values)),
            "run it",
            run,
            past,
        )
        await self.push_screen(screen)

    async def _run(self, info: ContainerInfo, request: ExecRequest) -> Problem | None:
        """Open a pane for it; one whose program cannot be run is closed again."""
        if not self.link.up:
            return Problem("unavailable", "the backend is away: nothing was started", RETRIES)
        label = request.argv[0].rsplit("/", 1)[-1] if request.argv else "shell"
        pane: Any = await self.open_session(info, request, label)
        try:
            async with asyncio.timeout(START_S):
                await pane.settled.wait()
        except TimeoutError:
            late = "the backend does not answer: whether the program was started is not known"
            return Problem("timeout", late, "the tab behind this form shows it when it comes")
        model = pane.model
        problem: Problem | None = model.problem
        if problem is None and model.exit is not None and model.exit.code in NOT_RUN:
            problem = Problem("exec", f"{model.command} {exit_sentence(model.exit)}")
        if problem is not None:
            await self.close_pane(pane.pane_id)
        return problem
