"""What all tests share: one real Neo4j for the run, and a name of its own for each test's environment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from topology.graph import Graph


@dataclass(frozen=True, slots=True)
class Neo4jAddress:
    """Where the Neo4j of this run is, and how to log in."""

    bolt_uri: str
    user: str
    password: str


@pytest.fixture(scope="session")
def neo4j_server() -> Neo4jAddress:
    """One real Neo4j for the whole run; `CALIPSO_TEST_NEO4J_URI`, `_USER` and `_PASSWORD` name another to use."""
    uri = os.environ.get("CALIPSO_TEST_NEO4J_URI")
    if not uri:
        pytest.skip("set CALIPSO_TEST_NEO4J_URI, CALIPSO_TEST_NEO4J_USER and CALIPSO_TEST_NEO4J_PASSWORD")
    return Neo4jAddress(
        uri, os.environ.get("CALIPSO_TEST_NEO4J_USER", "neo4j"), os.environ["CALIPSO_TEST_NEO4J_PASSWORD"]
    )


@pytest.fixture(scope="session")
def graph(neo4j_server: Neo4jAddress) -> Iterator[Graph]:
    """The graph of the run, with the product's constraints and indexes."""
    with Graph(neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password) as opened:
        from topology.store import prepare

        prepare(opened)
        yield opened


@pytest.fixture
def environment(graph: Graph) -> Iterator[str]:
    """A name that no other test uses; every node that carries it is removed after the test."""
    name = f"test-{uuid4().hex[:12]}"
    yield name
    with graph._driver.session() as session:
        session.run(
            "MATCH (n) WHERE n.environment = $name OR (n:Environment AND n.name = $name) DETACH DELETE n", name=name
        ).consume()
