"""Every statement that paths and impact ask finds its way by an index: its plan has no scan of all there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cypher import Statement, statement, statements
from graph_schema.registry import OBJECT_TYPES
from tests.cliques.test_plans import scanning
from tests.paths.test_find_paths import Shop
from tests.raw import raw_session
from topology.graph import Graph
from topology.paths.following import PACKET_LINKS
from topology.paths.stepping import compile_step
from topology.store import SEARCH_INDEX

pytestmark = pytest.mark.usefixtures("crowded")

ASKED = sorted(n for n, s in statements().items() if n.startswith(("path_", "impact_")) and not s.template)
VALUES: Mapping[str, Any] = {
    "environment": "nowhere",
    "ends": ["x"],
    "ids": ["x"],
    "networks": ["x"],
    "routers": ["x"],
    "owners": ["network:router_interface"],
    "starts": [{"key": "k", "network": "n", "port": "p", "device": None, "hosts": None}],
    "hosts": ["x"],
    "keys": ["x"],
    "host_sources": ["ssh"],
    "devices": ["x"],
    "instances": ["x"],
    "limit": 10,
    "most": 10,
    "index": SEARCH_INDEX,
    "words": '"10.1.1.1"',
    "frontier": [{"id": "x", "networks": ["n"]}],
}


@pytest.fixture(scope="module", autouse=True)
def _something_there(graph: Graph, place: str) -> None:
    """Plans are made for what there is: an empty database may be scanned for nothing."""
    shop = Shop()
    shop.floating_ip("172.24.4.150", shop.public, shop.web1, router=shop.edge)
    shop.write(graph, place)


def scans(graph: Graph, named: Statement) -> Iterator[str]:
    values = {name: VALUES[name] for name in named.parameters}
    with raw_session(graph) as session:
        plan = session.run(f"EXPLAIN {named.text}", values).consume().plan
    assert plan is not None
    yield from scanning(plan)


@pytest.mark.parametrize("name", [*ASKED, "objects_by_ids", "scopes_of", "address_known"])
def test_questions_are_answered_by_index(graph: Graph, name: str) -> None:
    assert list(scans(graph, statement(name))) == []


@pytest.mark.parametrize("link_types", [PACKET_LINKS, ("project-instance",)])
def test_steps_outward_are_taken_by_index(graph: Graph, link_types: tuple[str, ...]) -> None:
    step = compile_step(link_types, frozenset(OBJECT_TYPES))
    assert step is not None
    assert list(scans(graph, step)) == []
