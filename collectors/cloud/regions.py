"""Regions: where the catalog of the token says the cloud's services answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors.cloud.tables import Tables, by, fetch_tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource
from graph_schema.object_types import REGION
from graph_schema.records import Problem


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The URLs of a region's services by service type."""

    region: str
    urls: Mapping[str, Sequence[str]]


def fetch_api(source: ApiSource) -> Endpoints:
    """The catalog that came with the token: no request of its own. Raises SourceError."""
    return Endpoints(source.region, source.endpoints())


def parse_api(raw: Endpoints) -> Collected:
    """One record for the region. A region that no service is in is none: the name is wrong."""
    if raw.urls:
        yield REGION.record(name=raw.region, endpoints={type: sorted(set(urls)) for type, urls in raw.urls.items()})
    else:
        yield Problem(
            f"keystone catalog, region {raw.region}",
            "no service has an endpoint in it.",
            "Compare the environment's region with: openstack region list.",
        )


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Endpoints and services of keystone's catalog. Raises SourceError."""
    return fetch_tables(
        source,
        region,
        {
            "keystone.endpoint": ("region_id", "service_id", "url", "enabled"),
            "keystone.service": ("id", "type", "enabled"),
        },
    )


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`; URLs with a place for the project keep the template (`%(project_id)s`) that the token fills."""
    services = by(tables["keystone.service"], "id")
    urls: dict[str, list[str]] = {}
    for row in tables["keystone.endpoint"]:
        service = services.get(row.get("service_id"), {})
        if row.get("region_id") == tables.region and row.get("enabled") and service.get("enabled"):
            urls.setdefault(str(service.get("type")), []).append(str(row.get("url")))
    return parse_api(Endpoints(tables.region, urls))


def witness(source: ApiSource, type: str, id: str) -> bool | None:
    """Whether the catalog still has the region, where the id is this source's own."""
    own = type == "region" and id == REGION.record(name=source.region).id
    return bool(source.endpoints()) if own else None


COLLECTOR = CloudCollector("regions", "keystone", fetch_api, parse_api, fetch_database, parse_database, witness)
