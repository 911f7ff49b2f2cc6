"""Nova's services as its database has them: zone and state of each, in the shape of the API's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from collectors.cloud.tables import Row, Tables, by

# Nova's defaults, which a cloud may configure otherwise; only its API knows then.
COMPUTE_ZONE, INTERNAL_ZONE = "nova", "internal"
DOWN_AFTER = 60  # seconds without a report: service_down_time
SERVICE_TABLES = {
    "nova.services": ("host", "binary", "topic", "disabled", "forced_down", "last_seen_up", "created_at"),
}
ZONE_TABLES = {
    "nova_api.aggregates": ("id", "uuid", "name"),
    "nova_api.aggregate_hosts": ("aggregate_id", "host"),
    "nova_api.aggregate_metadata": ("aggregate_id", "key", "value"),
}


def services(tables: Tables) -> list[Row]:
    """Every service with binary, host, zone, state and status, as GET /os-services has them."""
    zones = zones_of_hosts(tables)
    rows = tables["nova.services"]
    newest = newest_of(rows, _last_seen)
    return [
        {
            "binary": row.get("binary"),
            "host": row.get("host"),
            "zone": _zone(row, zones),
            "state": "up" if reports(_last_seen(row), newest, DOWN_AFTER) and not row.get("forced_down") else "down",
            "status": "disabled" if row.get("disabled") else "enabled",
        }
        for row in rows
    ]


def zones_of_hosts(tables: Tables) -> Mapping[Any, str]:
    """Host → the zone that its aggregates make; hosts in none of them are left out."""
    metadata = tables["nova_api.aggregate_metadata"]
    names = by([row for row in metadata if row.get("key") == "availability_zone"], "aggregate_id")
    zones: dict[Any, set[str]] = {}
    for row in tables["nova_api.aggregate_hosts"]:
        made = names.get(row.get("aggregate_id"))
        if made is not None:
            zones.setdefault(row.get("host"), set()).add(str(made.get("value")))
    return {host: ",".join(sorted(names)) for host, names in zones.items()}


def newest_of(rows: Sequence[Row], when: Callable[[Row], datetime | None]) -> datetime | None:
    """The newest report in a table: its own clock, so that an old recording does not look dead."""
    return max((seen for row in rows if (seen := when(row)) is not None), default=None)


def reports(seen: datetime | None, newest: datetime | None, down_after: int) -> bool:
    """Whether what reported at `seen` is alive, when the newest of all reports is `newest`."""
    return seen is not None and newest is not None and (newest - seen).total_seconds() <= down_after


def moment(value: Any) -> datetime | None:
    """A time of the database (ISO 8601, UTC), or None where it is none."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        return None


def _last_seen(row: Row) -> datetime | None:
    return moment(row.get("last_seen_up")) or moment(row.get("created_at"))


def _zone(row: Row, zones: Mapping[Any, str]) -> str:
    if row.get("topic") != "compute":
        return INTERNAL_ZONE
    return zones.get(row.get("host"), COMPUTE_ZONE)
