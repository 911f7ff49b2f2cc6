"""Small clouds in words: records and links as collectors and finders make them, written through the store.

cloud = Cloud()
shop, cmp1 = cloud.project("shop"), cloud.host("cmp1", "hybrid")
web = cloud.network("web", shop, vxlan=101)
cloud.instance("web1", shop, cmp1, {web.id: "10.1.1.11"})
cloud.write(graph, environment)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import NAMESPACE_DNS, uuid5

from graph_schema import link_types as links
from graph_schema.model import LinkType
from graph_schema.object_types import (
    AVAILABILITY_ZONE,
    FLOATING_IP,
    HOST,
    HOST_PNIC,
    INSTANCE,
    NETWORK,
    OTEP,
    PORT,
    PROJECT,
    REGION,
    ROUTER,
    SUBNET,
    VCONNECTOR,
    VEDGE,
    VNIC,
    VSERVICE,
)
from graph_schema.records import COMPLETE, Attributes, Link, Outcome, Record, Ref, Scope
from graph_schema.registry import link_type, object_type
from topology.graph import Graph
from topology.store import Entry, GraphStore, ScopeWrite

Kind = Literal["hybrid", "native", "bridge"]
_REGION = "RegionOne"


@dataclass(slots=True)
class Host:
    """One host under construction: its switch, its NICs, and the networks that are plugged on it."""

    record: Record
    kind: Kind
    vedge: Record
    otep: Record
    tunnel_nic: Record
    provider_nic: Record
    plugged: dict[str, Record] = field(default_factory=dict)
    bridges: dict[str, Record] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.record.id


class Cloud:
    """Collects records, attributes and links; `write` brings them into the graph, scope by scope."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.links: list[Link] = []
        self.attributes: list[Attributes] = []
        self.outcomes: dict[Scope, Outcome] = {}
        self._hosts: list[Host] = []
        self._numbers: dict[str, int] = defaultdict(int)
        self._finished = False
        self.region = self.add(REGION.record(name=_REGION))
        self.zone = self.add(AVAILABILITY_ZONE.record(region=_REGION, name="nova", parent=ref(self.region)))

    def add(self, record: Record) -> Record:
        assert record.id not in self.records, record.id
        self.records[record.id] = record
        return record

    def link(self, type: LinkType, source: Record, target: Record, **values: Any) -> None:
        self.links.append(type.link(source, target, **values))

    def number(self, of: str) -> int:
        self._numbers[of] += 1
        return self._numbers[of]

    def project(self, name: str) -> Record:
        return self.add(PROJECT.record(name=name, id=uuid("project", name)))

    def network(
        self,
        name: str,
        project: Record,
        *,
        vxlan: int | None = None,
        vlan: int | None = None,
        external: bool = False,
        cidr: str = "10.1.1.0/24",
    ) -> Record:
        """A VXLAN network, a VLAN one, or without either a flat one."""
        kind = "vxlan" if vxlan else "vlan" if vlan else "flat"
        network = self.add(
            NETWORK.record(
                id=uuid("network", project.name, name),
                name=name,
                parent=ref(project),
                project_id=project.id,
                network_type=kind,
                segmentation_id=vxlan or vlan,
                physical_network=None if vxlan else "physnet",
                external=external,
                admin_state_up=True,
                source_status="ACTIVE",
                cidrs=[cidr],
            )
        )
        self.add(SUBNET.record(id=uuid("subnet", network.id), name=name, parent=ref(network), cidr=cidr, ip_version=4))
        return network

    def host(self, name: str, kind: Kind) -> Host:
        """A host with three NICs: management, tunnels, provider networks."""
        number = self.number("host")
        record = self.add(
            HOST.record(
                id=name,
                name=name,
                parent=ref(self.zone),
                zone="nova",
                host_type=["Compute"],
                ip_address=f"10.20.0.{number}",
                aliases=[f"{name}.example.org"],
            )
        )
        nics = [
            self.add(
                HOST_PNIC.record(
                    host=name, name=device, device=device, mac_address=mac("nic", name, device), link_detected=True
                )
            )
            for device in ("eth0", "eth1", "eth2")
        ]
        switch = "lxb" if kind == "bridge" else "ovs"
        vedge = self.add(VEDGE.record(host=name, name=f"{name} {switch}", kind=switch))
        otep = self.add(
            OTEP.record(
                host=name,
                name="vxlan",
                overlay_type="vxlan",
                ip_address=f"10.30.0.{number}",
                udp_port=4789,
                device="eth1",
                parent=ref(vedge),
            )
        )
        host = Host(record, kind, vedge, otep, nics[1], nics[2])
        self._hosts.append(host)
        return host

    def instance(self, name: str, project: Record, host: Host, ports: Mapping[str, str]) -> Record:
        """An instance that runs, with a port for each network id and its address."""
        plugs = [(self.records[id], address) for id, address in ports.items()]
        instance = self.add(
            INSTANCE.record(
                id=uuid("instance", project.name, name),
                name=name,
                host=host.name,
                parent=ref(host.record),
                project_id=project.id,
                source_status="ACTIVE",
                power_state="running",
            )
        )
        self.link(links.PROJECT_INSTANCE, project, instance)
        made = [self._plug(instance, network, address, host) for network, address in plugs]
        self.attributes.append(
            INSTANCE.attributes(
                "neutron",
                instance.id,
                networks=sorted({network.id for network, _ in plugs}),
                addresses=[address for _, address in plugs],
                mac_addresses=[port["mac_address"] for port in made],
            )
        )
        return instance

    def port(self, network: Record, address: str, device: str, **values: Any) -> Record:
        """A port that nothing is plugged into yet."""
        id = uuid("port", network.id, address, device)
        values = {"admin_state_up": True, "source_status": "ACTIVE", "device_id": device, **values}
        return self.add(
            PORT.record(
                id=id,
                name="",
                parent=ref(network),
                network_id=network.id,
                mac_address=mac("port", id),
                ip_addresses=[address],
                **values,
            )
        )

    def floating_ip(self, address: str, network: Record, instance: Record) -> Record:
        """A floating address of an external network, on the instance's first port."""
        port = next(r for r in self.records.values() if r.type == "port" and r["device_id"] == instance.id)
        project = Ref("project", instance["project_id"])
        floating = self.add(
            FLOATING_IP.record(
                id=uuid("floating", address),
                name=address,
                parent=project,
                ip_address=address,
                network_id=network.id,
                port_id=port.id,
            )
        )
        self.link(links.FLOATING_IP_PORT, floating, port, networks=[port["network_id"]])
        return floating

    def router(
        self, name: str, project: Record, host: Host, networks: Mapping[str, str], external: Record | None = None
    ) -> Record:
        """A router with an interface for each network, running in a namespace of the host."""
        router = self.add(
            ROUTER.record(
                id=uuid("router", project.name, name),
                name=name,
                parent=ref(project),
                external_network=external.id if external else None,
                admin_state_up=True,
            )
        )
        service = self._service(host, "router", f"qrouter-{router.id}", router.id)
        self.link(links.ROUTER_VSERVICE, router, service)
        for network, address in ((self.records[id], address) for id, address in networks.items()):
            port = self._plug(service, network, address, host, router.id)
            self.link(links.ROUTER_PORT, router, port, networks=[network.id])
        return router

    def dhcp(self, network: Record, host: Host, address: str = "10.1.1.2") -> Record:
        """A network's DHCP service on a host."""
        service = self._service(host, "dhcp", f"qdhcp-{network.id}", network.id)
        self.link(links.NETWORK_VSERVICE, network, service, networks=[network.id])
        self._plug(service, network, address, host, f"dhcp-{network.id}")
        return service

    def _service(self, host: Host, kind: str, namespace: str, serves: str) -> Record:
        return self.add(
            VSERVICE.record(host=host.name, name=namespace, namespace=namespace, service_type=kind, service_id=serves)
        )

    def _plug(self, owner: Record, network: Record, address: str, host: Host, device: str | None = None) -> Record:
        """A port with its vNIC, wired to the host's switch as its kind does."""
        port = self.port(network, address, device or owner.id, binding_host=host.name)
        host.plugged[network.id] = network
        of_instance = owner.type == "instance"
        name = ("tap" if of_instance else "qr-") + port.id[:11]
        vnic = self.add(
            VNIC.record(
                host=host.name,
                name=name,
                device=name if of_instance else f"{owner['namespace']}:{name}",
                parent=ref(owner),
                vnic_type=f"{owner.type}_vnic",
                mac_address=port["mac_address"],
                oper_state="UP",
            )
        )
        owns = links.INSTANCE_VNIC if of_instance else links.VSERVICE_VNIC
        self.link(owns, owner, vnic, networks=[network.id])
        self.link(links.PORT_VNIC, port, vnic, networks=[network.id])
        self._wire(vnic, network, host, hybrid=of_instance and host.kind == "hybrid")
        return port

    def _wire(self, vnic: Record, network: Record, host: Host, *, hybrid: bool) -> None:
        if hybrid:
            name = f"qbr{vnic.name[3:]}"
            bridge = self.add(VCONNECTOR.record(host=host.name, name=name, interfaces=[vnic.name]))
        elif host.kind == "bridge":
            bridge = host.bridges.get(network.id) or self._network_bridge(network, host)
        else:
            self.link(links.VNIC_VEDGE, vnic, host.vedge, networks=[network.id])
            return
        self.link(links.VNIC_VCONNECTOR, vnic, bridge, networks=[network.id])
        if hybrid:
            self.link(links.VCONNECTOR_VEDGE, bridge, host.vedge, networks=[network.id])

    def _network_bridge(self, network: Record, host: Host) -> Record:
        bridge = self.add(VCONNECTOR.record(host=host.name, name=f"brq{network.id[:11]}"))
        host.bridges[network.id] = bridge
        self.link(links.VCONNECTOR_VEDGE, bridge, host.vedge, networks=[network.id])
        if network["network_type"] != "vxlan":
            self.link(links.VCONNECTOR_HOST_PNIC, bridge, host.provider_nic, networks=[network.id])
        return bridge

    def finish(self) -> Cloud:
        """Wire switches to NICs and tunnels, now that it is known which networks are where."""
        if self._finished:
            return self
        self._finished = True
        for host in self._hosts:
            tunnelled = [n.id for n in host.plugged.values() if n["network_type"] == "vxlan"]
            provided = [n.id for n in host.plugged.values() if n["network_type"] != "vxlan"]
            self.link(links.VEDGE_OTEP, host.vedge, host.otep, networks=tunnelled)
            self.link(links.OTEP_HOST_PNIC, host.otep, host.tunnel_nic, networks=tunnelled)
            self.link(links.VEDGE_HOST_PNIC, host.vedge, host.provider_nic, networks=provided)
            for nic, ids in ((host.tunnel_nic, tunnelled), (host.provider_nic, provided)):
                for id in ids:
                    self.link(links.HOST_PNIC_NETWORK, nic, self.records[id], networks=[id])
            for other in self._hosts:
                shared = set(tunnelled) & {n.id for n in other.plugged.values()}
                if other is not host and shared:
                    self.link(links.OTEP_OTEP, host.otep, other.otep, networks=shared)
        return self

    def write(self, graph: Graph, environment: str) -> None:
        """Write everything, the scopes that hold the ends of others' links first."""
        write_cloud(graph, environment, self.finish().records.values(), self.links, self.attributes, self.outcomes)


