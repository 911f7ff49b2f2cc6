"""How the listener of each environment fares: in the graph, apart from whether the cloud itself works."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from topology.graph import Graph
from topology.messages import Message, write_messages
from topology.shapes import JsonObject

State = Literal["listening", "connecting", "disconnected", "waiting", "failed", "stopped"]
LISTENER = "listener"
# A listener that has not said anything for so many seconds is dead: it speaks every few seconds.
SILENT_AFTER = 60
TOMBSTONE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """An environment that wants to be listened to. `configured` changes with its configuration."""

    environment: str
    configured: str
    scanned: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Notifications were lost, why that is known, and how the scan fares that was asked for because of it."""

    reason: str
    at: str
    scan_status: str | None


class ListenerNote:
    """Writes the state of one environment's listener; a change becomes a message, too."""

    def __init__(self, graph: Graph, environment: str) -> None:
        self._graph, self._environment = graph, environment
        self._last: tuple[State, str] | None = None

    def identity(self) -> str:
        """The name that this installation goes by at the broker."""
        return str(self._graph.write("listener_identity", environment=self._environment)[0]["id"])

    def say(self, state: State, reason: str = "", *, events: int = 0, lag: float | None = None) -> None:
        """It fares so now."""
        parameters = {"environment": self._environment, "state": state, "reason": reason}
        self._graph.write("listener_state", **parameters, events=events, lag=lag)
        if self._last != (state, reason):
            self._last = (state, reason)
            level = "warn" if state in ("disconnected", "failed") else "info"
            text = f"listener {state}" + (f": {reason}" if reason else "")
            write_messages(self._graph, self._environment, [Message(level, text, LISTENER)])

    def gap(self, reason: str) -> None:
        """Notifications were lost: what is known is doubtful until it is scanned again."""
        self._graph.write("listener_gap", environment=self._environment, reason=reason)
        write_messages(self._graph, self._environment, [Message("warn", reason, LISTENER)])

    def open_gap(self) -> Gap | None:
        """The gap that no scan has filled yet."""
        rows = self._graph.read("listener_gap_of", environment=self._environment)
        return Gap(rows[0]["reason"], rows[0]["at"], rows[0]["status"]) if rows else None

    def gap_asked(self, gap: Gap, scan_id: str) -> None:
        """A scan is asked for because of it."""
        self._graph.write("listener_gap_asked", environment=self._environment, at=gap.at, scan=scan_id)

    def gap_answered(self, gap: Gap) -> None:
        """A scan was done because of it."""
        self._graph.write("listener_gap_answered", environment=self._environment, at=gap.at)

    def bound(self) -> frozenset[str] | None:
        """The exchanges that the queue is bound to, as noted; None where a new queue is not accounted for yet."""
        rows = self._graph.read("listener_bound", environment=self._environment)
        return frozenset(rows[0]["exchanges"]) if rows and rows[0]["exchanges"] is not None else None

    def bound_to(self, exchanges: Collection[str] | None) -> None:
        """The queue is bound to these, and what was lost before is noted."""
        told = None if exchanges is None else sorted(exchanges)
        self._graph.write("listener_bind", environment=self._environment, exchanges=told)

    def forget_tombstones(self) -> None:
        """What was gone long ago needs no mark."""
        self._graph.write("events_forget_tombstones", environment=self._environment, days=TOMBSTONE_DAYS)


def wanted(graph: Graph) -> list[Wanted]:
    """The environments that want to be listened to."""
    return [Wanted(row["environment"], row["configured"], row["scanned"]) for row in graph.read("listener_due")]


def listener_states(graph: Graph, environment: str | None = None) -> list[JsonObject]:
    """How the listeners fare, of one environment or of all."""
    rows: list[dict[str, Any]] = graph.read("listener_states", environment=environment, silent=SILENT_AFTER)
    return [{**row, "state": _state(row)} for row in rows]


def _state(row: dict[str, Any]) -> str:
    if not row["listen"] and row["state"] in (None, "stopped"):
        return "off"
    ended = row["state"] in (None, "stopped")
    return str(row["state"] or "stopped") if ended or not row["silent"] else "gone"
