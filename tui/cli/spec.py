"""The flags of `run` and `create`, and the container that they ask for.

What can be judged here is judged before anything is created; the backend judges the rest.
"""

from __future__ import annotations

import os

from contui.tui.cli import values as parse
from contui.tui.cli.errors import CliError, invalid
from contui.tui.cli.flags import COUNT, LIST, Flag, Values
from contui.tui.client import messages

FLAGS = (
    Flag("interactive", "Keep stdin open, and hand ours on", "i"),
    Flag("tty", "Give it a terminal", "t"),
    Flag("detach", "Run in the background and print the id", "d"),
    Flag("rm", "Remove the container when it ends"),
    Flag("name", "Name it", value="NAME"),
    Flag("attach", "Only these of stdin, stdout, stderr", "a", "STREAM", LIST),
    Flag("init", "A PID 1 that reaps and forwards signals"),
    Flag("entrypoint", "Instead of the image's; empty removes it", value="PROGRAM"),
    Flag("user", "Run as this user", "u", "NAME|UID[:GROUP|GID]"),
    Flag("env", "Set a variable, or take ours", "e", "NAME[=VALUE]", LIST),
    Flag("env-file", "Variables from a file, one a line", value="FILE", kind=LIST),
    Flag("workdir", "Start in this directory; made if missing", "w", "DIR"),
    Flag("hostname", "Host name inside", "h", "NAME"),
    Flag("volume", "Mount a directory or a volume", "v", "SOURCE:TARGET[:ro]", LIST),
    Flag("mount", "The same in words: type=bind,source=…", value="KEY=VALUE,…", kind=LIST),
    Flag("tmpfs", "Mount an empty memory file system", value="TARGET[:OPTIONS]", kind=LIST),
    Flag("read-only", "Nothing can write to the root file system"),
    Flag("publish", "Reach a port from outside", "p", "[IP:][HOST:]PORT", LIST),
    Flag("publish-all", "Publish every port that the image exposes", "P"),
    Flag("network", "bridge (default), none, host", value="MODE"),
    Flag("network-alias", "Another name in its network", value="NAME", kind=LIST),
    Flag("dns", "Ask this name server", value="ADDRESS", kind=LIST),
    Flag("add-host", "A line for /etc/hosts", value="NAME:ADDRESS", kind=LIST),
    Flag("cap-add", "Give a capability", value="NAME", kind=LIST),
    Flag("cap-drop", "Take a capability away", value="NAME", kind=LIST),
    Flag("security-opt", "no-new-privileges, seccomp=FILE|unconfined, apparmor=PROFILE",
         value="OPTION", kind=LIST),
    Flag("privileged", "All capabilities and devices, no filters"),
    Flag("device", "Give a device", value="HOST[:INSIDE[:rwm]]", kind=LIST),
    Flag("ulimit", "Limit a resource", value="NAME=SOFT[:HARD]", kind=LIST),
    Flag("memory", "Limit memory", "m", "SIZE"),
    Flag("memory-swap", "Limit memory and swap together; -1: no limit", value="SIZE"),
    Flag("cpus", "Limit processors", value="NUMBER"),
    Flag("cpu-shares", "Weight against others (1024)", value="NUMBER", kind=COUNT),
    Flag("cpuset-cpus", "Only these processors", value="0-2,4"),
    Flag("pids-limit", "Limit processes (2048); -1: no limit", value="NUMBER", kind=COUNT),
    Flag("shm-size", "Size of /dev/shm (64m)", value="SIZE"),
    Flag("restart", "no, on-failure[:N], always, unless-stopped", value="POLICY"),
    Flag("stop-signal", "What `stop` sends first", value="SIGNAL"),
    Flag("stop-timeout", "Seconds until `stop` kills (10); -1: never", value="SECONDS", kind=COUNT),
    Flag("label", "A note on the container", "l", "KEY[=VALUE]", LIST),
    Flag("log-driver", "local (default), json-file, journald, none", value="DRIVER"),
    Flag("log-opt", "max-size, max-file, mode, max-buffer-size", value="KEY=VALUE", kind=LIST),
    Flag("detach-keys", "Instead of ctrl-p,ctrl-q", value="KEYS", default="\0"),
    Flag("sig-proxy", "Forward signals to the program (not with -t)", default=True),
    Flag("pull", "missing (default), always, never", value="WHEN"),
    Flag("cidfile", "Write the id to a file", value="FILE"),
    Flag("health-cmd", "Command that tells whether it is healthy", value="COMMAND"),
    Flag("health-interval", "Between two checks (30s)", value="TIME"),
    Flag("health-timeout", "A check that takes longer has failed (30s)", value="TIME"),
    Flag("health-start-period", "Failures do not count so long", value="TIME"),
    Flag("health-retries", "Failures in a row that make it unhealthy (3)", value="N", kind=COUNT),
    Flag("no-healthcheck", "Ignore the image's health check"),
)  # fmt: skip


