"""The bundles that we write, run by every runtime installed: what a program finds inside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contui.backend import cgroups, init, mounts, processes, runtime
from contui.backend.containers.process import build_exec
from contui.backend.containers.spec import Surroundings, build_spec
from contui.backend.errors import NotFound
from contui.backend.images.record import ImageRecord, host_image
from contui.backend.rootfs import discard_rootfs, mount_rootfs, unmount_rootfs
from contui.backend.volumes.store import VolumeStore
from contui.proto.v1.containers_pb2 import (
    ContainerSpec,
    Mount,
    NetworkConfig,
    Resources,
)
from contui.proto.v1.sessions_pb2 import ExecSpec
from tests.support.waiting import wait_for

pytestmark = pytest.mark.integration

RUNTIMES = [name for name in runtime.NAMES if shutil.which(name)]


class Box:
    """One container at a time, by the runtime itself: no shim, no backend."""

    def __init__(self, home: Path, name: str) -> None:
        self.id = os.urandom(32).hex()
        self.parent = f"/contui-test{os.urandom(3).hex()}"
        self.state, self.run_dir = home / "state", home / "run"
        self.container_dir = self.state / "containers" / self.id
        self.container_run = self.run_dir / "containers" / self.id
        self.bundle = self.container_dir / "bundle"
        for path in (self.bundle, self.container_run):
            path.mkdir(parents=True)
        self.runtime = runtime.find(name)
        self.image: ImageRecord = host_image()
        self.volumes = VolumeStore(self.state)
        self.spec: dict[str, Any] = {}

    def prepare(self, request: ContainerSpec) -> None:
        root = mount_rootfs(
            self.image, self.container_dir, self.container_run, [self.run_dir, self.state]
        )
        around = Surroundings(
            container_id=self.id,
            cgroup_parent=self.parent,
            rootfs=root,
            init=init.find_init() if request.init else None,
            runtime=self.runtime.name,
            mounts=self.volumes.resolve(request, self.image.config, self.id, root),
        )
        self.spec = build_spec(request, self.image.config, around)
        (self.bundle / "config.json").write_text(json.dumps(self.spec))

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.runtime.command, "--root", str(self.run_dir / "runtime"), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def run(self, *argv: str, **fields: Any) -> subprocess.CompletedProcess[str]:
        fields.setdefault("network", NetworkConfig(mode="none"))
        self.prepare(ContainerSpec(image="host", command=argv, **fields))
        return self.call("run", "--bundle", str(self.bundle), self.id)

    def start(self, *argv: str, **fields: Any) -> int:
        fields.setdefault("network", NetworkConfig(mode="none"))
        self.prepare(ContainerSpec(image="host", command=argv, **fields))
        pid_file = self.run_dir / "pid"
        command = [*self.runtime.command, "--root", str(self.run_dir / "runtime"), "run", "-d"]
        command += ["--bundle", str(self.bundle), "--pid-file", str(pid_file), self.id]
        with open(os.devnull, "r+b") as null:  # the program keeps what it is given
            subprocess.run(command, stdin=null, stdout=null, stderr=null, check=True, timeout=60)
        return int(pid_file.read_text())

    def out(self, script: str, **fields: Any) -> str:
        done = self.run("sh", "-c", script, **fields)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def close(self) -> None:
        self.call("delete", "--force", self.id)
        discard_rootfs(self.container_dir, self.container_run)
        cgroups.remove(self.parent)


@pytest.fixture(params=RUNTIMES)
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    made = Box(tmp_path, request.param)
    yield made
    made.close()
    left = [line for line in Path("/proc/mounts").read_text().splitlines() if made.id in line]
    assert not left


def test_isolation_by_default(box: Box) -> None:
    out = box.out(
        "cat /proc/self/status; for n in pid net ipc uts mnt cgroup; do readlink /proc/self/ns/$n; "
        "done; cat /proc/self/cgroup"
    )
    fields = dict(line.split(":\t", 1) for line in out.splitlines() if ":\t" in line)
    assert fields["CapEff"] == fields["CapBnd"] == "00000000800405fb"
    assert fields["NoNewPrivs"] == "1"
    assert fields["Seccomp"] == "2"
    for name in ("pid", "net", "ipc", "uts", "mnt", "cgroup"):
        assert os.readlink(f"/proc/self/ns/{name}") not in out
    assert box.parent not in out, "the cgroup namespace hides where it lies"


def test_what_is_forbidden(box: Box) -> None:
    script = (
        "! unshare -m true; ! mount -t tmpfs none /mnt; ! chroot --help >/dev/null 2>&1 && exit 9;"
        " ! cat /proc/kcore; ! sh -c 'echo 1 >/proc/sys/kernel/panic'; "
        " ! mkdir /sys/fs/cgroup/x; ! mknod /tmp/sda b 8 0; ! dmesg >/dev/null; echo held"
    )
    assert box.out(script).endswith("held\n")


def test_contuis_own_directories_are_hidden(box: Box) -> None:
    out = box.out(f"ls -a {box.run_dir.parent} /run; test -e {box.state} || echo hidden")
    assert out.endswith("hidden\n")
    assert "state" not in out


def test_writes_are_thrown_away(box: Box) -> None:
    box.out("echo x > /etc/contui-written; rm /etc/hostname; test ! -e /etc/hostname")
    assert not Path("/etc/contui-written").exists()
    assert Path("/etc/hostname").exists()
    unmount_rootfs(box.container_run)
    assert box.out("cat /etc/contui-written") == "x\n", "they last until the container is removed"


def test_a_user_of_the_containers_own_files(box: Box) -> None:
    out = box.out("id -u; id -g; id -G; echo $HOME; grep CapEff /proc/self/status", user="daemon")
    assert out.split() == ["1", "1", "1", "/usr/sbin", "CapEff:", "0000000000000000"]


def test_the_size_is_there_before_the_first_instruction(box: Box) -> None:
    box.prepare(ContainerSpec(image="host", command=["true"], tty=True))
    assert "consoleSize" not in box.spec["process"]
    request = ContainerSpec(image="host", command=["true"], tty=True)
    request.size.cols, request.size.rows = 77, 33
    box.prepare(request)
    assert box.spec["process"]["consoleSize"] == {"width": 77, "height": 33}


def test_limits_reach_the_cgroup(box: Box) -> None:
    limits = Resources(memory_bytes=64 << 20, pids_limit=50, nano_cpus=500_000_000)
    box.start("sleep", "60", resources=limits)
    directory = cgroups.process_directory(box.parent, box.id)
    assert directory is not None
    memory = cgroups.memory_directory(box.parent, box.id)
    assert memory is not None
    name = "memory.max" if cgroups.mode() == "v2" else "memory.limit_in_bytes"
    assert int((memory / name).read_text()) == 64 << 20
    pids = [d / "pids.max" for d in cgroups.directories(box.parent, box.id)]
    assert [int(path.read_text()) for path in pids if path.exists()] == [50]


def test_a_missing_working_directory_is_made(box: Box) -> None:
    assert box.out("pwd", workdir="/not/there/yet") == "/not/there/yet\n"


def test_init_is_pid_1_and_reaps(box: Box) -> None:
    done = box.run("sh", "-c", "cat /proc/1/comm; exit 5", init=True)
    assert done.returncode == 5
    assert done.stdout.strip() in ("init", "tini-static", "catatonit", "docker-init")


def test_volumes_and_binds(box: Box, tmp_path: Path) -> None:
    source = tmp_path / "data"
    source.mkdir()
    (source / "in").write_text("from outside")
    wanted = [
        Mount(type="bind", source=str(source), target="/data", read_only=True),
        Mount(type="volume", source="keep", target="/var/keep"),
        Mount(type="tmpfs", target="/scratch", options=["size=1m"]),
        Mount(type="volume", target="/etc/default"),
    ]
    out = box.out(
        "cat /data/in; ! touch /data/x; echo v >/var/keep/f; ls /etc/default | head -1; "
        "df -k /scratch | tail -1",
        mounts=wanted,
    )
    assert "from outside" in out
    assert " 1024 " in out
    assert (box.state / "volumes/keep/_data/f").read_text() == "v\n"
    names = {volume.name: volume.container for volume in box.volumes.list()}
    assert names.pop("keep") == ""
    assert list(names.values()) == [box.id]
    copied = next(v for v in box.volumes.list() if v.container).path
    assert sorted(os.listdir(copied)) == sorted(os.listdir("/etc/default"))
    box.volumes.discard(box.id)
    assert [volume.name for volume in box.volumes.list()] == ["keep"]


def test_read_only_holds_for_what_is_mounted_below(box: Box, tmp_path: Path) -> None:
    inner = tmp_path / "outer/inner"
    inner.mkdir(parents=True)
    mounts.mount("contui-test", inner, "tmpfs")
    try:
        bind = Mount(type="bind", source=str(inner.parent), target="/data", read_only=True)
        assert box.out("! touch /data/x; ! touch /data/inner/x; echo held", mounts=[bind]).endswith(
            "held\n"
        )
    finally:
        mounts.umount_all(inner)


def test_an_exec_beside_it(box: Box) -> None:
    box.start("sleep", "60", workdir="/tmp", env=["A=1"])
    process = build_exec(
        ExecSpec(argv=["sh", "-c", "id -un; pwd; echo $A$B; cat /proc/1/comm"], env=["B=2"]),
        box.spec["process"],
        box.container_run / "rootfs",
    )
    path = box.run_dir / "process.json"
    path.write_text(json.dumps(process))
    done = box.call("exec", "--process", str(path), box.id)
    assert done.stdout == "root\n/tmp\n12\nsleep\n", done.stderr


def test_the_process_tree(box: Box) -> None:
    script = "sleep 61 & (exec -a ') 0 (' sleep 62) & exec sleep 63"
    pid_1 = box.start("bash", "-c", script)
    sampler = processes.Sampler(box.parent, box.id, box.container_run / "rootfs")
    found = wait_for(
        lambda: (
            [p for p in sampler.sample({pid_1: "main"}) if p.name == "sleep"][2:]
            and sampler.sample({pid_1: "main"})
        ),
        "three sleeps",
    )
    assert found[0].container_pid == 1
    assert found[0].role == "init"
    assert found[0].argv == ["sleep", "63"]
    assert {p.ppid for p in found[1:]} == {found[0].pid}
    assert {p.session for p in found} == {"main"}
    assert {p.user for p in found} == {"root"}
    assert all(p.memory_bytes and p.started_at.unix_nanos for p in found)
    processes.send_signal(box.parent, box.id, found[1].pid, 9)
    zombies = wait_for(
        lambda: [p for p in sampler.sample() if p.state == "Z"], "a zombie: PID 1 does not reap"
    )
    assert zombies[0].pid == found[1].pid
    with pytest.raises(NotFound):
        processes.send_signal(box.parent, box.id, os.getpid(), 9)
