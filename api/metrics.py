"""`/metrics`, for Prometheus: what the graph knows and keeps, and what this process itself has answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import cast

from flask import Flask, Response, current_app, request
from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from api.service import Service
from graph_schema.metrics import BROKER_UP, BUILD_INFO, GRAPH_UP, REQUEST_SECONDS, TASKS_WAITING, Metric
from topology.errors import TopologyError
from topology.metrics.facts import Fact, Facts
from workers.broker import BrokerUnavailable, does_not_run
from workers.requesting import waiting_tasks

ENDPOINT = "metrics"
_KEY = "calipso_metrics"
Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class Requests:
    """Measures the requests that one application answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            REQUEST_SECONDS.name,
            REQUEST_SECONDS.help,
            REQUEST_SECONDS.labels,
            buckets=REQUEST_SECONDS.buckets,
            registry=registry,
        )

    def answered(self, response: Response, seconds: float) -> None:
        """One was answered, in this time."""
        route = request.url_rule.rule if request.url_rule is not None else "none"
        method = request.method if request.url_rule is not None else "other"
        self._seconds.labels(method, route, str(response.status_code)).observe(seconds)


class Exposed(Collector):
    """Reads everything anew with each scrape. What can not be told now is left out, and that is told."""

    def __init__(self, here: Service, version: str) -> None:
        self._here, self._version = here, version
        self._facts = Facts()

    def collect(self) -> Iterator[Family]:
        """The families, each with its series."""
        facts = [Fact(BUILD_INFO, (self._version,), 1), *self._of_broker()]
        try:
            facts += self._facts.read(self._here.graph)
            facts.append(Fact(GRAPH_UP, (), 1))
        except TopologyError:
            facts.append(Fact(GRAPH_UP, (), 0))
        return families(facts)

    def _of_broker(self) -> Iterator[Fact]:
        if does_not_run(self._here.settings):  # to ask must not start it
            yield Fact(BROKER_UP, (), 0)
            return
        try:
            yield Fact(TASKS_WAITING, (), waiting_tasks(lambda: self._here.tasks))
            yield Fact(BROKER_UP, (), 1)
        except BrokerUnavailable:
            yield Fact(BROKER_UP, (), 0)


def families(facts: Iterable[Fact]) -> Iterator[Family]:
    """The facts of each metric together, as Prometheus' library wants them."""
    of_metric: dict[Metric, list[Fact]] = defaultdict(list)
    for fact in facts:
        of_metric[fact.metric].append(fact)
    for metric, all_of_it in of_metric.items():
        yield _family(metric, all_of_it)


def _family(metric: Metric, facts: Iterable[Fact]) -> Family:
    if metric.kind == "histogram":
        histogram = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
        for fact in facts:
            bounds = [*(str(bound) for bound in metric.buckets), "+Inf"]
            histogram.add_metric(fact.labels, list(zip(bounds, accumulate(fact.buckets), strict=True)), fact.value)
        return histogram
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.help, labels=metric.labels)
    for fact in facts:
        family.add_metric(fact.labels, fact.value)
    return family


def expose(app: Flask, here: Service, version: str) -> None:
    """Have the application answer at /metrics."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    app.extensions[_KEY] = Requests(registry)
    registry.register(Exposed(here, version))

    def metrics() -> Response:
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(registry), content_type=kind)

    app.add_url_rule("/metrics", endpoint=ENDPOINT, view_func=metrics)


def requests() -> Requests:
    """What measures the requests of the current application."""
    return cast("Requests", current_app.extensions[_KEY])
