"""Rows of an answer, and what another transaction took away while it was worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neo4j import Result

Row = dict[str, Any]
# The one column of a statement that collects its rows.
_COLLECTED = ["rows"]


def rows_of(result: Result) -> list[Row]:
    """All rows as they are: the product's statements answer with maps, never with nodes or relationships themselves.

    What may be many rows some statements collect into one list of maps, `rows`: a record costs more than what is in it.
    """
    names = result.keys()
    if list(names) == _COLLECTED:
        return [row for record in result for row in record[0]]
    return [dict(zip(names, record.values(), strict=True)) for record in result]


def is_there(row: Row) -> bool:
    """Whether the object that a row tells of, as `node` or among `nodes`, was there when its properties were read.

    Neo4j finds a node, and reads it later: of one that was removed in between there is a map without properties.
    """
    node, nodes = row.get("node"), row.get("nodes")
    return _has_id(node) and (not isinstance(nodes, list) or all(map(_has_id, nodes)))


def all_there(rows: Sequence[Row]) -> bool:
    """Whether every object that the rows tell of was there."""
    return all(map(is_there, rows))


def _has_id(node: object) -> bool:
    return not isinstance(node, dict) or "id" in node
