"""The sums in the graph: each process adds what it counted, every few seconds and when it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Self

from graph_schema.metrics import SCAN_SECONDS, SCANS
from topology.errors import GraphUnavailable, TopologyError
from topology.graph import Graph, Transaction
from topology.metrics.meter import METER, Meter, Series, Tallied

log = logging.getLogger("calipso.metrics")
PERIOD = 5.0
_ENDED = ("completed", "completed_with_errors", "failed", "aborted")


def keep(graph: Graph, meter: Meter = METER) -> None:
    """Add to the sums in the graph what was counted here. Raises GraphUnavailable; then it is kept here."""
    taken = meter.take()
    rows = [*_rows(taken), *(_row(series, value, []) for series, value in meter.levels())]
    if not rows:
        return
    try:
        graph.write("metrics_add", rows=_in_order(rows))
    except BaseException:
        meter.give_back(taken)
        raise


def count_ended_scans(graph: Graph) -> None:
    """Count every scan that has ended, whoever ended it: each once, by a mark that is set with the sums."""

    def counted(tx: Transaction) -> None:
        meter = Meter()
        for row in tx.run("scans_count", ended=list(_ENDED)):
            meter.count(SCANS, row["environment"], row["status"])
            if row["seconds"] is not None:
                meter.observe(SCAN_SECONDS, row["seconds"], row["environment"], row["status"])
        if taken := meter.take():
            tx.run("metrics_add", rows=_in_order(_rows(taken)))

    graph.in_transaction(counted)


class Keeping:
    """Keeps what this process counts while it is entered. Neo4j may be away: then it is kept when it is back."""

    def __init__(self, open_graph: Callable[[], Graph], *, period: float = PERIOD, close: bool = True) -> None:
        self._open, self._period, self._close = open_graph, period, close
        self._graph: Graph | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="metrics")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join(timeout=10)
        self._tried()
        if self._graph is not None and self._close:
            self._graph.close()

    def _run(self) -> None:
        while not self._ended.wait(self._period):
            self._tried()

    def _tried(self) -> None:
        try:
            if self._graph is None:
                self._graph = self._open()
            keep(self._graph)
        except (TopologyError, GraphUnavailable) as error:
            log.debug("metrics can not be kept now: %s", error)


def _rows(taken: Iterable[tuple[Series, Tallied]]) -> list[dict[str, Any]]:
    return [_row(series, tallied.value, tallied.buckets) for series, tallied in taken]


def _row(series: Series, value: float, buckets: list[int]) -> dict[str, Any]:
    metric, labels = series
    named = dict(zip(metric.labels, labels, strict=True))
    return {
        "key": "|".join((metric.name, *labels)),
        "name": metric.name,
        "labels": list(labels),
        "environment": named.get("environment"),
        "value": value,
        "buckets": buckets,
        "level": metric.kind == "gauge",
    }


def _in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """By key: two processes that add at the same time take the locks in the same order."""
    return sorted(rows, key=lambda row: str(row["key"]))
