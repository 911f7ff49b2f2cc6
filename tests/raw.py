"""A session of the driver that a graph has: for what a test does behind the product's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j import Session

from topology.graph import Graph


@contextmanager
def raw_session(graph: Graph) -> Iterator[Session]:
    """A session, as the driver's own."""
    with graph._drivers.one() as driver, driver.session() as session:
        yield session
