"""The graph of an environment as a value, to be compared with another's; and an engine whose clock can be turned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from neo4j import Driver

from graph_schema.events import Effect, Event
from tests.events.model_cloud import ModelCloud
from tests.events.recorded import interpreter
from topology.events import Engine
from topology.graph import Graph
from topology.scan import ScanReport, scan
from topology.settings import Settings

SETTINGS = Settings()
# What is said of when and by whom, not of what there is.
_NOTES = ("environment", "first_seen", "last_changed", "said_at", "said_version", "added_at")


class Clock:
    """The real time, and what was added to it: so nobody has to wait."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Kept:
    """An environment that is kept by events."""

    def __init__(self, graph: Graph, environment: str, cloud: ModelCloud) -> None:
        self.clock = Clock()
        self.cloud = cloud
        self.engine = Engine(graph, environment, cloud.live(), settings=SETTINGS, clock=self.clock)

    def hear(self, events: Iterable[Event], batch: int = 50) -> None:
        """The events in this order, in batches."""
        effects: list[Effect] = [interpreter()(event) for event in events]
        for begin in range(0, len(effects), batch):
            self.engine.apply(effects[begin : begin + batch])

    def settle(self) -> None:
        """Read again all that is due, until nothing is."""
        for _ in range(40):
            self.clock.ahead += timedelta(seconds=10)
            if not self.engine.refresh().looked:
                return
        raise AssertionError("it never comes to rest")


def scanned(graph: Graph, environment: str, cloud: ModelCloud) -> ScanReport:
    with cloud.collection() as collection:
        return scan(graph, environment, collection, settings=SETTINGS)


def picture(driver: Driver, environment: str) -> dict[Any, Any]:
    """Every object by id, every link by its ends, every link that waits."""
    with driver.session() as session:
        nodes = session.run("MATCH (o:Object {environment: $e}) RETURN properties(o) AS n", e=environment).data()
        links = session.run(
            "MATCH (a)-[r]->(b:Object {environment: $e}) WHERE a:Object OR a:Environment "
            "RETURN type(r) AS t, CASE WHEN a:Environment THEN '' ELSE a.id END AS s, b.id AS d, properties(r) AS p",
            e=environment,
        ).data()
        waiting = session.run(
            "MATCH (p:PendingLink {environment: $e}) RETURN p.link_type AS t, p.source_id AS s, p.target_id AS d",
            e=environment,
        ).data()
    found: dict[Any, Any] = {row["n"]["id"]: {k: v for k, v in row["n"].items() if k not in _NOTES} for row in nodes}
    found |= {(row["t"], row["s"], row["d"]): row["p"] for row in links}
    found |= {("waiting", row["t"], row["s"], row["d"]): None for row in waiting}
    return found


def differences(one: dict[Any, Any], other: dict[Any, Any]) -> dict[Any, Any]:
    """What is not the same, for people to read."""
    return {
        key: {k: (a.get(k), b.get(k)) for k in {*a, *b} if a.get(k) != b.get(k)} or "there and not there"
        for key in {*one, *other}
        if one.get(key, "none") != other.get(key, "none")
        for a, b in [(one.get(key) or {}, other.get(key) or {})]
    }
