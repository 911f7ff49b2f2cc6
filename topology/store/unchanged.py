"""The most frequent case in one question: scopes in which nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph_schema.records import Attributes, Outcome
from topology.store.attributes import told
from topology.store.changes import ScopeChanges, Tally
from topology.store.context import WriteContext
from topology.store.digests import attributes_differ, differing
from topology.store.encoding import stored_id
from topology.store.scopes import scope_properties
from topology.store.writes import Said


@dataclass(slots=True)
class HeldReading:
    """All that is said of a scope, in memory. `outcome` is complete where anything may be removed for it."""

    context: WriteContext
    says: Sequence[Said]
    attributes: Sequence[Attributes]
    outcome: Outcome
    differing: frozenset[int] | None = None
    """Numbers of the objects that may be said otherwise than the graph has them; None where that is not known."""
    attributes_settled: bool = False
    """The graph has just what is added to others' objects."""

    def parts(self) -> tuple[list[Said], list[Said]]:
        """The objects that have to be compared with the graph, and those that need not."""
        if self.differing is None:
            return list(self.says), []
        compared = [one for number, one in enumerate(self.says) if number in self.differing]
        return compared, [one for number, one in enumerate(self.says) if number not in self.differing]


def stamp_unchanged(readings: Sequence[HeldReading]) -> dict[str, ScopeChanges]:
    """Stamp the scopes of which the graph has just what is said, and tell so, by key; note what differs of the others.

    What a complete reading has to remark all the same is kept.
    """
    asked = {one.context.scope.key: (one, _unchanged(one)) for one in readings if one.context.digests is not None}
    if not asked:
        return {}
    context = readings[0].context
    rows = context.graph.write(
        "scopes_unchanged",
        environment=context.environment,
        readings=[_said(one, changes) for one, changes in asked.values()],
    )
    for row in rows:
        one = asked[row["key"]][0]
        one.context.compared = row["token"]
        if row["digests"] is not None and one.context.digests is not None:
            one.differing = differing(one.says, one.context.digests, row["digests"])
            one.attributes_settled = not attributes_differ(one.context.digests, row["digests"])
    return {row["key"]: asked[row["key"]][1] for row in rows if row["same"]}


def _unchanged(reading: HeldReading) -> ScopeChanges:
    tally = Tally(reading.context.tally.listing)
    for one in reading.says:
        tally.objects[one.record.type].unchanged += 1
    for type, group, _ in _added(reading):
        tally.attributes[told((type, group))].unchanged += 1
    return tally.changes(reading.context.scope, reading.context.observed_at, reading.outcome, dry_run=False)


def _said(reading: HeldReading, changes: ScopeChanges) -> dict[str, Any]:
    return {
        "key": reading.context.scope.key,
        "observed_at": reading.context.observed_at,
        "digests": reading.context.digests,
        "properties": scope_properties(changes, len(reading.says), len(_added(reading))),
    }


def _added(reading: HeldReading) -> set[tuple[str, str, str]]:
    """To which objects attributes of which group are added."""
    return {(one.type, one.group, stored_id(one.id)) for one in reading.attributes}