def build(values: Values, attached: bool) -> messages.ContainerSpec:
    """The container that the flags ask for. `attached`: a client stays with it.

    Raises CliError.
    """
    image, *command = values.args
    _check(values)
    spec = messages.ContainerSpec(
        image=image,
        command=command,
        hostname=values.text("hostname"),
        user=values.text("user"),
        env=parse.environment(values.texts("env"), values.texts("env-file")),
        workdir=_absolute(values.text("workdir"), "--workdir"),
        labels=parse.labels(values.texts("label")),
        tty=values.flag("tty"),
        open_stdin=values.flag("interactive"),
        stdin_once=values.flag("interactive") and attached,
        auto_remove=values.flag("rm"),
        init=values.flag("init"),
        stop_signal=values.text("stop-signal"),
        stop_timeout_s=values.number("stop-timeout"),
        mounts=_mounts(values),
        read_only=values.flag("read-only"),
    )
    if "entrypoint" in values.given:
        spec.entrypoint = values.text("entrypoint")
    if values.text("restart"):
        spec.restart.CopyFrom(parse.restart(values.text("restart")))
    if values.text("shm-size"):
        spec.shm_bytes = parse.size(values.text("shm-size"), "--shm-size")
    _log(spec, values)
    _network(spec, values)
    _security(spec, values)
    _resources(spec, values)
    _health(spec, values)
    return spec


def _check(values: Values) -> None:
    """Combinations that contradict themselves."""
    if values.text("name"):
        parse.name(values.text("name"))
    streams = values.texts("attach") if "attach" in values.given else []
    if streams and values.flag("detach"):
        raise invalid("-d and -a contradict each other", "drop one of them")
    policy = values.text("restart").partition(":")[0]
    if values.flag("rm") and policy not in ("", "no"):
        raise invalid("--rm and --restart contradict each other", "drop one of them")
    for stream in streams:
        if stream.lower() not in ("stdin", "stdout", "stderr"):
            raise invalid(f'-a "{stream}" is no stream', "stdin, stdout or stderr")
    if values.text("pull") not in ("", "always", "missing", "never"):
        raise invalid(f'--pull "{values.text("pull")}"', "missing, always or never")
    path = values.text("cidfile")
    if path and os.path.lexists(path):
        raise invalid(
            f"the file {path} exists already: an id of another container may be in it",
            "remove it, or name another with --cidfile",
        )


def _absolute(path: str, flag: str) -> str:
    if path and not path.startswith("/"):
        raise invalid(f"{flag} {path} is not an absolute path")
    return path


def _mounts(values: Values) -> list[messages.Mount]:
    mounts = [parse.volume(text) for text in values.texts("volume")]
    mounts += [parse.mount(text) for text in values.texts("mount")]
    mounts += [parse.tmpfs(text) for text in values.texts("tmpfs")]
    targets: set[str] = set()
    for one in mounts:
        target = os.path.normpath(one.target)
        if target in targets:
            raise invalid(f"two mounts have the same target: {target}")
        targets.add(target)
    return mounts


def _log(spec: messages.ContainerSpec, values: Values) -> None:
    if values.text("log-driver"):
        spec.log.driver = values.text("log-driver")
    for text in values.texts("log-opt"):
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise invalid(f'invalid --log-opt "{text}"', "KEY=VALUE, for example max-size=10m")
        spec.log.options[key] = value


