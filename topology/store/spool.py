"""A list that stays small in memory: beyond a number of items it goes on in a temporary file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Generic, Self, TypeVar

T = TypeVar("T")


class Spool(Generic[T]):
    """Items that are all appended first and then read from the start, any number of times.

    `dump` makes plain JSON values of an item for the file, `load` an item of them.
    """

    def __init__(self, dump: Callable[[T], Any], load: Callable[[Any], T], in_memory: int = 20_000) -> None:
        self._dump, self._load, self._in_memory = dump, load, in_memory
        self._items: list[T] = []
        self._file: IO[str] | None = None
        self._length = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        yield from self._items
        if self._file is not None:
            self._file.seek(0)
            for line in self._file:
                yield self._load(json.loads(line))

    def append(self, item: T) -> None:
        """Add an item."""
        self._length += 1
        if self._length <= self._in_memory:
            self._items.append(item)
            return
        if self._file is None:
            self._file = TemporaryFile("w+", encoding="ascii")  # noqa: SIM115  # `close` closes it
        self._file.write(json.dumps(self._dump(item)) + "\n")

    def close(self) -> None:
        """Forget the items and give back the temporary file."""
        self._items = []
        if self._file is not None:
            self._file.close()


def spool_of_ids(in_memory: int = 20_000) -> Spool[str]:
    """A spool of texts."""
    return Spool(str, str, in_memory)
