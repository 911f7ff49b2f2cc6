"""What was learnt of single objects outside a reading of their scope: written in one transaction with what goes along.

The scope's own fence and freshness stay as they are: nothing is known of its other objects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cypher import statement
from graph_schema.records import Attributes, Scope
from graph_schema.registry import CONTAINS, LINKS, link_type
from topology.graph import Graph, Transaction
from topology.store.attributes import AttributeStep, clear
from topology.store.changes import Tally
from topology.store.context import WriteContext
from topology.store.lease import Fence
from topology.store.link_plan import spool_of_anchors
from topology.store.links import LinkStep
from topology.store.objects import ObjectStep
from topology.store.removal import remove_batch
from topology.store.writes import Entry, said

# More than any batch of notifications: all of it is one transaction.
_ALL = 1_000_000


class Saying:
    """Writes into one open transaction that holds the environment's lease."""

    def __init__(self, graph: Graph, tx: Transaction, environment: str) -> None:
        self._graph, self._tx, self._environment = graph, tx, environment
        self._touched: set[str] = set()
        self.tally = Tally(listing=0)

    def write(self, scope: Scope, observed_at: datetime, entries: Iterable[Entry]) -> None:
        """Objects of a scope with all the links that they anchor. What something newer was said of is left as it is."""
        context = self._context(scope, observed_at)
        with spool_of_anchors() as anchors:
            objects = ObjectStep([context], anchors)
            objects.owned[0].before = 0  # the size of the scope is of no interest, and need not be counted
            objects.run(map(said, entries))
            LinkStep([context]).run(anchors)

    def add(self, scope: Scope, observed_at: datetime, attributes: Iterable[Attributes]) -> None:
        """What a scope adds to others' objects."""
        AttributeStep([self._context(scope, observed_at)]).run((0, one) for one in attributes)

    def take_back(self, scope: Scope, observed_at: datetime, group: tuple[str, str], ids: Iterable[str]) -> None:
        """Of objects, what a scope had added in a group (type, name) and says no longer."""
        clear(self._context(scope, observed_at), group, ids)

    def remove(self, scope: Scope, observed_at: datetime, type: str, ids: Sequence[str]) -> list[str]:
        """Objects of a scope that are gone; those that were removed. Links that others say of them wait."""
        removed = remove_batch(self._tx, self._context(scope, observed_at), type, sorted(ids))
        self.tally.objects[type].removed += len(removed)
        return removed

    def close(self) -> None:
        """Join links that waited for an object which is there now, and remember which scopes are not as read."""
        if self._touched:
            self._tx.run("scopes_touched", environment=self._environment, keys=sorted(self._touched))
        self._join_waiting()

    def _join_waiting(self) -> None:
        created = {type for type, counts in self.tally.objects.items() if counts.created}
        if not created:
            return
        for row in self._tx.run("pending_counts", environment=self._environment):
            kind = LINKS.get(row["link_type"])
            if kind is None or {kind.source, kind.target} & created:
                self._join(row["link_type"])

    def _join(self, type: str) -> None:
        resolve = statement("pending_resolve").fill(
            relationship=CONTAINS if type == CONTAINS else link_type(type).relationship
        )
        self._tx.run(resolve, environment=self._environment, link_type=type, batch=_ALL)

    def _context(self, scope: Scope, observed_at: datetime) -> WriteContext:
        self._touched.add(scope.key)
        return WriteContext(
            graph=self._graph,
            environment=self._environment,
            scope=scope,
            observed_at=observed_at,
            complete=True,
            batch_size=_ALL,
            tally=self.tally,
            fence=Fence(self._graph, self._environment, scope, observed_at),
            stop=lambda: None,
            transaction=self._tx,
        )
