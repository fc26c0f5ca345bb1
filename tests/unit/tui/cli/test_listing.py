"""Lists as tables, ids, JSON and templates; hostile names do no harm in any of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contui.tui.cli import listing, ps
from contui.tui.cli.errors import CliError
from contui.tui.cli.flags import Verb, parse
from contui.tui.client import messages

VERB = Verb(lambda values: 0, "", (listing.FORMAT, listing.QUIET, listing.NO_TRUNC))
COLUMNS = (("NAME", "Name"), ("STATE", "State"))
ROWS: list[dict[str, Any]] = [
    {"ID": "1", "Name": "web", "State": "up", "Label": lambda key: key},
    {"ID": "2", "Name": "e\x1b[31mvil", "State": "gone", "Label": lambda key: key},
]


def printed(capfd: pytest.CaptureFixture[str], *words: str) -> str:
    listing.print_rows(parse(VERB, words), ROWS, COLUMNS, "ID")
    return capfd.readouterr().out


def test_a_table(capfd: pytest.CaptureFixture[str]) -> None:
    assert printed(capfd).splitlines() == [
        "NAME           STATE",
        "web            up",
        "e\\x1b[31mvil   gone",
    ]


def test_ids(capfd: pytest.CaptureFixture[str]) -> None:
    assert printed(capfd, "-q") == "1\n2\n"


def test_json_is_one_object_a_line(capfd: pytest.CaptureFixture[str]) -> None:
    lines = printed(capfd, "--format", "json").splitlines()
    assert [json.loads(line) for line in lines][1] == {
        "ID": "2",
        "Name": "e\x1b[31mvil",
        "State": "gone",
    }
    assert "\x1b" not in "".join(lines)


def test_templates(capfd: pytest.CaptureFixture[str]) -> None:
    out = printed(capfd, "--format", "{{.ID}}\t{{.Name}}")
    assert out == "1\tweb\n2\te\\x1b[31mvil\n"
    assert printed(capfd, "--format", '{{.Label "x"}}') == "x\nx\n"
    out = printed(capfd, "--format", "table {{.State}}\t{{.ID}}")
    assert out.splitlines() == ["STATE   ID", "up      1", "gone    2"]


@pytest.mark.parametrize("form", ["{{.Nope}}", "{{.ID", "table {{.Nope}}"])
def test_wrong_templates(form: str) -> None:
    with pytest.raises(CliError, match="template"):
        listing.print_rows(parse(VERB, ["--format", form]), ROWS, COLUMNS, "ID")


def test_a_container_as_docker_shows_it() -> None:
    container = messages.Container(
        id="f" * 64,
        name="web",
        argv=["sh", "-c", "while :; do sleep 1; done"],
        state=messages.CONTAINER_STATE_RUNNING,
        status="Up 2 hours",
        labels={"b": "2", "a": "1"},
    )
    container.ports.add(container_port=80, host_port=8080, protocol="tcp")
    container.ports.add(container_port=53, protocol="udp")
    container.ports.add(container_port=1, host_port=2, host_ip="::1")
    row = ps.row(container, whole=False)
    assert row["ID"] == "f" * 12
    assert row["Command"] == '"sh -c while :; do s…"'
    assert row["State"] == "running"
    assert row["Ports"] == "0.0.0.0:8080->80/tcp, 53/udp, [::1]:2->1/tcp"
    assert row["Labels"] == "a=1,b=2"
    assert row["Label"]("a") == "1"
    assert ps.row(container, whole=True)["ID"] == "f" * 64


def test_filters() -> None:
    assert ps.filters(["status=running", "Status=exited", "label=a=b"]) == {
        "status": ["running", "exited"],
        "label": ["a=b"],
    }
    with pytest.raises(CliError, match="nonsense"):
        ps.filters(["nonsense"])
