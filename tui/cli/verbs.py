"""Every verb: its group in the help, its module and its summary.

A module is imported when one of its verbs is used; there `VERBS` maps the name to its `Verb`.
"""

from __future__ import annotations

# (title of the group, ((verb, module of contui.tui.cli, summary), …))
GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Containers",
        (
            ("run", "run", "Create a container, start it, and be in it"),
            ("create", "run", "Create a container without starting it"),
            ("start", "lifecycle", "Start containers"),
            ("stop", "lifecycle", "Stop containers, politely first"),
            ("restart", "lifecycle", "Stop and start containers"),
            ("kill", "lifecycle", "Send a signal to containers"),
            ("pause", "lifecycle", "Freeze all processes of containers"),
            ("unpause", "lifecycle", "Let them go on"),
            ("wait", "lifecycle", "Wait for containers to end; print their status"),
            ("rm", "lifecycle", "Remove containers"),
            ("rename", "lifecycle", "Give a container another name"),
        ),
    ),
    (
        "Inside",
        (
            ("attach", "attach", "Join a container's program; what it showed comes first"),
            ("exec", "exec", "Run another program in a container"),
            ("sessions", "sessions", "List the programs whose terminals contui holds"),
            ("logs", "logs", "Show what a container has printed"),
        ),
    ),
    (
        "Look",
        (
            ("ps", "ps", "List containers"),
            ("top", "top", "List the processes of a container"),
            ("stats", "stats", "Show what containers use, as it changes"),
            ("explain", "explain", "Say why a container is as it is, and what to do"),
            ("inspect", "inspect", "Tell everything about containers or images, as JSON"),
            ("events", "events", "Show what happens, as it happens"),
            ("record", "record", "Write what a session shows to a file (asciicast v2)"),
            ("play", "play", "Play such a file"),
        ),
    ),
    (
        "Images",
        (
            ("images", "images", "List images"),
            ("import", "images", "Make an image from a tar of a root file system"),
            ("rmi", "images", "Remove images"),
            ("volume", "volumes", "Directories that outlive containers"),
            ("network", "networks", "What containers are connected to"),
        ),
    ),
    (
        "Engine",
        (
            ("system", "system", "info: machine and engine; df: what takes up the disk"),
            ("backend", "backend", "start, stop, status; alone: serve in the foreground"),
            ("version", "system", "Tell the versions of the parts"),
            ("demo", "demo", "Start three containers to look at"),
            ("completion", "completion", "Print a completion script for bash, zsh, fish"),
        ),
    ),
)

HIDDEN = (
    ("__complete", "completion", "Candidates for the shell's completion"),
    ("--plain", "plain", "The main views as linear text, for screen readers"),
)

# Docker's longer names for the same verbs.
ALIASES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("image", "ls"): ("images",),
    ("image", "rm"): ("rmi",),
    ("image", "import"): ("import",),
    ("image", "inspect"): ("inspect", "--type", "image"),
    ("container", "ls"): ("ps",),
    ("container", "ps"): ("ps",),
    ("container", "list"): ("ps",),
    ("container", "stats"): ("stats",),
    ("container", "inspect"): ("inspect", "--type", "container"),
}

# Verbs of two words: the first, its module, and the second ones with their summaries.
PAIRS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "volume": (
        "volumes",
        (
            ("ls", "List volumes"),
            ("create", "Make an empty volume"),
            ("inspect", "Tell everything about volumes, as JSON"),
            ("rm", "Remove volumes with their content"),
            ("prune", "Remove the volumes that no container has"),
        ),
    ),
    "network": (
        "networks",
        (
            ("ls", "List networks"),
            ("inspect", "Tell everything about networks, as JSON"),
        ),
    ),
}
SECONDS = {"list": "ls", "remove": "rm"}  # other names of second words

# Verbs that people who know Docker will try and that are not there yet: what to do instead.
ABSENT = {
    "build": "contui import makes an image from a tar of a root file system",
    "commit": "contui import makes an image from a tar of a root file system",
    "compose": "",
    "cp": "contui exec C tar -c PATH | tar -x copies out of a container",
    "diff": "",
    "history": "",
    "info": "contui system info",
    "load": "contui import makes an image from a tar of a root file system",
    "login": "",
    "port": "contui ps shows published ports",
    "pull": "the image `host` needs no download, and contui import FILE NAME makes others",
    "push": "",
    "save": "",
    "tag": "contui import FILE NAME gives an image its name",
    "update": "",
}


def module_of(verb: str) -> str:
    """The module of a verb, also of one of two words ("volume ls"), or ""."""
    first, _, second = verb.partition(" ")
    if second:
        module, seconds = PAIRS.get(first, ("", ()))
        return module if second in (name for name, _ in seconds) else ""
    for _, verbs in GROUPS:
        for name, module, _ in verbs:
            if name == verb:
                return module
    return next((module for name, module, _ in HIDDEN if name == verb), "")


def names() -> list[str]:
    """All verbs that the help shows."""
    return [name for _, verbs in GROUPS for name, _, _ in verbs]


def pairs() -> list[str]:
    """All verbs of two words."""
    return [f"{first} {second}" for first, (_, rest) in PAIRS.items() for second, _ in rest]


def summary_of(verb: str) -> str:
    """What a verb is for."""
    first, _, second = verb.partition(" ")
    if second:
        return dict(PAIRS[first][1])[second]
    for _, verbs in (*GROUPS, ("", HIDDEN)):
        for name, _, summary in verbs:
            if name == verb:
                return summary
    return ""
