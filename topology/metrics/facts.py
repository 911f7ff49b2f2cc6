"""What the graph can tell of metrics: the sums that processes keep in it, and what it shows of scans and listeners."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from graph_schema.metrics import (
    LISTENER_LAG,
    LISTENER_STATE,
    METRICS,
    OBJECTS,
    PROCESSES,
    REREADS_OVERDUE,
    REREADS_WAITING,
    SCAN_SUCCESS,
    SCANS_RUNNING,
    SCANS_WAITING,
    SCOPES,
    Metric,
)
from topology.errors import TimedOut
from topology.events.state import State, listener_states
from topology.graph import Graph
from topology.presence import DEAD_AFTER_SECONDS
from topology.tree import counts

# A level that was not told for so long is no longer so.
SILENT_SECONDS = 30
# Objects are counted one by one: not with every scrape.
COUNTED_EVERY = 60.0
KINDS = ("worker", "beat", "listener")
OUTCOMES = ("complete", "partial", "failed")
STATES = (*get_args(State), "gone", "off")


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of one series. `buckets` are a histogram's, each by itself; then `value` is the sum of what it saw."""

    metric: Metric
    labels: tuple[str, ...]
    value: float
    buckets: tuple[int, ...] = ()


class Facts:
    """Reads all of it; objects are counted once in a while only."""

    def __init__(self, *, counted_every: float = COUNTED_EVERY) -> None:
        self._every = counted_every
        self._counted: list[Fact] = []
        self._not_before = 0.0
        self._lock = threading.Lock()

    def read(self, graph: Graph) -> list[Fact]:
        """Everything that is known now. Raises GraphUnavailable."""
        return [
            *kept(graph),
            *_of_environments(graph),
            *_of_listeners(graph),
            *_of_processes(graph),
            *self._objects(graph),
        ]

    def _objects(self, graph: Graph) -> list[Fact]:
        with self._lock:
            if time.monotonic() >= self._not_before:
                self._counted = list(_objects(graph))
                self._not_before = time.monotonic() + self._every
            return self._counted


def kept(graph: Graph) -> Iterator[Fact]:
    """The sums, and the levels that were told lately. What is not declared any more is left out."""
    levels = [metric.name for metric in METRICS.values() if metric.kind == "gauge"]
    for row in graph.read("metrics_kept", levels=levels, silent=SILENT_SECONDS):
        metric = METRICS.get(row["name"])
        if metric is not None and len(row["labels"]) == len(metric.labels) and _fits(metric, row):
            yield Fact(metric, tuple(row["labels"]), row["value"], tuple(row["buckets"]))


def _fits(metric: Metric, row: dict[str, Any]) -> bool:
    """Whether it was counted in the buckets that are declared now."""
    return len(row["buckets"]) == (len(metric.buckets) + 1 if metric.buckets else 0)


def _of_environments(graph: Graph) -> Iterator[Fact]:
    for row in graph.read("metrics_environments", now=datetime.now(UTC), dead_after=DEAD_AFTER_SECONDS):
        name = (row["environment"],)
        yield Fact(SCANS_RUNNING, name, row["running"])
        yield Fact(SCANS_WAITING, name, row["waiting"])
        yield Fact(SCAN_SUCCESS, name, row["success"] or 0.0)
        yield Fact(REREADS_WAITING, name, row["rereads"])
        yield Fact(REREADS_OVERDUE, name, row["overdue"])
        scopes = dict(row["scopes"])
        for outcome in OUTCOMES:
            yield Fact(SCOPES, (*name, outcome), scopes.get(outcome, 0))


def _of_listeners(graph: Graph) -> Iterator[Fact]:
    for row in listener_states(graph):
        if row["state"] == "off":
            continue
        for state in STATES:
            yield Fact(LISTENER_STATE, (row["environment"], state), float(row["state"] == state))
        if row["lag"] is not None:
            yield Fact(LISTENER_LAG, (row["environment"],), row["lag"])


def _of_processes(graph: Graph) -> Iterator[Fact]:
    alive = {row["kind"]: row["number"] for row in graph.read("processes_alive", dead_after=DEAD_AFTER_SECONDS)}
    for kind in KINDS:
        yield Fact(PROCESSES, (kind,), alive.get(kind, 0))


def _objects(graph: Graph) -> Iterator[Fact]:
    for row in graph.read("environment_names"):
        try:
            found = counts(graph, row["name"])
        except TimedOut:  # a graph that large is told of without it
            continue
        for type, number in found:
            yield Fact(OBJECTS, (row["name"], type), number)
