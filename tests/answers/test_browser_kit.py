"""Neo4j Browser's saved queries run and answer; its style sheet has a rule for everything there is."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from cypher.browser_kit import PARAMETERS, SavedQuery, guide, parameters_command, saved_queries, style_sheet
from graph_schema.records import Outcome, Problem, Scope
from graph_schema.registry import LINKS, OBJECT_TYPES
from tests.answers.conftest import settle
from tests.clouds import Cloud, two_projects
from tests.raw import raw_session
from topology.graph import Graph

Shop = tuple[str, Cloud]
# Nothing waits, fails or runs in the small cloud; what these say is tested on its own below.
EMPTY_THERE = {"pending_links", "stale_scopes", "scans", "links_that_are_down", "what_is_down"}


def ask(graph: Graph, query: SavedQuery, **values: Any) -> list[dict[str, Any]]:
    given = {**PARAMETERS, "instance": "shop-web1", "network": "web", **values}
    return graph.read(query.statement, **{name: given[name] for name in query.statement.parameters})


def query(name: str) -> SavedQuery:
    return next(q for q in saved_queries() if q.statement.name == name)


@pytest.mark.parametrize("saved", saved_queries(), ids=lambda q: q.statement.name)
def test_every_saved_query_answers(graph: Graph, shop: Shop, saved: SavedQuery) -> None:
    rows = ask(graph, saved, environment=shop[0])
    assert bool(rows) != (saved.statement.name in EMPTY_THERE)
    assert saved.statement.mode == "read"
    assert set(saved.statement.parameters) <= set(PARAMETERS)
    assert ask(graph, saved, environment=f"{shop[0]}-not") == []


def test_what_is_wrong_is_found_by_the_queries_for_it(graph: Graph, environment: str) -> None:
    cloud = two_projects()
    cloud.outcomes[Scope("ssh", "cmp2")] = Outcome("failed", (Problem("ssh cmp2", "no answer."),))
    cloud.write(graph, environment)
    with raw_session(graph) as session:
        session.run(
            "MATCH (n:Object {environment: $e, id: 'cmp1:host_pnic:eth1'}) SET n.link_detected = false "
            "WITH n MATCH (n)<-[l:OTEP_HOST_PNIC]-() SET l.state = 'down' "
            "CREATE (:Scan {environment: $e, id: 's1', status: 'failed', started_at: datetime()})",
            e=environment,
        ).consume()
    settle(graph)
    down = ask(graph, query("what_is_down"), environment=environment)
    assert [(row["id"], row["why"]) for row in down] == [("cmp1:host_pnic:eth1", "no carrier")]
    assert len(ask(graph, query("links_that_are_down"), environment=environment)) == 1
    stale = ask(graph, query("stale_scopes"), environment=environment)
    assert [(row["source"], row["scope"], row["outcome"]) for row in stale] == [("ssh", "cmp2", "failed")]
    assert [row["status"] for row in ask(graph, query("scans"), environment=environment)] == ["failed"]
    waiting = {row["link_type"] for row in ask(graph, query("pending_links"), environment=environment)}
    assert "otep-otep" in waiting  # the other hosts' tunnels to the one that was not read


def test_an_instance_down_to_the_wire_stays_on_its_own_networks(graph: Graph, shop: Shop) -> None:
    rows = ask(graph, query("instance_to_the_wire"), environment=shop[0], instance="shop-web2")
    networks = {
        (node["name"], node["segmentation_id"])
        for row in rows
        for node in row["down"].nodes
        if node["type"] == "network"
    }
    assert networks == {("web", 101), ("backup", 201)}


def test_numbers_and_titles_of_saved_queries_are_their_own() -> None:
    queries = saved_queries()
    assert [q.number for q in queries] == list(range(1, len(queries) + 1))
    assert len({q.title for q in queries}) == len(queries)


def rules(sheet: str) -> dict[str, dict[str, str]]:
    """The style sheet as Neo4j Browser reads it: quotes toggle, and what is not `key: value` is dropped."""
    found = {}
    for selector, body in re.findall(r'([\w.]+) \{((?:[^{}"]|"[^"]*")*)\}', sheet):
        pairs = [entry.split(":") for entry in body.split(";") if entry.strip()]
        assert all(len(pair) == 2 for pair in pairs), (selector, pairs)
        found[selector] = {key.strip(): value.strip() for key, value in pairs}
    return found


def test_the_style_sheet_has_a_rule_for_every_label_and_relationship() -> None:
    found = rules(style_sheet())
    for kind in OBJECT_TYPES.values():
        rule = found[f"node.{kind.label}"]
        assert re.fullmatch(r"#[0-9a-f]{6}", rule["color"])
        assert "{name}" in rule["caption"]
    assert {f"relationship.{kind.relationship}" for kind in LINKS.values()} <= set(found)
    assert "node.Object" not in found  # it would take the place of the type's own
    signs = [found[f"node.{kind.label}"]["caption"] for kind in OBJECT_TYPES.values()]
    assert len(set(signs)) == len(signs)


def test_the_guide_holds_the_parameters_and_every_query() -> None:
    page = guide()
    boxes = [html.unescape(box) for box in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]
    assert boxes[0] == parameters_command()
    assert boxes[1].startswith(":style node {")
    assert boxes[2:] == [q.command for q in saved_queries()]
    assert page.count("<slide") == page.count("</slide>") == len(saved_queries()) + 2
