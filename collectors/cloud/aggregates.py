"""Host aggregates of nova, with their members and metadata."""

from __future__ import annotations

from functools import partial
from typing import Any

from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.nova_services import ZONE_TABLES
from collectors.cloud.places import in_region
from collectors.cloud.tables import Row, Tables, fetch_tables, grouped
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource, DatabaseSource
from graph_schema.object_types import AGGREGATE
from graph_schema.records import Record

# How many numbers of aggregates are tried, lowest first, before a list without an aggregate is believed.
PROBED = 20


def fetch_api(source: ApiSource) -> Listing:
    """All aggregates. Raises SourceError."""
    return Listing(source.region, "API", source.listing("compute", "os-aggregates", "aggregates"))


def parse_api(raw: Listing) -> Collected:
    """One record per aggregate, by its uuid: its number may be given again after a database was made anew."""
    return read_each(raw, "nova aggregates", partial(_aggregate, raw.region), id_key="uuid")


def _aggregate(region: str, answer: Answer) -> Record:
    metadata = answer.object("metadata")
    return AGGREGATE.record(
        id=answer.id,
        name=answer.named(answer.id),
        parent=in_region(region),
        zone=metadata.optional_text("availability_zone"),
        hosts=answer.texts("hosts"),
        metadata=dict(sorted(metadata.values.items())),
    )


def fetch_database(source: DatabaseSource, region: str) -> Tables:
    """Aggregates, their hosts and their metadata. Raises SourceError."""
    return fetch_tables(source, region, ZONE_TABLES)


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`."""
    hosts = grouped(tables["nova_api.aggregate_hosts"], "aggregate_id")
    metadata = grouped(tables["nova_api.aggregate_metadata"], "aggregate_id")

    def shaped(row: Row) -> dict[str, Any]:
        id = row.get("id")
        return {
            "uuid": row.get("uuid"),
            "name": row.get("name"),
            "hosts": [member.get("host") for member in hosts.get(id, [])],
            "metadata": {str(item.get("key")): item.get("value") for item in metadata.get(id, [])},
        }

    items = [shaped(row) for row in tables["nova_api.aggregates"]]
    return parse_api(Listing(tables.region, "database", items))


def witness(source: ApiSource, type: str, id: str) -> bool | None:
    """Whether the aggregate is listed when asked again; None for other types. Raises SourceError.

    Nova answers for one aggregate by its number only, and the number of the one in question is not known. So the list
    is believed when none of the lowest numbers that it lacks answers.
    """
    if type != AGGREGATE.name:
        return None
    listed = source.listing("compute", "os-aggregates", "aggregates")
    if any(item.get("uuid") == id for item in listed):
        return True
    known = {item.get("id") for item in listed}
    asked = [number for number in range(1, PROBED + 1) if number not in known]
    return any(source.exists("compute", f"os-aggregates/{number}") for number in asked)


COLLECTOR = CloudCollector("aggregates", "nova", fetch_api, parse_api, fetch_database, parse_database, witness)
