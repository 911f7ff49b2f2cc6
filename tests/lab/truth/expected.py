"""What the graph must hold: objects and links, derived from the facts by the documented definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.lab.truth.cloud_facts import CloudFacts
from tests.lab.truth.host_facts import Device, HostFacts

STATUS = {
    "active": "ACTIVE",
    "stopped": "SHUTOFF",
    "paused": "PAUSED",
    "suspended": "SUSPENDED",
    "shelved": "SHELVED",
    "shelved_offloaded": "SHELVED_OFFLOADED",
    "error": "ERROR",
    "building": "BUILD",
}
SERVICE_OF_PREFIX = {"qrouter": "router", "qdhcp": "dhcp", "snat": "snat", "fip": "fip"}
OVERLAYS = ("vxlan", "gre", "geneve")
ENVIRONMENT = ("environment", "")


@dataclass(frozen=True)
class Node:
    """One object that must be there: what is compared of it."""

    type: str
    id: str
    parent: tuple[str, str]
    properties: tuple[tuple[str, Any], ...] = ()


@dataclass
class Truth:
    """All objects by id; all links by (type, source, target) with the networks that they carry (None: not said)."""

    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[tuple[str, str, str], frozenset[str] | None] = field(default_factory=dict)

    def node(self, type: str, id: str, parent: tuple[str, str], **properties: Any) -> str:
        """An object that must be there; properties that are None are not compared."""
        said = tuple(sorted((k, v) for k, v in properties.items() if v is not None))
        self.nodes[id] = Node(type, id, parent, said)
        return id

    def link(self, type: str, source: str, target: str, networks: frozenset[str] | None = None) -> None:
        """A link that must be there once both its ends are."""
        key = (type, source, target)
        if networks is not None and self.links.get(key):
            networks |= self.links[key] or frozenset()
        self.links[key] = networks

    def of_existing_ends(self) -> Truth:
        """Without the links that wait for an end."""
        links = {k: n for k, n in self.links.items() if k[1] in self.nodes and k[2] in self.nodes}
        return Truth(self.nodes, links)


def encoded(name: str) -> str:
    """A name inside an id."""
    return name.replace("%", "%25").replace(":", "%3A")


def expected(cloud: CloudFacts, hosts: dict[str, HostFacts]) -> Truth:
    """The truth of a cloud and of those of its hosts that were read."""
    truth = Truth()
    _keystone(truth, cloud)
    zones = _hosts(truth, cloud)
    _nova(truth, cloud, zones)
    _neutron(truth, cloud)
    for host in hosts.values():
        HostTruth(truth, cloud, host).add()
    _tunnels(truth, cloud, hosts)
    return truth.of_existing_ends()


def region_of(cloud: CloudFacts) -> str:
    """The one region of the lab."""
    return f"region:{cloud.tables['regions'][0]['id']}"


def _project_or_region(cloud: CloudFacts, project: str | None) -> tuple[str, str]:
    """What neutron makes for itself, such as the network of highly available routers, has no project."""
    return ("project", project) if project else ("region", region_of(cloud))


def _keystone(truth: Truth, cloud: CloudFacts) -> None:
    for region in cloud.tables["regions"]:
        truth.node("region", f"region:{region['id']}", ENVIRONMENT, name=region["id"])
    for project in cloud.tables["projects"]:
        truth.node(
            "project", project["id"], ENVIRONMENT, name=project["name"], enabled=bool(project["enabled"]),
            description=project["description"] or None,
        )  # fmt: skip


def _zones(cloud: CloudFacts) -> dict[str, str]:
    """Host → its zone, of those that nova knows."""
    made = {z["aggregate_id"]: z["value"] for z in cloud.tables["aggregate_zones"]}
    zones: dict[str, str] = {}
    for service in cloud.tables["services"]:
        zones.setdefault(service["host"], "internal")
        if service["binary"] == "nova-compute":
            zones[service["host"]] = "nova"
    for member in cloud.tables["aggregate_hosts"]:
        if member["aggregate_id"] in made and zones.get(member["host"]) != "internal":
            zones[member["host"]] = made[member["aggregate_id"]]
    return zones


def _hosts(truth: Truth, cloud: CloudFacts) -> dict[str, str]:
    """Hosts, zones and aggregates; host → its zone."""
    region = region_of(cloud)
    region_name = region.removeprefix("region:")
    zones = _zones(cloud)
    for zone in sorted(set(zones.values())):
        truth.node("availability_zone", f"zone:{region_name}:{encoded(zone)}", ("region", region), name=zone)
    computes = {c["host"]: c for c in cloud.tables["computes"]}
    for host in sorted(set(zones) | {a.host for a in cloud.agents}):
        own_zone = zones.get(host)
        parent = ("region", region)
        if own_zone:
            parent = ("availability_zone", f"zone:{region_name}:{encoded(own_zone)}")
        compute = computes.get(host, {})
        truth.node(
            "host", host, parent, name=host, zone=own_zone, ip_address=compute.get("host_ip"),
            hypervisor_type=compute.get("hypervisor_type"), host_type=_host_type(cloud, host),
        )  # fmt: skip
    for aggregate in cloud.tables["aggregates"]:
        truth.node("aggregate", aggregate["uuid"], ("region", region), name=aggregate["name"])
        for member in cloud.tables["aggregate_hosts"]:
            if member["aggregate_id"] == aggregate["id"]:
                truth.link("aggregate-host", aggregate["uuid"], member["host"])
    return zones


def _host_type(cloud: CloudFacts, host: str) -> frozenset[str]:
    binaries = {s["binary"] for s in cloud.tables["services"] if s["host"] == host}
    agents = {a.type for a in cloud.agents if a.host == host}
    return frozenset(
        name
        for name, runs in (
            ("Controller", "nova-conductor" in binaries),
            ("Compute", "nova-compute" in binaries),
            ("Network", bool(agents & {"L3 agent", "DHCP agent", "Metadata agent"})),
        )
        if runs
    )


def _nova(truth: Truth, cloud: CloudFacts, zones: dict[str, str]) -> None:
    for instance in cloud.instances:
        uuid, host = instance["uuid"], instance["host"]
        own = [p["id"] for p in cloud.ports.values() if p["device_id"] == uuid]
        ports = [cloud.ports[p] for port in own for p in [port, *cloud.subports.get(port, ())]]
        truth.node(
            "instance", uuid, ("host", host) if host else ("project", instance["project_id"]),
            name=instance["display_name"], host=host, project_id=instance["project_id"],
            source_status=STATUS.get(instance["vm_state"]), zone=zones.get(host) if host else None,
            mac_addresses=frozenset(p["mac_address"] for p in ports),
        )  # fmt: skip
        truth.link("project-instance", instance["project_id"], uuid)


def _neutron(truth: Truth, cloud: CloudFacts) -> None:
    external = {e["network_id"] for e in cloud.tables["external"]}
    for network in cloud.tables["networks"]:
        first = cloud.segments[network["id"]][0]
        truth.node(
            "network", network["id"], _project_or_region(cloud, network["project_id"]), name=network["name"],
            network_type=first["network_type"], physical_network=first["physical_network"],
            segmentation_id=first["segmentation_id"], external=network["id"] in external,
            admin_state_up=bool(network["admin_state_up"]),
            cidrs=frozenset(s["cidr"] for s in cloud.tables["subnets"] if s["network_id"] == network["id"]),
        )  # fmt: skip
    for subnet in cloud.tables["subnets"]:
        truth.node(
            "subnet", subnet["id"], ("network", subnet["network_id"]), name=subnet["name"], cidr=subnet["cidr"],
            ip_version=subnet["ip_version"], gateway_ip=subnet["gateway_ip"], enable_dhcp=bool(subnet["enable_dhcp"]),
        )  # fmt: skip
    _ports(truth, cloud)
    _routers(truth, cloud)
    for group in cloud.tables["groups"]:
        truth.node("security_group", group["id"], _project_or_region(cloud, group["project_id"]), name=group["name"])
    for bound in cloud.tables["group_ports"]:
        truth.link("security_group-port", bound["security_group_id"], bound["port_id"])
    for agent in cloud.agents:
        truth.node("network_agent", agent.id, ("host", agent.host), agent_type=agent.type, binary=agent.binary)


def _ports(truth: Truth, cloud: CloudFacts) -> None:
    for port in cloud.tables["ports"]:
        truth.node(
            "port", port["id"], ("network", port["network_id"]), mac_address=port["mac_address"],
            device_id=port["device_id"] or None, device_owner=port["device_owner"] or None,
            binding_host=cloud.host_of_port.get(port["id"]), admin_state_up=bool(port["admin_state_up"]),
            ip_addresses=frozenset(a["ip_address"] for a in cloud.allocations.get(port["id"], ())),
        )  # fmt: skip


def _routers(truth: Truth, cloud: CloudFacts) -> None:
    extras = {e["router_id"]: e for e in cloud.tables["router_extras"]}
    for router in cloud.tables["routers"]:
        truth.node(
            "router", router["id"], _project_or_region(cloud, router["project_id"]), name=router["name"],
            admin_state_up=bool(router["admin_state_up"]), ha=bool(extras[router["id"]]["ha"]),
        )  # fmt: skip
    for interface in cloud.tables["router_ports"]:
        # The HA ports join a router's own instances with each other: neither interface nor gateway.
        if interface["port_type"] != "network:router_ha_interface":
            truth.link("router-port", interface["router_id"], interface["port_id"])
    for floating in cloud.tables["floating_ips"]:
        truth.node(
            "floating_ip", floating["id"], _project_or_region(cloud, floating["project_id"]),
            name=floating["floating_ip_address"], ip_address=floating["floating_ip_address"],
            fixed_ip_address=floating["fixed_ip_address"], port_id=floating["fixed_port_id"],
        )  # fmt: skip
        if floating["fixed_port_id"]:
            truth.link("floating_ip-port", floating["id"], floating["fixed_port_id"])


class HostTruth:
    """What one host must have in the graph."""

    def __init__(self, truth: Truth, cloud: CloudFacts, facts: HostFacts) -> None:
        self.truth, self.cloud, self.facts, self.host = truth, cloud, facts, facts.host
        self.ovs_agent = cloud.agent(self.host, "Open vSwitch agent")
        self.lxb_agent = cloud.agent(self.host, "Linux bridge agent")
        self.plugged: set[str] = set()  # networks with a port plugged here
        self.pnics = {d.name: d for d in self._physical()}

    def id(self, type: str, *names: str) -> str:
        """The id of something of this host."""
        return ":".join([encoded(self.host), type, *map(encoded, names)])

    def add(self) -> None:
        """Everything of the host."""
        for device in self.pnics.values():
            self.truth.node(
                "host_pnic", self.id("host_pnic", device.name), ("host", self.host), name=device.name, host=self.host,
                mac_address=device.mac, mtu=device.mtu, ip_addresses=frozenset(device.addresses),
            )  # fmt: skip
        self._vedges()
        self._bridges()
        self._instance_vnics()
        self._services()
        self._uplinks()

    def _physical(self) -> Iterator[Device]:
        """Hardware, bonds, and veths or macvlans of the root namespace that lead off the host."""
        for (namespace, name), device in self.facts.devices.items():
            if namespace or name == "lo":
                continue
            leads_out = device.kind == "macvlan" or (
                device.kind == "veth"
                and not name.startswith(("qvo", "qvb"))
                and not self.facts.peer_is_in_named_namespace(device)
            )
            if device.hardware or device.kind == "bond" or leads_out:
                yield device

    def _vedges(self) -> None:
        self.vedges: dict[str, str] = {}
        if self.facts.ovs_version:
            self.vedges["ovs"] = self.id("vedge", "ovs")
        if self.lxb_agent:
            self.vedges["lxb"] = self.id("vedge", "lxb")
        for kind, id in self.vedges.items():
            version = self.facts.ovs_version if kind == "ovs" else None
            bridges = self.facts.bridges if kind == "ovs" else self._agent_bridges()
            self.truth.node(
                "vedge", id, ("host", self.host), kind=kind, version=version, bridges=frozenset(bridges), host=self.host
            )

    def _all_bridges(self) -> set[str]:
        return {d.name for (namespace, _), d in self.facts.devices.items() if not namespace and d.kind == "bridge"}

    def _agent_bridges(self) -> set[str]:
        return {name for name in self._all_bridges() if name.startswith("brq")}

    def _bridges(self) -> None:
        """Linux bridges of the host, and how they are wired to its virtual switch and its NICs."""
        for bridge in self._all_bridges():
            device = self.facts.root(bridge)
            assert device is not None
            members = self.facts.members.get(bridge, set())
            id = self.truth.node(
                "vconnector", self.id("vconnector", bridge), ("host", self.host), name=bridge, host=self.host,
                mac_address=device.mac, interfaces=frozenset(members), mtu=device.mtu,
            )  # fmt: skip
            networks = self._networks_of_bridge(bridge)
            if bridge.startswith("brq") and "lxb" in self.vedges:
                self.truth.link("vconnector-vedge", id, self.vedges["lxb"], networks)
            elif "ovs" in self.vedges and any(self._wired_to_ovs(m) for m in members):
                self.truth.link("vconnector-vedge", id, self.vedges["ovs"], networks)

    def _wired_to_ovs(self, member: str) -> str | None:
        """The port of Open vSwitch at the other end of a bridge's member."""
        device = self.facts.root(member)
        peer = self.facts.veth_peer(device) if device and device.kind == "veth" else None
        return peer.name if peer and peer.name in self.facts.ports else None

    def _networks_of_bridge(self, bridge: str) -> frozenset[str] | None:
        if bridge.startswith("brq"):
            return frozenset(n for n in self.cloud.networks if n[:11] == bridge[3:])
        for member in self.facts.members.get(bridge, set()):
            port = self.facts.iface_ids.get(self._wired_to_ovs(member) or "")
            if port in self.cloud.ports:
                return self.cloud.networks_of(str(port))
        return None

    def _instance_vnics(self) -> None:
        ports = {(p["device_id"], p["mac_address"]): p["id"] for p in self.cloud.ports.values()}
        for uuid, name, mac in self.facts.nics:
            device = self.facts.root(name)
            if device is None:
                continue  # the domain does not run
            port = ports.get((uuid, mac))
            networks = self.cloud.networks_of(port) if port else None
            vnic = self.truth.node(
                "vnic", self.id("vnic", name), ("instance", uuid), vnic_type="instance_vnic", mac_address=mac,
                device=name, mtu=device.mtu, host=self.host,
            )  # fmt: skip
            self.truth.link("instance-vnic", uuid, vnic, networks)
            self._plug(vnic, port, networks)
            self._attach(vnic, device, networks)

    def _services(self) -> None:
        for namespace in self.facts.namespaces:
            prefix, _, served = namespace.partition("-")
            if prefix not in SERVICE_OF_PREFIX:
                continue
            service = self.truth.node(
                "vservice", self.id("vservice", namespace), ("host", self.host), namespace=namespace, host=self.host,
                service_type=SERVICE_OF_PREFIX[prefix], service_id=served,
            )  # fmt: skip
            if prefix in ("qrouter", "snat"):
                self.truth.link("router-vservice", served, service)
            if prefix == "qdhcp":
                self.truth.link("network-vservice", served, service)
            for (inside, name), device in self.facts.devices.items():
                if inside == namespace and name != "lo":
                    self._service_vnic(service, namespace, device)

    def _service_vnic(self, service: str, namespace: str, device: Device) -> None:
        port = self.cloud.port_of_device(device.name)
        networks = self.cloud.networks_of(port) if port else None
        vnic = self.truth.node(
            "vnic", self.id("vnic", namespace, device.name), ("vservice", service), vnic_type="vservice_vnic",
            mac_address=device.mac, device=device.name, namespace=namespace, host=self.host,
            ip_addresses=frozenset(device.addresses),
        )  # fmt: skip
        self.truth.link("vservice-vnic", service, vnic, networks)
        self._plug(vnic, port, networks)
        self._attach(vnic, device, networks)

    def _plug(self, vnic: str, port: str | None, networks: frozenset[str] | None) -> None:
        if port:
            self.truth.link("port-vnic", port, vnic, networks)
            self.plugged |= networks or frozenset()

    def _attach(self, vnic: str, device: Device, networks: frozenset[str] | None) -> None:
        if not device.namespace and device.master in self._all_bridges():
            self.truth.link("vnic-vconnector", vnic, self.id("vconnector", device.master), networks)
        if device.name in self.facts.ports:
            self.truth.link("vnic-vedge", vnic, self.vedges["ovs"], networks)

    # ---- NICs and tunnels

    def _uplinks(self) -> None:
        self.overlay = frozenset(
            n for n in self.plugged if any(s["network_type"] in OVERLAYS for s in self.cloud.segments[n])
        )
        holders = self._tunnel_holders()
        carried: dict[str, set[str]] = {name: set() for name in self.pnics}
        for name in holders:
            carried[name] |= self.overlay
        for network in self.plugged:
            for nic in self._nics_of_segments(network):
                carried[nic].add(network)
        for nic, networks in carried.items():
            for network in networks:
                self.truth.link("host_pnic-network", self.id("host_pnic", nic), network, frozenset({network}))
        for name in self.pnics:
            if name in self.facts.ports:
                self.truth.link(
                    "vedge-host_pnic", self.vedges["ovs"], self.id("host_pnic", name), frozenset(carried[name])
                )
        for bridge in self._all_bridges():
            self._bridge_nics(bridge, carried)

    def _bridge_nics(self, bridge: str, carried: dict[str, set[str]]) -> None:
        for member in self.facts.members.get(bridge, set()):
            nic = self._nic_under(member)
            if nic is None:
                continue
            own = self._networks_of_bridge(bridge)
            networks = own if own is not None else frozenset(carried[nic])
            self.truth.link("vconnector-host_pnic", self.id("vconnector", bridge), self.id("host_pnic", nic), networks)
            if bridge.startswith("brq") and "lxb" in self.vedges:
                self.truth.link("vedge-host_pnic", self.vedges["lxb"], self.id("host_pnic", nic), networks)

    def _nic_under(self, name: str) -> str | None:
        """The NIC that a device is, or is a VLAN interface of."""
        if name in self.pnics:
            return name
        device = self.facts.root(name)
        if device is None or device.kind != "vlan":
            return None
        return next((p.name for p in self.pnics.values() if p.index == device.link), None)

    def _nics_of_segments(self, network: str) -> set[str]:
        """NICs that a VLAN or flat network's packets use on this host, by the agent's mappings."""
        found: set[str] = set()
        for segment in self.cloud.segments[network]:
            physical = segment["physical_network"]
            if not physical:
                continue
            if self.ovs_agent:
                bridge = self.ovs_agent.configuration.get("bridge_mappings", {}).get(physical)
                found |= {port for port, of in self.facts.ports.items() if of == bridge and port in self.pnics}
            if self.lxb_agent:
                nic = self._nic_under(self.lxb_agent.configuration.get("interface_mappings", {}).get(physical, ""))
                found |= {nic} if nic else set()
        return found

    def tunnel_addresses(self) -> list[tuple[str, str, str]]:
        """(vedge kind, overlay type, address) that an agent has and that is on this host."""
        mine = {a.split("/")[0] for (ns, _), d in self.facts.devices.items() if not ns for a in d.addresses}
        return [
            (kind, overlay, agent.configuration["tunneling_ip"])
            for kind, agent in (("ovs", self.ovs_agent), ("lxb", self.lxb_agent))
            if agent and kind in self.vedges and agent.configuration.get("tunneling_ip") in mine
            for overlay in agent.configuration.get("tunnel_types", [])
        ]

    def _tunnel_holders(self) -> set[str]:
        """Makes the tunnel endpoints; the NICs that their address uses."""
        nics: set[str] = set()
        for kind, overlay, address in self.tunnel_addresses():
            otep = self.truth.node(
                "otep", self.id("otep", overlay), ("vedge", self.vedges[kind]), host=self.host,
                overlay_type=overlay, ip_address=address,
            )  # fmt: skip
            self.truth.link("vedge-otep", self.vedges[kind], otep, self.overlay)
            holder = next(
                d for (ns, _), d in self.facts.devices.items()
                if not ns and any(a.split("/")[0] == address for a in d.addresses)
            )  # fmt: skip
            if holder.kind == "bridge":
                self.truth.link("otep-vconnector", otep, self.id("vconnector", holder.name), self.overlay)
                nics |= {n for m in self.facts.members.get(holder.name, set()) if (n := self._nic_under(m))}
                continue
            for nic in self._nics_carrying(holder):
                nics.add(nic)
                self.truth.link("otep-host_pnic", otep, self.id("host_pnic", nic), self.overlay)
        return nics

    def _nics_carrying(self, holder: Device) -> set[str]:
        direct = self._nic_under(holder.name)
        if direct:
            return {direct}
        return {port for port, bridge in self.facts.ports.items() if bridge == holder.name and port in self.pnics}


def _tunnels(truth: Truth, cloud: CloudFacts, hosts: dict[str, HostFacts]) -> None:
    """One link each way, said by the host whose tunnel port or forwarding entry names the other's address."""
    addresses: dict[tuple[str, str], str] = {
        (dict(node.properties)["overlay_type"], dict(node.properties)["ip_address"]): node.id
        for node in truth.nodes.values()
        if node.type == "otep"
    }
    for facts in hosts.values():
        host = HostTruth(Truth(), cloud, facts)
        said = {(overlay, remote) for overlay, _, remote in facts.tunnels}
        said |= {("vxlan", remote) for device, remote in facts.entries if _is_vxlan(facts, device)}
        for overlay, remote in said:
            own, other = host.id("otep", overlay), addresses.get((overlay, remote))
            if own in truth.nodes and other and other != own:
                carried = truth.links.get(("vedge-otep", truth.nodes[own].parent[1], own))
                truth.link("otep-otep", own, other, carried)


def _is_vxlan(facts: HostFacts, name: str) -> bool:
    device = facts.root(name)
    return device is not None and device.kind == "vxlan"
