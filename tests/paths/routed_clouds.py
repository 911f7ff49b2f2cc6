"""Clouds in words in which packets are routed: subnets with gateways, routers with tables, floating IPs, rules.

cloud = RoutedCloud()
web = cloud.network("web", shop, vxlan=101, cidr="10.1.1.0/24")
cloud.router("edge", shop, net1, {web.id: "10.1.1.1"}, external=public)
cloud.instance("web1", shop, cmp1, {web.id: "10.1.1.11"})
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import Any

from graph_schema import link_types as links
from graph_schema.object_types import (
    FLOATING_IP,
    NETWORK,
    NETWORK_AGENT,
    ROUTER,
    SECURITY_GROUP,
    SUBNET,
    VNIC,
)
from graph_schema.records import Link, Record
from graph_schema.registry import object_type
from tests.clouds import Cloud, Host, ref, uuid

INTERFACE = "network:router_interface"
GATEWAY = "network:router_gateway"


class RoutedCloud(Cloud):
    """A `Cloud` whose records say all that packets are routed by."""

    def network(
        self,
        name: str,
        project: Record,
        *,
        vxlan: int | None = None,
        vlan: int | None = None,
        external: bool = False,
        cidr: str = "10.1.1.0/24",
        cidrs: Sequence[str] = (),
        gateway: str | None = "",
        host_routes: Sequence[str] = (),
        **values: Any,
    ) -> Record:
        """A network with one subnet or several; the gateway is the first address of each, or the one that is told."""
        ranges = [*cidrs] or [cidr]
        kind = "vxlan" if vxlan else "vlan" if vlan else "flat"
        values = {"admin_state_up": True, "source_status": "ACTIVE", **values}
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
                cidrs=ranges,
                **values,
            )
        )
        for range in ranges:
            self.add(
                SUBNET.record(
                    id=uuid("subnet", network.id, range),
                    name=f"{name}-{range}",
                    parent=ref(network),
                    network_id=network.id,
                    cidr=range,
                    ip_version=ip_network(range).version,
                    gateway_ip=str(ip_network(range)[1]) if gateway == "" else gateway,
                    host_routes=list(host_routes),
                )
            )
        return network

    def port(self, network: Record, address: str, device: str, **values: Any) -> Record:
        """A port whose address (or addresses, with commas between) is in one of the network's subnets."""
        addresses = [each for each in address.split(",") if each]
        subnets = {
            s.id: ip_network(s["cidr"])
            for s in self.records.values()
            if s.type == "subnet" and s["network_id"] == network.id
        }
        inside = {id for id, range in subnets.items() for each in addresses if ip_address(each) in range}
        values = {
            "device_owner": "compute:nova",
            "subnet_ids": sorted(inside),
            "port_security_enabled": False,
            **values,
        }
        made = super().port(network, address, device, **values)
        self.change(made, ip_addresses=addresses)
        return self.records[made.id]

    def router(
        self,
        name: str,
        project: Record,
        host: Host,
        networks: Mapping[str, str],
        external: Record | None = None,
        *,
        gateway: str = "",
        hosts: Sequence[Host] = (),
        **values: Any,
    ) -> Record:
        """A router with an interface for each network, in a namespace on its host (of an HA one: on several)."""
        values = {"admin_state_up": True, "source_status": "ACTIVE", **values}
        router = self.add(
            ROUTER.record(
                id=uuid("router", project.name, name),
                name=name,
                parent=ref(project),
                project_id=project.id,
                external_network=external.id if external else None,
                external_ips=[gateway] if gateway else [],
                **values,
            )
        )
        plugs = [(self.records[id], address, INTERFACE) for id, address in networks.items()]
        if external is not None and gateway:
            plugs.append((external, gateway, GATEWAY))
        services = [self._service(at, "router", f"qrouter-{router.id}", router.id) for at in (host, *hosts)]
        for service in services:
            self.link(links.ROUTER_VSERVICE, router, service)
        for network, address, owner in plugs:
            port = self._interface(services, (host, *hosts), network, address, router, owner)
            self.link(links.ROUTER_PORT, router, port, networks=[network.id])
        return router

    def _interface(
        self,
        services: Sequence[Record],
        hosts: Iterable[Host],
        network: Record,
        address: str,
        router: Record,
        owner: str,
    ) -> Record:
        owner = owner if owner == GATEWAY or not router.get("distributed") else f"{INTERFACE}_distributed"
        port = self.port(network, address, router.id, device_owner=owner)
        active = True
        for service, host in zip(services, hosts, strict=True):
            host.plugged[network.id] = network
            vnic = self.add(
                VNIC.record(
                    host=host.name,
                    name=f"qr-{port.id[:11]}",
                    device=f"{service['namespace']}:qr-{port.id[:11]}",
                    parent=ref(service),
                    vnic_type="vservice_vnic",
                    mac_address=port["mac_address"],
                    ip_addresses=[f"{address}/24"] if active or not router.get("ha") else [],
                    oper_state="UP",
                )
            )
            active = False
            self.link(links.VSERVICE_VNIC, service, vnic, networks=[network.id])
            self.link(links.PORT_VNIC, port, vnic, networks=[network.id])
            self._wire(vnic, network, host, hybrid=False)
        return port

    def dhcp(self, network: Record, host: Host, address: str = "10.1.1.2") -> Record:
        """A network's DHCP service on a host."""
        service = super().dhcp(network, host, address)
        for port in [r for r in self.records.values() if r.type == "port" and r["device_id"] == f"dhcp-{network.id}"]:
            self.change(port, device_owner="network:dhcp")
        return service

    def floating_ip(self, address: str, network: Record, instance: Record, *, router: Record | None = None) -> Record:
        """A floating address that a router leads to the instance's first port."""
        port = self.ports_of(instance)[0]
        floating = self.add(
            FLOATING_IP.record(
                id=uuid("floating", address),
                name=address,
                parent=ref(self.records[instance["project_id"]]),
                project_id=instance["project_id"],
                ip_address=address,
                fixed_ip_address=port["ip_addresses"][0],
                network_id=network.id,
                port_id=port.id,
                router_id=router.id if router else None,
            )
        )
        self.link(links.FLOATING_IP_PORT, floating, port, networks=[port["network_id"]])
        return floating

    def security_group(self, name: str, project: Record, *rules: Mapping[str, Any], stateful: bool = True) -> Record:
        """A group; a rule without a direction lets in, without an ethertype is IPv4."""
        told = [{"direction": "ingress", "ethertype": "IPv4", **rule} for rule in rules]
        return self.add(
            SECURITY_GROUP.record(
                id=uuid("group", project.name, name),
                name=name,
                parent=ref(project),
                project_id=project.id,
                stateful=stateful,
                rules=told,
            )
        )

    def secure(self, port: Record, *groups: Record) -> None:
        """Put a port into groups, whose rules then apply to it."""
        self.change(port, port_security_enabled=True, security_groups=[group.id for group in groups])
        for group in groups:
            self.link(links.SECURITY_GROUP_PORT, group, port)

    def agent(self, host: Host, agent_type: str, *, alive: bool = True) -> Record:
        """A neutron agent on a host."""
        return self.add(
            NETWORK_AGENT.record(
                id=uuid("agent", host.name, agent_type),
                name=agent_type,
                host=host.name,
                agent_type=agent_type,
                alive=alive,
                admin_state_up=True,
            )
        )

    def trunk(self, parent: Record, network: Record, address: str, vlan: int) -> Record:
        """A subport of a port's trunk; the parent's device carries its network too."""
        port = self.port(network, address, "", device_owner="trunk:subport", trunk_parent=parent.id)
        subports = [
            *(parent.get("subports") or ()),
            {"port_id": port.id, "segmentation_type": "vlan", "segmentation_id": vlan},
        ]
        self.change(parent, trunk_id=uuid("trunk", parent.id), subports=subports)
        vnic = next(link.target_id for link in self.links if link.type == "port-vnic" and link.source_id == parent.id)
        reached = self._above(vnic)
        self.links = [
            _widened(link, network) if {link.source_id, link.target_id} & reached else link for link in self.links
        ]
        host = next(h for h in self._hosts if h.name == self.records[vnic].host)
        host.plugged[network.id] = network
        return port

    def _above(self, vnic: str) -> set[str]:
        bridges = {link.target_id for link in self.links if link.type == "vnic-vconnector" and link.source_id == vnic}
        return {vnic, *bridges}

    def ports_of(self, device: Record) -> list[Record]:
        """The ports of an instance or router, as they were made."""
        return [r for r in self.records.values() if r.type == "port" and r.get("device_id") == device.id]

    def change(self, record: Record, **values: Any) -> Record:
        """Say something else of an object."""
        kind = {p.name: p for p in object_type(record.type).properties}
        own = self.records[record.id]
        flat = {k: v for k, v in values.items() if kind[k].kind != "nested"}
        nested = {k: v for k, v in values.items() if kind[k].kind == "nested"}
        changed = Record(
            own.type, own.id, own.name, own.host, own.parent, {**own.properties, **flat}, {**own.details, **nested}
        )
        self.records[record.id] = changed
        return changed

    def unplug(self, instance: Record) -> None:
        """The instance stops: its devices go, its ports stay."""
        vnics = {
            link.target_id for link in self.links if link.type == "instance-vnic" and link.source_id == instance.id
        }
        self.links = [link for link in self.links if not {link.source_id, link.target_id} & vnics]
        for vnic in vnics:
            del self.records[vnic]
        self.change(instance, source_status="SHUTOFF", power_state="shutdown")


def _widened(link: Link, network: Record) -> Link:
    if link.networks is None or link.type == "port-vnic":
        return link
    return replace(link, networks=tuple(sorted({*link.networks, network.id})))
