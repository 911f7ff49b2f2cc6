"""One writer at a time: a lease in the graph, held for one transaction, and a fence for each scope that is written.

Every writing transaction first takes the lease, which is a lock on one node: two writers of an environment never
overlap, and none of them can leave the lock behind, because the database lets go of it with the transaction. A scope is
fenced by the reading that is newest; an older one finds its fence gone at its next batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from neo4j.exceptions import ConstraintError

from cypher import Statement
from graph_schema.metrics import WRITE_SECONDS
from graph_schema.records import Scope
from topology.errors import Superseded
from topology.graph import Graph, Transaction
from topology.graph.rows import Row
from topology.metrics import METER

T = TypeVar("T")


class Reads(Protocol):
    """Something that runs read statements: the graph itself, or a transaction that holds the lease."""

    def __call__(self, named: str | Statement, **parameters: Any) -> list[Row]:
        """All rows of a statement."""
        ...


def make_lease(graph: Graph, environment: str) -> None:
    """Make sure that the environment has its lease. It is made once, and never removed."""
    if graph.read("lease_there", environment=environment):
        return
    # Not by MERGE: of several at once it locks the index's entry and the node in orders that may deadlock.
    with suppress(ConstraintError):  # another process was faster
        graph.write("lease_make", environment=environment)


def under_lease(graph: Graph, environment: str, work: Callable[[Transaction], T]) -> T:
    """Do `work` in one transaction, alone in the environment. It may be run again after a transient error."""

    def held(tx: Transaction) -> T:
        tx.run("lease_hold", environment=environment)
        return work(tx)

    with METER.timed(WRITE_SECONDS, environment):
        return graph.in_transaction(held)


@dataclass(slots=True)
class Fence:
    """The right of one reading to write its scope: taken with the first write, lost when a newer reading comes."""

    graph: Graph
    environment: str
    scope: Scope
    observed_at: datetime
    token: int | None = None

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do `work` in one transaction, alone in the environment. Raises Superseded when the fence is not to be had."""

        def fenced(tx: Transaction) -> tuple[int, T]:
            if self.token is None:
                row = take(tx, [self])[0]
            else:
                row = tx.run("scope_fenced", environment=self.environment, key=self.scope.key, fence=self.token)[0]
            if not row["valid"]:
                raise superseded(self.environment, self.scope, row["fenced_at"])
            return row["fence"], work(tx)

        with METER.timed(WRITE_SECONDS, self.environment):
            self.token, done = self.graph.in_transaction(fenced)
        return done


def take(tx: Transaction, fences: Sequence[Fence]) -> list[Row]:
    """Hold the lease of an environment and take fences of several scopes; a row for each, which says if it was had."""
    rows = [
        {"key": one.scope.key, "source": one.scope.source, "name": one.scope.name, "observed_at": one.observed_at}
        for one in fences
    ]
    found = {row["key"]: row for row in tx.run("scopes_fence", environment=fences[0].environment, rows=rows)}
    return [found[one.scope.key] for one in fences]


def superseded(environment: str, scope: Scope, fenced_at: str | None) -> Superseded:
    """The error for a reading that came too late."""
    newer = f"a newer reading (of {fenced_at})" if fenced_at else "the removal of the whole scope"
    return Superseded(
        f"{scope.key} of {environment}: {newer} came meanwhile; the rest of this one is not written. "
        "If there was no other scan, compare the clocks of the machines that scan."
    )
