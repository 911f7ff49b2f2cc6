"""How an environment fares: whether its cloud's services answer, and, apart from that, how its listener fares."""

from __future__ import annotations

from topology.environments import EnvironmentRegistry
from topology.events.state import listener_states
from topology.freshness import HOST_SOURCES
from topology.graph import Graph
from topology.shapes import JsonObject


def described(graph: Graph, registry: EnvironmentRegistry, name: str) -> JsonObject:
    """The environment for display, without its secrets, and how it fares. Raises UnknownEnvironment."""
    return {**registry.describe(name), **operational(graph, name), "listener": listener(graph, name)}


def operational(graph: Graph, name: str) -> JsonObject:
    """Whether the cloud's services answered when they were last read: running, error with the reason, or stopped.

    Stopped: they were never read. While its listener runs they are read every minute, else by scans only.
    """
    rows = graph.read("environment_services", environment=name, hosts=list(HOST_SOURCES))
    failed = [row for row in rows if row["outcome"] == "failed"]
    reasons = [(row["problems"] or [f"{row['scope']} could not be read."])[0] for row in failed]
    return {
        "operational": "error" if failed else "running" if rows else "stopped",
        "operational_reason": " ".join(dict.fromkeys(reasons)) or None,
        "operational_as_of": max((row["observed_at"] for row in failed or rows), default=None),
    }


def listener(graph: Graph, name: str) -> JsonObject:
    """How the environment's listener fares, and why. `state` is off where it is not wanted, gone where it is silent."""
    found = listener_states(graph, name)
    kept = ("state", "reason", "since", "heartbeat", "events", "lag", "waiting", "gap_at", "gap_reason")
    return {key: found[0][key] for key in kept} if found else dict.fromkeys(kept)
