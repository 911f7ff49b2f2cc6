"""Networks and subnets as neutron's database has them, in the shape of the API's answer."""

from __future__ import annotations

from collectors.cloud.answers import Listing
from collectors.cloud.tables import DESCRIPTIONS, Row, Tables, descriptions, fetch_tables, grouped, truth
from collectors.sources.protocols import DatabaseSource

_TABLES = {
    "neutron.networks": ("id", "name", "project_id", "status", "admin_state_up", "mtu", "standard_attr_id"),
    "neutron.networksegments": (
        "network_id",
        "network_type",
        "physical_network",
        "segmentation_id",
        "is_dynamic",
        "segment_index",
    ),
    "neutron.externalnetworks": ("network_id",),
    # The column was target_tenant up to Yoga.
    "neutron.networkrbacs": ("object_id", "action", "target_project", "target_tenant"),
    "neutron.subnets": ("id", "name", "project_id", "network_id", "cidr", "ip_version", "gateway_ip", "enable_dhcp"),
    "neutron.ipallocationpools": ("subnet_id", "first_ip", "last_ip"),
    "neutron.dnsnameservers": ("subnet_id", "address"),
    "neutron.subnetroutes": ("subnet_id", "destination", "nexthop"),
    **DESCRIPTIONS,
}


def fetch(source: DatabaseSource, region: str) -> Tables:
    """Everything of networks and subnets, one query for each table. Raises SourceError."""
    return fetch_tables(source, region, _TABLES)


def networks(tables: Tables) -> Listing:
    """Every network as GET /v2.0/networks has it."""
    segments = grouped([row for row in tables["neutron.networksegments"] if not row.get("is_dynamic")], "network_id")
    external = {row.get("network_id") for row in tables["neutron.externalnetworks"]}
    shared = {row.get("object_id") for row in tables["neutron.networkrbacs"] if _shares_with_all(row)}
    described = descriptions(tables)

    def shaped(row: Row) -> Row:
        id = row.get("id")
        return {
            **row,
            **_provider(sorted(segments.get(id, []), key=_segment_index)),
            "admin_state_up": truth(row.get("admin_state_up")),
            "router:external": id in external,
            "shared": id in shared,
            "description": described.get(row.get("standard_attr_id")),
        }

    return Listing(tables.region, "database", [shaped(row) for row in tables["neutron.networks"]])


def subnets(tables: Tables) -> Listing:
    """Every subnet as GET /v2.0/subnets has it."""
    pools = grouped(tables["neutron.ipallocationpools"], "subnet_id")
    servers = grouped(tables["neutron.dnsnameservers"], "subnet_id")
    routes = grouped(tables["neutron.subnetroutes"], "subnet_id")

    def shaped(row: Row) -> Row:
        id = row.get("id")
        return {
            **row,
            "enable_dhcp": truth(row.get("enable_dhcp")),
            "allocation_pools": [{"start": p.get("first_ip"), "end": p.get("last_ip")} for p in pools.get(id, [])],
            "dns_nameservers": [each.get("address") for each in servers.get(id, [])],
            "host_routes": routes.get(id, []),
        }

    return Listing(tables.region, "database", [shaped(row) for row in tables["neutron.subnets"]])


def _shares_with_all(row: Row) -> bool:
    return row.get("action") == "access_as_shared" and "*" in (row.get("target_project"), row.get("target_tenant"))


def _segment_index(row: Row) -> int:
    index = row.get("segment_index")
    return index if isinstance(index, int) else 0


def _provider(segments: list[Row]) -> Row:
    told = [
        {f"provider:{key}": row.get(key) for key in ("network_type", "physical_network", "segmentation_id")}
        for row in segments
    ]
    # As neutron: one segment is told by the network itself, several in a list.
    return {"segments": told} if len(told) > 1 else told[0] if told else {}
