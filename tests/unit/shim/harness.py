"""Drives real shims in tests: a launcher, a bundle that runc can run, clients for both connections.

Everything is synchronous and has a deadline. The root file system of a test container is a few
read-only binds of the machine's own directories, so nothing is downloaded and nothing is mounted
outside the container.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contui.shim import address, frames

SOURCE = Path(__file__).resolve().parents[3] / "src"
DEADLINE = 30.0  # seconds that any one answer may take

_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from contui.shim.launcher import main; main(int(sys.argv[2]))"
)


class Peer:
    """A framed connection, read with a deadline."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.decoder = frames.Decoder(64 << 20)
        self.frames: list[tuple[int, int, bytes]] = []

    def send(self, kind: int, payload: bytes = b"", stream: int = 0) -> None:
        self.sock.sendall(frames.encode(kind, payload, stream))

    def send_json(self, kind: int, value: dict[str, Any]) -> None:
        self.send(kind, json.dumps(value).encode())

    def next(self, deadline: float = DEADLINE) -> tuple[int, int, bytes] | None:
        """The next frame; None at EOF."""
        end = time.monotonic() + deadline
        while not self.frames:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise TimeoutError("no frame came in time")
            try:
                data = self.sock.recv(1 << 18)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self.frames += self.decoder.feed(data)
        return self.frames.pop(0)

    def close(self) -> None:
        self.sock.close()


class Control(Peer):
    """A control connection; events that come between are kept."""

    def __init__(self, path: str, version: int = frames.VERSION) -> None:
        super().__init__(socket.socket(fileno=address.connect(path)))
        self.events: list[dict[str, Any]] = []
        self.number = 0
        self.send_json(frames.HELLO, {"version": version, "kind": "control"})
        hello = self.next()
        assert hello is not None
        assert hello[0] == frames.HELLO
        self.hello = json.loads(hello[2])

    def request(self, op: str, **keys: Any) -> dict[str, Any]:
        self.number += 1
        self.send_json(frames.REQUEST, {"id": self.number, "op": op, **keys})
        while True:
            frame = self.next()
            assert frame is not None, "the shim closed the control connection"
            value: dict[str, Any] = json.loads(frame[2])
            if frame[0] == frames.EVENT:
                self.events.append(value)
            elif frame[0] == frames.RESPONSE and value["id"] == self.number:
                return value

    def event(self, name: str, **keys: Any) -> dict[str, Any]:
        """Wait for an event with these keys; it is consumed."""
        while True:
            for at, value in enumerate(self.events):
                if value["event"] == name and all(value[key] == keys[key] for key in keys):
                    return self.events.pop(at)
            frame = self.next()
            assert frame is not None, "the shim closed the control connection"
            if frame[0] == frames.EVENT:
                self.events.append(json.loads(frame[2]))


class View(Peer):
    """A viewer; collects output by stream and checks that offsets are without gap or overlap."""

    def __init__(self, path: str, **attach: Any) -> None:
        super().__init__(socket.socket(fileno=address.connect(path)))
        self.sock.settimeout(DEADLINE)
        self.output = {1: bytearray(), 2: bytearray()}
        self.order: list[tuple[int, bytes]] = []
        self.gaps: list[tuple[int, int, int]] = []
        self.notices: list[str] = []
        self.viewers: list[dict[str, Any]] = []
        self.live = False
        self.exit: dict[str, Any] | None = None
        self.failed: dict[str, Any] | None = None
        self.attached: dict[str, Any] = {}
        self.at = [0, 0]
        self.send_json(frames.HELLO, {"version": frames.VERSION, "kind": "viewer"})
        self.send_json(frames.ATTACH, {"session": "main", **attach})
        self.until(lambda: bool(self.attached) or self.failed is not None)

    def step(self, deadline: float = DEADLINE) -> bool:
        """Handle one frame; False at EOF."""
        frame = self.next(deadline)
        if frame is None:
            return False
        kind, stream, payload = frame
        if kind == frames.OUTPUT:
            (offset,) = frames.OFFSET.unpack_from(payload)
            assert offset == self.at[stream - 1], (stream, offset, self.at)
            self.output[stream] += payload[8:]
            self.order.append((stream, payload[8:]))
            self.at[stream - 1] += len(payload) - 8
        elif kind == frames.GAP:
            offset, count = frames.RANGE.unpack(payload)
            assert offset == self.at[stream - 1]
            self.gaps.append((stream, offset, count))
            self.at[stream - 1] += count
        else:
            self._told(kind, payload)
        return True

    def _told(self, kind: int, payload: bytes) -> None:
        value = json.loads(payload or b"{}")
        if kind == frames.ATTACHED:
            self.attached = value
            self.at = list(value["start"])
        elif kind == frames.FAILED:
            self.failed = value
        elif kind == frames.LIVE:
            self.live = True
        elif kind == frames.VIEWERS:
            self.viewers = value["viewers"]
        elif kind == frames.NOTICE:
            self.notices.append(value["message"])
        elif kind == frames.EXIT:
            self.exit = value

    def until(self, condition: Any, deadline: float = DEADLINE) -> None:
        end = time.monotonic() + deadline
        while not condition():
            if not self.step(max(end - time.monotonic(), 0.001)):
                raise AssertionError(f"the connection ended; out {bytes(self.output[1])[-200:]!r}")

    def wait(self, text: bytes, stream: int = 1) -> None:
        """Until the output holds `text`."""
        self.until(lambda: text in self.output[stream])

    def finish(self, deadline: float = DEADLINE) -> dict[str, Any]:
        """Read to the end; the exit."""
        end = time.monotonic() + deadline
        while self.step(max(end - time.monotonic(), 0.001)):
            pass
        assert self.exit is not None, "the connection ended without EXIT"
        return self.exit

    def type(self, data: bytes) -> None:
        self.send(frames.INPUT, data)


