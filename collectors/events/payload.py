"""Reading payloads with the parsers of the collectors: notifications carry what the API lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.contracts import Collected
from collectors.sources.protocols import Malformed
from graph_schema.events import Event, Refresh, RefreshKind
from graph_schema.records import Problem, Record

_REMEDY = "It is left out. What it spoke of is right again after the next scan."


def objects(event: Event, name: str, many: str = "") -> list[Mapping[str, Any]]:
    """The objects of a payload: one under `name`, or several under `many` where they were made at once."""
    found = event.payload.get(name)
    listed = [found] if found is not None else event.payload.get(many or f"{name}s")
    if not isinstance(listed, list) or not all(isinstance(each, Mapping) for each in listed):
        raise malformed(event, f"it carries no {name}.")
    return listed


def id_of(event: Event, name: str) -> str:
    """The id of what was deleted: `name_id`, or the id in the object."""
    inside = event.payload.get(name)
    found = event.payload.get(f"{name}_id") or (inside.get("id") if isinstance(inside, Mapping) else None)
    return text(event, found, f"{name}_id")


def text(event: Event, value: Any, name: str) -> str:
    """The value, which must be a text that is not empty."""
    if not isinstance(value, str) or not value:
        raise malformed(event, f"its {name} is missing or no text.")
    return value


def records(items: Collected, type: str) -> list[Record]:
    """The records of a type. Raises Malformed for what could not be read."""
    found = []
    for item in items:
        if isinstance(item, Problem):
            raise Malformed(item.where, item.what, item.remedy)
        if isinstance(item, Record) and item.type == type:
            found.append(item)
    return found


def malformed(event: Event, what: str) -> Malformed:
    """The error for a payload that is not what its type promises."""
    return Malformed(f"notification {event.event_type} {event.message_id}", what, _REMEDY)


def refreshes(*wanted: tuple[RefreshKind, Any]) -> tuple[Refresh, ...]:
    """Requests to read again, those without an id left out."""
    return tuple(dict.fromkeys(Refresh(kind, id) for kind, id in wanted if isinstance(id, str) and id))


def each(kind: RefreshKind, ids: Iterable[Any]) -> list[tuple[RefreshKind, Any]]:
    """One wish for each id."""
    return [(kind, id) for id in ids]
