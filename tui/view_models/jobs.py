"""Long work as plain data: how far it is, what failed, and the line that says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from contui.tui.view_models.problem import Problem
from contui.tui.view_models.text import Span, clean

BAR = 12  # cells


@dataclass(eq=False)
class Job:
    """One piece of long work. `total` of 0: nobody knows how much it is."""

    title: str
    total: int = 0
    done: int = 0
    part: float | None = None  # of all that is to do, where it is no number of things
    now: str = ""  # what is being worked on
    undone: str = ""  # what to say of it when it was cancelled; empty: how much was done
    failed: list[tuple[str, Problem]] = field(default_factory=list)
    cancelled: bool = False

    def begin(self, name: str) -> None:
        """Work on something has begun."""
        self.now = name

    def succeeded(self) -> None:
        """One more is done."""
        self.done += 1

    def refused(self, name: str, problem: Problem) -> None:
        """One more could not be done."""
        self.failed.append((name, problem))

    def line(self, cancel_key: str) -> list[Span]:
        """How far it is."""
        spans = [Span(clean(self.title), "strong")]
        finished = self.done + len(self.failed)
        if self.total > 1:
            spans += [*_bar(finished / self.total), Span(f" {finished}/{self.total}")]
        elif self.part is not None:
            spans += [*_bar(self.part), Span(f" {self.part:.0%}")]
        if self.now:
            spans.append(Span(f" {clean(self.now)}", "muted"))
        if self.failed:
            spans.append(Span(f" {len(self.failed)} failed", "bad"))
        words = "cancelling…" if self.cancelled else f" {cancel_key} "
        spans += [Span("  "), Span(words, "accent")]
        return spans if self.cancelled else [*spans, Span("cancels", "muted")]

    def verdict(self) -> tuple[str, str]:
        """What to say at its end, and how grave it is; an empty text when all went well."""
        title = clean(self.title)
        if self.cancelled:
            left = self.undone or f"{self.done} of {self.total or 1} done"
            return f"{title}: cancelled, {left}", "warning"
        if not self.failed:
            return "", "information"
        name, problem = self.failed[0]
        why = clean(problem.message)
        hint = f"\n{clean(problem.hint)}" if problem.hint else ""
        if self.total <= 1:
            return f"{title}: {why}{hint}", "error"
        count = len(self.failed)
        more = f" (and {count - 1} more)" if count > 1 else ""
        told = f"{self.done} of {self.total} done, {count} failed"
        return f"{title}: {told}. {clean(name)}: {why}{more}{hint}", "error"


def _bar(part: float) -> list[Span]:
    full = int(BAR * min(1.0, part))
    return [Span(" "), Span("━" * full, "accent"), Span("━" * (BAR - full), "line")]
