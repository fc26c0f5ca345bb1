"""A container's processes as a tree, with the session that owns each and the chain above them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contui.tui.view_models.text import Span, byte_size, clean, command_line


@dataclass(frozen=True, slots=True)
class ProcessInfo:
    """One process; `container_pid` is 0 for those outside the container."""

    pid: int
    container_pid: int = 0
    ppid: int = 0
    user: str = ""
    state: str = "S"
    cpu_percent: float = 0.0
    memory_bytes: int = 0
    argv: tuple[str, ...] = ()
    name: str = ""
    session: str = ""
    role: str = ""
    tty: str = ""

    @property
    def zombie(self) -> bool:
        """Ended, but its parent has not asked how."""
        return self.state == "Z"

    @property
    def command(self) -> str:
        """Its command line, or its name in brackets when it has none."""
        return command_line(self.argv) if self.argv else f"[{clean(self.name)}]"


@dataclass(frozen=True, slots=True)
class ProcessList:
    """What one answer of the backend holds; parents come before children."""

    processes: tuple[ProcessInfo, ...] = ()
    chain: tuple[ProcessInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One line of the tree; `branch` is the line art before the command."""

    process: ProcessInfo
    branch: str
    starts_session: bool  # its parent belongs to another session, or to none


def tree(processes: tuple[ProcessInfo, ...]) -> list[TreeRow]:
    """The processes as lines: a root is one whose parent is not in the container."""
    known = {process.pid: process for process in processes}
    children: dict[int, list[ProcessInfo]] = {}
    roots: list[ProcessInfo] = []
    for process in processes:
        if process.ppid in known and process.ppid != process.pid:
            children.setdefault(process.ppid, []).append(process)
        else:
            roots.append(process)
    return [row for root in roots for row in _branch(root, children, known, "", "")]


def _branch(
    process: ProcessInfo,
    children: dict[int, list[ProcessInfo]],
    known: dict[int, ProcessInfo],
    lead: str,
    below: str,
) -> Iterator[TreeRow]:
    stack = [(process, lead, below)]
    while stack:
        item, lead, below = stack.pop()
        parent = known.get(item.ppid)
        starts = bool(item.session) and (parent is None or parent.session != item.session)
        yield TreeRow(item, lead, starts)
        nested = children.get(item.pid, [])
        last = len(nested) - 1
        for index in range(last, -1, -1):
            end = index == last
            stack.append(
                (
                    nested[index],
                    below + ("└─ " if end else "├─ "),
                    below + ("   " if end else "│  "),
                )
            )


def chain_spans(found: ProcessList, backend_pid: int = 0) -> list[Span]:
    """backend 12 → shim 34 → init 56: who holds the container, by host PID."""
    links = [(process.role or process.name, process.pid) for process in found.chain]
    init = next((process for process in found.processes if process.role == "init"), None)
    if init is not None:
        links.append(("container", init.pid))
    spans: list[Span] = []
    for role, pid in links:
        if spans:
            spans.append(Span(" → ", "muted"))
        spans += [Span(clean(role), ""), Span(f" {pid}", "accent")]
    return spans


def columns(process: ProcessInfo) -> tuple[str, str, str, str, str, str]:
    """PID, HOST, USER, S, CPU, MEM of a line."""
    memory = "-" if process.zombie else byte_size(process.memory_bytes)
    return (
        str(process.container_pid or "-"),
        str(process.pid),
        clean(process.user),
        clean(process.state[:1]),
        f"{process.cpu_percent:.1f}",
        memory,
    )
