"""The cloud as its databases hold it, read table by table with the `mariadb` client."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from tests.lab.lab_machine import Lab

Row = dict[str, Any]

TABLES = {
    "projects": "select id, name, description, enabled, domain_id from keystone.project where is_domain = 0",
    "regions": "select id from keystone.region where id in (select region_id from keystone.endpoint)",
    "networks": "select id, name, project_id, admin_state_up, status from neutron.networks",
    "segments": "select network_id, network_type, physical_network, segmentation_id"
    " from neutron.networksegments where is_dynamic = 0 order by segment_index",
    "external": "select network_id from neutron.externalnetworks",
    "subnets": "select id, name, project_id, network_id, cidr, ip_version, gateway_ip, enable_dhcp"
    " from neutron.subnets",
    "ports": "select id, name, project_id, network_id, mac_address, admin_state_up, status, device_id, device_owner"
    " from neutron.ports",
    "bindings": "select port_id, host, vif_type, vnic_type from neutron.ml2_port_bindings where status = 'ACTIVE'",
    "allocations": "select port_id, ip_address, subnet_id from neutron.ipallocations",
    "routers": "select id, name, project_id, admin_state_up, status, gw_port_id from neutron.routers",
    "router_extras": "select router_id, ha, distributed from neutron.router_extra_attributes",
    "router_ports": "select router_id, port_id, port_type from neutron.routerports",
    "floating_ips": "select id, project_id, floating_ip_address, floating_network_id, fixed_port_id,"
    " fixed_ip_address, router_id, status from neutron.floatingips",
    "groups": "select id, name, project_id from neutron.securitygroups",
    "group_ports": "select port_id, security_group_id from neutron.securitygroupportbindings",
    "agents": "select id, agent_type, `binary`, host, admin_state_up, configurations from neutron.agents",
    "trunks": "select id, port_id from neutron.trunks",
    "subports": "select trunk_id, port_id, segmentation_id from neutron.subports",
    "instances": "select uuid, display_name, project_id, host, vm_state from nova.instances where deleted = 0",
    "unscheduled": "select uuid, display_name, project_id, host, vm_state from nova_cell0.instances where deleted = 0",
    # The rows of the API processes name the address that they listen on, no host; nova's own API leaves them out.
    "services": "select host, `binary` from nova.services"
    " where deleted = 0 and `binary` not in ('nova-osapi_compute', 'nova-metadata')",
    "computes": "select host, host_ip, hypervisor_type, hypervisor_hostname from nova.compute_nodes where deleted = 0",
    "aggregates": "select id, uuid, name from nova_api.aggregates",
    "aggregate_hosts": "select aggregate_id, host from nova_api.aggregate_hosts",
    "aggregate_zones": "select aggregate_id, value from nova_api.aggregate_metadata where `key` = 'availability_zone'",
}


@dataclass(frozen=True)
class Agent:
    """A neutron agent and what it told of its configuration."""

    id: str
    type: str
    binary: str
    host: str
    configuration: dict[str, Any]


class CloudFacts:
    """Rows of all tables, and what is asked of them again and again."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables
        self.ports: dict[str, Row] = {p["id"]: p for p in tables["ports"]}
        self.networks: dict[str, Row] = {n["id"]: n for n in tables["networks"]}
        self.host_of_port: dict[str, str] = {b["port_id"]: b["host"] for b in tables["bindings"] if b["host"]}
        self.instances: list[Row] = tables["instances"] + tables["unscheduled"]
        self.agents = [
            Agent(a["id"], a["agent_type"], a["binary"], a["host"], json.loads(a["configurations"]))
            for a in tables["agents"]
        ]
        self.segments: dict[str, list[Row]] = _grouped(tables["segments"], "network_id")
        self.allocations: dict[str, list[Row]] = _grouped(tables["allocations"], "port_id")
        trunk_port = {t["id"]: t["port_id"] for t in tables["trunks"]}
        self.subports: dict[str, list[str]] = defaultdict(list)  # parent port → its subports
        for subport in tables["subports"]:
            self.subports[trunk_port[subport["trunk_id"]]].append(subport["port_id"])

    def networks_of(self, port: str) -> frozenset[str]:
        """The networks whose packets a port's vNIC carries: its own, and for a trunk's parent those of its subports."""
        ports = [port, *self.subports.get(port, ())]
        return frozenset(self.ports[p]["network_id"] for p in ports if p in self.ports)

    def port_of_device(self, device: str) -> str | None:
        """The port whose id begins as the device's name does after its prefix of three or four letters."""
        return next((p for p in self.ports for n in (3, 4) if len(device) > n and p[:11] == device[n:]), None)

    def agent(self, host: str, type: str) -> Agent | None:
        """The host's agent of that type."""
        return next((a for a in self.agents if (a.host, a.type) == (host, type)), None)


def _grouped(rows: list[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def read_cloud(lab: Lab) -> CloudFacts:
    """All tables of one moment."""
    return CloudFacts({name: lab.sql(query) for name, query in TABLES.items()})
