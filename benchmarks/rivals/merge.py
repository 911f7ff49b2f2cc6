"""Bare `UNWIND … MERGE`: every node and relationship written again, then what is of an older run removed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from neo4j import ManagedTransaction, Session

from benchmarks.rivals.rows import Rows
from benchmarks.writing import BATCH
from graph_schema.registry import object_type

ENVIRONMENT = "benchmark-merge"
_NODES = """
UNWIND $rows AS row
MERGE (n:Object {environment: $environment, id: row.id})
ON CREATE SET n.first_seen = datetime()
SET n += row.properties, n:%s, n.last_updated = $tag
"""
_LINKS = """
UNWIND $rows AS row
MATCH (a:Object {environment: $environment, id: row.source})
MATCH (b:Object {environment: $environment, id: row.target})
MERGE (a)-[r:%s]->(b)
SET r += row.properties, r.last_updated = $tag
"""
_ROOTS = """
MERGE (e:Environment {name: $environment})
WITH e UNWIND $rows AS row
MATCH (n:Object {environment: $environment, id: row.id})
MERGE (e)-[:CONTAINS]->(n)
"""
_STALE_LINKS = """
MATCH (a:Object {environment: $environment, type: $type})-[r]->()
WHERE r.last_updated <> $tag
DELETE r
"""
_STALE_NODES = """
MATCH (n:Object {environment: $environment, type: $type})
WHERE n.last_updated <> $tag
DETACH DELETE n
"""


def merge(session: Session, rows: Rows) -> None:
    """Write all rows."""
    tag = time.time()
    for type, nodes in rows.nodes.items():
        listed = [{"id": id, "properties": properties} for id, properties in nodes.items()]
        _in_batches(session, _NODES % object_type(type).label, listed, tag)
    _in_batches(session, _ROOTS, [{"id": id} for id in rows.roots], tag)
    for (relationship, _, _), links in rows.links.items():
        listed = [{"source": source, "target": target, "properties": said} for source, target, said in links]
        _in_batches(session, _LINKS % relationship, listed, tag)
    for type in rows.nodes:
        for text in (_STALE_LINKS, _STALE_NODES):
            session.execute_write(_run, text, environment=ENVIRONMENT, type=type, tag=tag)


def _in_batches(session: Session, text: str, rows: Sequence[Any], tag: float) -> None:
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        session.execute_write(_run, text, environment=ENVIRONMENT, rows=batch, tag=tag)


def _run(transaction: ManagedTransaction, /, text: str, **parameters: Any) -> None:
    transaction.run(text, parameters).consume()
