"""`network ls|inspect`: what containers are connected to."""

from __future__ import annotations

from contui.tui.cli import api
from contui.tui.cli.errors import CliError, UsageError
from contui.tui.cli.flags import LIST, Flag, Values, Verb
from contui.tui.cli.inspect import print_documents
from contui.tui.cli.listing import FORMAT, NO_TRUNC, QUIET, print_rows
from contui.tui.cli.output import short
from contui.tui.cli.ps import filters
from contui.tui.client import messages

_COLUMNS = (
    ("NETWORK ID", "ID"),
    ("NAME", "Name"),
    ("DRIVER", "Driver"),
    ("SCOPE", "Scope"),
)
_WORDS = "ls|inspect"


def _network(values: Values) -> int:
    raise UsageError('"contui network" needs one more word', "ls or inspect")


def _ls(values: Values) -> int:
    request = messages.ListNetworksRequest()
    for key, wanted in filters(values.texts("filter")).items():
        if len(wanted) > 1:
            raise CliError(f"--filter {key}= is given more than once", "give it once")
        request.filters[key] = wanted[0]
    answer = api.channel().call("NetworkService/List", request, messages.ListNetworksResponse)
    whole = values.flag("no-trunc")
    rows = [
        {
            "ID": network.id if whole else short(network.id),
            "Name": network.name,
            "Driver": network.driver,
            "Scope": "local",
            "Subnet": network.subnet,
            "Gateway": network.gateway,
            "Members": ", ".join(member.name for member in network.members),
            "Labels": "",
            "Internal": "false",
            "IPv6": "false",
        }
        for network in answer.networks
    ]
    print_rows(values, rows, _COLUMNS, "ID")
    return 0


def _inspect(values: Values) -> int:
    def fetch(name: str) -> str:
        request = messages.InspectNetworkRequest(network=name)
        channel = api.channel()
        return channel.call("NetworkService/Inspect", request, messages.InspectNetworkResponse).json

    return print_documents(values, fetch)


VERBS = {
    "network": Verb(_network, _WORDS, complete=_WORDS),
    "network ls": Verb(
        _ls,
        "",
        (
            Flag("filter", "Only these: name=, driver=, id=", "f", "KEY=VALUE", LIST),
            FORMAT,
            NO_TRUNC,
            QUIET,
        ),
        0,
        0,
    ),
    "network inspect": Verb(
        _inspect,
        "NETWORK…",
        (Flag("format", "json, or a Go template", "f", "FORMAT"),),
        1,
        complete="networks",
    ),
}
