"""A list that stays small in memory: beyond a number of rows it goes on in a temporary file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any


class Spool:
    """Rows of plain JSON values, appended and then read from the start, any number of times. `close` when done."""

    def __init__(self, in_memory: int = 20_000) -> None:
        self._in_memory = in_memory
        self._rows: list[list[Any]] = []
        self._file: IO[str] | None = None
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[list[Any]]:
        yield from self._rows
        if self._file is not None:
            self._file.seek(0)
            for line in self._file:
                yield json.loads(line)

    def append(self, row: list[Any]) -> None:
        """Add a row. Rows are not added while the spool is being read."""
        self._length += 1
        if len(self._rows) < self._in_memory:
            self._rows.append(row)
            return
        if self._file is None:
            self._file = TemporaryFile("w+", encoding="ascii")  # noqa: SIM115  # `close` closes it
        self._file.write(json.dumps(row))
        self._file.write("\n")

    def close(self) -> None:
        """Give back the temporary file."""
        self._rows = []
        if self._file is not None:
            self._file.close()
