"""The objects of a scope: compared with the graph by hash, written where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from cypher import statement
from graph_schema.records import Problem
from graph_schema.registry import object_type
from topology.graph import Transaction
from topology.store.context import WriteContext
from topology.store.encoding import HASH_LENGTH, node_properties
from topology.store.lease import Reads
from topology.store.link_plan import Anchor
from topology.store.spool import Spool
from topology.store.writes import Entry, Said, said

# Stands for a hash that is not said.
UNSAID = "-" * HASH_LENGTH


class NodeState(NamedTuple):
    """What the graph has under an id that was said; `newer`: an event has since spoken of it."""

    number: int
    type: str | None
    hash: str | None
    scope: str | None
    links_hash: str | None
    parent_id: str | None
    newer: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be done with an object that differs from the graph.

    `links`: whether its links have to be looked at. `joins`: whether the scope did not own it before.
    """

    one: Said
    action: Literal["create", "update", "adopt", "links", "skip", "clash"]
    links: bool = False
    joins: bool = False


class ObjectStep:
    """Writes the objects of a scope batch by batch, and spools the anchors whose links have to be looked at."""

    def __init__(self, context: WriteContext, spool: Spool, *, links_only: bool = False) -> None:
        self._context, self._spool, self._links_only = context, spool, links_only
        self.seen: set[int] = set()
        self.size: int | None = None
        """How many objects the scope owned when the last of them had been compared, if nothing was written then."""
        self.owned = 0
        """How many objects the scope must own now if nothing is to be removed."""
        self.joined: dict[str, int] = defaultdict(int)
        """How many objects of each type the scope owns since this write only."""

    def run(self, entries: Iterable[Entry]) -> None:
        """Write all entries."""
        for batch, last in self._context.batches(entries):
            says = sorted(self._unsaid(batch), key=lambda one: one.id)
            self._count(says, self._settle(says, last=last))

    def _unsaid(self, batch: Sequence[Entry]) -> Iterable[Said]:
        for entry in batch:
            one = said(entry, content=not self._links_only)
            if one.token in self.seen:
                what = "is said twice in one reading; the first is kept."
                self._context.tally.problem(Problem(f"{one.record.type} {one.id}", what))
                continue
            self.seen.add(one.token)
            for problem in one.problems:
                self._context.tally.problem(problem)
            yield one

    def _settle(self, says: list[Said], *, last: bool) -> list[Verdict]:
        """Decide on those that differ from the graph, and write them."""
        context = self._context
        if context.dry_run:
            return self._verdicts(context.read, says, last=last)
        if not context.expect_changes:
            says = [found.one for found in self._verdicts(context.read, says, last=last)]
        if not says:
            return []
        # Compared again under the lease: another writer may have been there in between.
        return context.write(lambda tx: self._write(tx, says))

    def _verdicts(self, read: Reads, says: list[Said], *, last: bool = False) -> list[Verdict]:
        """What is to be done with the objects that differ from the graph."""
        context = self._context
        links_known = all(one.links is not None for one in says)
        row = read(
            "objects_that_differ",
            environment=context.environment,
            scope=context.scope.key,
            observed_at=context.observed_at,
            ids=[one.id for one in says],
            # One text for all hashes: many short ones cost more to send than the database takes to compare them.
            hashes="".join(text for one in says for text in (one.hash or UNSAID, one.links_hash or UNSAID)),
            unsaid=UNSAID,
            parents=[] if links_known else [one.parent.id for one in says],
            last=last,
        )[0]
        self.size = row["size"]
        absent = [verdict_absent(says[number], departed=False) for number in row["absent"]]
        departed = [verdict_absent(says[number], departed=True) for number in row["departed"]]
        states = (NodeState(*values) for values in row["differing"])
        return [*absent, *departed, *(verdict(says[state.number], state, context.scope.key) for state in states)]

    def _write(self, tx: Transaction, says: list[Said]) -> list[Verdict]:
        verdicts = self._verdicts(tx.run, says)
        self.size = None
        created: dict[str, list[Said]] = defaultdict(list)
        for found in verdicts:
            if found.action == "create":
                created[found.one.record.type].append(found.one)
        where = {"environment": self._context.environment, "scope": self._context.scope.key}
        for type, ones in created.items():
            create = statement("objects_create").fill(label=object_type(type).label)
            tx.run(create, **where, type=type, rows=[_creation(one) for one in ones])
        updates = [_update(found.one) for found in verdicts if found.action == "update"]
        if updates:
            tx.run("objects_update", **where, rows=updates)
        adopted = [found.one.id for found in verdicts if found.action == "adopt"]
        if adopted:
            tx.run("objects_adopt", **where, ids=adopted)
        return verdicts

    def _count(self, says: list[Said], verdicts: list[Verdict]) -> None:
        tally = self._context.tally
        self._context.expect_changes = 2 * len(verdicts) > len(says)
        self.owned += len(says)
        for one in says:
            tally.objects[one.record.type].unchanged += 1
        for found in verdicts:
            if found.action != "links":
                tally.objects[found.one.record.type].unchanged -= 1
                self._count_one(found)
            if found.links:
                self._spool.append(Anchor.of(found.one, fresh=found.action == "create").row())

    def _count_one(self, found: Verdict) -> None:
        one, tally = found.one, self._context.tally
        counts = tally.objects[one.record.type]
        if found.action in ("skip", "clash"):
            counts.skipped += 1
            self.owned -= found.joins or found.action == "clash"
            if found.action == "clash":
                tally.problem(_clash(one))
            return
        self.joined[one.record.type] += found.joins
        if found.action == "create":
            counts.created += 1
            self._context.planned.add(one.token)
            tally.list("create", one.record.type, one.id, one.record.name)
        else:
            counts.updated += 1
            tally.list("update", one.record.type, one.id, one.record.name)


def verdict_absent(one: Said, *, departed: bool) -> Verdict:
    """What is to be done with an object that the graph does not have; `departed` when an event has since said so."""
    if departed or one.hash is None:
        return Verdict(one, "skip", joins=True)
    return Verdict(one, "create", links=True, joins=True)


def verdict(one: Said, state: NodeState, scope: str) -> Verdict:
    """What is to be done with an object that is in the graph otherwise than it is said."""
    joins = state.scope != scope
    if state.newer or (joins and one.hash is None):
        return Verdict(one, "skip", joins=joins)
    if state.type != one.record.type:
        return Verdict(one, "clash", joins=joins)
    links = state.links_hash != one.links_hash if one.links is not None else state.parent_id != one.parent.id
    if one.hash is not None and state.hash != one.hash:
        return Verdict(one, "update", links, joins)
    return Verdict(one, "adopt" if joins else "links", links, joins)


def _creation(one: Said) -> dict[str, Any]:
    properties = {key: value for key, value in node_properties(one.record).items() if value is not None}
    return {
        "id": one.id,
        "hash": one.hash,
        "parent_type": one.parent.type,
        "parent_id": one.parent.id,
        "properties": properties,
    }


def _update(one: Said) -> dict[str, Any]:
    return {"id": one.id, "hash": one.hash, "properties": node_properties(one.record)}


def _clash(one: Said) -> Problem:
    return Problem(
        f"{one.record.type} {one.id}",
        "has the id of an object of another type in the graph; it is not written.",
        "The other one is removed when its own source no longer lists it; scan again then.",
    )
