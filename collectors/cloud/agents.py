"""Neutron's agents as both the hosts' and the network agents' collector ask for them."""

from __future__ import annotations

from datetime import datetime

from collectors.cloud.answers import Listing
from collectors.cloud.nova_services import moment, newest_of, reports
from collectors.cloud.tables import Row, Tables, decoded, truth
from collectors.sources.protocols import ApiSource
from graph_schema.records import Problem

DOWN_AFTER = 75  # seconds without a report: agent_down_time
AGENT_TABLES = {
    "neutron.agents": (
        "id",
        "agent_type",
        "binary",
        "host",
        "admin_state_up",
        "availability_zone",
        "configurations",
        "heartbeat_timestamp",
    )
}


def fetch_agents(source: ApiSource) -> Listing:
    """All agents, of ML2 and of OVN. Raises SourceError."""
    return Listing(source.region, "API", source.listing("network", "agents", "agents"))


def agents(tables: Tables) -> Listing | Problem:
    """Every agent as GET /v2.0/agents has it; a Problem where the table is empty, as it is where OVN does the work."""
    rows = tables["neutron.agents"]
    if not rows:
        return Problem(
            f"neutron.agents of {tables.region} (database)",
            "the table is empty. Agents of OVN are known to neutron's API only.",
            "Give the environment access to the API.",
        )
    newest = newest_of(rows, _heartbeat)

    def shaped(row: Row) -> Row:
        return {
            **row,
            "alive": reports(_heartbeat(row), newest, DOWN_AFTER),
            "admin_state_up": truth(row.get("admin_state_up")),
            "configurations": decoded(row.get("configurations")),
        }

    return Listing(tables.region, "database", [shaped(row) for row in rows])


def _heartbeat(row: Row) -> datetime | None:
    return moment(row.get("heartbeat_timestamp"))
