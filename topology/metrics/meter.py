"""Counting in this process: kept here only until the next time that it is added to the sums in the graph."""

from __future__ import annotations

import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from graph_schema.metrics import Metric

Series = tuple[Metric, tuple[str, ...]]


@dataclass(slots=True)
class Tallied:
    """What one series has come to. `buckets` are a histogram's, each by itself; the last is infinite."""

    value: float = 0.0
    buckets: list[int] = field(default_factory=list)

    def add(self, other: Tallied) -> None:
        """Both together."""
        self.value += other.value
        self.buckets = [a + b for a, b in zip(self.buckets, other.buckets, strict=True)]


class Meter:
    """Counts, observes and remembers; from any thread. A series is a metric with its labels' values, in their order."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew: what a process has inherited is told by the one that it was forked from."""
        self._lock = threading.Lock()
        self._sums: dict[Series, Tallied] = {}
        self._levels: dict[Series, Callable[[], float]] = {}

    def count(self, metric: Metric, *labels: str, by: float = 1.0) -> None:
        """So many more."""
        self._add("counter", metric, labels, Tallied(by))

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """One more, of this size."""
        buckets = [0] * (len(metric.buckets) + 1)
        buckets[bisect_left(metric.buckets, value)] = 1
        self._add("histogram", metric, labels, Tallied(value, buckets))

    @contextmanager
    def timed(self, metric: Metric, *labels: str) -> Iterator[None]:
        """Observe the seconds that the block takes, however it ends."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.observe(metric, time.monotonic() - begun, *labels)

    def level(self, metric: Metric, value: float | Callable[[], float], *labels: str) -> None:
        """It is so much now, or what this gives whenever it is asked for."""
        _check("gauge", metric, labels)
        with self._lock:
            self._levels[metric, labels] = value if callable(value) else lambda: value

    def no_level(self, metric: Metric, *labels: str) -> None:
        """Nothing can be said of it any more."""
        with self._lock:
            self._levels.pop((metric, labels), None)

    def take(self) -> list[tuple[Series, Tallied]]:
        """What was counted since the last time: it is whoever takes it that keeps it."""
        with self._lock:
            taken, self._sums = self._sums, {}
        return list(taken.items())

    def give_back(self, taken: Iterable[tuple[Series, Tallied]]) -> None:
        """It could not be kept: it is among what is taken next."""
        for (metric, labels), tallied in taken:
            self._add(metric.kind, metric, labels, tallied)

    def levels(self) -> list[tuple[Series, float]]:
        """All levels, as they are now."""
        with self._lock:
            levels = list(self._levels.items())
        return [(series, value()) for series, value in levels]

    def _add(self, kind: str, metric: Metric, labels: tuple[str, ...], more: Tallied) -> None:
        _check(kind, metric, labels)
        with self._lock:
            known = self._sums.get((metric, labels))
            if known is None:
                self._sums[metric, labels] = more
            else:
                known.add(more)


def _check(kind: str, metric: Metric, labels: tuple[Any, ...]) -> None:
    if metric.kind != kind or len(labels) != len(metric.labels) or not all(isinstance(one, str) for one in labels):
        raise ValueError(f"{metric.name} is a {metric.kind} of {metric.labels}, used as a {kind} of {labels}")


METER = Meter()
os.register_at_fork(after_in_child=METER.forget)
