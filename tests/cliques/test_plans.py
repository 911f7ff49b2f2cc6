"""Every statement that answers a question finds its way by an index: its plan has no scan of all there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from cypher import Statement, statement
from cypher.browser_kit import PARAMETERS, SavedQuery, saved_queries
from graph_schema.clique_types import CLIQUE_TYPES, CONSTRAINTS, CliqueType
from tests.clouds import two_projects
from tests.raw import raw_session
from topology.cliques.compilation import compile_clique, compile_count, compile_dated
from topology.graph import Graph
from topology.store import SEARCH_INDEX

pytestmark = pytest.mark.usefixtures("crowded")

# Few nodes, and no others have their label: users' own clique types, and the names of all environments.
SMALL = ("t:CliqueType", "c:CliqueConstraint", "e:Environment")
QUESTIONS = [
    "clique_question",
    "clique_types",
    "focal_points",
    "object_by_id",
    "object_properties",
    "environment_known",
    "children_grouped",
    "environment_grouped",
    "counts_by_type",
]
VALUES: Mapping[str, Any] = {
    **PARAMETERS,
    "environment": "nowhere",
    "focal_points": ["x"],
    "focal_point": "x",
    "focal_point_type": "instance",
    "type": "instance",
    "types": ["instance"],
    "parents": ["x"],
    "id": "x",
    "limit": 10,
    "skip": 0,
    "considered": 10,
    "index": SEARCH_INDEX,
    "words": "x",
    "folded": "x",
    "exact": ["x"],
    "mac": "x",
    "scalars": ["name"],
    "lists": ["addresses"],
    "scope_properties": ["scope"],
    "host_sources": ["ssh"],
}


def scanning(plan: Mapping[str, Any]) -> Iterator[str]:
    details = plan["args"].get("Details", "")
    if "Scan" in plan["operatorType"] and not any(label in details for label in SMALL):
        yield f"{plan['operatorType']} {details}"
    for child in plan.get("children", []):
        yield from scanning(child)


def scans(graph: Graph, named: Statement) -> list[str]:
    values = {name: VALUES[name] for name in named.parameters}
    with raw_session(graph) as session:
        plan = session.run(f"EXPLAIN {named.text}", values).consume().plan
    assert plan is not None
    return list(scanning(plan))


@pytest.fixture(scope="module", autouse=True)
def _something_there(graph: Graph) -> Iterator[None]:
    """Plans are made for what there is: an empty database may be scanned for nothing."""
    environment = f"test-plans-{uuid4().hex[:12]}"  # other processes of the same run may be here too
    two_projects().write(graph, environment)
    yield
    with raw_session(graph) as session:
        session.run("MATCH (n) WHERE n.environment = $e OR n.name = $e DETACH DELETE n", e=environment).consume()


@pytest.mark.parametrize("clique_type", CLIQUE_TYPES, ids=lambda t: t.name)
def test_cliques_are_found_by_index(graph: Graph, clique_type: CliqueType) -> None:
    constraints = CONSTRAINTS.get(clique_type.focal_point_type, ())
    assert scans(graph, compile_clique(clique_type, constraints)) == []
    assert scans(graph, compile_dated([(clique_type, constraints)])) == []
    assert scans(graph, compile_count(clique_type, ())) == []


def test_the_walks_of_several_types_in_one_statement_are_found_by_index(graph: Graph) -> None:
    every = [(t, CONSTRAINTS.get(t.focal_point_type, ())) for t in CLIQUE_TYPES if t.environment]
    assert scans(graph, compile_dated(every)) == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_are_answered_by_index(graph: Graph, name: str) -> None:
    assert scans(graph, statement(name)) == []


@pytest.mark.parametrize("query", saved_queries(), ids=lambda q: q.statement.name)
def test_saved_queries_are_answered_by_index(graph: Graph, query: SavedQuery) -> None:
    assert scans(graph, query.statement) == []


def test_a_full_scan_would_be_noticed(graph: Graph) -> None:
    careless = Statement("careless", "", "read", (), "MATCH (o:Object) WHERE o.name CONTAINS 'x' RETURN o")
    assert scans(graph, careless)
