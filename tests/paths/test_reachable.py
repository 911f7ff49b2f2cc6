"""What is reachable from an object within limits, as packets go or by chosen links."""

from __future__ import annotations

import pytest

from graph_schema.model import SchemaError
from tests.paths.test_find_paths import Shop
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.paths import Reachable, ReachableLimits, find_reachable


def names(found: Reachable) -> set[str]:
    return {str(node["name"]) for node, _ in found.items}


@pytest.fixture(scope="module")
def shop(graph: Graph, place: str) -> Shop:
    shop = Shop()
    shop.write(graph, place)
    return shop


def test_instances_of_joined_networks_are_reached_and_no_others(graph: Graph, place: str, shop: Shop) -> None:
    found = find_reachable(graph, place, shop.web1.id, kinds=["instance"])
    assert names(found) == {"web2", "web4", "db2", "db4"}
    assert names(find_reachable(graph, place, shop.teller.id, kinds=["instance"])) == {"clerk"}


def test_the_nearest_come_first_with_their_distance(graph: Graph, place: str, shop: Shop) -> None:
    found = find_reachable(graph, place, shop.web1.id, kinds=["vconnector", "vedge", "otep"])
    distances = [(str(node["id"]).split(":")[1], node["host"], distance) for node, distance in found.items]
    assert distances[:3] == [("vconnector", "cmp1", 2), ("vedge", "cmp1", 3), ("otep", "cmp1", 4)]
    assert [distance for *_, distance in distances] == sorted(distance for *_, distance in distances)


def test_a_device_reaches_what_its_networks_reach(graph: Graph, place: str, shop: Shop) -> None:
    found = find_reachable(graph, place, "cmp2:host_pnic:eth2", kinds=["instance"])
    assert names(found) == {"db2", "db4"}


def test_limits_of_depth_and_number_hold_and_say_that_there_is_more(graph: Graph, place: str, shop: Shop) -> None:
    near = find_reachable(graph, place, shop.web1.id, kinds=["instance"], limits=ReachableLimits(max_depth=9))
    assert names(near) == {"web2", "web4"}
    assert near.truncated
    few = find_reachable(graph, place, shop.web1.id, kinds=["instance"], limits=ReachableLimits(most=1))
    assert len(few.items) == 1
    assert few.truncated
    whole = find_reachable(graph, place, shop.web1.id, kinds=["instance"])
    assert not whole.truncated


def test_chosen_links_are_followed_as_they_are(graph: Graph, place: str, shop: Shop) -> None:
    links = ["project-instance", "instance-vnic", "vnic-vedge"]
    found = find_reachable(graph, place, shop.bank.id, kinds=["instance", "vedge"], link_types=links)
    assert {(node["type"], node["name"]) for node, _ in found.items} == {
        ("instance", "teller"),
        ("instance", "clerk"),
        ("vedge", "cmp2 ovs"),
    }


def test_chosen_links_still_keep_networks_apart(graph: Graph, place: str, shop: Shop) -> None:
    links = ["instance-vnic", "vnic-vedge"]
    found = find_reachable(graph, place, shop.web2.id, kinds=["instance", "vedge"], link_types=links)
    assert {node["name"] for node, _ in found.items} == {"cmp2 ovs"}


@pytest.mark.parametrize(("kind", "link_type"), [("planet", "vnic-vedge"), ("instance", "host-planet")])
def test_kinds_and_link_types_that_are_not_there_are_named(graph: Graph, place: str, kind: str, link_type: str) -> None:
    with pytest.raises(SchemaError, match="planet"):
        find_reachable(graph, place, "x", kinds=[kind], link_types=[link_type])


@pytest.mark.parametrize("limits", [{"max_depth": 61}, {"most": 0}, {"timeout": 0}])
def test_limits_beyond_their_caps_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(InvalidConfiguration):
        ReachableLimits(**limits)
