"""Aggregates: how many of everything there are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from graph_schema.constants import CONSTANTS
from topology.graph import Graph
from topology.inventory import require_environment
from topology.shapes import JsonObject
from topology.tree import counts


def of_environment(graph: Graph, environment: str) -> JsonObject:
    """How many objects of each type an environment has. Raises UnknownEnvironment."""
    found = dict(counts(graph, environment))
    if not found:
        require_environment(graph, environment)
    return {"object_types": found, "total": sum(found.values())}


def of_messages(graph: Graph, environment: str | None = None, since: datetime | None = None) -> JsonObject:
    """How many messages there are, by level and by environment; those about the product itself are of none, ""."""
    levels: Counter[str] = Counter()
    environments: Counter[str] = Counter()
    for row in graph.read("messages_count", environment=environment, since=since.isoformat() if since else None):
        levels[row["level"]] += row["count"]
        environments[row["environment"] or ""] += row["count"]
    return {
        "levels": dict(sorted(levels.items())),
        "environments": dict(sorted(environments.items())),
        "total": levels.total(),
    }


def of_constants() -> JsonObject:
    """How many words each list of constants has."""
    names = {name: len(words) for name, words in CONSTANTS.items()}
    return {"names": names, "total": sum(names.values())}
