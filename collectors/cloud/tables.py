"""Rows of the services' databases, and the joins that make the API's objects of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.sources.protocols import DatabaseSource

Row = dict[str, Any]
# What users wrote about objects of neutron: in one table for all kinds of them.
DESCRIPTIONS = {"neutron.standardattributes": ("id", "description")}


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows of some tables, by table, and the region that they are of."""

    region: str
    rows: Mapping[str, list[Row]]

    def __getitem__(self, table: str) -> list[Row]:
        """The rows of a table that was asked for."""
        return self.rows[table]


def fetch_tables(source: DatabaseSource, region: str, wanted: Mapping[str, Sequence[str]]) -> Tables:
    """One query for each table, named `database.table`, with its columns. Raises SourceError."""
    rows = {}
    for place, columns in wanted.items():
        database, _, table = place.partition(".")
        rows[place] = source.rows(database, table, columns)
    return Tables(region, rows)


def by(rows: Sequence[Row], column: str) -> dict[Any, Row]:
    """Rows by the value of a column; of several with one value, the last."""
    return {row[column]: row for row in rows if _can_join(row, column)}


def grouped(rows: Sequence[Row], column: str) -> Mapping[Any, list[Row]]:
    """Rows by the value of a column that several share; ask it with `.get(value, [])`."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        if _can_join(row, column):
            groups.setdefault(row[column], []).append(row)
    return groups


def descriptions(tables: Tables) -> Mapping[Any, Any]:
    """What is written about an object of neutron, by its `standard_attr_id`."""
    return {id: row.get("description") for id, row in by(tables["neutron.standardattributes"], "id").items()}


def truth(value: Any) -> Any:
    """A MySQL truth value (0, 1) as one; anything else as it is, for the reader of the object to judge."""
    return bool(value) if value in (0, 1) else value


def decoded(text: Any) -> Any:
    """The JSON of a text column; `{}` where it is none, as the services answer it too."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return {}


def _can_join(row: Row, column: str) -> bool:
    return isinstance(row.get(column), str | int)
