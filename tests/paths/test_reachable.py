"""What is reachable from an object: the same as there are paths to, within limits; or what chosen links lead to."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from graph_schema.model import SchemaError
from tests.paths.oracle import Oracle
from tests.paths.random_clouds import RandomCloud, random_clouds, written
from tests.paths.test_find_paths import Shop
from topology.errors import InvalidConfiguration
from topology.graph import Graph
from topology.paths import Reachable, ReachableLimits, find_reachable


def names(found: Reachable) -> set[str]:
    return {str(node["name"]) for node, _ in found.items}


@pytest.fixture
def shop(graph: Graph, environment: str) -> Shop:
    shop = Shop()
    shop.write(graph, environment)
    return shop


def test_instances_of_joined_networks_are_reached_and_no_others(graph: Graph, environment: str, shop: Shop) -> None:
    found = find_reachable(graph, environment, shop.web1.id, kinds=["instance"])
    assert names(found) == {"web2", "web4", "db2", "db4"}
    assert names(find_reachable(graph, environment, shop.teller.id, kinds=["instance"])) == {"clerk"}


def test_the_nearest_come_first_with_their_distance(graph: Graph, environment: str, shop: Shop) -> None:
    found = find_reachable(graph, environment, shop.web1.id, kinds=["vconnector", "vedge", "otep"])
    distances = [(str(node["id"]).split(":")[1], node["host"], distance) for node, distance in found.items]
    assert distances[:3] == [("vconnector", "cmp1", 2), ("vedge", "cmp1", 3), ("otep", "cmp1", 4)]
    assert [distance for *_, distance in distances] == sorted(distance for *_, distance in distances)


def test_a_device_reaches_what_its_networks_reach(graph: Graph, environment: str, shop: Shop) -> None:
    found = find_reachable(graph, environment, "cmp2:host_pnic:eth2", kinds=["instance"])
    assert names(found) == {"db2", "db4"}


def test_limits_of_depth_and_number_hold_and_say_that_there_is_more(graph: Graph, environment: str, shop: Shop) -> None:
    near = find_reachable(graph, environment, shop.web1.id, kinds=["instance"], limits=ReachableLimits(max_depth=9))
    assert names(near) == {"web2", "web4"}
    assert near.truncated
    few = find_reachable(graph, environment, shop.web1.id, kinds=["instance"], limits=ReachableLimits(most=1))
    assert len(few.items) == 1
    assert few.truncated
    whole = find_reachable(graph, environment, shop.web1.id, kinds=["instance"])
    assert not whole.truncated


def test_chosen_links_are_followed_as_they_are(graph: Graph, environment: str, shop: Shop) -> None:
    links = ["project-instance", "instance-vnic", "vnic-vedge"]
    found = find_reachable(graph, environment, shop.bank.id, kinds=["instance", "vedge"], link_types=links)
    assert {(node["type"], node["name"]) for node, _ in found.items} == {
        ("instance", "teller"),
        ("instance", "clerk"),
        ("vedge", "cmp2 ovs"),
    }


def test_chosen_links_still_keep_networks_apart(graph: Graph, environment: str, shop: Shop) -> None:
    links = ["instance-vnic", "vnic-vedge"]
    found = find_reachable(graph, environment, shop.web2.id, kinds=["instance", "vedge"], link_types=links)
    assert {node["name"] for node, _ in found.items} == {"cmp2 ovs"}


@pytest.mark.parametrize(("kind", "link_type"), [("planet", "vnic-vedge"), ("instance", "host-planet")])
def test_kinds_and_link_types_that_are_not_there_are_named(
    graph: Graph, environment: str, kind: str, link_type: str
) -> None:
    with pytest.raises(SchemaError, match="planet"):
        find_reachable(graph, environment, "x", kinds=[kind], link_types=[link_type])


@pytest.mark.parametrize("limits", [{"max_depth": 61}, {"most": 0}, {"timeout": 0}])
def test_limits_beyond_their_caps_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(InvalidConfiguration):
        ReachableLimits(**limits)


@given(made=random_clouds())
@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # each example is written to the graph: no shrinking
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
def test_reachable_are_those_that_there_are_paths_to(graph: Graph, made: RandomCloud) -> None:
    oracle = Oracle(made.cloud)
    with written(graph, made.cloud) as environment:
        for origin in made.instances:
            others = (goal for goal in made.instances if goal.id != origin.id)
            expected = {goal.id for goal in others if oracle.node_sequences(origin, goal)}
            found = find_reachable(graph, environment, origin.id, kinds=["instance"])
            assert {node["id"] for node, _ in found.items} == expected, origin.name
