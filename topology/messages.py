"""Messages: what happened, for people, tied to the objects that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from topology.graph import Graph

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


def write_messages(graph: Graph, environment: str, messages: Sequence[Message]) -> None:
    """Keep messages in the graph; related objects that do not exist are left out of the relationships only."""
    rows = [
        {
            "level": _SPOKEN.get(m.level, m.level),
            "text": m.text,
            "source_system": m.source_system,
            "related": list(m.related),
            "scan_id": m.scan_id,
        }
        for m in messages
    ]
    if rows:
        graph.write("messages_write", environment=environment, rows=rows)


def read_messages(
    graph: Graph, *, environment: str | None = None, level: str | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The newest messages, of at least the gravity of `level`."""
    wanted = LEVELS if level is None else LEVELS[: LEVELS.index(_SPOKEN.get(level, level)) + 1]
    return graph.read("messages_read", environment=environment, levels=list(wanted), limit=limit)
