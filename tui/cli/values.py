"""Values of flags: sizes, durations, ports, mounts, and what else Docker's flags take. Pure.

Each function takes the text of one flag and gives what the API wants, or raises CliError that names
what is wrong and what would be right.
"""

from __future__ import annotations

import os

from contui.tui.cli.errors import CliError, invalid
from contui.tui.client import messages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_DURATIONS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9,
              "h": 3600 * 10**9, "d": 86400 * 10**9}  # fmt: skip
_RESTARTS = ("no", "on-failure", "always", "unless-stopped")
_NAME_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def size(text: str, flag: str) -> int:
    """Bytes of "64m", "1.5g", "512kb". The units are powers of 1024."""
    lowered = text.strip().lower()
    digits = lowered.rstrip("bkmgti")
    unit = lowered[len(digits) :].removesuffix("b").removesuffix("i")
    try:
        if unit not in _UNITS or not digits:
            raise ValueError
        count = int(float(digits) * _UNITS[unit])
        if count < 0:
            raise ValueError
        return count
    except (ValueError, OverflowError):
        raise invalid(f'invalid size "{text}" for {flag}', "for example 64m, 1.5g, 512k") from None


def duration_ns(text: str, flag: str) -> int:
    """Nanoseconds of "1m30s", "500ms", "10m"; Go's notation, and d for days."""
    rest, total = text.strip(), 0
    try:
        while rest:
            number = _leading(rest, "0123456789.")
            unit = _leading(rest[len(number) :], "nuµmshd")
            total += int(float(number) * _DURATIONS[unit])
            rest = rest[len(number) + len(unit) :]
        if not text.strip():
            raise ValueError
    except (ValueError, KeyError):
        raise CliError(
            f'invalid duration "{text}" for {flag}', "for example 30s, 1m30s, 500ms"
        ) from None
    return total


def _leading(text: str, letters: str) -> str:
    return text[: len(text) - len(text.lstrip(letters))]


def name(text: str) -> str:
    """A container's name: [a-zA-Z0-9][a-zA-Z0-9_.-]*."""
    good = bool(text) and text[0] in _NAME_LETTERS and not text.strip(_NAME_LETTERS + "_.-")
    if not good or any(c not in _NAME_LETTERS + "_.-" for c in text):
        raise invalid(
            f'invalid container name "{text}"',
            "use a-z A-Z 0-9 _ . - beginning with a letter or digit",
        )
    return text


def environment(texts: Sequence[str], files: Sequence[str]) -> list[str]:
    """NAME=value of --env-file, then of -e; a NAME alone is taken from our own environment."""
    out: list[str] = []
    for path in files:
        out += (line for text in _env_lines(path) for line in _variable(text))
    for text in texts:
        if not text or text.startswith("="):
            raise invalid(f'invalid environment variable "{text}"', "NAME=value, or NAME")
        out += _variable(text)
    return out


def _env_lines(path: str) -> Iterator[str]:
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise invalid(f"cannot read the environment file {path}: {reason}") from None
    for number, line in enumerate(lines, 1):
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        word = line.partition("=")[0]
        if not word or " " in word or "\t" in word:
            raise invalid(f'{path}, line {number}: "{word}" is no name of a variable')
        yield line


def _variable(text: str) -> list[str]:
    if "=" in text:
        return [text]
    return [f"{text}={os.environ[text]}"] if text in os.environ else []


