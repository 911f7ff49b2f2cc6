"""Random clouds: hosts of all kinds, networks whose ranges overlap, routers with routes right and wrong, lost links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from graph_schema.records import Record
from tests.paths.routed_clouds import RoutedCloud
from tests.raw import raw_session
from topology.graph import Graph

RANGES = ("10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24")
Draw = Callable[[st.SearchStrategy[Any]], Any]


@contextmanager
def written(graph: Graph, cloud: RoutedCloud) -> Iterator[str]:
    """The environment that a cloud has been written into, and that is gone afterwards."""
    environment = f"test-{uuid4().hex[:12]}"
    try:
        cloud.write(graph, environment)
        yield environment
    finally:
        remove(graph, environment)


def remove(graph: Graph, environment: str) -> None:
    """Everything of an environment goes."""
    with raw_session(graph) as session:
        for label in ("Object", "Scope", "Lease", "PendingLink", "Environment"):
            session.run(f"MATCH (n:{label} {{environment: $name}}) DETACH DELETE n", name=environment).consume()


@dataclass
class RandomCloud:
    """A cloud and what may be asked of it."""

    cloud: RoutedCloud
    instances: list[Record] = field(default_factory=list)
    floating_ips: list[Record] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"{len(self.instances)} instances, {len(self.floating_ips)} floating IPs"


@st.composite
def random_clouds(draw: Draw) -> RandomCloud:
    """A cloud of two or three hosts, up to four networks and three routers, with three to five instances."""
    made = RandomCloud(RoutedCloud())
    cloud = made.cloud
    kinds = draw(st.lists(st.sampled_from(["hybrid", "native", "bridge"]), min_size=2, max_size=3))
    hosts = [cloud.host(f"cmp{number}", kind) for number, kind in enumerate(kinds, start=1)]
    net1 = cloud.host("net1", "native")
    project = cloud.project("p")
    public = cloud.network("public", project, external=True, cidr="172.24.4.0/24")
    networks = [_network(draw, cloud, project, number) for number in range(draw(st.integers(2, 4)))]
    routers = [
        _router(draw, cloud, project, net1, networks, public, number) for number in range(draw(st.integers(0, 3)))
    ]
    for router in routers:
        _add_routes(draw, cloud, router)
    for number in range(draw(st.integers(3, 5))):
        host = draw(st.sampled_from(hosts))
        on = draw(st.lists(st.sampled_from(networks), min_size=1, max_size=2, unique_by=lambda n: n.id))
        plugs = {network.id: _address(network, 10 + number) for network in on}
        made.instances.append(cloud.instance(f"i{number}", project, host, plugs))
    _add_floating_ips(draw, made, public, [router for router in routers if router.get("external_network")])
    cloud.finish()
    cloud.links = [link for link in cloud.links if not (link.type in LOSABLE and draw(st.integers(0, 9)) == 0)]
    return made


LOSABLE = ("otep-otep", "vconnector-host_pnic", "vnic-vedge")


def _network(draw: Draw, cloud: RoutedCloud, project: Record, number: int) -> Record:
    vxlan = draw(st.booleans())
    cidr = draw(st.sampled_from(RANGES))
    gateway = draw(st.sampled_from(["", "", "", None]))
    return cloud.network(
        f"n{number}",
        project,
        cidr=cidr,
        gateway=gateway,
        vxlan=100 + number if vxlan else None,
        vlan=None if vxlan else 200 + number,
    )


def _router(
    draw: Draw, cloud: RoutedCloud, project: Record, host: Any, networks: list[Record], public: Record, number: int
) -> Record:
    # A router never joins two networks of one range.
    joined = draw(st.lists(st.sampled_from(networks), min_size=1, max_size=3, unique_by=lambda n: n["cidrs"][0]))
    plugs = {network.id: _free(cloud, network) for network in joined}
    gateway = f"172.24.4.{10 + number}" if draw(st.booleans()) else ""
    return cloud.router(f"r{number}", project, host, plugs, public if gateway else None, gateway=gateway)


def _free(cloud: RoutedCloud, network: Record) -> str:
    """The gateway's address as long as nobody has it, then others."""
    taken = {
        a
        for r in cloud.records.values()
        if r.type == "port" and r["network_id"] == network.id
        for a in r["ip_addresses"]
    }
    return next(address for last in (1, 254, 253, 252) if (address := _address(network, last)) not in taken)


def _add_routes(draw: Draw, cloud: RoutedCloud, router: Record) -> None:
    """Static routes to what the routers next door join, and sometimes one that leads nobody anywhere."""
    own = {port["network_id"] for port in cloud.ports_of(router)}
    known = []
    for other in (r for r in cloud.records.values() if r.type == "router" and r.id != router.id):
        ports = cloud.ports_of(other)
        doors = [port["ip_addresses"][0] for port in ports if port["network_id"] in own]
        beyond = [cloud.records[p["network_id"]]["cidrs"][0] for p in ports if p["network_id"] not in own]
        known += [f"{range} via {door}" for door in doors for range in beyond]
    routes = [route for route in sorted(known) if draw(st.integers(0, 3))]
    if draw(st.integers(0, 4)) == 0:
        routes.append(f"{draw(st.sampled_from([*RANGES, '10.0.0.0/8']))} via 10.1.0.200")
    cloud.change(router, routes=routes)


def _add_floating_ips(draw: Draw, made: RandomCloud, public: Record, routers: list[Record]) -> None:
    for router in routers:
        joined = {p["network_id"] for p in made.cloud.ports_of(router)}
        inside = [i for i in made.instances if made.cloud.ports_of(i)[0]["network_id"] in joined]
        if inside and draw(st.booleans()):
            address = f"172.24.4.{100 + len(made.floating_ips)}"
            instance = draw(st.sampled_from(inside))
            made.floating_ips.append(made.cloud.floating_ip(address, public, instance, router=router))


def _address(network: Record, last: int) -> str:
    return str(ip_network(network["cidrs"][0])[last])
