"""One driver for each call that runs at the same time, so that no two threads ever have the same connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from neo4j import Driver

from topology.errors import GraphUnavailable


class Drivers:
    """Lends drivers; each is made when it is needed first, and has one connection.

    A driver gives the connection of a failed transaction back to its pool, and then looks at it once more to roll back.
    A thread that gets it in between shares it: both may wait for ever, or the one rolls back what the other writes. Of
    a driver that is lent to one call at a time nobody else gets the connection.
    """

    def __init__(self, make: Callable[[], Driver]) -> None:
        self._make, self._lock, self._closed = make, Lock(), False
        self._idle = deque([make()])

    @contextmanager
    def one(self) -> Iterator[Driver]:
        """A driver for this call alone. Raises GraphUnavailable when they have been closed."""
        driver = self._taken() or self._make()
        try:
            yield driver
        finally:
            self._give_back(driver)

    def close(self) -> None:
        """Give back the connections; of those that are lent, when they come back."""
        with self._lock:
            self._closed, idle = True, list(self._idle)
            self._idle.clear()
        for driver in idle:
            driver.close()

    def _taken(self) -> Driver | None:
        with self._lock:
            if self._closed:
                raise GraphUnavailable("neo4j: the graph was closed. Open it again.")
            # The last one that came back: its connection is the likeliest to be there still.
            return self._idle.pop() if self._idle else None

    def _give_back(self, driver: Driver) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(driver)
                return
        driver.close()
