"""Runs long work beside the app: a line that says how far it is, a key that cancels it.

Mixed into the app. What fails is gathered and told once, at the end.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from contui.tui.backend_link import CallFailed
from contui.tui.view_models.jobs import Job
from contui.tui.view_models.notices import Notice, NoticeBook
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import clean
from contui.tui.widgets.status_line import StatusLine
from contui.tui.windows import Windows

AT_ONCE = 6  # requests of one job under way at a time
SHOWN_AFTER = 0.3  # seconds; what is faster needs no line

Work = Callable[[], Awaitable[object]]


class Jobs(Windows):
    """The jobs under way."""

    notices: NoticeBook
    _jobs: dict[Job, asyncio.Task[None]]

    def run_each(
        self,
        title: str,
        work: Iterable[tuple[str, Work]],
        after: Callable[[], object] | None = None,
    ) -> Job:
        """Do each piece of work, (name, what to await); `after`: when all was tried."""
        pieces = list(work)

        async def all_of(job: Job) -> None:
            places = asyncio.Semaphore(AT_ONCE)
            async with asyncio.TaskGroup() as group:
                for name, piece in pieces:
                    group.create_task(self._one(job, name, piece, places))

        return self.run_job(title, all_of, len(pieces), after)

    async def _one(self, job: Job, name: str, piece: Work, places: asyncio.Semaphore) -> None:
        async with places:
            job.begin(name if job.total > 1 else "")
            try:
                await piece()
            except CallFailed as failed:
                job.refused(name, failed.problem)
            else:
                job.succeeded()
            self.show_jobs()

    def run_job(
        self,
        title: str,
        work: Callable[[Job], Awaitable[object]],
        total: int = 0,
        after: Callable[[], object] | None = None,
    ) -> Job:
        """Await `work(job)` beside the app; it may write into the job how far it is."""
        job = Job(title, total)
        self._jobs[job] = asyncio.create_task(self._run_job(job, work, after))
        self.set_timer(SHOWN_AFTER, self.show_jobs)
        return job

    async def _run_job(
        self,
        job: Job,
        work: Callable[[Job], Awaitable[object]],
        after: Callable[[], object] | None,
    ) -> None:
        try:
            await work(job)
        except asyncio.CancelledError:
            if not job.cancelled:
                raise
        except CallFailed as failed:
            job.refused(job.title, failed.problem)
        except Exception as error:  # a fault of ours must not end the app
            job.refused(job.title, Problem("internal", f"{type(error).__name__}: {error}"))
        finally:
            self._jobs.pop(job, None)
        self._job_over(job)
        if after is not None:
            after()

    def _job_over(self, job: Job) -> None:
        self.show_jobs()
        text, severity = job.verdict()
        if not text:
            return
        for name, problem in job.failed if job.total > 1 else ():
            why = f"{clean(job.title)}: {clean(name)}: {clean(problem.message)}"
            self.notices.add(Notice(time.time(), "", "job", why, "error"))
        many = len(job.failed) > 1
        more = f"\n{self.keymap.told('notifications')} lists them" if many else ""
        self.say(text + more, severity)

    def show_jobs(self) -> None:
        """Draw how far the job is that was begun last."""
        lines = self.main.query("#jobs").results(StatusLine)
        for found in lines:
            last = next(reversed(self._jobs), None)
            found.say(last.line(self.keymap.told("cancel")) if last is not None else [])

    def act_cancel(self) -> None:
        """Cancel the work that was begun last; what is done stays done."""
        job: Any = next((job for job in reversed(self._jobs) if not job.cancelled), None)
        if job is None:
            self.say("there is no work under way to cancel")
            return
        job.cancelled = True
        self._jobs[job].cancel()
        self.show_jobs()