def write_cloud(
    graph: Graph,
    environment: str,
    records: Iterable[Record],
    all_links: Iterable[Link],
    attributes: Iterable[Attributes] = (),
    outcomes: Mapping[Scope, Outcome] | None = None,
) -> None:
    """Write records and links through the store, grouped by scope as a scan does."""
    anchored: dict[str, list[Link]] = defaultdict(list)
    for link in all_links:
        anchor = link_type(link.type).anchor
        anchored[link.source_id if anchor == "source" else link.target_id].append(link)
    scopes: dict[Scope, list[Entry]] = defaultdict(list)
    for record in records:
        scopes[scope_of(record)].append(Entry(record, tuple(anchored[record.id])))
    added: dict[Scope, list[Attributes]] = defaultdict(list)
    for attribute in attributes:
        added[Scope(object_type(attribute.type).groups[attribute.group].source, _REGION)].append(attribute)
    store = GraphStore(graph, environment)
    order = {"keystone": 0, "openstack": 1, "nova": 2, "neutron": 3}
    for scope in sorted(scopes.keys() | added.keys(), key=lambda s: (order.get(s.source, 9), s.name)):
        outcome = (outcomes or {}).get(scope, COMPLETE)
        store.write(ScopeWrite(scope, datetime.now(UTC), outcome, scopes[scope], added[scope]))
    store.resolve_pending()


