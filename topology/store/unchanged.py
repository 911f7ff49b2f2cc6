"""The most frequent case in one question: small scopes in which nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from graph_schema.records import Attributes, Outcome
from topology.store.attributes import told
from topology.store.changes import ScopeChanges, Tally
from topology.store.context import WriteContext
from topology.store.encoding import attributes_hash, stored_id
from topology.store.scopes import scope_properties
from topology.store.writes import Said


@dataclass(slots=True)
class SmallReading:
    """All that is said of a scope, in memory. `outcome` is complete where anything may be removed for it."""

    context: WriteContext
    says: Sequence[Said]
    attributes: Sequence[Attributes]
    outcome: Outcome
    differing: frozenset[int] | None = None
    """Numbers of what is said otherwise than the graph has it; None where that was not asked."""


def stamp_unchanged(readings: Sequence[SmallReading]) -> dict[str, ScopeChanges]:
    """Stamp the scopes of which the graph has just what is said, and tell so, by key; note what differs of the others.

    What a complete reading has to remark all the same is kept.
    """
    asked = {one.context.scope.key: (one, _unchanged(one)) for one in readings if _comparable(one)}
    if not asked:
        return {}
    context = readings[0].context
    rows = context.graph.write(
        "scopes_unchanged",
        environment=context.environment,
        readings=[_said(one, changes) for one, changes in asked.values()],
    )
    for row in rows:
        asked[row["key"]][0].differing = frozenset(row["differing"])
    return {row["key"]: asked[row["key"]][1] for row in rows if row["same"]}


def _comparable(reading: SmallReading) -> bool:
    """Whether there is nothing more to tell than that nothing changed."""
    if reading.outcome.status != "complete" or any(one.problems or one.links_hash is None for one in reading.says):
        return False
    return len({one.token for one in reading.says}) == len(reading.says)


def _unchanged(reading: SmallReading) -> ScopeChanges:
    tally = Tally(reading.context.tally.listing)
    for one in reading.says:
        tally.objects[one.record.type].unchanged += 1
    for type, group, _ in {(one.type, one.group, one.id) for one in reading.attributes}:
        tally.attributes[told((type, group))].unchanged += 1
    return tally.changes(reading.context.scope, reading.context.observed_at, reading.outcome, dry_run=False)


def _said(reading: SmallReading, changes: ScopeChanges) -> dict[str, Any]:
    others = {(one.type, one.group, stored_id(one.id)): attributes_hash(one) for one in reading.attributes}
    return {
        "key": reading.context.scope.key,
        "observed_at": reading.context.observed_at,
        "ids": [one.id for one in reading.says],
        # One text for all hashes: many short ones cost more to send than the database takes to compare them.
        "hashes": "".join([f"{one.hash}{one.links_hash}" for one in reading.says]),
        "others": [[id, type, f"{group}_hash", f"{group}_scope", hash] for (type, group, id), hash in others.items()],
        "properties": scope_properties(changes, len(reading.says), len(others)),
    }