def labels(texts: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE or KEY."""
    out: dict[str, str] = {}
    for text in texts:
        key, _, value = text.partition("=")
        if not key:
            raise invalid(f'invalid label "{text}"', "KEY=VALUE, or KEY")
        out[key] = value
    return out


def restart(text: str) -> messages.RestartPolicy:
    """no, on-failure[:N], always, unless-stopped."""
    word, _, retries = text.partition(":")
    if word not in _RESTARTS or (retries and (word != "on-failure" or not retries.isdecimal())):
        raise invalid(
            f'invalid restart policy "{text}"', "no, on-failure[:N], always, unless-stopped"
        )
    return messages.RestartPolicy(name=word, max_retries=int(retries or 0))


def ulimit(text: str) -> messages.Ulimit:
    """NAME=SOFT[:HARD]; -1 is unlimited."""
    word, equals, limits = text.partition("=")
    soft, _, hard = limits.partition(":")
    try:
        if not word or not equals:
            raise ValueError
        low, high = (_limit(part) for part in (soft, hard or soft))
        if low > high:
            raise ValueError
    except ValueError:
        raise invalid(
            f'invalid --ulimit "{text}"', "NAME=SOFT[:HARD], for example nofile=1024:4096"
        ) from None
    return messages.Ulimit(name=word, soft=low, hard=high)


def _limit(text: str) -> int:
    number = int(text)
    if number < -1:
        raise ValueError
    return (1 << 64) - 1 if number == -1 else number


def device(text: str) -> messages.Device:
    """HOST[:CONTAINER[:PERMISSIONS]] with permissions of rwm."""
    parts = text.split(":")
    host = parts[0]
    inside, rights = host, "rwm"
    if len(parts) == 2 and parts[1] and not parts[1].strip("rwm"):
        rights = parts[1]
    elif len(parts) >= 2:
        inside = parts[1]
    if len(parts) == 3:
        rights = parts[2]
    if len(parts) > 3 or not host.startswith("/") or not rights or rights.strip("rwm"):
        raise invalid(f'invalid --device "{text}"', "/dev/HOST[:/dev/CONTAINER[:rwm]]")
    if not inside.startswith("/"):
        raise invalid(f'invalid --device "{text}": {inside} is not an absolute path')
    return messages.Device(host_path=host, container_path=inside, permissions=rights)


def ports(text: str) -> list[messages.PortBinding]:
    """[IP:][HOST:]CONTAINER[/tcp|/udp], each a port or a range of ports."""
    wanted = "for example 8080:80, 53:53/udp, 127.0.0.1:8080:80, 80, 8000-8010:80-90"
    rest, _, protocol = text.partition("/")
    address, rest = _address(rest)
    host, colon, inside = rest.rpartition(":")
    if ":" in host:
        raise invalid(f'invalid port "{text}"', wanted)
    first, last = _range(inside, text, wanted)
    if not first:
        raise invalid(f'invalid port "{text}": a container has no port 0', wanted)
    low, high = _range(host, text, wanted) if colon and host else (0, 0)
    count = last - first + 1
    if low and high - low + 1 != count:
        raise invalid(f'invalid port "{text}": the ranges differ in length', wanted)
    return [
        messages.PortBinding(
            container_port=first + step,
            protocol=protocol.lower() or "tcp",
            host_ip=address,
            host_port=low + step if low else 0,
        )
        for step in range(count)
    ]


def _address(text: str) -> tuple[str, str]:
    """Split "127.0.0.1:8080:80" or "[::1]:8080:80" into the address and the rest."""
    if text.startswith("["):
        address, _, rest = text[1:].partition("]")
        return address, rest.removeprefix(":")
    if text.count(":") == 2:
        address, _, rest = text.partition(":")
        return address, rest
    return "", text


def _range(text: str, whole: str, wanted: str) -> tuple[int, int]:
    low, dash, high = text.partition("-")
    try:
        first, last = int(low), int(high) if dash else int(low)
    except ValueError:
        raise invalid(f'invalid port "{whole}"', wanted) from None
    if not 0 <= first <= last <= 65535:
        raise invalid(f'invalid port "{whole}": ports are 1 to 65535', wanted)
    return first, last


def volume(text: str) -> messages.Mount:
    """SOURCE:TARGET[:OPTIONS] of -v, or TARGET alone for a volume without a name."""
    parts = text.split(":")
    options = parts.pop().split(",") if len(parts) == 3 else []
    if len(parts) > 2 or not all(parts):
        raise invalid(f'invalid volume "{text}"', "SOURCE:TARGET[:ro], with absolute paths")
    source, target = ("", parts[0]) if len(parts) == 1 else parts
    if source.startswith(("./", "../")) or source in (".", ".."):
        source = os.path.abspath(source)
    kind = "bind" if source.startswith("/") else "volume"
    if not target.startswith("/"):
        raise invalid(f'invalid volume "{text}": {target} is not an absolute path')
    if kind == "volume" and "/" in source:
        raise invalid(
            f'invalid volume "{text}": {source} is neither an absolute path nor a name',
            f"mean the directory with ./{source}",
        )
    mount = _mount(kind, source, target, options, text)
    mount.create_source = kind == "bind"  # -v makes a missing directory, --mount refuses
    return mount


def _mount(kind: str, source: str, target: str, options: list[str], text: str) -> messages.Mount:
    propagation, read_only, kept = "", False, []
    for option in options:
        if option in ("ro", "readonly"):
            read_only = True
        elif option in ("shared", "rshared", "slave", "rslave", "private", "rprivate"):
            propagation = option
        elif option not in ("", "rw", "z", "Z", "cached", "delegated", "consistent", "nocopy"):
            if kind != "tmpfs" and "=" not in option:
                raise invalid(f'invalid volume "{text}": unknown option {option}')
            kept.append(option)
    return messages.Mount(
        type=kind, source=source, target=target, read_only=read_only, options=kept,
        propagation=propagation,
    )  # fmt: skip


def tmpfs(text: str) -> messages.Mount:
    """TARGET[:OPTIONS] of --tmpfs."""
    target, _, options = text.partition(":")
    if not target.startswith("/"):
        raise invalid(f'invalid --tmpfs "{text}": {target} is not an absolute path')
    return _mount("tmpfs", "", target, options.split(","), text)


def mount(text: str) -> messages.Mount:
    """type=bind|volume|tmpfs,source=…,target=…[,readonly][,…] of --mount."""
    keys: dict[str, str] = {}
    for part in text.split(","):
        key, _, value = part.partition("=")
        keys[key.strip().lower()] = value
    kind = keys.pop("type", "volume")
    source = keys.pop("source", keys.pop("src", ""))
    target = keys.pop("target", keys.pop("destination", keys.pop("dst", "")))
    if kind not in ("bind", "volume", "tmpfs"):
        raise invalid(f'invalid --mount "{text}": type {kind}', "bind, volume or tmpfs")
    if not target.startswith("/"):
        raise invalid(f'invalid --mount "{text}"', "target= with an absolute path is wanted")
    if kind == "bind" and not source.startswith("/"):
        raise invalid(f'invalid --mount "{text}"', "source= with an absolute path is wanted")
    options = [option for option in ("readonly", "ro") if _switched(keys.pop(option, "false"))]
    options += [keys.pop("bind-propagation", "")]
    for key, option in (("tmpfs-size", "size"), ("tmpfs-mode", "mode")):
        if key in keys:
            options.append(f"{option}={keys.pop(key)}")
    for known in ("consistency", "volume-nocopy", "bind-nonrecursive"):
        keys.pop(known, None)
    if keys:
        raise invalid(f'invalid --mount "{text}": unknown key {next(iter(keys))}')
    return _mount(kind, source, target, options, text)


def _switched(value: str) -> bool:
    return value.lower() in ("", "1", "true")


def cpus(text: str) -> int:
    """Billionths of a processor of "1.5"."""
    try:
        number = float(text)
        if not 0 < number < 1e6:
            raise ValueError
    except ValueError:
        raise invalid(f'invalid --cpus "{text}"', "a positive number, for example 1.5") from None
    return int(number * 10**9)


def time_ns(text: str, flag: str, now_ns: int) -> int:
    """Unix nanoseconds of an RFC 3339 time, Unix seconds, or a duration before now."""
    stripped = text.strip()
    if stripped.replace(".", "", 1).isdecimal():
        whole, _, part = stripped.partition(".")
        return int(whole or 0) * 10**9 + int((part + "000000000")[:9])
    if stripped[-1:] in ("s", "m", "h", "d") and stripped[:1].isdecimal() and "-" not in stripped:
        return now_ns - duration_ns(stripped, flag)
    from datetime import datetime

    try:
        head, dot, tail = stripped.partition(".")
        digits = _leading(tail, "0123456789")
        moment = datetime.fromisoformat(head + (tail[len(digits) :] if dot else ""))
        seconds = int(moment.timestamp())  # of this machine's zone if it names none
    except ValueError:
        raise CliError(
            f'invalid time "{text}" for {flag}',
            "an RFC 3339 time, Unix seconds, or a duration such as 10m",
        ) from None
    return seconds * 10**9 + int((digits + "000000000")[:9])
