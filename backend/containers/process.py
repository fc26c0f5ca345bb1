"""The OCI process object: of a container's own program, and of an exec.

Called by `contui.backend.containers.spec` and by the session manager; the shim hands the result to
the runtime (`config.json`, or `exec --process`). Reads the root file system's user database and
looks for shells there, nothing else.
"""

from __future__ import annotations

import resource
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from contui.backend import inroot
from contui.backend.containers import capabilities, users
from contui.backend.errors import FailedPrecondition, InvalidArgument
from contui.proto.v1.containers_pb2 import ContainerSpec, Ulimit
from contui.proto.v1.sessions_pb2 import ExecSpec
from contui.proto.v1.types_pb2 import Size

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELLS = ("bash", "zsh", "fish", "ash", "sh")
INIT_TARGET = "/dev/init"  # where --init's program is mounted; /dev is a tmpfs of the container

_FILES_SOFT, _FILES_HARD = 1024, 524288  # what systemd gives its services
_UNLIMITED = (1 << 64) - 1


def resolve_argv(request: ContainerSpec, image_config: Mapping[str, Any]) -> list[str]:
    """Entrypoint and command as they will run, by Docker's rules.

    An entrypoint of the request's drops the image's command too; "" drops the image's entrypoint.
    Raises InvalidArgument when nothing is left to run.
    """
    command = list(request.command)
    if request.HasField("entrypoint"):
        entrypoint = [request.entrypoint] if request.entrypoint else []
    else:
        entrypoint = list(image_config.get("Entrypoint") or ())
        command = command or list(image_config.get("Cmd") or ())
    argv = entrypoint + command
    if not argv or not argv[0]:
        raise InvalidArgument(
            "there is no command to run: neither the image nor the request has one",
            f"name one: contui run {request.image} COMMAND",
        )
    return argv


def build_main(
    request: ContainerSpec,
    image_config: Mapping[str, Any],
    rootfs: Path,
    hostname: str,
    granted: Sequence[str],
) -> dict[str, Any]:
    """The process of a container's own program; `granted` are the container's capabilities.

    Raises InvalidArgument for an unknown user or an empty command.
    """
    user = users.resolve(rootfs, request.user or str(image_config.get("User") or ""))
    argv = resolve_argv(request, image_config)
    process: dict[str, Any] = {
        "terminal": request.tty,
        "user": user.oci(),
        "args": [INIT_TARGET, "--", *argv] if request.init else argv,
        "env": _environment(request, image_config, hostname, user),
        "cwd": request.workdir or str(image_config.get("WorkingDir") or "") or "/",
        "capabilities": capabilities.for_process(granted, user.uid),
        "rlimits": rlimits(request.resources.ulimits),
        "noNewPrivileges": no_new_privileges(request),
    }
    if request.tty and request.HasField("size"):
        _add_size(process, request.size)
    if request.security.apparmor:
        process["apparmorProfile"] = request.security.apparmor
    return process


def build_exec(
    request: ExecSpec, main: Mapping[str, Any], rootfs: Path, size: Size | None = None
) -> dict[str, Any]:
    """The process of an exec beside `main`, the process object in the container's config.json.

    User, working directory and environment are those of `main` unless the request has its own.
    Raises InvalidArgument for an unknown user or an empty command, FailedPrecondition when a shell
    is wanted and there is none.
    """
    argv = find_shell(rootfs) if request.find == "shell" else list(request.argv)
    if not argv or not argv[0]:
        raise InvalidArgument(
            "there is no command to run", "name one: contui exec CONTAINER COMMAND"
        )
    process: dict[str, Any] = {**main, "terminal": request.tty, "args": argv}
    process.pop("consoleSize", None)
    env = _split(main["env"])
    granted = list(main.get("capabilities", {}).get("bounding", ()))
    uid = int(main["user"]["uid"])
    if request.user:
        user = users.resolve(rootfs, request.user)
        process["user"], uid = user.oci(), user.uid
        env["HOME"] = user.home
    if request.privileged:
        granted = list(capabilities.resolve((), (), privileged=True))
        process["noNewPrivileges"] = False
        process.pop("apparmorProfile", None)
    if request.tty:
        env.setdefault("TERM", "xterm")
    env |= _split(request.env)
    process["env"] = _joined(env)
    process["cwd"] = request.workdir or main["cwd"]
    process["capabilities"] = capabilities.for_process(granted, uid)
    if request.tty and size is not None:
        _add_size(process, size)
    return process


