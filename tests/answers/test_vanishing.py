"""What another transaction removes while an answer is worked out is asked for again, and never told half."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cypher import Statement
from graph_schema.object_types import PROJECT
from graph_schema.records import COMPLETE, Scope
from tests.conftest import Neo4jAddress
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite

MANY = 6000
# As of a node that was removed between being found and being read, until it is there again.
_FOUND = """
OPTIONAL MATCH (o:Object {environment: $environment, id: 'back'})
WITH CASE WHEN o IS NULL THEN {details: null} ELSE o {.id} END AS node
"""
AS_NODE = Statement("test", "an object", "read", ("environment",), f"{_FOUND} RETURN node")
COLLECTED = Statement("test", "an object", "read", ("environment",), f"{_FOUND} RETURN collect({{node: node}}) AS rows")
AMONG_NODES = Statement("test", "an object", "read", ("environment",), f"{_FOUND} RETURN [node] AS nodes")
INSIDE = Statement(
    "test", "an object", "read", ("environment",), f"{_FOUND} RETURN [{{node: node, inside: 1}}] AS floating_ips"
)


class Returning:
    """Has the object be there when it is asked for the so-manieth time."""

    def __init__(self, graph: Graph, environment: str, at: int) -> None:
        self._graph, self._environment, self._at, self.asked = graph, environment, at, 0

    def __call__(self, _: Statement) -> None:
        self.asked += 1
        if self.asked == self._at:
            said(self._graph, self._environment, "back")


@pytest.fixture
def returning(
    graph: Graph, environment: str, neo4j_server: Neo4jAddress, request: pytest.FixtureRequest
) -> Iterator[tuple[Graph, Returning]]:
    heard = Returning(graph, environment, request.param)
    with Graph(neo4j_server.bolt_uri, neo4j_server.user, neo4j_server.password, heard=heard) as opened:
        yield opened, heard


def said(graph: Graph, environment: str, *ids: str) -> None:
    entries = [Entry(PROJECT.record(id=id, name=id)) for id in ids]
    GraphStore(graph, environment).write(
        ScopeWrite(Scope("keystone", "environment"), datetime.now(UTC), COMPLETE, entries)
    )


@pytest.mark.parametrize("returning", [3], indirect=True)
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (AS_NODE, {"node": {"id": "back"}}),
        (COLLECTED, {"node": {"id": "back"}}),
        (AMONG_NODES, {"nodes": [{"id": "back"}]}),
        (INSIDE, {"floating_ips": [{"node": {"id": "back"}, "inside": 1}]}),
    ],
)
def test_a_question_is_asked_again_when_something_went_meanwhile(
    returning: tuple[Graph, Returning], environment: str, question: Statement, answer: object
) -> None:
    graph, heard = returning
    assert (graph.read(question, environment=environment), heard.asked) == ([answer], 3)


@pytest.mark.parametrize("returning", [99], indirect=True)
def test_it_is_not_asked_for_ever_and_nothing_is_told_half(
    returning: tuple[Graph, Returning], environment: str
) -> None:
    graph, heard = returning
    assert (graph.read(AS_NODE, environment=environment), heard.asked) == ([], 5)


def test_a_stream_leaves_out_what_goes_before_it_is_told(graph: Graph, environment: str) -> None:
    said(graph, environment, *(f"p{number}" for number in range(MANY)))
    told = graph.stream("records_of_type", environment=environment, type="project", excluding=[])
    first = next(told)["node"]["id"]
    GraphStore(graph, environment).remove_environment_objects()
    rest = [row["node"].get("id") for row in told]
    assert None not in rest
    assert len({first, *rest}) == len(rest) + 1 < MANY
