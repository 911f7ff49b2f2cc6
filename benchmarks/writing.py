"""Writes a multiplied cloud as a scan writes what it read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from benchmarks.cloud.readings import Part
from graph_schema.records import COMPLETE
from topology.graph import Graph
from topology.scan.garbage import seldom_searched
from topology.store import GraphStore, ScopeChanges, ScopeWrite

BATCH = 2000


def write_parts(
    graph: Graph, environment: str, parts: Iterable[Part], *, batch_size: int = BATCH
) -> list[ScopeChanges]:
    """Write all scopes, then join what waited for its other end. Of a list the transactions are always the same."""
    store = GraphStore(graph, environment, batch_size=batch_size)
    writes = (
        ScopeWrite(scope, datetime.now(UTC), COMPLETE, entries, attributes) for scope, entries, attributes in parts
    )
    with seldom_searched():
        written = store.write_all(list(writes) if isinstance(parts, list) else writes)
        changes = [found for _, found in written if isinstance(found, ScopeChanges)]
        store.resolve_pending()
    return changes
