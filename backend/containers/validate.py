"""What a request must be before anything is made of it. Pure.

`contui.backend.containers.manager` calls `check` first thing in Create; what can only be known with
the image at hand (users, programs) is found out at the start.
"""

from __future__ import annotations

import ipaddress
import os
import re
import signal

from contui.backend.containers.restart import POLICIES
from contui.backend.errors import InvalidArgument
from contui.backend.networks import ports
from contui.proto.v1.containers_pb2 import ContainerSpec, NetworkConfig

JOURNAL = "/run/systemd/journal/socket"  # as `contui.shim.journald` has it
LOG_DRIVERS = ("local", "json-file", "journald", "none")
LOG_OPTIONS = ("max-size", "max-file", "mode", "max-buffer-size")
NETWORKS = ("bridge", "none", "host")
SMALLEST_MEMORY = 6 << 20
_ENV = re.compile(r"[^=\0]+(=[^\0]*)?", re.DOTALL)
_HOST = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
_SIZE = re.compile(r"[1-9][0-9]*[bkmg]?", re.IGNORECASE)


def check(spec: ContainerSpec) -> None:
    """Raise InvalidArgument for the first thing in the request that can never work."""
    if not spec.image:
        raise InvalidArgument("no image was named", "contui images lists what there is")
    _words(spec)
    _restart(spec)
    _log(spec)
    _network(spec.network)
    _resources(spec)
    if spec.stop_signal:
        signal_number(spec.stop_signal)
    if spec.HasField("stop_timeout_s") and spec.stop_timeout_s < -1:
        raise InvalidArgument(
            f"the stop timeout {spec.stop_timeout_s} is not possible", "-1 waits for ever"
        )


def signal_number(name: str) -> int:
    """The number of a signal given by name, with or without SIG, or by number.

    Raises InvalidArgument.
    """
    text = name.strip().upper()
    if text.isascii() and text.isdecimal() and 0 < int(text) < signal.NSIG:
        return int(text)
    text = text if text.startswith("SIG") else f"SIG{text}"
    if match := re.fullmatch(r"SIGRTMIN\+(\d+)|SIGRTMAX-(\d+)", text):
        up, down = match.groups()
        number = signal.SIGRTMIN + int(up) if up else signal.SIGRTMAX - int(down)
        if signal.SIGRTMIN <= number <= signal.SIGRTMAX:
            return int(number)
    elif found := signal.Signals.__members__.get(text):
        return int(found)
    raise InvalidArgument(f"there is no signal {name!r}", "kill -l lists them", "invalid-signal")


def _words(spec: ContainerSpec) -> None:
    texts = (*spec.command, spec.entrypoint, spec.user, spec.workdir, spec.hostname)
    if any("\0" in text for text in texts):
        raise InvalidArgument("a NUL byte cannot be part of a command, user or directory")
    for entry in spec.env:
        if not _ENV.fullmatch(entry):
            raise InvalidArgument(f"the environment entry {entry!r} has no name", "use NAME=value")
    if spec.workdir and not spec.workdir.startswith("/"):
        raise InvalidArgument(
            f"the working directory {spec.workdir!r} is not absolute", "begin it with /"
        )
    if len(spec.hostname) > 63:
        raise InvalidArgument("the host name is longer than 63 characters", "choose a shorter one")
    if spec.hostname:
        _host(spec.hostname)


def _restart(spec: ContainerSpec) -> None:
    policy = spec.restart
    if policy.name not in ("", *POLICIES):
        raise InvalidArgument(
            f"there is no restart policy {policy.name!r}", f"use one of {', '.join(POLICIES)}"
        )
    if policy.max_retries and policy.name != "on-failure":
        raise InvalidArgument(
            f"a number of retries does not go with the policy {policy.name!r}",
            "only on-failure counts its retries",
        )
    if spec.auto_remove and policy.name not in ("", "no"):
        raise InvalidArgument(
            "a container cannot be removed when it exits and restarted too",
            "leave out --rm or --restart",
        )


def _log(spec: ContainerSpec) -> None:
    if spec.log.driver not in ("", *LOG_DRIVERS):
        raise InvalidArgument(
            f"there is no log driver {spec.log.driver!r}", f"use one of {', '.join(LOG_DRIVERS)}"
        )
    if spec.log.driver == "journald" and not os.path.exists(JOURNAL):
        raise InvalidArgument(
            f"there is no journal on this machine: {JOURNAL} is missing",
            "use --log-driver local or json-file",
        )
    for key, value in spec.log.options.items():
        if key not in LOG_OPTIONS:
            raise InvalidArgument(
                f"there is no log option {key!r}", f"use one of {', '.join(LOG_OPTIONS)}"
            )
        good = {
            "max-file": value.isdecimal() and int(value) > 0,
            "mode": value in ("blocking", "non-blocking"),
        }.get(key, bool(_SIZE.fullmatch(value)))
        if not good:
            raise InvalidArgument(
                f"{value!r} is not a value of the log option {key}",
                "sizes are numbers with k, m or g, max-file is a number, "
                "mode is blocking or non-blocking",
            )


def _network(network: NetworkConfig) -> None:
    mode = network.mode or "bridge"
    if mode not in NETWORKS:
        raise InvalidArgument(
            f"there is no network {mode!r}", f"use one of {', '.join(NETWORKS)}", "no-such-network"
        )
    if network.ports and mode != "bridge":
        raise InvalidArgument(
            f"ports cannot be published on the network {mode!r}", "use the bridge, or leave out -p"
        )
    ports.wanted(network, {})
    for alias in network.aliases:
        _host(alias)
    for server in network.dns:
        _address(server)
    for entry in network.extra_hosts:
        host, _, address = entry.partition(":")
        if not host or not address:
            raise InvalidArgument(f"the extra host {entry!r} is not NAME:ADDRESS")
        _host(host)
        if address != "host-gateway":
            _address(address)


def _host(name: str) -> None:
    """What stands in /etc/hosts is one word."""
    if not _HOST.fullmatch(name):
        raise InvalidArgument(
            f"{name!r} is not a host name", "use letters, digits, '-', '_' and '.'"
        )


def _address(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise InvalidArgument(f"{text!r} is not an IP address", "for example 127.0.0.1") from None


def _resources(spec: ContainerSpec) -> None:
    resources = spec.resources
    if 0 < resources.memory_bytes < SMALLEST_MEMORY:
        raise InvalidArgument("less than 6 MiB of memory is not enough", "give --memory 6m or more")
    swap = resources.memory_swap_bytes
    if swap > 0 and not resources.memory_bytes:
        raise InvalidArgument("--memory-swap needs --memory", "give both")
    if 0 < swap < resources.memory_bytes:
        raise InvalidArgument(
            "--memory-swap is memory plus swap, so it cannot be less than --memory"
        )
    if spec.HasField("health") and not spec.health.test:
        raise InvalidArgument("a health check needs a command", "give --health-cmd")
