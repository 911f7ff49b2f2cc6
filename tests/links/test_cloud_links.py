"""Links that nova and neutron own: each rule with a few objects, then all of them on the recorded cloud."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.links.cloud_floating_ips import floating_ip_ports
from collectors.links.cloud_members import aggregate_hosts, project_instances
from collectors.links.cloud_routers import router_ports
from collectors.links.cloud_security_groups import security_group_ports
from graph_schema.object_types import AGGREGATE, FLOATING_IP, HOST, INSTANCE, PORT
from graph_schema.records import Record, Ref
from tests.cloud.recordings import COLLECTORS, from_api, recorded
from tests.views import View

REGION = Ref("region", "region:R")
NETWORK = Ref("network", "net")
INTERFACE = "network:router_interface"


def port(id: str, **values: Any) -> Record:
    values = {"admin_state_up": True, "source_status": "ACTIVE", **values}
    return PORT.record(id=id, name=id, parent=NETWORK, network_id="net", **values)


def floating_ip(**values: Any) -> Record:
    return FLOATING_IP.record(id="fip", name="1.2.3.4", parent=REGION, **values)


def test_a_floating_ip_leads_to_the_port_that_it_is_associated_with() -> None:
    view = View([floating_ip(port_id="p1", source_status="ACTIVE", network_id="ext"), port("p1"), port("p2")])
    (link,) = floating_ip_ports.find(view)
    assert (link.type, link.source_id, link.target_id, link.state, link.networks) == (
        "floating_ip-port",
        "fip",
        "p1",
        "up",
        ("net",),
    )


def test_a_floating_ip_that_is_not_associated_leads_nowhere() -> None:
    assert not list(floating_ip_ports.find(View([floating_ip(source_status="DOWN"), port("p1")])))


def test_a_floating_ip_that_is_not_active_is_down() -> None:
    (link,) = floating_ip_ports.find(View([floating_ip(port_id="p1", source_status="ERROR"), port("p1")]))
    assert link.state == "down"


def test_a_floating_ip_leads_to_a_port_that_is_not_there_yet() -> None:
    (link,) = floating_ip_ports.find(View([floating_ip(port_id="later", source_status="ACTIVE")]))
    assert (link.target_id, link.networks) == ("later", None)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (INTERFACE, "interface"),
        ("network:router_interface_distributed", "interface"),
        ("network:ha_router_replicated_interface", "interface"),
        ("network:router_centralized_snat", "interface"),
        ("network:router_gateway", "gateway"),
    ],
)
def test_a_router_has_its_interfaces_and_its_gateway(owner: str, name: str) -> None:
    (link,) = router_ports.find(View([port("p", device_owner=owner, device_id="r"), port("other")]))
    assert (link.source_id, link.target_id, link.name, link.networks) == ("r", "p", name, ("net",))


@pytest.mark.parametrize(
    "owner",
    [
        "network:router_ha_interface",
        "network:floatingip_agent_gateway",
        "network:floatingip",
        "network:dhcp",
        "compute:nova",
    ],
)
def test_ports_that_a_router_does_not_route_over_are_none_of_its(owner: str) -> None:
    assert not list(router_ports.find(View([port("p", device_owner=owner, device_id="r")])))


@pytest.mark.parametrize(
    ("admin_state_up", "status", "state"),
    [
        (True, "ACTIVE", "up"),
        (True, "N/A", "up"),
        (True, "DOWN", "down"),
        (True, "BUILD", "down"),
        (False, "ACTIVE", "down"),
    ],
)
def test_a_router_s_port_is_down_where_neutron_says_so(admin_state_up: bool, status: str, state: str) -> None:
    wired = port("p", device_owner=INTERFACE, device_id="r", admin_state_up=admin_state_up, source_status=status)
    (link,) = router_ports.find(View([wired]))
    assert link.state == state


def test_groups_apply_to_the_ports_that_name_them() -> None:
    view = View([port("p1", security_groups=["a", "b"]), port("p2", security_groups=[]), port("p3")])
    assert {(link.source_id, link.target_id, link.networks) for link in security_group_ports.find(view)} == {
        ("a", "p1", ("net",)),
        ("b", "p1", ("net",)),
    }


def test_an_aggregate_has_the_hosts_that_it_names_there_or_not() -> None:
    aggregate = AGGREGATE.record(id="agg", name="agg", parent=REGION, hosts=["h1", "gone"])
    view = View([aggregate, HOST.record(id="h1", name="h1", parent=REGION)])
    assert {(link.source_id, link.target_id) for link in aggregate_hosts.find(view)} == {("agg", "h1"), ("agg", "gone")}


def test_an_instance_is_its_project_s_wherever_it_stands() -> None:
    running = INSTANCE.record(id="i1", name="i1", host="h", parent=Ref("host", "h"), project_id="p")
    waiting = INSTANCE.record(id="i2", name="i2", parent=Ref("project", "p"), project_id="p")
    assert {(link.source_id, link.target_id) for link in project_instances.find(View([running, waiting]))} == {
        ("p", "i1"),
        ("p", "i2"),
    }


@pytest.fixture(scope="module")
def cloud() -> View:
    """The recorded cloud."""
    return View([item for name in COLLECTORS for item in from_api(name) if isinstance(item, Record)])


def test_links_of_the_recorded_cloud(cloud: View) -> None:
    ports = recorded("api", "network-ports")
    routers = {router["id"] for router in recorded("api", "network-routers")}
    ends = {
        finder.type.name: {(link.source_id, link.target_id) for link in finder.find(cloud)}
        for finder in (floating_ip_ports, router_ports, security_group_ports, aggregate_hosts, project_instances)
    }
    assert ends == {
        "floating_ip-port": {(f["id"], f["port_id"]) for f in recorded("api", "network-floatingips") if f["port_id"]},
        "router-port": {
            (p["device_id"], p["id"])
            for p in ports
            if p["device_id"] in routers and p["device_owner"] != "network:router_ha_interface"
        },
        "security_group-port": {(group, p["id"]) for p in ports for group in p["security_groups"]},
        "aggregate-host": {(a["uuid"], host) for a in recorded("api", "compute-os-aggregates") for host in a["hosts"]},
        "project-instance": {(s["tenant_id"], s["id"]) for s in recorded("api", "compute-servers-detail")},
    }
    assert all(ends.values())


def test_every_recorded_gateway_is_on_the_network_that_its_router_names(cloud: View) -> None:
    gateways = {(link.source_id, *(link.networks or ())) for link in router_ports.find(cloud) if link.name == "gateway"}
    assert gateways == {
        (router["id"], router["external_gateway_info"]["network_id"])
        for router in recorded("api", "network-routers")
        if router["external_gateway_info"]
    }
