"""What all steps of one scope's write share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from cypher import Statement
from graph_schema.records import Scope
from topology.graph import Graph, Transaction
from topology.graph.rows import Row
from topology.store.changes import Tally
from topology.store.lease import Fence

T = TypeVar("T")
# Seconds that the store's own statements may take: a scan is no question that somebody waits for.
PATIENCE = 600.0


@dataclass(slots=True)
class WriteContext:
    """One scope's write: where, of what, how complete, and what was counted so far.

    Without a `fence` it is a dry run. `planned` are tokens of objects that a dry run would have created by now.
    """

    graph: Graph
    environment: str
    scope: Scope
    observed_at: datetime
    complete: bool
    batch_size: int
    tally: Tally
    fence: Fence | None
    stop: Callable[[], None]
    planned: set[int] = field(default_factory=set)
    expect_changes: bool = False
    """Whether most of what was compared last had changed: then the comparison before taking the lease is left out."""
    transaction: Transaction | None = None
    digests: str | None = None
    """Of all that is said, where the graph is to hold just that in the end."""
    compared: int | None = None
    """Token of the lease when what is not looked at was found to be in the graph; None where all is looked at."""

    @property
    def dry_run(self) -> bool:
        """Whether nothing is written."""
        return self.fence is None

    @property
    def compares_first(self) -> bool:
        """Whether what is said is compared before the lease is taken: mostly there is nothing to write."""
        return self.transaction is None and not self.expect_changes

    def read(self, named: str | Statement, **parameters: Any) -> list[Row]:
        """All rows of a read statement, as the transaction sees them where one is open."""
        if self.transaction is not None:
            return self.transaction.run(named, **parameters)
        return self.graph.read(named, timeout=PATIENCE, **parameters)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do `work` in a transaction that holds the lease, as long as no newer reading writes the scope."""
        if self.transaction is not None:
            return work(self.transaction)
        if self.fence is None:
            raise AssertionError("a dry run does not write")
        return self.fence.write(work)

    def batches(self, rows: Iterable[T]) -> Iterator[list[T]]:
        """Rows in batches; between them the scan may be stopped."""
        for batch in batched(rows, self.batch_size):
            self.stop()
            yield batch


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """Rows in batches of this size, and what is left."""
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def places(contexts: Sequence[WriteContext]) -> dict[str, Any]:
    """The environment and scopes of what is written together, as statements take them."""
    return {
        "environment": contexts[0].environment,
        "scopes": [context.scope.key for context in contexts],
        "observed": [context.observed_at for context in contexts],
    }
