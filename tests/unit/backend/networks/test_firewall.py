"""The scripts that nft is given."""

from __future__ import annotations

import json

import pytest

from contui.backend.errors import FailedPrecondition
from contui.backend.networks import firewall
from contui.backend.networks.firewall import Firewall
from contui.backend.networks.model import Port

FOREIGN = {
    "chains": [
        {"chain": {"family": "ip", "table": "filter", "name": "FORWARD", "hook": "forward",
                   "type": "filter", "policy": "drop"}},
        {"chain": {"family": "ip", "table": "contui_other", "name": "forward", "hook": "forward",
                   "type": "filter", "policy": "accept"}},
        {"chain": {"family": "inet", "table": "quiet", "name": "f", "hook": "forward",
                   "type": "filter", "policy": "accept"}},
        {"chain": {"family": "ip", "table": "filter", "name": "INPUT", "hook": "input",
                   "type": "filter", "policy": "drop"}},
    ],
    "FORWARD": [{"rule": {"handle": 7, "comment": "contui_12"}}, {"rule": {"handle": 8}}],
    "f": [],
}  # fmt: skip


@pytest.fixture
def scripts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been run; listings answer from FOREIGN."""
    seen: list[str] = []

    def run(arguments: list[str], script: str) -> str:
        if arguments[0] == "-j":
            return json.dumps({"nftables": [{"metainfo": {}}, *FOREIGN[arguments[-1]]]})
        seen.append(script)
        return ""

    monkeypatch.setattr(firewall, "_run", run)
    return seen


def test_ports_of_every_kind(scripts: list[str]) -> None:
    wall = Firewall("12", "br", "10.0.0.0/20")
    wall.publish("10.0.0.2", [Port(80, "tcp", "", 8080), Port(53, "udp", "127.0.0.1", 5353)])
    assert scripts == [
        "add element ip contui_12 ports { tcp . 8080 : 10.0.0.2 . 80 }\n"
        "add element ip contui_12 ports_at { 127.0.0.1 . udp . 5353 : 10.0.0.2 . 53 }\n"
    ]
    wall.publish("10.0.0.2", [])
    assert len(scripts) == 1, "nothing to do, nothing run"


def test_foreign_chains_that_may_drop_are_opened_and_closed(scripts: list[str]) -> None:
    wall = Firewall("12", "br", "10.0.0.0/20")
    wall.install()
    table, closing, opening = scripts
    assert "masquerade" in table
    assert closing == "delete rule ip filter FORWARD handle 7\n"
    assert opening == (
        'insert rule ip filter FORWARD iifname "br" accept comment "contui_12"\n'
        'insert rule ip filter FORWARD oifname "br" accept comment "contui_12"\n'
    )


def test_without_nft_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firewall.shutil, "which", lambda *names, **options: None)
    with pytest.raises(FailedPrecondition) as missing:
        Firewall("12", "br", "10.0.0.0/20").install()
    assert "nftables" in missing.value.hint
