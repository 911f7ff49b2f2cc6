"""Whatever the order, however often, with whatever missing in between: what events keep is what a scan finds."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neo4j import Driver

from graph_schema.events import Refresh
from tests.events.graphs import Kept, differences, picture, scanned
from tests.events.model_cloud import ModelCloud
from tests.events.recorded import made
from topology.graph import Graph


@pytest.fixture
def names(environment: str, graph: Graph, driver: Driver) -> Iterator[Iterator[str]]:
    """Names of environments, as many as wanted; removed afterwards."""
    made: list[str] = []

    def more() -> Iterator[str]:
        while True:
            made.append(f"{environment}-{uuid4().hex[:8]}")
            yield made[-1]

    yield more()
    with driver.session() as session:
        session.run("MATCH (n) WHERE n.environment IN $names DETACH DELETE n", names=made).consume()


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), number=st.integers(1, 50), batch=st.sampled_from([1, 7, 1000]))
def test_events_in_any_order_and_any_number_end_in_the_graph_of_a_scan(
    graph: Graph, driver: Driver, names: Iterator[str], seed: int, number: int, batch: int
) -> None:
    cloud, random = ModelCloud(seed), Random(seed)
    environment, fresh = next(names), next(names)
    scanned(graph, environment, cloud)
    kept = Kept(graph, environment, cloud)

    cloud.happen(number)
    stream = [*cloud.events, *random.choices(cloud.events, k=len(cloud.events) // 3)] if cloud.events else []
    random.shuffle(stream)
    kept.hear(stream, batch)
    kept.settle()

    scanned(graph, fresh, cloud)
    assert differences(picture(driver, environment), picture(driver, fresh)) == {}


def test_what_happened_without_a_word_is_found_by_the_poll(graph: Graph, driver: Driver, names: Iterator[str]) -> None:
    """Ports that came, went or changed their status while nobody told."""
    cloud = ModelCloud(11)
    environment, fresh = next(names), next(names)
    scanned(graph, environment, cloud)
    kept = Kept(graph, environment, cloud)
    ports = cloud.state["ports"]
    ports.remove(next(port for port in ports if port["device_owner"] == "network:dhcp"))
    for port in ports[:3]:
        port["status"] = "DOWN" if port["status"] == "ACTIVE" else "ACTIVE"
    ports.append({**ports[0], "id": "made-by-nobody"})
    cloud.state["networks"].append({**cloud.state["networks"][0], "id": "for-ha-routers", "subnets": []})
    cloud.state["security-groups"].pop()
    cloud.fixed["network/agents"][0]["alive"] = not cloud.fixed["network/agents"][0]["alive"]
    cloud.fixed["compute/os-services"][0]["state"] = "down"

    kept.engine.poll()
    kept.settle()

    scanned(graph, fresh, cloud)
    assert differences(picture(driver, environment), picture(driver, fresh)) == {}


def test_what_changes_by_an_action_of_its_own_is_found_by_the_poll(
    graph: Graph, driver: Driver, names: Iterator[str]
) -> None:
    """Nobody tells of subports that join or leave, of ports that an agent takes over, of routes by their own action."""
    cloud = ModelCloud(13)
    environment, fresh = next(names), next(names)
    scanned(graph, environment, cloud)
    kept = Kept(graph, environment, cloud)
    kept.engine.poll()
    kept.settle()  # the first poll learns the revisions
    for _ in range(3):
        cloud.change_trunk(silent=True)
    cloud.rebind(next(p for p in cloud.state["ports"] if p["device_owner"] == "network:router_interface"), "net2")
    cloud.route(cloud.state["routers"][0], "10.200.0.0/24")

    kept.engine.poll()
    kept.settle()

    scanned(graph, fresh, cloud)
    assert differences(picture(driver, environment), picture(driver, fresh)) == {}


def test_what_a_refused_request_had_changed_for_a_moment_is_found_by_the_poll(
    graph: Graph, driver: Driver, names: Iterator[str]
) -> None:
    """Neutron gives a port to a router, sees that it must not, and takes it back without a word."""
    cloud = ModelCloud(15)
    environment, fresh = next(names), next(names)
    scanned(graph, environment, cloud)
    kept = Kept(graph, environment, cloud)
    kept.engine.poll()
    kept.settle()  # the first poll learns the revisions
    loose = next(p for p in cloud.state["ports"] if p["device_owner"] == "" and not p.get("trunk_details"))
    port = loose | {"id": "5e1c0000-0000-4000-8000-000000000001", "revision_number": 1}
    port |= {"mac_address": "fa:16:3e:5e:1c:01", "fixed_ips": []}
    of_router = {"device_owner": "network:router_interface", "device_id": cloud.state["routers"][0]["id"]}
    cloud.state["ports"].append(port | of_router | {"revision_number": 2})
    kept.engine.ask([Refresh("port", port["id"])])
    kept.settle()  # it was asked for at that very moment
    cloud.state["ports"][-1] = port | {"revision_number": 3}

    kept.engine.poll()
    kept.settle()

    scanned(graph, fresh, cloud)
    assert differences(picture(driver, environment), picture(driver, fresh)) == {}


def test_a_subport_that_no_agent_has_wired_is_known_to_be_one_and_leaves_with_its_port(
    graph: Graph, driver: Driver, names: Iterator[str]
) -> None:
    """Neither names its trunk then, nor does its deletion tell of it."""
    cloud = ModelCloud(14)
    environment, fresh, later = next(names), next(names), next(names)
    trunks = cloud.state["trunks"]
    taken = {t["port_id"] for t in trunks} | {sub["port_id"] for t in trunks for sub in t["sub_ports"]}
    trunk = trunks[0]
    port = next(p for p in cloud.state["ports"] if p["device_owner"] == "" and p["id"] not in taken)
    trunk["sub_ports"].append({"port_id": port["id"], "segmentation_type": "vlan", "segmentation_id": 7})
    scanned(graph, environment, cloud)
    kept = Kept(graph, environment, cloud)

    port |= {"name": "renamed", "revision_number": port["revision_number"] + 1}
    kept.hear([made("port.update.end", {"port": port})])
    kept.settle()
    scanned(graph, fresh, cloud)
    assert differences(picture(driver, environment), picture(driver, fresh)) == {}

    driver.execute_query(
        "MATCH (o:Object {environment: $e, id: $i}) REMOVE o.trunk_parent", e=environment, i=port["id"]
    )
    trunk["sub_ports"].pop()
    cloud.state["ports"].remove(port)
    kept.hear([made("port.delete.end", {"port_id": port["id"]})])
    kept.engine.poll()
    kept.settle()
    scanned(graph, later, cloud)
    assert differences(picture(driver, environment), picture(driver, later)) == {}


def test_what_a_notification_names_and_nobody_told_of_is_asked_for(
    graph: Graph, driver: Driver, names: Iterator[str]
) -> None:
    """Neutron makes the network of HA routers, and the default group of a project, without a word."""
    cloud = ModelCloud(12)
    environment, fresh = next(names), next(names)
    scanned(graph, environment, cloud)
    kept = Kept(graph, environment, cloud)
    cloud.state["networks"].append({**cloud.state["networks"][0], "id": "for-ha-routers", "subnets": []})
    cloud.state["security-groups"].append({**cloud.state["security-groups"][0], "id": "default-of-it"})
    port = {**cloud.state["ports"][0], "id": "p", "network_id": "for-ha-routers", "security_groups": ["default-of-it"]}
    cloud.state["ports"].append(port)

    kept.hear([made("port.create.end", {"port": port})])
    kept.settle()

    scanned(graph, fresh, cloud)
    assert differences(picture(driver, environment), picture(driver, fresh)) == {}
