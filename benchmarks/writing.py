"""Writes a multiplied cloud as a scan writes what it read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from benchmarks.cloud.readings import Part
from graph_schema.records import COMPLETE
from topology.graph import Graph
from topology.store import GraphStore, ScopeChanges, ScopeWrite

BATCH = 2000


def write_parts(
    graph: Graph, environment: str, parts: Iterable[Part], *, batch_size: int = BATCH
) -> list[ScopeChanges]:
    """Write all scopes, then join what was waiting for its other end."""
    store = GraphStore(graph, environment, batch_size=batch_size)
    writes = (
        ScopeWrite(scope, datetime.now(UTC), COMPLETE, entries, attributes) for scope, entries, attributes in parts
    )
    changes = [found for _, found in store.write_all(writes) if isinstance(found, ScopeChanges)]
    store.resolve_pending()
    return changes
