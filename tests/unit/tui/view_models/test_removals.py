"""What was removed and can come back, what is asked before, and the progress of long work."""

from __future__ import annotations

from contui.tui.view_models.container_list import ContainerList
from contui.tui.view_models.containers import ContainerInfo
from contui.tui.view_models.jobs import Job
from contui.tui.view_models.problem import Problem
from contui.tui.view_models.removals import Removals, question, told
from contui.tui.view_models.text import Span


def box(name: str, state: str = "exited", **fields: bool) -> ContainerInfo:
    return ContainerInfo(f"id-{name}", name, state=state, **fields)  # type: ignore[arg-type]


def text(lines: list[list[Span]]) -> str:
    return " / ".join("".join(span.text for span in line) for line in lines)


def test_what_was_removed_together_comes_back_together() -> None:
    removals = Removals()
    removals.put([box("a"), box("b")])
    removals.put([box("c"), box("a")])
    assert removals.ids == {"id-a", "id-b", "id-c"}
    assert [info.name for info in removals.undo()] == ["c"]
    assert removals.forget("id-a")
    assert not removals.forget("id-a")
    assert [info.name for info in removals.all()] == ["b"]
    assert removals.named("b") is not None
    assert removals.named("a") is None
    assert [info.name for info in removals.undo()] == ["b"]
    assert removals.undo() == []
    assert len(removals) == 0


def test_hidden_containers_are_not_in_the_list() -> None:
    found = ContainerList()
    found.put([box("a"), box("b")])
    found.marked.add("id-a")
    found.hide({"id-a"})
    assert [info.name for info in found.rows] == ["b"]
    assert (len(found), found.marked) == (1, set())
    assert found.get("id-a") is not None
    found.put([box("a", "created")])
    assert found.visible == 1
    found.hide(set())
    assert found.visible == 2


def test_the_question_says_what_is_lost() -> None:
    assert text(question([box("a")], "f5")) == (
        "remove a / f5 brings it back until contui is quit; then its files and log go too"
    )
    several = [box("a", "running"), box("b", "running", auto_remove=True), box("c")]
    asked = text(question(several, "f5"))
    assert "2 of them run: killed first; no undo brings its processes back" in asked
    assert "1 container started with --rm: gone at once, no undo" in asked
    assert "f5 brings them back" in asked
    alone = text(question([box("b", "running", auto_remove=True)], "f5"))
    assert "no undo" in alone
    assert "brings it back" not in alone


def test_told() -> None:
    assert told([box("a")], "u") == "removed a; u brings it back until contui is quit"
    assert told([box("a"), box("b")], "u").startswith("removed 2 containers; u brings them back")


def words(job: Job) -> str:
    return "".join(span.text for span in job.line("X"))


def test_progress() -> None:
    job = Job("stop 4 containers", 4)
    job.begin("web")
    job.succeeded()
    job.refused("db", Problem("x", "it is stuck"))
    assert words(job) == "stop 4 containers ━━━━━━━━━━━━ 2/4 web 1 failed   X cancels"
    assert "cancelling" not in words(job)
    job.cancelled = True
    assert "cancelling" in words(job)
    assert words(Job("pull nginx")) == "pull nginx   X cancels"


def test_the_verdict_is_one_sentence() -> None:
    job = Job("stop 3 containers", 3)
    for _ in range(3):
        job.succeeded()
    assert job.verdict() == ("", "information")
    job = Job("stop 3 containers", 3)
    job.succeeded()
    job.refused("db", Problem("x", "it is \x1b stuck", "kill it"))
    job.refused("web", Problem("x", "gone"))
    assert job.verdict()[0] == (
        "stop 3 containers: 1 of 3 done, 2 failed. db: it is ␛ stuck (and 1 more)\nkill it"
    )
    job = Job("stop web", 1)
    job.refused("web", Problem("x", "no", "wait"))
    assert job.verdict() == ("stop web: no\nwait", "error")
    job.cancelled = True
    assert job.verdict() == ("stop web: cancelled, 0 of 1 done", "warning")
