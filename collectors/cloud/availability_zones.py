"""Availability zones of nova, `internal` included: the parents of hosts."""

from __future__ import annotations

from functools import partial

from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.nova_services import SERVICE_TABLES, ZONE_TABLES, services
from collectors.cloud.places import in_region, in_zone
from collectors.cloud.tables import Tables, fetch_tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource
from graph_schema.object_types import AVAILABILITY_ZONE
from graph_schema.records import Record


def fetch_api(source: ApiSource) -> Listing:
    """The zones with what runs in them: only this form of the listing has `internal`. Raises SourceError."""
    items = source.listing("compute", "os-availability-zone/detail", "availabilityZoneInfo")
    return Listing(source.region, "API", items)


def parse_api(raw: Listing) -> Collected:
    """One record per zone. When its services last reported is left out: it changes by itself."""
    return read_each(raw, "nova availability zones", partial(_zone, raw.region), id_key="zoneName")


def _zone(region: str, answer: Answer) -> Record:
    return AVAILABILITY_ZONE.record(
        name=answer.id,
        region=region,
        parent=in_region(region),
        available=answer.object("zoneState").flag("available"),
    )


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Services and the aggregates that make zones. Raises SourceError."""
    return fetch_tables(source, region, {**SERVICE_TABLES, **ZONE_TABLES})


def parse_database(tables: Tables) -> Collected:
    """As nova does it: the zones of all services, available where one of them is enabled."""
    available: dict[str, bool] = {}
    for service in services(tables):
        available[service["zone"]] = available.get(service["zone"], False) or service["status"] == "enabled"
    items = [{"zoneName": name, "zoneState": {"available": usable}} for name, usable in available.items()]
    return parse_api(Listing(tables.region, "database", items))


def witness(source: ApiSource, type: str, id: str) -> bool | None:
    """Whether a service of nova says that it is in the zone; with no service at all nobody can tell."""
    listed = source.listing("compute", "os-services", "services") if type == "availability_zone" else []
    zones = {in_zone(source.region, str(each.get("zone"))).id for each in listed if isinstance(each, dict)}
    return id in zones if zones else None


COLLECTOR = CloudCollector("availability_zones", "nova", fetch_api, parse_api, fetch_database, parse_database, witness)
