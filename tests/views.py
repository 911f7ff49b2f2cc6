"""A small inventory for the tests of link finders: what is put into it, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph_schema.records import Record


@dataclass(frozen=True)
class View:
    """An `InventoryView` of some records, seen from `host`."""

    records: Sequence[Record]
    host: str | None = None

    def all(self, type: str) -> Sequence[Record]:
        return [record for record in self.records if record.type == type]

    def get(self, type: str, id: str) -> Record | None:
        return next((record for record in self.all(type) if record.id == id), None)

    def by(self, type: str, *keys: str) -> Mapping[tuple[Any, ...], Record]:
        return {values: records[0] for values, records in self.grouped(type, *keys).items()}

    def grouped(self, type: str, *keys: str) -> Mapping[tuple[Any, ...], Sequence[Record]]:
        groups: defaultdict[tuple[Any, ...], list[Record]] = defaultdict(list)
        for record in self.all(type):
            values = tuple(record.get(key) for key in keys)
            if None not in values:
                groups[values].append(record)
        return groups
