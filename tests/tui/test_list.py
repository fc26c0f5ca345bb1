"""The list: built from events, by keys and by mouse."""

from __future__ import annotations

import pytest
from textual.events import Key

from contui.tui.widgets.container_list import ContainerListView
from contui.tui.widgets.prompt import Prompt
from tests.tui.conftest import Open
from tests.tui.fake_backend import EXITED, FakeBackend


def names(driver: object) -> list[str]:
    return [info.name for info in driver.app.containers.rows]  # type: ignore[attr-defined]


async def test_the_snapshot_and_what_follows_are_shown(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", "nginx")
    backend.add("job", state=EXITED)
    async with opened() as driver:
        assert names(driver) == ["job", "web"]
        backend.event("create", backend.add("new"))
        await driver.until(lambda: "new" in names(driver))
        backend.removes("job")
        await driver.until(lambda: "job" not in names(driver))
        await driver.until(lambda: "web" in driver.screen())
        await driver.until(lambda: "nginx" in driver.screen())


async def test_the_selection_survives_changes(backend: FakeBackend, opened: Open) -> None:
    for name in ("a", "b", "c"):
        backend.add(name)
    async with opened() as driver:
        await driver.select("b")
        backend.event("create", backend.add("d"))
        backend.removes("c")
        await driver.until(lambda: names(driver) == ["d", "b", "a"])
        assert driver.app.containers.current is not None
        assert driver.app.containers.current.name == "b"


async def test_a_removed_selection_goes_to_the_next_line(
    backend: FakeBackend, opened: Open
) -> None:
    for name in ("a", "b", "c"):
        backend.add(name)
    async with opened() as driver:
        await driver.select("b")
        backend.removes("b")
        await driver.until(lambda: names(driver) == ["c", "a"])
        assert driver.app.containers.current is not None
        assert driver.app.containers.current.name == "a"


async def test_moving_by_keys(backend: FakeBackend, opened: Open) -> None:
    for number in range(100):
        backend.add(f"c{number:02}")
    async with opened() as driver:
        model = driver.app.containers
        assert model.cursor == 0
        await driver.press("down", "j")
        assert model.cursor == 2
        await driver.press("up", "k")
        assert model.cursor == 0
        await driver.press("pagedown")
        assert model.cursor > 10
        await driver.press("end")
        assert model.cursor == 99
        await driver.until(lambda: "c00" in driver.screen())
        await driver.press("home")
        assert model.cursor == 0


async def test_filter_and_its_end(backend: FakeBackend, opened: Open) -> None:
    backend.add("web", "nginx")
    backend.add("db", "postgres")
    async with opened() as driver:
        await driver.press("/", *"post", "enter")
        assert names(driver) == ["db"]
        await driver.until(lambda: "1/2" in driver.screen())
        await driver.press("escape")
        assert names(driver) == ["db", "web"]
        await driver.press("/", *"zzz")
        await driver.until(lambda: "nothing matches" in driver.screen())
        await driver.press("escape")
        assert names(driver) == ["db", "web"]


async def test_sorting(backend: FakeBackend, opened: Open) -> None:
    backend.add("b")
    backend.add("c", state=EXITED)
    backend.add("a")
    async with opened() as driver:
        assert names(driver) == ["a", "c", "b"]
        await driver.press("o")
        assert names(driver) == ["a", "b", "c"]
        await driver.press("o")
        assert names(driver) == ["a", "b", "c"]
        await driver.press("o", "o", "o")
        assert driver.app.containers.sort == "created"
        assert names(driver) == ["a", "c", "b"]


async def test_what_a_container_calls_itself_is_never_markup(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("[red]x[/red]", "im\x1b[31mage", ["sh", "-c", "\x1b]0;owned\x07\u202e"])
    async with opened(size=(160, 40)) as driver:
        screen = driver.screen()
        assert "[red]x[/red]" in screen
        assert "\x1b" not in screen
        assert "\u202e" not in screen
        await driver.attach("[red]x[/red]")
        await driver.until(lambda: "[red]x[/red]" in driver.screen())


async def test_an_empty_engine_offers_a_demo(backend: FakeBackend, opened: Open) -> None:
    async with opened(size=(80, 24)) as driver:
        await driver.until(lambda: "demo" in driver.screen())
        await driver.press("D")
        await driver.until(lambda: len(names(driver)) == 3)
        assert {"demo-shell", "demo-ticker", "demo-top"} == set(names(driver))


async def test_a_thousand_containers_are_usable(backend: FakeBackend, opened: Open) -> None:
    for number in range(1000):
        backend.add(f"c{number:04}")
    async with opened() as driver:
        assert len(names(driver)) == 1000
        drawn: list[int] = []
        widget = driver.app.main.query_one("#containers")
        render = widget.render_line

        def counted(y: int) -> object:
            drawn.append(y)
            return render(y)

        widget.render_line = counted  # type: ignore[method-assign, assignment]
        backend.event("update", backend.find("c0999"))
        await driver.until(lambda: drawn)
        assert len(drawn) <= 4 * driver.app.size.height


async def test_ages_tick_without_polling(backend: FakeBackend, opened: Open) -> None:
    backend.add("old", started=1.0)
    async with opened() as driver:
        widget = driver.app.main.query_one("#containers")
        assert widget._ageing is not None  # type: ignore[attr-defined]
        assert widget._ageing._interval > 60  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_what_is_wrong_with_a_filter_is_said_whole(
    backend: FakeBackend, opened: Open, size: tuple[int, int]
) -> None:
    backend.add("web")
    async with opened(size=size) as driver:
        await driver.press("/", *"/(web[")
        problem = driver.app.containers.query.problem
        prompt = driver.app.main.query_one("#filter", Prompt)

        def said() -> str:
            region = prompt.region
            lines = driver.screen().split("\n")[region.y : region.bottom]
            return " ".join(" ".join(line[: region.width] for line in lines).split())

        await driver.until(lambda: said().endswith(problem))
        await driver.press("backspace", "backspace", "backspace", "backspace", "backspace")
        await driver.until(lambda: prompt.region.height == 1)
        await driver.press(*"averyveryverylongnamethatdoesnotfitintothenarrowlist" * 2)
        assert "…" in said()
        assert said().endswith("narrowlist")


async def test_what_is_typed_at_once_is_for_the_filter_up_to_enter_and_then_for_the_list(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("cdb")
    backend.add("web")
    async with opened() as driver:
        view = driver.app.main.query_one(ContainerListView)
        for character in "/cdb":  # all of it on its way before any of it is done
            view.post_message(Key(character, character))
        await driver.until(lambda: driver.app.containers.filter == "cdb")
        prompt = driver.app.main.query_one("#filter", Prompt)
        prompt.post_message(Key("enter", "\r"))
        prompt.post_message(Key("space", " "))
        prompt.post_message(Key("C", "C"))
        await driver.until(lambda: driver.app.containers.marked)
        assert driver.app.containers.filter == "cdb"
        assert not prompt.display


async def test_keys_that_are_not_the_filters_do_what_they_do(
    backend: FakeBackend, opened: Open
) -> None:
    backend.add("web")
    async with opened() as driver:
        await driver.press("i")
        await driver.until(lambda: driver.app.panes and driver.app.focused_pane() is driver.pane())
        await driver.press("shift+tab", "/", *"web")
        assert driver.app.focused_pane() is None
        await driver.press("tab")
        await driver.until(lambda: driver.app.focused_pane() is driver.pane())
        assert driver.app.containers.filter == "web"
