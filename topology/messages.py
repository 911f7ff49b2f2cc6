"""Messages: what happened, for people, tied to the objects that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from topology.graph import Graph
from topology.inventory import require_environment
from topology.paging import LIMIT, Page, checked_limit, page, position_in_time

# The ancestor's severities, the gravest first.
LEVELS = ("panic", "alert", "crit", "error", "warn", "notice", "info", "debug")
_SPOKEN = {"warning": "warn", "critical": "crit"}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `related` are ids of the objects that it is about; `level` one of LEVELS (or its long form)."""

    level: str
    text: str
    source_system: str
    related: tuple[str, ...] = ()
    scan_id: str | None = None
    event_id: str | None = None


def write_messages(graph: Graph, environment: str | None, messages: Sequence[Message]) -> None:
    """Keep messages in the graph; related objects that do not exist are left out of the relationships only.

    Without an environment they are about the product itself.
    """
    rows = [
        {
            "level": _SPOKEN.get(m.level, m.level),
            "text": m.text,
            "source_system": m.source_system,
            "related": list(m.related),
            "scan_id": m.scan_id,
            "event_id": m.event_id,
        }
        for m in messages
    ]
    if rows:
        graph.write("messages_write", environment=environment, rows=rows)


@dataclass(frozen=True, slots=True)
class WantedMessages:
    """Which messages: at least as grave as `level`, of a system, about an object, of a scan or event, in a time."""

    level: str | None = None
    source_system: str | None = None
    related_object: str | None = None
    scan_id: str | None = None
    event_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def messages(
    graph: Graph,
    *,
    environment: str | None = None,
    wanted: WantedMessages | None = None,
    limit: int = LIMIT,
    after: str | None = None,
) -> Page:
    """A page of messages, the newest first. Raises UnknownEnvironment, InvalidConfiguration."""
    wanted = wanted or WantedMessages()
    before, before_id = position_in_time(after)
    rows = graph.read(
        "messages_page",
        environment=environment,
        levels=_at_least(wanted.level),
        source_system=wanted.source_system,
        related_object=wanted.related_object,
        scan_id=wanted.scan_id,
        event_id=wanted.event_id,
        since=wanted.since.isoformat() if wanted.since else None,
        until=wanted.until.isoformat() if wanted.until else None,
        before=before,
        before_id=before_id,
        limit=checked_limit(limit) + 1,
    )
    if not rows and environment is not None:
        require_environment(graph, environment)
    return page(rows, limit, shape=dict, place=lambda row: [row["timestamp"], row["id"]])


def _at_least(level: str | None) -> list[str]:
    return list(LEVELS if level is None else LEVELS[: LEVELS.index(_SPOKEN.get(level, level)) + 1])
