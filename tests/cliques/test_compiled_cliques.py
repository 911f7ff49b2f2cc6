"""The compiled statement reaches exactly what a plain walk over the same objects and links reaches."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_schema.clique_types import CLIQUE_TYPES, CONSTRAINTS, CliqueType
from graph_schema.link_types import LINK_TYPES
from graph_schema.model import LinkType
from graph_schema.records import Link
from graph_schema.registry import OBJECT_TYPES, link_type, object_type
from tests.cliques.oracle import Found, Oracle
from tests.clouds import Cloud, two_projects
from tests.raw import raw_session
from topology.cliques.compilation import compile_clique, compile_count, compile_dated
from topology.cliques.found import found_links
from topology.freshness import HOST_SOURCES, SCOPE_PROPERTIES
from topology.graph import Graph
from topology.graph.rows import Row

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NETWORKS = ("network-0", "network-1")
SHIPPED = [t for t in CLIQUE_TYPES if t.environment]


@pytest.mark.parametrize("clique_type", SHIPPED, ids=lambda t: t.focal_point_type)
def test_each_default_type_reaches_what_a_plain_walk_reaches(
    graph: Graph, environment: str, clique_type: CliqueType
) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    focal_points = [r.id for r in cloud.records.values() if r.type == clique_type.focal_point_type]
    expected = {id: oracle_of(cloud).clique(id, clique_type.link_types) for id in focal_points}
    assert compiled(graph, environment, clique_type, focal_points) == expected


def test_one_statement_of_several_types_gives_each_focal_point_the_walk_of_its_own(
    graph: Graph, environment: str
) -> None:
    cloud = two_projects()
    cloud.write(graph, environment)
    walks = {t.focal_point_type: t.link_types for t in SHIPPED}
    focal_points = {r.id: walks[r.type] for r in cloud.records.values() if r.type in walks}
    statement = compile_dated((t, CONSTRAINTS.get(t.focal_point_type, ())) for t in SHIPPED)
    rows = graph.read(
        statement,
        environment=environment,
        focal_points=[*focal_points, next(r.id for r in cloud.records.values() if r.type not in walks)],
        limit=1000,
        scope_properties=SCOPE_PROPERTIES,
        host_sources=HOST_SOURCES,
    )
    assert found_of(rows) == {id: oracle_of(cloud).clique(id, walk) for id, walk in focal_points.items()}
    assert {row["focal_point"]: row["focal_point_type"] for row in rows} == {
        id: cloud.records[id].type for id in focal_points
    }


def oracle_of(cloud: Cloud) -> Oracle:
    added = {a.id: a.properties for a in cloud.attributes}
    objects = {r.id: (r.type, {**r.properties, **added.get(r.id, {})}) for r in cloud.records.values()}
    return Oracle(objects, cloud.links)


class SmallGraph:
    """Up to three objects of each type, links between them at random."""

    def __init__(self, objects: dict[str, tuple[str, dict[str, Any]]], links: list[Link]) -> None:
        self.objects, self.links = objects, links

    def write(self, graph: Graph, environment: str) -> None:
        nodes = [
            {"labels": ["Object", object_type(kind).label], "properties": {**properties, "id": id, "type": kind}}
            for id, (kind, properties) in self.objects.items()
        ]
        rows = [
            {
                "type": link_type(a.type).relationship,
                "ends": [a.source_id, a.target_id],
                "networks": a.networks if a.networks is None else list(a.networks),
                "link_type": a.type,
            }
            for a in self.links
        ]
        with raw_session(graph) as session:
            session.run(
                "UNWIND $nodes AS row CREATE (n:$(row.labels)) SET n = row.properties, n.environment = $environment",
                nodes=nodes,
                environment=environment,
            ).consume()
            session.run(
                "UNWIND $rows AS row MATCH (a:Object {environment: $environment, id: row.ends[0]}) "
                "MATCH (b:Object {environment: $environment, id: row.ends[1]}) "
                "CREATE (a)-[l:$(row.type)]->(b) SET l.networks = row.networks, l.link_type = row.link_type",
                rows=rows,
                environment=environment,
            ).consume()


some_networks = st.none() | st.lists(st.sampled_from(NETWORKS), unique=True).map(lambda ids: tuple(sorted(ids)))


@st.composite
def small_graphs(draw: st.DrawFn) -> SmallGraph:
    objects: dict[str, tuple[str, dict[str, Any]]] = {}
    for kind in OBJECT_TYPES:
        count = 2 if kind == "network" else draw(st.integers(0, 3))
        for number in range(count):
            objects[f"{kind}-{number}"] = (kind, draw(properties_of(kind)))
    links = []
    for type in LINK_TYPES:
        links += draw(links_of(type, objects))
    return SmallGraph(objects, links)


def properties_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    network = st.sampled_from(NETWORKS)
    optional: dict[str, st.SearchStrategy[Any]] = {
        "instance": st.fixed_dictionaries({}, optional={"networks": st.lists(network, unique=True)}),
        "port": st.fixed_dictionaries({}, optional={"network_id": network}),
        "router": st.fixed_dictionaries({}, optional={"external_network": network}),
    }
    return optional.get(kind, st.just({}))


@st.composite
def links_of(draw: st.DrawFn, type: LinkType, objects: dict[str, tuple[str, dict[str, Any]]]) -> list[Link]:
    sources = [id for id, (kind, _) in objects.items() if kind == type.source]
    targets = [id for id, (kind, _) in objects.items() if kind == type.target]
    pairs = [(a, b) for a in sources for b in targets if a != b]
    if not pairs:
        return []
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4))
    return [Link(type.name, a, b, networks=draw(some_networks)) for a, b in chosen]


@st.composite
def clique_types(draw: st.DrawFn) -> CliqueType:
    """A random walk over the declared link types, each element written either way round."""
    focal = draw(st.sampled_from(sorted({t.source for t in LINK_TYPES} | {t.target for t in LINK_TYPES})))
    reached, elements = {focal}, list[str]()
    for _ in range(draw(st.integers(1, 6))):
        ways = [
            (f"{a}-{b}", b) for t in LINK_TYPES for a, b in ((t.source, t.target), (t.target, t.source)) if a in reached
        ]
        element, there = draw(st.sampled_from(sorted(way for way in ways if way[0] not in elements) or ways))
        if element not in elements:
            elements.append(element)
            reached.add(there)
    return CliqueType("random", focal, tuple(elements), environment="ANY")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(small=small_graphs(), clique_type=clique_types(), constrained=st.booleans())
def test_any_walk_over_any_small_graph_is_what_a_plain_walk_reaches(
    graph: Graph, small: SmallGraph, clique_type: CliqueType, constrained: bool
) -> None:
    environment = f"test-{uuid4().hex[:12]}"
    focal_points = [id for id, (kind, _) in small.objects.items() if kind == clique_type.focal_point_type]
    oracle = Oracle(small.objects, small.links)
    expected = {id: oracle.clique(id, clique_type.link_types, constrained=constrained) for id in focal_points}
    try:
        small.write(graph, environment)
        assert compiled(graph, environment, clique_type, focal_points, constrained=constrained) == expected
        linked = sum(1 for _, links in expected.values() if links)
        assert counted(graph, environment, clique_type, focal_points, constrained=constrained) == linked
    finally:
        with raw_session(graph) as session:
            session.run("MATCH (o:Object {environment: $e}) DETACH DELETE o", e=environment).consume()


def compiled(
    graph: Graph, environment: str, clique_type: CliqueType, ids: list[str], *, constrained: bool = True
) -> dict[str, Found]:
    constraints = CONSTRAINTS.get(clique_type.focal_point_type, ()) if constrained else ()
    rows = graph.read(compile_clique(clique_type, constraints), environment=environment, focal_points=ids, limit=1000)
    return found_of(rows)


def found_of(rows: list[Row]) -> dict[str, Found]:
    assert all(len(r["nodes"]) == len({n["id"] for n in r["nodes"]}) for r in rows), "a node twice"
    return {
        row["focal_point"]: (
            frozenset(node["id"] for node in row["nodes"]),
            frozenset((a["link_type"], a["source_id"], a["target_id"]) for a in found_links(row)),
        )
        for row in rows
    }


def counted(graph: Graph, environment: str, clique_type: CliqueType, ids: list[str], *, constrained: bool) -> int:
    constraints = CONSTRAINTS.get(clique_type.focal_point_type, ()) if constrained else ()
    statement = compile_count(clique_type, constraints)
    rows = graph.read(statement, environment=environment, focal_points=ids, limit=1000)
    return sum(row["cliques"] for row in rows)