def _network(spec: messages.ContainerSpec, values: Values) -> None:
    network = spec.network
    if values.text("network"):
        network.mode = values.text("network")
    for text in values.texts("publish"):
        network.ports.extend(parse.ports(text))
    if values.flag("publish-all"):
        network.publish_all = True
    network.aliases.extend(values.texts("network-alias"))
    network.dns.extend(values.texts("dns"))
    for text in values.texts("add-host"):
        name, colon, address = text.replace("=", ":", 1).partition(":")
        if not name or not colon or not address:
            raise invalid(f'invalid --add-host "{text}"', "NAME:ADDRESS")
        network.extra_hosts.append(f"{name}:{address}")


def _security(spec: messages.ContainerSpec, values: Values) -> None:
    security = spec.security
    if values.flag("privileged"):
        security.privileged = True
    security.cap_add.extend(values.texts("cap-add"))
    security.cap_drop.extend(values.texts("cap-drop"))
    security.devices.extend(parse.device(text) for text in values.texts("device"))
    for text in values.texts("security-opt"):
        _security_option(security, text)


def _security_option(security: messages.Security, text: str) -> None:
    key, _, value = text.replace(":", "=", 1).partition("=")
    if key == "no-new-privileges" and value in ("", "true", "false"):
        security.no_new_privileges = value != "false"
    elif key == "seccomp" and value:
        security.seccomp = value if value == "unconfined" else _profile(value)
    elif key == "apparmor" and value:
        security.apparmor = "" if value == "unconfined" else value
    elif key != "label":  # SELinux labels, of which contui has none
        raise invalid(
            f'invalid --security-opt "{text}"', "no-new-privileges, seccomp=…, apparmor=…"
        )


def _profile(path: str) -> str:
    """The JSON of a seccomp profile."""
    from contui.tui.client import jsonlite

    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        jsonlite.loads(text)
    except OSError as error:
        raise invalid(f"cannot read the seccomp profile {path}: {error.strerror}") from None
    except ValueError:
        raise invalid(f"the seccomp profile {path} is not JSON") from None
    return text


def _resources(spec: messages.ContainerSpec, values: Values) -> None:
    resources = spec.resources
    if values.text("memory"):
        resources.memory_bytes = parse.size(values.text("memory"), "--memory")
    swap = values.text("memory-swap")
    if swap:
        resources.memory_swap_bytes = -1 if swap == "-1" else parse.size(swap, "--memory-swap")
        if 0 < resources.memory_swap_bytes < resources.memory_bytes:
            raise invalid("--memory-swap is memory and swap together: it cannot be below --memory")
    if values.text("cpus"):
        resources.nano_cpus = parse.cpus(values.text("cpus"))
    shares = values.number("cpu-shares") or 0
    if shares < 0:
        raise invalid("--cpu-shares cannot be negative")
    resources.cpu_shares = shares
    resources.cpuset_cpus = values.text("cpuset-cpus")
    resources.pids_limit = values.number("pids-limit") or 0
    resources.ulimits.extend(parse.ulimit(text) for text in values.texts("ulimit"))


def _health(spec: messages.ContainerSpec, values: Values) -> None:
    command = values.text("health-cmd")
    if values.flag("no-healthcheck"):
        if command:
            raise invalid("--no-healthcheck and --health-cmd contradict each other")
        spec.health.test.append("NONE")
        return
    if not command:
        return
    spec.health.test.extend(("CMD-SHELL", command))
    spec.health.interval_ms = _milliseconds(values, "health-interval")
    spec.health.timeout_ms = _milliseconds(values, "health-timeout")
    spec.health.start_period_ms = _milliseconds(values, "health-start-period")
    retries = values.number("health-retries") or 0
    if retries < 0:
        raise CliError("--health-retries cannot be negative", status=125)
    spec.health.retries = retries


def _milliseconds(values: Values, flag: str) -> int:
    text = values.text(flag)
    return parse.duration_ns(text, f"--{flag}") // 10**6 if text else 0
