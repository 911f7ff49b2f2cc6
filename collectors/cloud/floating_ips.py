"""Floating IPs and what they are associated with."""

from __future__ import annotations

from functools import partial

from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.places import answers_at, in_project
from collectors.cloud.tables import DESCRIPTIONS, Tables, descriptions, fetch_tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource
from graph_schema.object_types import FLOATING_IP
from graph_schema.records import Record

FLOATING_IP_TABLES = {
    "neutron.floatingips": (
        "id",
        "project_id",
        "floating_ip_address",
        "floating_network_id",
        "fixed_port_id",
        "fixed_ip_address",
        "router_id",
        "status",
        "standard_attr_id",
    )
}


def fetch_api(source: ApiSource) -> Listing:
    """All floating IPs. Raises SourceError."""
    return Listing(source.region, "API", source.listing("network", "floatingips", "floatingips"))


def parse_api(raw: Listing) -> Collected:
    """One record per floating IP, named by its address."""
    return read_each(raw, "neutron floating IPs", partial(_floating_ip, raw.region))


def _floating_ip(region: str, answer: Answer) -> Record:
    project_id = answer.project_id()
    address = answer.text("floating_ip_address")
    return FLOATING_IP.record(
        id=answer.id,
        name=address,
        parent=in_project(project_id, region),
        project_id=project_id,
        ip_address=address,
        fixed_ip_address=answer.nullable_text("fixed_ip_address"),
        network_id=answer.text("floating_network_id"),
        port_id=answer.nullable_text("port_id"),
        router_id=answer.nullable_text("router_id"),
        source_status=answer.optional_text("status"),
        description=answer.optional_text("description"),
    )


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Neutron's table of floating IPs, and what is written about them. Raises SourceError."""
    return fetch_tables(source, region, {**FLOATING_IP_TABLES, **DESCRIPTIONS})


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`."""
    described = descriptions(tables)
    items = [
        {**row, "port_id": row.get("fixed_port_id"), "description": described.get(row.get("standard_attr_id"))}
        for row in tables["neutron.floatingips"]
    ]
    return parse_api(Listing(tables.region, "database", items))


COLLECTOR = CloudCollector(
    "floating_ips",
    "neutron",
    fetch_api,
    parse_api,
    fetch_database,
    parse_database,
    answers_at("network", floating_ip="floatingips"),
)
