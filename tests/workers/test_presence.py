"""Who works in the background is known by one node each; that it begins, ends or is missed is a message, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.api.relay import relay
from tests.conftest import Neo4jAddress
from tests.raw import raw_session
from tests.workers.site import wait_for
from topology import housekeeping, presence
from topology.graph import Graph
from topology.messages import messages
from topology.presence import Presence, workers
from topology.settings import Settings


@pytest.fixture
def connect(neo4j_server: Neo4jAddress) -> Callable[[], Graph]:
    return lambda: Graph(neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password)


@pytest.fixture
def kind() -> str:
    """A word of this test's own: all tests share the database, and who works is of no environment."""
    return f"worker-{uuid4().hex[:8]}"


def nodes(graph: Graph, kind: str) -> list[dict[str, Any]]:
    return [each for each in workers(graph) if each["kind"] == kind]


def told(graph: Graph, kind: str) -> list[tuple[str, str]]:
    """Level and last word of what was told, the oldest first."""
    found = [message for message in messages(graph, limit=1000).items if message["text"].startswith(kind)]
    return [(message["level"], message["text"].split()[-1]) for message in reversed(found)]


def test_beginning_and_end_are_told_and_a_heartbeat_changes_one_node_only(
    graph: Graph, connect: Callable[[], Graph], kind: str
) -> None:
    with Presence(kind, connect, period=0.05):
        first = wait_for(lambda: nodes(graph, kind))[0]
        wait_for(lambda: nodes(graph, kind)[0]["heartbeat"] > first["heartbeat"])
        assert [each["state"] for each in nodes(graph, kind)] == ["running"]
    assert [(each["id"], each["state"]) for each in nodes(graph, kind)] == [(first["id"], "stopped")]
    assert told(graph, kind) == [("info", "started"), ("info", "stopped")]


def test_one_that_is_not_heard_of_is_missed_once_and_found_again(
    graph: Graph, connect: Callable[[], Graph], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "ROUND_SECONDS", 0)
    with Presence(kind, connect, period=3600) as here:
        wait_for(lambda: nodes(graph, kind))
        with raw_session(graph) as session:
            session.run(
                "MATCH (w:Worker {kind: $kind}) SET w.heartbeat = datetime() - duration({hours: 1})", kind=kind
            ).consume()
        far = {"message_days": 36_500, "messages_per_level": 10**9, "scans_kept": 10**6, "connection_tests_kept": 10**6}
        for _ in range(3):
            housekeeping.keep_house(graph, Settings(data_dir=Path(), **far), queue_is_empty=False)  # type: ignore[arg-type]  # plain numbers
        assert [each["state"] for each in nodes(graph, kind)] == ["lost"]
        here._say()
        assert [each["state"] for each in nodes(graph, kind)] == ["running"]
    assert told(graph, kind) == [("info", "started"), ("error", "unasked."), ("info", "stopped")]


def test_neo4j_may_be_away_from_the_beginning_and_at_the_end(
    graph: Graph, neo4j_server: Neo4jAddress, kind: str
) -> None:
    with relay(neo4j_server.bolt_uri) as way:
        way.cut()
        uri = f"bolt://127.0.0.1:{way.port}"

        def connect() -> Graph:
            return Graph(uri, neo4j_server.user, neo4j_server.password, patience=0.3)

        with Presence(kind, connect, period=0.1):
            time.sleep(1)
            assert nodes(graph, kind) == []
            way.join()
            wait_for(lambda: nodes(graph, kind))
            way.cut()
    assert [each["state"] for each in nodes(graph, kind)] == ["running"]  # it could not say more
    assert presence.DEAD_AFTER_SECONDS > presence.HEARTBEAT_SECONDS