class Launcher:
    """A running launcher."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.settimeout(DEADLINE)
        words = [sys.executable, "-I", "-S", "-c", _START, str(SOURCE), str(theirs.fileno())]
        self.process = subprocess.Popen(words, pass_fds=[theirs.fileno()])
        theirs.close()
        self.number = 0

    def spawn(self, container: Path, run: Path) -> int:
        """The pid of a new shim."""
        self.number += 1
        request = {
            "id": self.number,
            "op": "spawn",
            "container_dir": str(container),
            "run_dir": str(run),
        }
        self.channel.send(json.dumps(request).encode())
        answer = json.loads(self.channel.recv(65536))
        assert answer["id"] == self.number
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return int(answer["pid"])

    def close(self) -> None:
        self.channel.close()
        self.process.wait(DEADLINE)


class Container:
    """One container directory with a bundle, and its shim when spawned."""

    def __init__(self, base: Path, launcher: Launcher, argv: list[str], **keys: Any) -> None:
        self.id = uuid.uuid4().hex[:12]
        self.launcher = launcher
        self.state, self.run = base / "c" / self.id, base / "run" / self.id
        self.runtime_root = base / "runtime"
        self.pid = 0
        self.peers: list[Peer] = []
        bundle = self.state / "bundle"
        (bundle / "rootfs").mkdir(parents=True)
        self.run.mkdir(parents=True)
        self.config: dict[str, Any] = {
            "id": self.id,
            "runtime": shutil.which("runc"),
            "runtime_root": str(self.runtime_root),
            "bundle": str(bundle),
            "run_dir": str(self.run),
            "log": {"driver": "local", "dir": str(self.state / "log"), "options": {}},
            "tty": False,
            "stdin_open": False,
            "argv": argv,
            **keys,
        }
        self.write(argv)

    @property
    def sock(self) -> str:
        return str(self.run / "shim.sock")

    @property
    def log(self) -> Path:
        return self.state / "log"

    def write(self, argv: list[str], **process: Any) -> None:
        spec = bundle_spec(self.id, argv, bool(self.config["tty"]))
        spec["process"].update(process)
        bundle = self.state / "bundle"
        for name in ("usr", "bin", "lib", "lib64", "etc", "proc", "dev", "tmp", "sbin"):
            (bundle / "rootfs" / name).mkdir(exist_ok=True)
        (bundle / "config.json").write_text(json.dumps(spec))
        (self.state / "shim.json").write_text(json.dumps(self.config))

    def spawn(self) -> Control:
        self.pid = self.launcher.spawn(self.state, self.run)
        return self.control()

    def control(self) -> Control:
        control = Control(self.sock)
        self.peers.append(control)
        return control

    def view(self, **attach: Any) -> View:
        view = View(self.sock, **attach)
        self.peers.append(view)
        return view

    def process(self, argv: list[str], tty: bool = False, **keys: Any) -> dict[str, Any]:
        """An OCI process for an exec."""
        spec = bundle_spec(self.id, argv, tty)["process"]
        return {**spec, **keys}

    def record(self, name: str) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.state / "records" / f"{name}.json").read_text())
        return value

    def errors(self) -> str:
        """What the shim noted about failures of its own."""
        path = self.run / "shim.err"
        return path.read_text() if path.exists() else ""

    def gone(self, deadline: float = DEADLINE) -> bool:
        """Wait until the shim has left; a zombie has, where PID 1 does not reap."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            if not alive(self.pid):
                return True
            time.sleep(0.002)
        return False

    def destroy(self) -> None:
        for peer in self.peers:
            peer.close()
        runc = [shutil.which("runc") or "runc", "--root", str(self.runtime_root)]
        subprocess.run([*runc, "delete", "--force", self.id], capture_output=True, check=False)
        if self.pid and alive(self.pid):
            os.kill(self.pid, 9)
            self.gone()
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(self.run, ignore_errors=True)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def fds(pid: int) -> list[str]:
    """What a process has open."""
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except FileNotFoundError:
            continue
    return found


def wait_for(condition: Any, deadline: float = DEADLINE) -> None:
    """Poll a condition about another process; fails at the deadline."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


def bundle_spec(name: str, argv: list[str], tty: bool) -> dict[str, Any]:
    """A small OCI configuration."""
    binds = [
        {"destination": path, "type": "bind", "source": path, "options": ["rbind", "ro"]}
        for path in ("/usr", "/bin", "/lib", "/lib64", "/etc", "/sbin")
        if os.path.isdir(path)
    ]
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["mode=755"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts"},
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"},
        *binds,
    ]
    process = {
        "terminal": tty,
        "user": {"uid": 0, "gid": 0},
        "args": argv,
        "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
        "cwd": "/",
    }
    return {
        "ociVersion": "1.0.2",
        "process": process,
        "root": {"path": "rootfs", "readonly": False},
        "hostname": "test",
        "mounts": mounts,
        "linux": {
            "cgroupsPath": f"/contui-test/{name}",
            "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")],
        },
    }


def stream_frames(view: View) -> Iterator[bytes]:
    """Output of stdout as it comes, to the end."""
    while view.step():
        if view.output[1]:
            data = bytes(view.output[1])
            view.output[1].clear()
            yield data
