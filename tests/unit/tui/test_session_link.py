"""A session's frames keep their order, whether the pane takes them at once or from the outbox."""

from __future__ import annotations

import asyncio

from contui.tui.backend_link import BackendLink
from contui.tui.session_link import HELD_BYTES, SessionLink
from contui.tui.view_models import frames
from contui.tui.view_models.sessions import OpenPlan


def output(data: bytes) -> frames.Output:
    return frames.Output(1, 0, data)


async def test_a_little_output_is_shown_at_once_unless_something_is_before_it() -> None:
    link = SessionLink(BackendLink("unix:///nowhere", lambda message: None), lambda: None)
    shown: list[frames.Output] = []
    ready = True

    def shows(frame: frames.Output) -> bool:
        if ready:
            shown.append(frame)
        return ready

    link.shows = shows
    much = output(bytes(HELD_BYTES + 1))
    assert link._take(output(b"a"))
    assert [frame.data for frame in shown] == [b"a"]
    link._take(much)
    link._take(output(b"b"))
    assert link.outbox.take(1 << 20) == [much, output(b"b")]
    link._take(output(b"c"))  # those before it are with the pane, but not in its terminal yet
    assert link.outbox.take(1 << 20) == [output(b"c")]
    link.outbox.done()
    link._take(frames.Live())
    link._take(output(b"d"))
    assert link.outbox.take(1 << 20) == [frames.Live(), output(b"d")]
    link.outbox.done()
    ready = False
    link._take(output(b"e"))
    assert link.outbox.take(1 << 20) == [output(b"e")]
    assert [frame.data for frame in shown] == [b"a"]
    await asyncio.wait_for(link.outbox.room(), 20)


async def test_a_size_that_changes_while_the_stream_opens_is_sent_behind_that() -> None:
    plan = OpenPlan("web", "main", None, "rw", None, (1, 1))
    link = SessionLink(BackendLink("unix:///nowhere", lambda message: None), lambda: plan)

    async def opening(plan: OpenPlan) -> tuple[bool, None]:
        link.resize(50, 12)
        link._take(frames.Opened("main", (), True, True, "rw", (0, 0), b"", plan.size))
        return True, None

    link._once = opening  # type: ignore[method-assign]
    await link.run()
    assert list(link._up) == [("resize", (50, 12))]
