"""Links of network services."""

from __future__ import annotations

from collectors.links.host_services import namespaces_of_networks, namespaces_of_routers
from tests.links.hosts import carried, found, service

SERVICES = [
    service("qrouter-r1", "router", "r1"),
    service("snat-r1", "snat", "r1"),
    service("qrouter-r2", "router", "r2"),
    service("fip-n9", "fip", "n9"),
    service("qdhcp-n1", "dhcp", "n1"),
    service("qlbaas-l1", "load_balancer", "l1"),
]


def test_a_router_runs_in_its_namespaces() -> None:
    assert carried(found(namespaces_of_routers, SERVICES)) == {
        ("r1", "vservice:qrouter-r1", None),
        ("r1", "vservice:snat-r1", None),
        ("r2", "vservice:qrouter-r2", None),
    }


def test_a_network_is_served_by_its_dhcp_namespace() -> None:
    assert carried(found(namespaces_of_networks, SERVICES)) == {("n1", "vservice:qdhcp-n1", ("n1",))}