def scope_of(record: Record) -> Scope:
    """The scope that owns a record."""
    owner = object_type(record.type).owner
    names = {"environment": "environment", "region": _REGION, "host": record.host or ""}
    return Scope(owner.source, names[owner.scope])


def ref(record: Record) -> Ref:
    return Ref(record.type, record.id)


def uuid(*words: str) -> str:
    """The same uuid for the same words."""
    return str(uuid5(NAMESPACE_DNS, "/".join(words)))


def mac(*words: str) -> str:
    """The same MAC address for the same words."""
    digits = uuid5(NAMESPACE_DNS, "/".join(words)).hex
    return "fa:16:3e:" + ":".join(digits[i : i + 2] for i in (0, 2, 4))


def two_projects() -> Cloud:
    """Two projects with the same addresses, on hosts of three kinds, their routers on a fourth host."""
    cloud = Cloud()
    cmp1, cmp2, cmp4 = cloud.host("cmp1", "hybrid"), cloud.host("cmp2", "native"), cloud.host("cmp4", "bridge")
    net1 = cloud.host("net1", "native")
    admin = cloud.project("admin")
    public = cloud.network("public", admin, external=True, cidr="172.24.4.0/24")
    for name, vxlan, vlan in (("shop", 101, 201), ("bank", 102, 202)):
        project = cloud.project(name)
        web = cloud.network("web", project, vxlan=vxlan)
        back = cloud.network("backup", project, vlan=vlan, cidr="10.9.9.0/24")
        cloud.dhcp(web, net1)
        cloud.router("edge", project, net1, {web.id: "10.1.1.1", public.id: f"172.24.4.{vxlan}"}, external=public)
        web1 = cloud.instance(f"{name}-web1", project, cmp1, {web.id: "10.1.1.11"})
        cloud.instance(f"{name}-web2", project, cmp2, {web.id: "10.1.1.12", back.id: "10.9.9.12"})
        cloud.instance(f"{name}-web4", project, cmp4, {web.id: "10.1.1.14", back.id: "10.9.9.14"})
        cloud.floating_ip(f"172.24.4.{vxlan + 100}", public, web1)
    return cloud.finish()