def find_shell(rootfs: Path | str) -> list[str]:
    """The path of the container's own shell, the first there is of bash, zsh, fish, ash, sh.

    Raises FailedPrecondition when it has none.
    """
    for name in SHELLS:
        for directory in ("/bin", "/usr/bin", "/usr/local/bin"):
            if inroot.exists(rootfs, f"{directory}/{name}"):
                return [f"{directory}/{name}"]
    raise FailedPrecondition(
        f"the container has no shell: none of {', '.join(SHELLS)} is in its root",
        "run one of its own programs: contui exec CONTAINER PROGRAM",
        "no-shell",
    )


def no_new_privileges(request: ContainerSpec) -> bool:
    """On unless the request says otherwise or is privileged."""
    if request.security.HasField("no_new_privileges"):
        return request.security.no_new_privileges
    return not request.security.privileged


def rlimits(wanted: Iterable[Ulimit]) -> list[dict[str, Any]]:
    """The `rlimits` of a process.

    Without CAP_SYS_RESOURCE no hard limit may be raised above our own: the default is lowered to
    it, and a wish beyond it is refused. Raises InvalidArgument for an unknown name,
    FailedPrecondition for what cannot be given.
    """
    hard = _own_hard(resource.RLIMIT_NOFILE)
    top = min(_FILES_HARD, hard)
    limits = {"RLIMIT_NOFILE": (min(_FILES_SOFT, top), top)}
    for ulimit in wanted:
        name, number = _rlimit(ulimit.name)
        if ulimit.soft > ulimit.hard:
            raise InvalidArgument(
                f"ulimit {ulimit.name}: the soft limit {ulimit.soft} is above the hard limit "
                f"{ulimit.hard}",
                f"write {ulimit.name}=SOFT:HARD with SOFT at most HARD",
            )
        _check_reachable(ulimit, _own_hard(number))
        limits[name] = (ulimit.soft, ulimit.hard)
    return [{"type": name, "soft": soft, "hard": hard} for name, (soft, hard) in limits.items()]


def _check_reachable(ulimit: Ulimit, own: int) -> None:
    if ulimit.hard > own and "CAP_SYS_RESOURCE" not in capabilities.effective():
        raise FailedPrecondition(
            f"ulimit {ulimit.name}={ulimit.hard} is above this engine's own hard limit of {own}, "
            "which it may not raise (it has no CAP_SYS_RESOURCE)",
            f"ask for at most {own}, or start the backend with a higher limit",
        )


def _rlimit(name: str) -> tuple[str, int]:
    full = f"RLIMIT_{name.upper()}"
    number = getattr(resource, full, None)
    if not isinstance(number, int):
        raise InvalidArgument(
            f"there is no ulimit {name!r}", "names are those of ulimits, for example nofile, nproc"
        )
    return full, number


def _own_hard(number: int) -> int:
    hard = resource.getrlimit(number)[1]
    return _UNLIMITED if hard == resource.RLIM_INFINITY else hard


def _environment(
    request: ContainerSpec, image_config: Mapping[str, Any], hostname: str, user: users.User
) -> list[str]:
    """PATH, HOSTNAME, TERM and HOME, then the image's, then the request's; later ones win."""
    env = {"PATH": PATH, "HOSTNAME": hostname}
    if request.tty:
        env["TERM"] = "xterm"
    env |= _split(image_config.get("Env") or ())
    env |= _split(request.env)
    env.setdefault("HOME", user.home)
    return _joined(env)


def _split(pairs: Iterable[str]) -> dict[str, str]:
    table = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if name and equals:
            table[name] = value
    return table


def _joined(env: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in env.items()]


def _add_size(process: dict[str, Any], size: Size) -> None:
    """The terminal's size before the first instruction runs; unknown is left out.

    crun's exec may set it just after (libcrun/container.c), which SIGWINCH tells the program.
    """
    if size.cols and size.rows:
        process["consoleSize"] = {"width": size.cols, "height": size.rows}
