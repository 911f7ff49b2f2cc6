"""Rows of an answer, and what another transaction took away while it was worked out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neo4j import Result

Row = dict[str, Any]
# The one column of a statement that collects its rows.
_COLLECTED = ["rows"]
# Under which names rows tell of objects: of one, of several.
_ONE = ("node", "port", "router")
_SEVERAL = ("nodes", "parents", "floating_ips")


def rows_of(result: Result) -> list[Row]:
    """All rows as they are: the product's statements answer with maps, never with nodes or relationships themselves.

    What may be many rows some statements collect into one list of maps, `rows`: a record costs more than what is in it.
    """
    names = result.keys()
    if list(names) == _COLLECTED:
        return [row for record in result for row in record[0]]
    return [dict(zip(names, record.values(), strict=True)) for record in result]


def is_there(row: Row) -> bool:
    """Whether the objects that a row tells of were there when their properties were read.

    Neo4j finds a node, and reads it later: of one that was removed in between there is a map without values.
    """
    return all(_has_id(row.get(key)) for key in _ONE) and all(all(map(_has_id, row.get(key) or ())) for key in _SEVERAL)


def all_there(rows: Sequence[Row]) -> bool:
    """Whether every object that the rows tell of was there."""
    return all(map(is_there, rows))


def _has_id(told: object) -> bool:
    """Whether the map of an object has its id; so has all that is no map."""
    if not isinstance(told, dict):
        return True
    inner = told.get("node") or told.get("floating_ip")
    return _has_id(inner) if inner is not None else told.get("id") is not None
