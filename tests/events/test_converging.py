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


class Worlds:
    """Environments of clouds, each kept by events from a first scan on."""

    def __init__(self, graph: Graph, driver: Driver, prefix: str) -> None:
        self._graph, self._driver, self._prefix = graph, driver, prefix
        self._names: dict[Kept, str] = {}
        self.made: list[str] = []

    def kept(self, cloud: ModelCloud) -> Kept:
        """A new environment, as scanned."""
        name = self._scanned(cloud)
        kept = Kept(self._graph, name, cloud)
        self._names[kept] = name
        return kept

    def check(self, kept: Kept) -> None:
        """It holds what a scan of its cloud finds now."""
        kept.settle()
        fresh = self._scanned(kept.cloud)
        assert differences(picture(self._driver, self._names[kept]), picture(self._driver, fresh)) == {}

    def ask(self, text: str, kept: Kept, **parameters: str) -> None:
        """Plain Cypher; `$environment` is the one that is kept."""
        self._driver.execute_query(text, {"environment": self._names[kept], **parameters})

    def _scanned(self, cloud: ModelCloud) -> str:
        self.made.append(f"{self._prefix}-{uuid4().hex[:8]}")
        scanned(self._graph, self.made[-1], cloud)
        return self.made[-1]


@pytest.fixture
def worlds(environment: str, graph: Graph, driver: Driver) -> Iterator[Worlds]:
    """As many environments as wanted; removed afterwards."""
    worlds = Worlds(graph, driver, environment)
    yield worlds
    driver.execute_query("MATCH (n) WHERE n.environment IN $names DETACH DELETE n", names=worlds.made)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), number=st.integers(1, 50), batch=st.sampled_from([1, 7, 1000]))
def test_events_in_any_order_and_any_number_end_in_the_graph_of_a_scan(
    worlds: Worlds, seed: int, number: int, batch: int
) -> None:
    cloud, random = ModelCloud(seed), Random(seed)
    kept = worlds.kept(cloud)

    cloud.happen(number)
    stream = [*cloud.events, *random.choices(cloud.events, k=len(cloud.events) // 3)] if cloud.events else []
    random.shuffle(stream)
    kept.hear(stream, batch)

    worlds.check(kept)


def test_what_happened_without_a_word_is_found_by_the_poll(worlds: Worlds) -> None:
    """Ports that came, went or changed their status while nobody told."""
    cloud = ModelCloud(11)
    kept = worlds.kept(cloud)
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

    worlds.check(kept)


def test_what_changes_by_an_action_of_its_own_is_found_by_the_poll(worlds: Worlds) -> None:
    """Nobody tells of subports that join or leave, of ports that an agent takes over, of routes by their own action."""
    cloud = ModelCloud(13)
    kept = worlds.kept(cloud)
    kept.engine.poll()
    kept.settle()  # the first poll learns the revisions
    for _ in range(3):
        cloud.change_trunk(silent=True)
    cloud.rebind(next(p for p in cloud.state["ports"] if p["device_owner"] == "network:router_interface"), "net2")
    cloud.route(cloud.state["routers"][0], "10.200.0.0/24")

    kept.engine.poll()

    worlds.check(kept)


def test_what_a_refused_request_had_changed_for_a_moment_is_found_by_the_poll(worlds: Worlds) -> None:
    """Neutron gives a port to a router, sees that it must not, and takes it back without a word."""
    cloud = ModelCloud(15)
    kept = worlds.kept(cloud)
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

    worlds.check(kept)


def test_a_subport_that_no_agent_has_wired_is_known_to_be_one_and_leaves_with_its_port(worlds: Worlds) -> None:
    """Neither names its trunk then, nor does its deletion tell of it."""
    cloud = ModelCloud(14)
    trunks = cloud.state["trunks"]
    taken = {t["port_id"] for t in trunks} | {sub["port_id"] for t in trunks for sub in t["sub_ports"]}
    trunk = trunks[0]
    port = next(p for p in cloud.state["ports"] if p["device_owner"] == "" and p["id"] not in taken)
    trunk["sub_ports"].append({"port_id": port["id"], "segmentation_type": "vlan", "segmentation_id": 7})
    kept = worlds.kept(cloud)

    port |= {"name": "renamed", "revision_number": port["revision_number"] + 1}
    kept.hear([made("port.update.end", {"port": port})])
    worlds.check(kept)

    worlds.ask("MATCH (o:Object {environment: $environment, id: $id}) REMOVE o.trunk_parent", kept, id=port["id"])
    trunk["sub_ports"].pop()
    cloud.state["ports"].remove(port)
    kept.hear([made("port.delete.end", {"port_id": port["id"]})])
    kept.engine.poll()
    worlds.check(kept)


def test_what_a_notification_names_and_nobody_told_of_is_asked_for(worlds: Worlds) -> None:
    """Neutron makes the network of HA routers, and the default group of a project, without a word."""
    cloud = ModelCloud(12)
    kept = worlds.kept(cloud)
    cloud.state["networks"].append({**cloud.state["networks"][0], "id": "for-ha-routers", "subnets": []})
    cloud.state["security-groups"].append({**cloud.state["security-groups"][0], "id": "default-of-it"})
    port = {**cloud.state["ports"][0], "id": "p", "network_id": "for-ha-routers", "security_groups": ["default-of-it"]}
    cloud.state["ports"].append(port)

    kept.hear([made("port.create.end", {"port": port})])

    worlds.check(kept)
