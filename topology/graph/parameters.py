"""What is handed to the driver with a statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any


@contextmanager
def as_sent(parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The parameters as the driver is to send them until the end of the block.

    What the driver keeps of a statement is part of cycles, and with it were thousands of rows until Python looks for
    these: it gets lists of its own, which are empty once they have been sent.

    Times are in UTC: of one in a named zone the driver asks that zone's offset with a class of its own, and CPython's
    zoneinfo answers that class with some offset, or crashes (python/cpython#125318).
    """
    sent = {name: _of_its_own(value) for name, value in parameters.items()}
    try:
        yield sent
    finally:
        for value in sent.values():
            if isinstance(value, list):
                value.clear()


def _of_its_own(value: object) -> object:
    if isinstance(value, list):
        return value.copy()
    return value.astimezone(UTC) if isinstance(value, datetime) and value.tzinfo is not None else value
