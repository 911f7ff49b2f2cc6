"""The inventory of a scan in memory: what link finders look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graph_schema.records import Record


class _Groups(dict[tuple[Any, ...], list[Record]]):
    def __missing__(self, _: tuple[Any, ...]) -> list[Record]:
        return []


class Inventory:
    """Records by type and id, with indexes made when they are first asked for. An `InventoryView`.

    A host's inventory is a layer over the cloud's: types that it holds itself hide those below.
    """

    def __init__(self, host: str | None = None, below: Inventory | None = None) -> None:
        self._host, self._below = host, below
        self._records: dict[str, dict[str, Record]] = {}
        self._indexes: dict[tuple[Any, ...], _Groups] = {}

    @property
    def host(self) -> str | None:
        """The host of the layer; None for the cloud's."""
        return self._host

    def add(self, records: Iterable[Record], *, replace: bool = True) -> None:
        """Add records; without `replace` one that is there already is kept."""
        for record in records:
            of_type = self._records.setdefault(record.type, {})
            if replace or record.id not in of_type:
                of_type[record.id] = record
        self._indexes.clear()

    def types(self, names: Iterable[str]) -> None:
        """Say that the layer holds these types, even where it has no record of one."""
        for name in names:
            self._records.setdefault(name, {})

    def all(self, type: str) -> Sequence[Record]:
        """Every object of a type."""
        return list(self._of(type).values())

    def get(self, type: str, id: str) -> Record | None:
        """The object of that type and id, or None."""
        return self._of(type).get(id)

    def by(self, type: str, *keys: str) -> Mapping[tuple[Any, ...], Record]:
        """Objects of a type by the values of `keys`."""
        return {values: records[0] for values, records in self._index(type, keys).items()}

    def grouped(self, type: str, *keys: str) -> Mapping[tuple[Any, ...], Sequence[Record]]:
        """Objects of a type by the values of `keys`, all of them; a missing key gives none."""
        return self._index(type, keys)

    def _of(self, type: str) -> dict[str, Record]:
        if type in self._records:
            return self._records[type]
        return self._below._of(type) if self._below is not None else {}  # noqa: SLF001  # a layer of the same class

    def _index(self, type: str, keys: tuple[str, ...]) -> _Groups:
        # A type of the layer below is indexed there, once for all hosts.
        if type not in self._records and self._below is not None:
            return self._below._index(type, keys)  # noqa: SLF001  # a layer of the same class
        index = self._indexes.get((type, keys))
        if index is None:
            index = _Groups()
            for record in self._of(type).values():
                values = tuple(record.get(key) for key in keys)
                if None not in values:
                    index.setdefault(values, []).append(record)
            self._indexes[type, keys] = index
        return index
