"""One run of the bench: who takes part, how long it may take, where it works."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.contenders.base import Absent, Engine
from tests.bench.contenders.contui import Contui, ContuiCrun
from tests.bench.contenders.docker import Docker
from tests.bench.contenders.floor import Floor
from tests.bench.contenders.podman import Podman
from tests.bench.goals import FLOOR
from tests.bench.measuring import finish
from tests.bench.pen import Pen
from tests.bench.rounds import Measure, MeasureError, interleave
from tests.bench.samples import Samples
from tests.bench.text import LINES, write_text

ENGINES: tuple[type[Engine], ...] = (Contui, Docker, Podman, ContuiCrun)


@dataclass
class Bench:
    """What a scenario gets. `engines` are those that run here, by name."""

    pen: Pen
    tar: Path
    floor: Floor
    quick: bool
    rng: random.Random
    engines: dict[str, Engine] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def start_engines(self, names: Sequence[str] | None = None) -> None:
        """Start all engines, or those named; the ones that cannot are noted as absent."""
        for kind in ENGINES:
            if names and kind.name not in names:
                continue
            engine = kind(self.pen)
            try:
                engine.start()
                engine.import_image(self.tar)
                finish(engine.run_argv(["--rm"], "true"), engine.env)
            except (Absent, MeasureError, OSError) as error:
                self.absent[kind.name] = str(error)
            else:
                self.engines[kind.name] = engine

    @functools.cached_property
    def text(self) -> Path:
        """The file of `text_lines` lines that containers print; on the tmpfs, in memory."""
        path = self.share() / "text"
        write_text(path, self.text_lines)
        return path

    @property
    def text_lines(self) -> int:
        return self.some(LINES, LINES // 10)

    @property
    def main(self) -> dict[str, Engine]:
        """The engines of the table's columns: without contui's variants."""
        return {name: engine for name, engine in self.engines.items() if " " not in name}

    def name(self) -> str:
        """A container name that is new."""
        return f"bench-{next(self.numbers)}"

    def share(self) -> Path:
        """A new directory to show to a container; on the tmpfs, so that no disk is measured."""
        path = self.pen.run / f"share-{next(self.numbers)}"
        path.mkdir()
        return path

    def some(self, full: int, quick: int) -> int:
        """How many: of a full run, or of a quick one."""
        return quick if self.quick else full

    def rounds(
        self, contenders: Iterable[str], measure: Measure, full: int, quick: int, budget: float
    ) -> dict[str, Samples]:
        """Interleave; `budget` is the seconds of a full run, a quick one has a tenth of them."""
        return interleave(
            list(contenders),
            measure,
            rounds=self.some(full, quick),
            budget=budget / 10 if self.quick else budget,
            least=1 if self.quick else 2,
            rng=self.rng,
        )

    def with_floor(self, names: Iterable[str]) -> list[str]:
        return [*names, FLOOR]


Scenario = Callable[[Bench], dict[str, dict[str, Samples]]]
