"""Whether something that was looked at again and again stays level: a line through it, and how sure its slope is."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# The first share of a run is warming up: caches and queues fill, the first connections are made.
WARMING_UP = 0.3
# Neighbouring looks resemble each other; means of so many pieces of the run are nearly independent.
PIECES = 20
# Student's t for 95 % with PIECES - 2 degrees of freedom.
STUDENT = 2.101
# A change over the whole run below this share of the mean is level, however sure.
NEGLIGIBLE = 0.02


@dataclass(frozen=True, slots=True)
class Line:
    """How a value went, at first, in the mean and at most, and its change over the run, give or take `bound`."""

    first: float
    quarters: tuple[float, ...]
    """Means of the four quarters of the run, all of it."""
    mean: float
    most: float
    change: float
    bound: float

    @property
    def level(self) -> bool:
        """Whether it does not grow: no rise that is more than noise and more than negligible."""
        return self.change <= self.bound or self.change <= NEGLIGIBLE * abs(self.mean)


def line_through(times: Sequence[float], values: Sequence[float]) -> Line:
    """The least-squares line through the means of the pieces of a run, after it has warmed up.

    >>> noise = [1.0, -1.0] * 100
    >>> flat = line_through(range(200), [100 + n for n in noise])
    >>> leak = line_through(range(200), [100 + n + t / 10 for t, n in enumerate(noise)])
    >>> flat.level, leak.level, round(leak.change)
    (True, False, 14)
    """
    skipped = int(len(times) * WARMING_UP)
    kept = list(zip(times, values, strict=True))[skipped:]
    size = len(kept) / PIECES
    pieces = [kept[int(n * size) : int((n + 1) * size)] for n in range(PIECES)]
    if size < 1:
        raise ValueError(f"{len(times)} looks are too few for a line; let it run longer.")
    x = [statistics.fmean(time for time, _ in piece) for piece in pieces]
    y = [statistics.fmean(value for _, value in piece) for piece in pieces]
    slope, intercept = statistics.linear_regression(x, y)
    errors = sum((b - slope * a - intercept) ** 2 for a, b in zip(x, y, strict=True))
    spread = sum((a - statistics.fmean(x)) ** 2 for a in x)
    bound = STUDENT * (errors / (PIECES - 2) / spread) ** 0.5
    length = kept[-1][0] - kept[0][0]
    quarter = len(values) / 4
    quarters = tuple(statistics.fmean(values[int(n * quarter) : int((n + 1) * quarter)]) for n in range(4))
    return Line(values[0], quarters, statistics.fmean(y), max(values), slope * length, bound * length)
