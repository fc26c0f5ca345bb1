"""The command line as a whole, without a backend: statuses, sentences, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[4] / "src"


def contui(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "contui.tui", *words],
        env={
            **{key: value for key, value in os.environ.items() if "CONTUI" not in key},
            "PYTHONPATH": str(SRC),
            "CONTUI_HOST": "127.0.0.1:1",
            "CONTUI_CONFIG": "/nonexistent",
            **env,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["frobnicate"], 1, '"frobnicate" is no contui command'),
        (["pull", "alpine"], 1, '"pull" is not in contui yet'),
        (["network"], 1, "ls or inspect"),
        (["volume", "lss"], 1, "did you mean: contui volume ls?"),
        (["volume", "prune"], 1, "say --force"),
        (["volume", "create", "--driver", "nfs"], 1, "leave it out"),
        (["volume", "create", "--name", "a", "b"], 1, "two names"),
        (["sart"], 1, "did you mean: contui start?"),
        (["--nonsense"], 1, "unknown flag: --nonsense"),
        (["--host"], 1, "flag needs an argument: --host"),
        (["ps", "--nonsense"], 1, "unknown flag: --nonsense"),
        (["run", "--nonsense", "host"], 125, "unknown flag: --nonsense"),
        (["exec", "--nonsense", "c", "x"], 125, "unknown flag: --nonsense"),
        (["run"], 125, "IMAGE"),
        (["create", "-d", "host"], 125, '"d" in -d'),
        (["create", "--detach-keys", "", "host"], 125, "unknown flag: --detach-keys"),
        (["create", "--name", "x", "host"], 125, "no backend"),
        (["rename", "one"], 1, "needs CONTAINER NAME"),
        (["run", "-it", "host"], 125, "not a terminal"),
        (["run", "--detach-keys", "ctrl-p,nope", "host"], 1, '"nope"'),
        (["attach", "--detach-keys", "ctrl-", "c"], 1, '"ctrl-"'),
        (["run", "--memory", "lots", "host"], 125, '"lots"'),
        (["ps", "--filter", "x"], 1, "KEY=VALUE"),
        (["ps", "--format", "{{.ID"], 1, "no backend"),
        (["logs", "--tail", "few", "c"], 1, '"few"'),
        (["logs", "--since", "whenever", "c"], 1, '"whenever"'),
        (["system", "clean"], 1, "info or df"),
        (["backend", "dance"], 1, "start, stop or status"),
        (["completion", "csh"], 1, "bash, zsh or fish"),
        (["import", "-"], 1, "no backend"),
        (["ps"], 1, "no backend runs at 127.0.0.1:1"),
        (["run", "host", "true"], 125, "no backend"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_or_two(
    words: list[str], status: int, message: str
) -> None:
    done = contui(*words)
    assert message in done.stderr
    assert done.returncode == status
    assert len(done.stderr.splitlines()) <= 2
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_address_that_is_none() -> None:
    done = contui("ps", CONTUI_HOST="nonsense")
    assert "nonsense is no address" in done.stderr
    assert done.returncode == 1


def test_a_damaged_configuration(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("run_dir = [")
    done = contui("ps", CONTUI_HOST="", CONTUI_CONFIG=str(tmp_path / "c.toml"))
    assert "cannot be read" in done.stderr
    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_help_fits_a_screen() -> None:
    done = contui("--help")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80
    for verb in ("run", "attach", "logs", "ps", "images", "backend"):
        assert verb in done.stdout


def test_every_verb_has_help() -> None:
    from contui.tui.cli import verbs
    from contui.tui.cli.help import of_verb

    for name in verbs.names():
        module = __import__(f"contui.tui.cli.{verbs.module_of(name)}", fromlist=["VERBS"])
        text = of_verb(name, module.VERBS[name])
        assert verbs.summary_of(name) in text
        for flag in module.VERBS[name].flags:
            assert f"--{flag.name}" in text
            assert flag.help in " ".join(text.split())


def test_help_of_a_verb() -> None:
    done = contui("run", "--help")
    assert done.returncode == 0
    assert "--publish" in done.stdout
    assert contui("help", "run").stdout == done.stdout


def test_version_needs_no_backend() -> None:
    done = contui("version", "--client")
    assert done.returncode == 0
    assert done.stdout.startswith("contui ")


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{sys.executable} -m contui.tui run --help | head -1"
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "contui run [FLAGS] IMAGE [COMMAND] [ARG…]\n"
    assert done.stderr == ""


# Each takes longer to import than the whole command may.
SLOW = (
    "argparse", "json", "typing", "re", "subprocess", "socket", "grpc", "google", "enum", "signal",
    "inspect", "dataclasses", "textual", "asyncio", "logging", "tempfile", "shutil", "pathlib",
    "contextlib", "collections", "functools", "unicodedata", "tomllib", "datetime",
)  # fmt: skip


@pytest.mark.parametrize(
    "modules",
    [
        ("run", "relay", "sessions_io", "terminal"),
        ("exec", "relay"),
        ("attach", "relay"),
        ("ps",),
        ("stats", "live"),
        ("lifecycle",),
        ("logs", "logfiles"),
    ],
)
def test_the_hot_path_imports_nothing_slow(modules: tuple[str, ...]) -> None:
    names = [f"contui.tui.cli.{name}" for name in modules]
    code = (
        "import sys; import contui.tui.__main__, contui.tui.cli.main\n"
        f"for name in {names!r}: __import__(name)\n"
        "from contui.tui.client import direct, links, messages, start\n"
        "messages.CreateRequest().SerializeToString()\n"
        f"print(*[name for name in {SLOW!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        env={"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_what_is_absent_is_no_verb() -> None:
    from contui.tui.cli import verbs

    assert not set(verbs.ABSENT) & set(verbs.names())
