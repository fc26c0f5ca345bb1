"""Commands timed from outside."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.bench import measuring
from tests.bench.rounds import MeasureError

PYTHON = [sys.executable, "-I", "-S", "-c"]


def test_a_command_that_fails_says_its_status_and_its_last_line() -> None:
    argv = [*PYTHON, "import sys; print('first\\nlast', file=sys.stderr); sys.exit(3)"]
    for measure in (measuring.timed, measuring.first_byte, measuring.output_timed):
        with pytest.raises(MeasureError, match=r"status 3: last$"):
            measure(argv, os.environ)


def test_a_hung_command_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "PATIENCE", 0.05)
    with pytest.raises(MeasureError, match="no end after"):
        measuring.timed([*PYTHON, "import time; time.sleep(1000)"], os.environ)


def test_the_end_is_learned_with_the_status() -> None:
    with subprocess.Popen([*PYTHON, "raise SystemExit(4)"]) as process:
        assert measuring.wait_for_end(process) == 4


def test_the_first_byte_comes_before_the_end() -> None:
    argv = [*PYTHON, "import os, time; os.write(1, b'x'); time.sleep(0.2)"]
    assert measuring.first_byte(argv, os.environ) < measuring.timed(argv, os.environ)


def test_output_comes_with_its_time() -> None:
    took, answer = measuring.output_timed([*PYTHON, "print('x' * 100000)"], os.environ)
    assert answer == b"x" * 100_000 + b"\n"
    assert took > 0


def test_a_pipeline_answers_what_its_end_printed() -> None:
    took, answer = measuring.pipeline(["printf", "four"], ["wc", "-c"], os.environ)
    assert (answer.strip(), took > 0) == (b"4", True)


def test_memory_and_cpu_of_a_process_are_positive() -> None:
    assert measuring.pss([os.getpid()]) > 1
    assert measuring.cpu_seconds([os.getpid()]) > 0


def test_children_are_found_at_any_depth() -> None:
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"
    with subprocess.Popen([*PYTHON, script], stdin=subprocess.PIPE) as process:
        while len(found := measuring.children(process.pid)) < 2:
            assert process.poll() is None
        assert found[0] == process.pid
        process.communicate(b"\n", 20)
