"""What nova notifies, in its two forms: brought into the shape of the API's server and read like it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from collectors.cloud import aggregates, instances
from collectors.cloud.answers import Listing
from collectors.cloud.hosts import COMPUTE
from collectors.cloud.nova_instances import status
from collectors.events.payload import each, malformed, records, refreshes, text
from graph_schema.events import Effect, Event, Gone, Refresh, RefreshKind, Says, Version
from graph_schema.records import Record

_POWER = {name: number for number, name in instances.POWER_STATES.items()} | {"pending": 0}
# What no notification says, or only one of the two forms.
_UNSAID = frozenset({"local_name", "zone"})
_UNVERSIONED_UNSAID = _UNSAID | {"power_state", "description"}
_HOSTS: tuple[Refresh, ...] = (Refresh("hosts", ""),)
_AGGREGATES: tuple[Refresh, ...] = (Refresh("aggregates", ""), *_HOSTS)


def instance(event: Event, region: str) -> Effect:
    """The instance as it is told, and everything about it read again: its own state, its ports, its host's part."""
    payload = event.payload
    id = _instance_id(event)
    wishes = [*_about(id), *each("host", [payload.get("host")])]
    if payload.get("state") == "deleted":
        return Effect(gone=(Gone("instance", id),), refreshes=refreshes(*wishes[1:]))
    if not isinstance(payload.get("state"), str):
        return Effect(refreshes=refreshes(*wishes))
    record = _record(event, id, region)
    unsaid = _UNSAID if _is_versioned(event) else _UNVERSIONED_UNSAID
    return Effect(says=(Says(record, _version(event), unsaid),), refreshes=refreshes(*wishes))


def instance_gone(event: Event, region: str) -> Effect:
    """The instance is gone; its ports and its host's part are read again."""
    del region
    id = _instance_id(event)
    return Effect(
        gone=(Gone("instance", id),),
        refreshes=refreshes(("ports_of_device", id), *each("host", [event.payload.get("host")])),
    )


def server_group(event: Event, region: str) -> Effect:
    """The instances that the payload names are read again. The group itself is no object of the graph."""
    del region
    members = event.payload.get("instance_uuids") or event.payload.get("members") or []
    if not isinstance(members, list):
        raise malformed(event, "its members are no list.")
    return Effect(refreshes=refreshes(*each("instance", members)))


def aggregate(event: Event, region: str) -> Effect:
    """The aggregate as it is told; it and the hosts, whose zone may be another now, are read again."""
    if "uuid" not in event.payload:
        return Effect(refreshes=_AGGREGATES)
    listing = Listing(region, "API", [dict(event.payload)])
    says = [Says(record, event.version_by_clock()) for record in records(aggregates.parse_api(listing), "aggregate")]
    return Effect(says=tuple(says), refreshes=_AGGREGATES)


def aggregate_gone(event: Event, region: str) -> Effect:
    """The aggregate is gone where the payload tells its uuid; the others and the hosts are read again."""
    del region
    uuid = event.payload.get("uuid")
    gone = (Gone("aggregate", uuid),) if isinstance(uuid, str) and uuid else ()
    return Effect(gone=gone, refreshes=_AGGREGATES)


def every_aggregate(event: Event, region: str) -> Effect:
    """All aggregates and hosts are read again."""
    del event, region
    return Effect(refreshes=_AGGREGATES)


def hosts(event: Event, region: str) -> Effect:
    """The hosts are read again, and by itself the one whose compute service is there.

    A compute service that comes back removes what was evacuated meanwhile, of which nobody tells.
    """
    del region
    payload = event.payload
    there = event.event_type != "service.delete" and not payload.get("forced_down")
    host = payload.get("host") if there and payload.get("binary") == COMPUTE else None
    return Effect(refreshes=(*_HOSTS, *refreshes(("host", host))))


def _instance_id(event: Event) -> str:
    return text(event, event.payload.get("uuid") or event.payload.get("instance_id"), "instance's id")


def _about(id: str) -> list[tuple[RefreshKind, Any]]:
    return [("instance", id), ("ports_of_device", id)]


def _is_versioned(event: Event) -> bool:
    return "uuid" in event.payload


def _version(event: Event) -> Version:
    """By updated_at where it is told: several notifications of one second are told apart by when they were published.

    The unversioned form does not tell it: there it is the second of the publication.
    """
    updated = _moment(event.payload.get("updated_at"))
    return event.version_by_clock() if updated is None else event.version(int(updated.timestamp()))


def _record(event: Event, id: str, region: str) -> Record:
    listing = Listing(region, "API", [_server(event, id)])
    (record,) = records(instances.parse_api(listing), "instance")
    return record


def _server(event: Event, id: str) -> dict[str, Any]:
    """The payload as GET /servers/detail would tell it."""
    told = event.payload
    task = told.get("task_state") if _is_versioned(event) else told.get("state_description")
    if "new_task_state" in told:
        task = told["new_task_state"]
    created = _moment(told.get("created_at"))
    return {
        "id": id,
        "name": told.get("display_name"),
        "description": told.get("display_description"),
        "tenant_id": told.get("tenant_id"),
        "status": status(told.get("state"), task or None),
        "created": None if created is None else f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "flavor": {"original_name": _flavor(told)},
        "OS-EXT-SRV-ATTR:host": told.get("host"),
        "OS-EXT-STS:power_state": _POWER.get(str(told.get("power_state"))),
        "OS-EXT-STS:task_state": task or None,
        "OS-EXT-AZ:availability_zone": told.get("availability_zone"),
    }


def _flavor(told: Mapping[str, Any]) -> Any:
    flavor = told.get("flavor")
    return flavor.get("name") if isinstance(flavor, Mapping) else told.get("instance_type")


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        told = datetime.fromisoformat(value)
    except ValueError:
        return None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
