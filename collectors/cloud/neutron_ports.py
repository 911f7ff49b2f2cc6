"""Ports, trunks and floating IPs' associations as neutron's database has them, in the shape of the API's answer."""

from __future__ import annotations

from collectors.cloud.answers import Listing
from collectors.cloud.tables import DESCRIPTIONS, Row, Tables, by, descriptions, fetch_tables, grouped, truth
from collectors.sources.protocols import DatabaseSource

DISTRIBUTED = "network:router_interface_distributed"
_TABLES = {
    "neutron.ports": (
        "id",
        "name",
        "project_id",
        "network_id",
        "mac_address",
        "admin_state_up",
        "status",
        "device_id",
        "device_owner",
        "standard_attr_id",
    ),
    "neutron.ipallocations": ("port_id", "ip_address", "subnet_id"),
    "neutron.ml2_port_bindings": ("port_id", "host", "vif_type", "vnic_type", "status"),
    "neutron.ml2_distributed_port_bindings": ("port_id", "vnic_type"),
    "neutron.securitygroupportbindings": ("port_id", "security_group_id"),
    "neutron.allowedaddresspairs": ("port_id", "mac_address", "ip_address"),
    "neutron.portsecuritybindings": ("port_id", "port_security_enabled"),
    "neutron.trunks": ("id", "port_id"),
    "neutron.subports": ("trunk_id", "port_id", "segmentation_type", "segmentation_id"),
    "neutron.floatingips": ("id", "fixed_port_id", "floating_ip_address"),
    **DESCRIPTIONS,
}


def fetch(source: DatabaseSource, region: str) -> Tables:
    """Everything of ports, one query for each table. Raises SourceError."""
    return fetch_tables(source, region, _TABLES)


def ports(tables: Tables) -> Listing:
    """Every port as GET /v2.0/ports has it."""
    addresses = grouped(tables["neutron.ipallocations"], "port_id")
    groups = grouped(tables["neutron.securitygroupportbindings"], "port_id")
    pairs = grouped(tables["neutron.allowedaddresspairs"], "port_id")
    security = by(tables["neutron.portsecuritybindings"], "port_id")
    bindings = _bindings(tables)
    described = descriptions(tables)

    def shaped(row: Row) -> Row:
        id = row.get("id")
        return {
            **row,
            **_binding(row, bindings.get(id, {})),
            "admin_state_up": truth(row.get("admin_state_up")),
            "fixed_ips": addresses.get(id, []),
            "security_groups": [each.get("security_group_id") for each in groups.get(id, [])],
            "allowed_address_pairs": pairs.get(id, []),
            # Neutron's default where nothing is stored.
            "port_security_enabled": truth(security.get(id, {}).get("port_security_enabled", True)),
            "description": described.get(row.get("standard_attr_id")),
        }

    return Listing(tables.region, "database", [shaped(row) for row in tables["neutron.ports"]])


def trunks(tables: Tables) -> Listing:
    """Every trunk as GET /v2.0/trunks has it."""
    subports = grouped(tables["neutron.subports"], "trunk_id")
    items = [{**row, "sub_ports": subports.get(row.get("id"), [])} for row in tables["neutron.trunks"]]
    return Listing(tables.region, "database", items)


def floating_ips(tables: Tables) -> Listing:
    """Every floating IP with its address and port, as GET /v2.0/floatingips has them."""
    items = [{**row, "port_id": row.get("fixed_port_id")} for row in tables["neutron.floatingips"]]
    return Listing(tables.region, "database", items)


def _bindings(tables: Tables) -> dict[object, Row]:
    # While an instance moves, its port has a second, inactive binding to the host that it goes to.
    active = [row for row in tables["neutron.ml2_port_bindings"] if row.get("status", "ACTIVE") == "ACTIVE"]
    return {**by(tables["neutron.ml2_distributed_port_bindings"], "port_id"), **by(active, "port_id")}


def _binding(port: Row, binding: Row) -> Row:
    distributed = port.get("device_owner") == DISTRIBUTED
    return {
        "binding:host_id": None if distributed else binding.get("host"),
        "binding:vif_type": "distributed" if distributed else binding.get("vif_type"),
        "binding:vnic_type": binding.get("vnic_type"),
    }
