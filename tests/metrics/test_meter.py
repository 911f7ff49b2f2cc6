"""Counting in a process, and the sums in the graph: nothing is lost, and nothing is counted twice."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_schema.metrics import EVENTS, METRICS, SCAN_SECONDS, WRITE_SECONDS, Metric
from graph_schema.model import SchemaError
from tests.conftest import Neo4jAddress
from topology.errors import GraphUnavailable
from topology.graph import Graph
from topology.metrics import METER, Meter
from topology.metrics.facts import kept
from topology.metrics.keeping import Keeping, keep
from topology.scan import ScanOptions
from topology.scan.journal import Journal


def sums(graph: Graph, environment: str) -> dict[tuple[str, ...], tuple[float, tuple[int, ...]]]:
    return {
        (fact.metric.name, *fact.labels[1:]): (fact.value, fact.buckets)
        for fact in kept(graph)
        if fact.labels[:1] == (environment,)
    }


@pytest.fixture
def known(graph: Graph, environment: str) -> str:
    """An environment that the graph knows."""
    with Journal(graph, environment, ScanOptions(), started_by="test"):
        pass
    return environment


@given(st.lists(st.floats(0, 100), min_size=1))
def test_every_observation_is_in_the_first_bucket_that_it_fits_in(values: list[float]) -> None:
    meter = Meter()
    for value in values:
        meter.observe(WRITE_SECONDS, value, "lab")
    [(_, tallied)] = meter.take()
    bounds = [*WRITE_SECONDS.buckets, float("inf")]
    below = [sum(value <= bound for value in values) for bound in bounds]
    assert [sum(tallied.buckets[: n + 1]) for n in range(len(bounds))] == below
    assert tallied.value == pytest.approx(sum(values))
    assert meter.take() == []


def test_processes_add_up_in_the_graph(graph: Graph, known: str) -> None:
    first, second = Meter(), Meter()
    for meter in (first, second, first):
        meter.count(EVENTS, known, "AMQP", "applied", by=2)
        meter.observe(WRITE_SECONDS, 0.3, known)
        keep(graph, meter)
    found = sums(graph, known)
    assert found[EVENTS.name, "AMQP", "applied"] == (6, ())
    value, buckets = found[(WRITE_SECONDS.name,)]
    assert value == pytest.approx(0.9)
    assert buckets[WRITE_SECONDS.buckets.index(0.5)] == sum(buckets) == 3


def test_many_that_add_at_the_same_time_lose_nothing(graph: Graph, known: str) -> None:
    def add() -> None:
        for number in range(10):
            meter = Meter()
            for result in ("applied", "ignored") if number % 2 else ("ignored", "applied"):
                meter.count(EVENTS, known, "AMQP", result)
            keep(graph, meter)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = sums(graph, known)
    assert {found[EVENTS.name, "AMQP", result] for result in ("applied", "ignored")} == {(40.0, ())}


def test_what_can_not_be_kept_now_is_kept_later(graph: Graph, known: str, neo4j_server: Neo4jAddress) -> None:
    meter = Meter()
    meter.count(EVENTS, known, "AMQP", "applied", by=3)
    with Graph("bolt://127.0.0.1:9", "u", "p", patience=0.1) as away, pytest.raises(GraphUnavailable):
        keep(away, meter)
    meter.count(EVENTS, known, "AMQP", "applied")
    keep(graph, meter)
    assert sums(graph, known)[EVENTS.name, "AMQP", "applied"] == (4, ())


def test_what_a_process_counts_is_kept_at_its_end(graph: Graph, known: str) -> None:
    with Keeping(lambda: graph, period=3600, close=False):
        METER.count(EVENTS, known, "AMQP", "failed")
    assert sums(graph, known)[EVENTS.name, "AMQP", "failed"] == (1, ())


def test_what_was_counted_before_a_fork_is_not_the_childs() -> None:
    METER.observe(SCAN_SECONDS, 1, "lab", "completed")
    child = os.fork()
    if child == 0:
        os._exit(len(METER.take()))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert METER.take() != []


def test_of_an_environment_that_is_gone_nothing_is_kept(graph: Graph, environment: str) -> None:
    meter = Meter()
    meter.count(EVENTS, environment, "AMQP", "applied")
    keep(graph, meter)
    assert sums(graph, environment) == {}


def test_a_level_is_what_it_is_when_it_is_asked_for_until_it_is_taken_back() -> None:
    meter, waiting = Meter(), [1.0]
    oldest = METRICS["calipso_event_oldest_unhandled_seconds"]
    meter.level(oldest, lambda: waiting[0], "lab", "AMQP")
    waiting[0] = 7.0
    assert meter.levels() == [((oldest, ("lab", "AMQP")), 7.0)]
    meter.no_level(oldest, "lab", "AMQP")
    assert meter.levels() == []


@pytest.mark.parametrize(
    ("kind", "labels"), [("count", ("lab",)), ("count", ("lab", "AMQP", "applied", "x")), ("level", ("lab", "a", "b"))]
)
def test_a_metric_is_used_as_it_is_declared(kind: str, labels: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="calipso_events_total is a counter"):
        Meter().count(EVENTS, *labels) if kind == "count" else Meter().level(EVENTS, 1, *labels)


def test_declarations_are_names_that_prometheus_takes() -> None:
    assert all(metric.help.endswith(".") for metric in METRICS.values())
    wrongly: list[Callable[[], Metric]] = [
        lambda: Metric("calipso_things", "counter", "counted", "Things."),
        lambda: Metric("things_total", "counter", "counted", "Things."),
        lambda: Metric("calipso_seconds", "histogram", "counted", "Time."),
        lambda: Metric("calipso_seconds", "histogram", "counted", "Time.", (), (2.0, 1.0)),
    ]
    for wrong in wrongly:
        with pytest.raises(SchemaError, match="metric"):
            wrong()
