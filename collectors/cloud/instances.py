"""Instances of all projects, as nova tells them."""

from __future__ import annotations

from functools import partial

from collectors.cloud import nova_instances
from collectors.cloud.answers import Answer, Listing, read_each
from collectors.cloud.places import answers_at, in_project
from collectors.cloud.tables import Tables
from collectors.contracts import CloudCollector, Collected
from collectors.sources.protocols import ApiSource
from graph_schema.object_types import INSTANCE
from graph_schema.records import Record, Ref

POWER_STATES = {0: "nostate", 1: "running", 3: "paused", 4: "shutdown", 6: "crashed", 7: "suspended"}


def fetch_api(source: ApiSource) -> Listing:
    """The servers of all projects in one listing. Raises SourceError."""
    return Listing(source.region, "API", source.listing("compute", "servers/detail?all_tenants=1", "servers"))


def parse_api(raw: Listing) -> Collected:
    """One record per instance; in its project while it has no host (unscheduled, shelved and offloaded).

    Addresses are neutron's to tell (`instance_addresses`). What changes by itself (updated, progress) is left out.
    """
    return read_each(raw, "nova servers", partial(_instance, raw.region))


def _instance(region: str, answer: Answer) -> Record:
    if answer.optional_text("status") == "UNKNOWN" and "name" not in answer.values:
        raise answer.unreadable(
            "nova cannot reach the database of its cell, and tells no more of it than that it exists.",
            "What is known of it is kept. Check the cell: nova-manage cell_v2 list_cells.",
        )
    host, project_id = answer.nullable_text("OS-EXT-SRV-ATTR:host"), answer.text("tenant_id")
    power_state = answer.optional_integer("OS-EXT-STS:power_state")
    return INSTANCE.record(
        id=answer.id,
        name=answer.named(answer.id),
        host=host,
        parent=Ref("host", host) if host else in_project(project_id, region),
        project_id=project_id,
        local_name=answer.optional_text("OS-EXT-SRV-ATTR:instance_name"),
        source_status=answer.text("status"),
        power_state=None if power_state is None else POWER_STATES.get(power_state, str(power_state)),
        task_state=answer.optional_text("OS-EXT-STS:task_state"),
        zone=answer.optional_text("OS-EXT-AZ:availability_zone"),
        flavor=answer.optional_object("flavor").optional_text("original_name"),
        description=answer.optional_text("description"),
        created_at=answer.optional_text("created"),
    )


fetch_database = nova_instances.fetch


def parse_database(tables: Tables) -> Collected:
    """As `parse_api`, save what only nova's configuration says: its zone by default, the pattern of local names."""
    return parse_api(nova_instances.servers(tables))


COLLECTOR = CloudCollector(
    "instances", "nova", fetch_api, parse_api, fetch_database, parse_database, answers_at("compute", instance="servers")
)
