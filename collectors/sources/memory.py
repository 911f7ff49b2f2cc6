"""Sources that ask the same thing once while one scope is read: collectors of a scope share listings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from collectors.sources.protocols import JSON, ApiSource, DatabaseSource, SourceError

T = TypeVar("T")


class _Memory:
    def __init__(self) -> None:
        self._told: dict[tuple[Any, ...], Any] = {}

    def once(self, key: tuple[Any, ...], ask: Callable[[], T]) -> T:
        """What was told the first time, errors included."""
        if key not in self._told:
            try:
                self._told[key] = ask()
            except SourceError as error:
                self._told[key] = error
        told = self._told[key]
        if isinstance(told, SourceError):
            raise told
        return told  # type: ignore[no-any-return]  # of the type that the first asking gave


class RememberedApi:
    """An ApiSource; answers are shared, so nobody changes them."""

    def __init__(self, source: ApiSource) -> None:
        self._source, self._memory = source, _Memory()

    @property
    def region(self) -> str:
        """Name of the region."""
        return self._source.region

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        """As the source tells. Raises SourceError."""
        return self._memory.once(("endpoints",), self._source.endpoints)

    def listing(self, service: str, path: str, key: str) -> list[JSON]:
        """As the source tells. Raises SourceError."""
        return self._memory.once((service, path, key), lambda: self._source.listing(service, path, key))

    def exists(self, service: str, path: str) -> bool:
        """As the source tells now. Raises SourceError."""
        return self._source.exists(service, path)


class RememberedDatabase:
    """A DatabaseSource; rows are shared, so nobody changes them."""

    def __init__(self, source: DatabaseSource) -> None:
        self._source, self._memory = source, _Memory()

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """As the source tells. Raises SourceError."""
        key = (database, table, tuple(columns))
        return self._memory.once(key, lambda: self._source.rows(database, table, columns))
