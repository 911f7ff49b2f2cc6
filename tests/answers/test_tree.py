"""The tree: everything once, inside what contains it, as far down as was asked."""

from __future__ import annotations

import pytest

from tests.clouds import Cloud
from topology.errors import UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.tree import Branch, counts, tree

Shop = tuple[str, Cloud]


def inside(branch: Branch, parent: str = "") -> set[tuple[str, str]]:
    """(parent's id, id) of everything below."""
    pairs = set()
    for group in branch.groups:
        for item in group.items:
            assert item.node is not None
            pairs |= {(parent, item.node["id"])} | inside(item, item.node["id"])
    return pairs


def test_everything_is_in_the_tree_once_inside_its_parent(graph: Graph, shop: Shop) -> None:
    name, cloud = shop
    whole = tree(graph, name, depth=8, limit=1000)
    assert inside(whole.root) == {(r.parent.id, r.id) for r in cloud.records.values()}


def test_the_last_level_is_counted_and_not_listed(graph: Graph, shop: Shop) -> None:
    name, _ = shop
    shallow = tree(graph, name, depth=1)
    assert [(g.type, g.count, len(g.items)) for g in shallow.root.groups] == [("region", 1, 1), ("project", 3, 3)]
    below = {(g.type, g.count, len(g.items)) for item in shallow.root.groups[1].items for g in item.groups}
    assert ("network", 2, 0) in below


def test_a_group_that_is_cut_says_how_many_there_are(graph: Graph, shop: Shop) -> None:
    name, _ = shop
    answer = tree(graph, name, depth=3, limit=2).as_json()
    hosts = answer["groups"][0]["items"][0]["groups"][0]["items"][0]["groups"][0]
    assert (hosts["type"], hosts["label"], hosts["count"], len(hosts["items"]), hosts["more"]) == (
        "host",
        "Hosts",
        4,
        2,
        2,
    )


def test_a_tree_may_begin_anywhere(graph: Graph, shop: Shop) -> None:
    name, _ = shop
    answer = tree(graph, name, root="cmp1", depth=1)
    assert answer.as_json()["root"]["id"] == "cmp1"
    assert [g.type for g in answer.root.groups] == ["instance", "vconnector", "vedge", "host_pnic"]
    assert {s.scope.key for s in answer.freshness.scopes} >= {"ssh/cmp1", "nova/RegionOne"}


def test_an_unknown_root_or_environment_says_so(graph: Graph, shop: Shop) -> None:
    name, _ = shop
    with pytest.raises(UnknownObject, match="cmp1"):
        tree(graph, name, root="cmp")
    with pytest.raises(UnknownEnvironment):
        tree(graph, f"{name}-not")


def test_counts_are_of_this_environment_only_in_the_order_of_the_schema(graph: Graph, shop: Shop) -> None:
    name, cloud = shop
    of_type = [r.type for r in cloud.records.values()]
    told = counts(graph, name)
    assert dict(told) == {type: of_type.count(type) for type in set(of_type)}
    assert [type for type, _ in told][:3] == ["region", "availability_zone", "host"]
    assert counts(graph, f"{name}-not") == []
