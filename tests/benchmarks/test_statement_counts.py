"""How often each operation asks the database is committed: who changes it says so, in the file and in the commit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.statements import Listener, baseline, statements
from tests.conftest import Neo4jAddress
from topology.graph import Graph

RENEW = "If that is meant: python -m benchmarks.statements --write, and commit benchmarks/statements.json."


@pytest.fixture
def listener() -> Listener:
    return Listener()


@pytest.fixture
def heard_graph(graph: Graph, neo4j_server: Neo4jAddress, listener: Listener) -> Iterator[Graph]:
    """The prepared graph, by a connection of its own that the listener hears."""
    with Graph(neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password, heard=listener) as opened:
        yield opened


def test_operations_send_as_many_statements_as_the_baseline_says(
    heard_graph: Graph, listener: Listener, environment: str
) -> None:
    found = statements(heard_graph, listener, environment)

    assert found == baseline(), RENEW


def test_every_statement_is_heard_however_it_is_sent(heard_graph: Graph, listener: Listener) -> None:
    heard_graph.read("database_answers")
    list(heard_graph.stream("database_answers"))
    heard_graph.ask(lambda tx: [tx.run("database_answers"), tx.run("database_answers")])
    heard_graph.in_transaction(lambda tx: tx.run("database_answers"))

    assert dict(listener.names) == {"database_answers": 5}
