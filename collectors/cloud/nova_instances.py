"""Instances as nova's databases have them, in the shape of the API's answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.cloud.answers import Listing
from collectors.cloud.nova_services import COMPUTE_ZONE, ZONE_TABLES, moment, zones_of_hosts
from collectors.cloud.tables import Row, Tables, by, decoded, fetch_tables
from collectors.sources.protocols import DatabaseSource

SOFT_DELETED = "soft-delete"  # nova's own listing leaves these out, and the copies (`hidden`) of a move between cells
_COLUMNS = (
    "id",
    "uuid",
    "display_name",
    "display_description",
    "project_id",
    "host",
    "vm_state",
    "task_state",
    "power_state",
    "availability_zone",
    "created_at",
    "hidden",
)
_TABLES = {"nova.instances": _COLUMNS, "nova.instance_extra": ("instance_uuid", "flavor"), **ZONE_TABLES}

# nova.api.openstack.common: a status for the state, another while one of these tasks is on.
_RESIZE = dict.fromkeys(("resize_prep", "resize_migrating", "resize_migrated", "resize_finish"), "RESIZE")
_REBUILD = dict.fromkeys(("rebuilding", "rebuild_block_device_mapping", "rebuild_spawning"), "REBUILD")
_REBOOT = dict.fromkeys(("rebooting", "reboot_pending", "reboot_started"), "REBOOT")
_HARD_REBOOT = dict.fromkeys(("rebooting_hard", "reboot_pending_hard", "reboot_started_hard"), "HARD_REBOOT")
_MIGRATING = {"migrating": "MIGRATING"}
_STATUSES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "active": (
        "ACTIVE",
        {**_REBOOT, **_HARD_REBOOT, **_REBUILD, **_RESIZE, **_MIGRATING, "updating_password": "PASSWORD"},
    ),
    "building": ("BUILD", {}),
    "stopped": ("SHUTOFF", {**_RESIZE, **_REBUILD}),
    "resized": ("VERIFY_RESIZE", {"resize_reverting": "REVERT_RESIZE"}),
    "paused": ("PAUSED", _MIGRATING),
    "suspended": ("SUSPENDED", {}),
    "rescued": ("RESCUE", {}),
    "error": ("ERROR", _REBUILD),
    "deleted": ("DELETED", {}),
    "shelved": ("SHELVED", {}),
    "shelved_offloaded": ("SHELVED_OFFLOADED", {}),
}


def fetch(source: DatabaseSource, region: str) -> Tables:
    """Instances of all cells (in cell 0 those that no host was found for) and what makes zones. Raises SourceError."""
    return fetch_tables(source, region, _TABLES)


def servers(tables: Tables) -> Listing:
    """Every instance as GET /servers/detail has it."""
    zones = zones_of_hosts(tables)
    extra = by(tables["nova.instance_extra"], "instance_uuid")
    listed = [row for row in tables["nova.instances"] if _is_listed(row)]
    items = [_server(row, extra.get(row.get("uuid"), {}), zones) for row in listed]
    return Listing(tables.region, "database", items)


def _is_listed(row: Row) -> bool:
    return row.get("vm_state") != SOFT_DELETED and not row.get("hidden")


def _server(row: Row, extra: Row, zones: Mapping[Any, str]) -> Row:
    host, created = row.get("host"), moment(row.get("created_at"))
    return {
        "id": row.get("uuid"),
        "name": row.get("display_name"),
        "description": row.get("display_description"),
        "tenant_id": row.get("project_id"),
        "status": status(row.get("vm_state"), row.get("task_state")),
        "created": created and f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "flavor": {"original_name": _flavor_name(extra.get("flavor"))},
        "OS-EXT-SRV-ATTR:host": host,
        # The name that nova gives by default (instance_name_template); a cloud may configure another.
        "OS-EXT-SRV-ATTR:instance_name": f"instance-{row.get('id'):08x}" if isinstance(row.get("id"), int) else None,
        "OS-EXT-STS:power_state": row.get("power_state"),
        "OS-EXT-STS:task_state": row.get("task_state"),
        "OS-EXT-AZ:availability_zone": zones.get(host, COMPUTE_ZONE) if host else row.get("availability_zone"),
    }


def status(vm_state: Any, task_state: Any) -> str:
    """What the API calls the state of an instance."""
    usual, by_task = _STATUSES.get(vm_state, ("UNKNOWN", {}))
    return by_task.get(task_state, usual)


def _flavor_name(extra: Any) -> Any:
    current = decoded(extra)
    for key in ("cur", "nova_object.data", "name"):
        current = current.get(key) if isinstance(current, dict) else None
    return current
