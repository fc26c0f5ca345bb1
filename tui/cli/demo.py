"""`demo`: three real containers to look at, from the machine itself. `./run` calls it first.

The same three that the app offers on `D` where there is no container (`contui.tui.actions`).
"""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.flags import Flag, Values, Verb
from contui.tui.cli.output import show
from contui.tui.client import messages
from contui.tui.view_models.demo import DEMO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contui.tui.view_models.forms import NewContainer

_HOW = """
  contui                    opens them all: click one, or press enter on it
  contui attach demo-shell  ctrl-p ctrl-q leaves it running
  contui logs -f demo-ticker
  contui rm -f demo-shell demo-ticker demo-top   removes the demo
"""


def _demo(values: Values) -> int:
    there = _containers()
    if there and values.flag("if-empty"):
        return 0
    for new in DEMO:
        if new.name not in there:
            _run(new)
            show(f"{new.name:<12} {' '.join(new.command[:1])}, from the image {new.image}\n")
    show(_HOW)
    return 0


def _containers() -> set[str]:
    request = messages.ListRequest(all=True)
    found = api.channel().call("ContainerService/List", request, messages.ListResponse)
    return {container.name for container in found.containers}


def _run(new: NewContainer) -> None:
    spec = messages.ContainerSpec(
        image=new.image, command=new.command, tty=new.tty, open_stdin=new.interactive
    )
    request = messages.CreateRequest(spec=spec, name=new.name, start=True)
    api.channel().call("ContainerService/Create", request, messages.CreateResponse)


VERBS = {
    "demo": Verb(
        _demo,
        flags=(Flag("if-empty", "Only on a machine that has no containers"),),
        most=0,
    )
}
