"""What the store's tests share: a store, and a look at the graph that does not go through the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase, NotificationMinimumSeverity

from tests.conftest import Neo4jAddress
from tests.store.writing import Ask
from topology.graph import Graph
from topology.store import GraphStore


@pytest.fixture(scope="session")
def driver(neo4j_server: Neo4jAddress) -> Iterator[Driver]:
    """A driver of the tests' own."""
    login = (neo4j_server.user, neo4j_server.password)
    quiet = NotificationMinimumSeverity.OFF
    with GraphDatabase.driver(neo4j_server.bolt_uri, auth=login, notifications_min_severity=quiet) as opened:
        yield opened


@pytest.fixture
def ask(driver: Driver, environment: str) -> Ask:
    """Asks the graph in plain Cypher; `$environment` is the test's."""

    def asked(text: str, **parameters: Any) -> list[dict[str, Any]]:
        with driver.session() as session:
            return session.run(text, environment=environment, **parameters).data()

    return asked


@pytest.fixture
def store(graph: Graph, environment: str) -> GraphStore:
    """The store of the test's environment, as it stands by default."""
    return GraphStore(graph, environment)


@pytest.fixture
def new_store(graph: Graph, environment: str) -> Callable[..., GraphStore]:
    """A store like the one that another scan would have."""
    return lambda **options: GraphStore(graph, environment, **options)
