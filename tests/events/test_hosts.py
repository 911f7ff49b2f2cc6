"""Hosts that are read again by themselves: with as little of the cloud in view, they end in the graph of a scan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from neo4j import Driver

from collectors.collection import Collection
from collectors.events.live import LiveCollection
from collectors.registry import Plugins, load_plugins
from collectors.sources.replay import open_recording
from graph_schema.events import Refresh
from tests.events.graphs import SETTINGS, Clock, differences, picture
from topology.events import Engine
from topology.graph import Graph
from topology.scan import scan

RECORDING = Path(__file__).parents[2] / "demo" / "recording.zip"
REGION = "RegionOne"
_MINUTE = timedelta(minutes=1)


@pytest.fixture
def two(environment: str, driver: Driver) -> Iterator[tuple[str, str]]:
    """Names of two environments."""
    other = f"{environment}-scanned"
    yield environment, other
    driver.execute_query("MATCH (n {environment: $e}) DETACH DELETE n", e=other)


def recorded(*, hosts: bool) -> Collection:
    plugins = load_plugins()
    return Collection(
        open_recording(RECORDING).sources,
        Plugins(plugins.cloud, plugins.hosts if hosts else (), plugins.finders),
    )


def test_hosts_that_are_read_again_one_by_one_end_in_the_graph_of_a_scan(
    graph: Graph, driver: Driver, two: tuple[str, str]
) -> None:
    kept, fresh = two
    with recorded(hosts=False) as cloud:
        scan(graph, kept, cloud, settings=SETTINGS)
    with recorded(hosts=True) as whole:
        scan(graph, fresh, whole, settings=SETTINGS)

    clock = Clock()
    with recorded(hosts=True) as live:
        engine = Engine(graph, kept, LiveCollection(live, REGION, None), settings=SETTINGS, clock=clock)
        hosts = sorted(id for id, node in picture(driver, fresh).items() if node and node.get("type") == "host")
        for host in hosts:
            engine.ask([Refresh("host", host)])
            clock.ahead += _MINUTE
            engine.refresh()
        for _ in range(6):  # what tunnels of one asked for at the other, and the looks that follow
            clock.ahead += _MINUTE
            engine.refresh()

    assert len(hosts) > 2
    assert differences(picture(driver, kept), picture(driver, fresh)) == {}


def test_a_host_that_nobody_knows_is_not_asked_for(graph: Graph, environment: str) -> None:
    clock = Clock()
    with recorded(hosts=True) as live:
        scan(graph, environment, live, settings=SETTINGS)
        engine = Engine(graph, environment, LiveCollection(live, REGION, None), settings=SETTINGS, clock=clock)
        engine.ask([Refresh("host", "nobody")])
        looks = 0
        for _ in range(5):
            clock.ahead += _MINUTE
            looks += engine.refresh().looked

    assert looks <= 3
    assert engine.refresh().looked == 0
