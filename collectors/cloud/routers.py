"""Routers as neutron knows them: the logical ones, wherever they run."""

from __future__ import annotations

from functools import partial

from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.networks import routes
from collectors.cloud.places import answers_at, in_project
from collectors.cloud.tables import DESCRIPTIONS, Row, Tables, by, descriptions, fetch_tables, grouped, truth
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource
from graph_schema.object_types import ROUTER
from graph_schema.records import Record


def fetch_api(source: ApiSource) -> Listing:
    """All routers. Raises SourceError."""
    return Listing(source.region, "API", source.listing("network", "routers", "routers"))


def parse_api(raw: Listing) -> Collected:
    """One record per router."""
    return read_each(raw, "neutron routers", partial(_router, raw.region))


def _router(region: str, answer: Answer) -> Record:
    project_id = answer.project_id()
    gateway = answer.nullable_object("external_gateway_info")
    return ROUTER.record(
        id=answer.id,
        name=answer.named(answer.id),
        parent=in_project(project_id, region),
        project_id=project_id,
        admin_state_up=answer.flag("admin_state_up"),
        source_status=answer.text("status"),
        distributed=answer.optional_flag("distributed"),
        ha=answer.optional_flag("ha"),
        external_network=gateway and gateway.optional_text("network_id"),
        external_ips=sorted(
            each.text("ip_address") for each in (gateway.optional_objects("external_fixed_ips") if gateway else [])
        ),
        enable_snat=gateway.optional_flag("enable_snat") if gateway else None,
        routes=routes(answer, "routes"),
        description=answer.optional_text("description"),
    )


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Routers, their extra attributes and routes, and the ports that are their gateways. Raises SourceError."""
    return fetch_tables(
        source,
        region,
        {
            "neutron.routers": (
                "id",
                "name",
                "project_id",
                "status",
                "admin_state_up",
                "gw_port_id",
                "enable_snat",
                "standard_attr_id",
            ),
            "neutron.router_extra_attributes": ("router_id", "distributed", "ha"),
            "neutron.routerroutes": ("router_id", "destination", "nexthop"),
            "neutron.ports": ("id", "network_id"),
            "neutron.ipallocations": ("port_id", "ip_address"),
            **DESCRIPTIONS,
        },
    )


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`."""
    ports = by(tables["neutron.ports"], "id")
    addresses = grouped(tables["neutron.ipallocations"], "port_id")
    extra = by(tables["neutron.router_extra_attributes"], "router_id")
    static = grouped(tables["neutron.routerroutes"], "router_id")
    described = descriptions(tables)

    def gateway(row: Row) -> Row | None:
        port = ports.get(row.get("gw_port_id"))
        return port and {
            "network_id": port.get("network_id"),
            "external_fixed_ips": addresses.get(port.get("id"), []),
            "enable_snat": truth(row.get("enable_snat")),
        }

    def shaped(row: Row) -> Row:
        more = extra.get(row.get("id"), {})
        return {
            **row,
            "admin_state_up": truth(row.get("admin_state_up")),
            "distributed": truth(more.get("distributed")),
            "ha": truth(more.get("ha")),
            "external_gateway_info": gateway(row),
            "routes": static.get(row.get("id"), []),
            "description": described.get(row.get("standard_attr_id")),
        }

    return parse_api(Listing(tables.region, "database", [shaped(row) for row in tables["neutron.routers"]]))


COLLECTOR = CloudCollector(
    "routers", "neutron", fetch_api, parse_api, fetch_database, parse_database, answers_at("network", router="routers")
)
