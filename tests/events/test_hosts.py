"""Hosts that are read again by themselves: with as little of the cloud in view, they end in the graph of a scan."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection as Names
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from neo4j import Driver

from collectors.collection import Collection
from collectors.events.live import LiveCollection
from collectors.registry import Plugins, load_plugins
from collectors.sources.replay import open_recording
from graph_schema.events import Refresh
from graph_schema.records import InventoryView, Reading, Record, Scope
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


class Gated(LiveCollection):
    """Hosts of the recording; those that have a gate are read when it opens. `reading` is set while one waits."""

    def __init__(self, collection: Collection, *gated: str) -> None:
        super().__init__(collection, REGION, None)
        self.gates = {host: threading.Event() for host in gated}
        self.waiting = {host: threading.Event() for host in gated}
        self.reads: Counter[str] = Counter()

    def read_hosts(self, view: InventoryView, only: Names[str] | None = None) -> Iterator[Reading]:
        assert only is not None
        self.reads.update(only)
        for host in only:
            if host in self.gates:
                self.waiting[host].set()
                assert self.gates[host].wait(60)
        return super().read_hosts(view, only)


class Failing(Gated):
    """The recording; of the hosts in `down` nova says that their compute service is."""

    down: frozenset[str] = frozenset()

    def read_scope(self, scope: Scope) -> Reading:
        reading = super().read_scope(scope)
        return replace(reading, records=[self._told(record) for record in reading.records])

    def _told(self, record: Record) -> Record:
        if record.type != "host" or record.id not in self.down:
            return record
        return replace(record, properties={**record.properties, "source_status": "down"})


def test_a_host_whose_compute_service_comes_back_is_read_again_though_nobody_tells(
    graph: Graph, environment: str
) -> None:
    clock = Clock()
    with recorded(hosts=True) as live:
        scan(graph, environment, live, settings=SETTINGS)
        sources = Failing(live)
        engine = Engine(graph, environment, sources, settings=SETTINGS, clock=clock)

        def read_when_down(*down: str) -> set[str]:
            sources.down = frozenset(down)
            sources.reads.clear()
            engine.ask([Refresh("hosts", "")])
            for _ in range(4):
                clock.ahead += _MINUTE
                engine.refresh()
            return set(sources.reads)

        assert read_when_down() == set()
        assert read_when_down("cmp1", "cmp2") == set()
        assert read_when_down("cmp2") == {"cmp1"}
        assert read_when_down("cmp2") == set()


def hosts_of(driver: Driver, environment: str) -> set[str]:
    """Hosts of which something is in the graph that only they know."""
    rows = driver.execute_query("MATCH (v:Vedge {environment: $e}) RETURN v.host AS host", e=environment).records
    return {row["host"] for row in rows}


def test_a_host_that_is_slow_holds_up_no_other_and_is_read_once_more_for_what_came_meanwhile(
    graph: Graph, environment: str, driver: Driver
) -> None:
    clock = Clock()
    with recorded(hosts=False) as cloud:
        scan(graph, environment, cloud, settings=SETTINGS)
    with recorded(hosts=True) as live:
        sources = Gated(live, "cmp1")
        engine = Engine(graph, environment, sources, settings=SETTINGS, clock=clock)
        engine.ask([Refresh("host", "cmp1")])
        clock.ahead += _MINUTE
        engine.refresh_hosts(0)
        assert sources.waiting["cmp1"].wait(60)

        engine.ask([Refresh("host", "cmp1"), Refresh("host", "cmp2")])
        clock.ahead += _MINUTE
        assert any(engine.refresh_hosts(1).looked for _ in range(60))
        assert (hosts_of(driver, environment), dict(sources.reads)) == ({"cmp2"}, {"cmp1": 1, "cmp2": 1})
        assert engine.busy

        sources.gates["cmp1"].set()
        for _ in range(3):
            engine.refresh()
        assert sources.reads["cmp1"] > 1
        assert hosts_of(driver, environment) >= {"cmp1", "cmp2"}
        assert not engine.busy


def test_no_more_hosts_are_read_at_a_time_than_is_set(graph: Graph, environment: str) -> None:
    clock = Clock()
    with recorded(hosts=False) as cloud:
        scan(graph, environment, cloud, settings=SETTINGS)
    with recorded(hosts=True) as live:
        sources = Gated(live, "cmp1", "cmp2", "net1")
        settings = SETTINGS.model_copy(update={"parallel_hosts": 2})
        engine = Engine(graph, environment, sources, settings=settings, clock=clock)
        engine.ask([Refresh("host", host) for host in sources.gates])
        clock.ahead += _MINUTE
        for _ in range(3):
            engine.refresh_hosts(0.1)
        begun = dict(sources.reads)
        for gate in sources.gates.values():
            gate.set()
        engine.refresh()
        engine.refresh()

    assert sum(begun.values()) == 2
    assert set(sources.reads) >= {"cmp1", "cmp2", "net1"}
