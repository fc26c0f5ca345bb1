"""What was measured of one contender: values, and the statistics of them. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

KEPT = 200  # values written out one by one in the JSON report; of more, only the statistics


def percentile(values: Sequence[float], share: float) -> float:
    """The value at `share` (0 to 1) of the sorted values, by linear interpolation."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


@dataclass
class Samples:
    """Values in the row's unit; `failure` says why there are none, or no more, of them.

    `remark` is what a reader must know to judge them, for example that an answer was wrong.
    """

    values: list[float] = field(default_factory=list)
    failure: str = ""
    remark: str = ""

    @classmethod
    def of(cls, values: Iterable[float]) -> Samples:
        return cls(list(values))

    @classmethod
    def failed(cls, why: str) -> Samples:
        return cls(failure=why)

    @property
    def count(self) -> int:
        return len(self.values)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p99(self) -> float:
        return percentile(self.values, 0.99)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles: half of the values lie within ± this."""
        return (percentile(self.values, 0.75) - percentile(self.values, 0.25)) / 2

    def value(self, statistic: str) -> float:
        """`median` or `p99`. Raises ValueError when there are no values."""
        if not self.values:
            raise ValueError(self.failure or "nothing was measured")
        return self.p99 if statistic == "p99" else self.median

    def as_json(self) -> dict[str, object]:
        if not self.values:
            return {"failure": self.failure}
        told: dict[str, object] = {
            "runs": self.count,
            "median": self.median,
            "p99": self.p99,
            "spread": self.spread,
            "min": min(self.values),
            "max": max(self.values),
        }
        if self.count <= KEPT:
            told["values"] = self.values
        if self.failure:
            told["failure"] = self.failure
        if self.remark:
            told["remark"] = self.remark
        return told
