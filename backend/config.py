"""Where things are and what was chosen: environment first, then the configuration file.

Read once by `contui.backend.daemon`. The front end derives the same socket path on its own
(`contui.tui.client.start`), so the rules of `interface` in the README bind both.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from contui.backend.digest import hex_digest
from contui.backend.errors import InvalidArgument

RUN_DIR = "/run/contui"
STATE_DIR = "/var/lib/contui"
CONFIG_FILES = ("/etc/contui/config.toml", "~/.config/contui/config.toml")


@dataclass(frozen=True)
class Config:
    """Everything that a backend is told at its start. Paths are absolute."""

    run_dir: Path
    state_dir: Path
    address: str  # of the API: "unix:///path" or "host:port"
    runtime: str = ""  # OCI runtime that was chosen, name or path; empty: what is installed
    subnet: str = ""  # of the default bridge, CIDR; empty: derived from the instance
    log_driver: str = "local"
    log_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def instance(self) -> str:
        """8 hexadecimal digits from the state directory; in bridge, cgroup and table names."""
        return hex_digest(os.fsencode(os.path.realpath(self.state_dir)))[:8]

    @property
    def socket(self) -> Path:
        """The API's unix socket."""
        return Path(self.address.removeprefix("unix://"))

    @property
    def direct_socket(self) -> Path:
        """Where tickets are shown."""
        return self.run_dir / "direct.sock"

    @property
    def database(self) -> Path:
        return self.state_dir / "contui.db"

    @property
    def containers_dir(self) -> Path:
        """Durable directories of containers."""
        return self.state_dir / "containers"

    @property
    def runtime_root(self) -> Path:
        """The OCI runtime's own state."""
        return self.run_dir / "runtime"

    @property
    def cgroup_parent(self) -> str:
        """The cgroup under which every container's own lies."""
        return f"/contui-{self.instance}"

    def container_dir(self, container_id: str) -> Path:
        """What outlives a reboot: request, bundle, log, records, writable layer."""
        return self.containers_dir / container_id

    def container_run_dir(self, container_id: str) -> Path:
        """What does not: sockets, root mount, network namespace."""
        return self.run_dir / "containers" / container_id


def load(env: Mapping[str, str] | None = None) -> Config:
    """The configuration of this process.

    Raises InvalidArgument when a configuration file cannot be read or an address is not usable.
    """
    env = os.environ if env is None else env
    table = _read_files(env)
    run_dir = Path(os.path.abspath(env.get("CONTUI_RUN_DIR") or table.text("run_dir", RUN_DIR)))
    state = Path(os.path.abspath(env.get("CONTUI_STATE_DIR") or table.text("state_dir", STATE_DIR)))
    address = env.get("CONTUI_HOST") or f"unix://{run_dir}/contui.sock"
    if not address.startswith("unix:///"):
        raise InvalidArgument(
            f"the address {address!r} cannot be served: a backend listens on a unix socket",
            "set CONTUI_HOST to unix:///an/absolute/path, or unset it",
        )
    return Config(
        run_dir=run_dir,
        state_dir=state,
        address=address,
        runtime=env.get("CONTUI_RUNTIME") or table.text("runtime", ""),
        subnet=table.text("subnet", ""),
        log_driver=table.text("log_driver", "local"),
        log_options=table.texts("log_options"),
    )


class _Table:
    """The merged configuration files; each getter checks the type."""

    def __init__(self, values: dict[str, object], source: str) -> None:
        self._values = values
        self._source = source

    def text(self, key: str, default: str) -> str:
        value = self._values.get(key, default)
        if not isinstance(value, str):
            raise InvalidArgument(f"{self._source}: {key!r} must be a string", "put it in quotes")
        return value

    def texts(self, key: str) -> dict[str, str]:
        value = self._values.get(key, {})
        if not isinstance(value, dict):
            raise InvalidArgument(f"{self._source}: {key!r} must be a table of strings")
        return {str(name): str(setting) for name, setting in value.items()}


def _read_files(env: Mapping[str, str]) -> _Table:
    """Merge the files that exist; later ones win."""
    named = env.get("CONTUI_CONFIG")
    values: dict[str, object] = {}
    source = named or CONFIG_FILES[0]
    for name in (named,) if named else CONFIG_FILES:
        path = Path(name).expanduser()
        try:
            values |= tomllib.loads(path.read_text())
            source = str(path)
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise InvalidArgument(
                f"the configuration file {path} cannot be read: {error}",
                "correct the file, or name another with CONTUI_CONFIG",
            ) from error
    return _Table(values, source)
