"""The objects of a scope: compared with the graph by hash, written where they differ."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal, NamedTuple

from cypher import statement
from graph_schema.records import Problem
from topology.graph import Transaction
from topology.graph.rows import Row
from topology.store.ahead import read_ahead
from topology.store.context import WriteContext, batched, places
from topology.store.creation import Created, create_objects
from topology.store.encoding import columns, node_properties
from topology.store.lease import Reads
from topology.store.link_plan import Anchor
from topology.store.spool import Spool
from topology.store.writes import Said


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


@dataclass(slots=True)
class Owned:
    """What is known of a scope's objects while they are written."""

    seen: set[int] = field(default_factory=set)
    """Tokens of what was said."""
    before: int | None = None
    """How many objects the scope owned before."""
    number: int = 0
    """How many of the objects that are said the scope owns now."""
    joined: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """How many objects of each type the scope owns since this write only."""


class ObjectStep:
    """Writes the objects of scopes batch by batch, and spools the anchors whose links have to be looked at.

    `at_once`: one batch holds them all, so that an end that is missing then is not among them.
    """

    def __init__(self, contexts: Sequence[WriteContext], anchors: Spool[Anchor], *, at_once: bool = False) -> None:
        self._contexts, self._anchors, self._at_once = contexts, anchors, at_once
        self._context = contexts[0]
        self.owned = [Owned() for _ in contexts]

    def run(self, says: Iterable[Said]) -> None:
        """Write all that is said."""
        for batch in self._batches(says):
            unsaid = sorted(self._unsaid(batch), key=lambda one: one.id)
            self._count(unsaid, self._settle(unsaid))

    def _batches(self, says: Iterable[Said]) -> Iterator[list[Said]]:
        """Batches; of a scope that may have several, the next is made ready while the database works on the last."""
        context = self._context
        if self._at_once or context.transaction is not None:
            yield from context.batches(says)
            return
        ready = (self._made_ready(batch) for batch in batched(says, context.batch_size))
        with closing(read_ahead(ready, weight=len, room=0, alone=lambda _: False, pulse=context.stop)) as made:
            for batch in chain.from_iterable(made):
                context.stop()
                yield batch

    def _made_ready(self, batch: list[Said]) -> list[Said]:
        for one in batch:
            one.make_ready(to_create=self._context.expect_changes)
        return batch

    def settled(self, says: Iterable[Said]) -> None:
        """Count objects that were found in the graph just as they are said."""
        for one in self._unsaid(says):
            self.owned[one.place].number += 1
            self._contexts[one.place].tally.objects[one.record.type].unchanged += 1

    def _unsaid(self, batch: Iterable[Said]) -> Iterable[Said]:
        """Those of the batch that the reading has not said before."""
        for one in batch:
            seen, tally = self.owned[one.place].seen, self._contexts[one.place].tally
            if one.token in seen:
                what = "is said twice in one reading; the first is kept."
                tally.problem(Problem(f"{one.record.type} {one.id}", what))
                continue
            seen.add(one.token)
            for problem in one.problems:
                tally.problem(problem)
            yield one

    def _settle(self, says: list[Said]) -> list[Verdict]:
        """Decide on those that differ from the graph, and write them."""
        context = self._context
        if context.dry_run:
            verdicts = self._verdicts(says, self._compare(context.read, says))
            return [replace(found, links=found.links or found.action == "create") for found in verdicts]
        if context.compares_first:
            says = [found.one for found in self._verdicts(says, self._compare(context.read, says))]
        if not says:
            return []
        # Compared again under the lease: another writer may have been there in between.
        verdicts, created = context.write(lambda tx: self._write(tx, says))
        for (place, type), count in created.joined.items():
            self._contexts[place].tally.links[type].created += count
        for (place, type), count in created.waiting.items():
            self._contexts[place].tally.links[type].pending += count
        return verdicts

    def _compare(self, read: Reads, says: list[Said]) -> Row:
        links_known = all(one.links is not None for one in says)
        unsized = [place for place, owned in enumerate(self.owned) if owned.before is None]
        row = read(
            "objects_that_differ",
            **places(self._contexts),
            places=[one.place for one in says],
            ids=[one.id for one in says],
            hashes=[one.hash for one in says],
            links_hashes=[one.links_hash for one in says],
            parents=[] if links_known else [one.parent.id for one in says],
            unsized=[self._contexts[place].scope.key for place in unsized],
        )[0]
        for place, size in zip(unsized, row["sizes"], strict=True):
            self.owned[place].before = size
        return row

    def _verdicts(self, says: list[Said], row: Row) -> list[Verdict]:
        """What is to be done with the objects that differ from the graph."""
        absent = [verdict_absent(says[number], departed=False) for number in row["absent"]]
        departed = [verdict_absent(says[number], departed=True) for number in row["departed"]]
        scopes = [context.scope.key for context in self._contexts]
        differing = (verdict(says[values[0]], NodeState(*values), scopes) for values in row["differing"])
        return [*absent, *departed, *differing]

    def _write(self, tx: Transaction, says: list[Said]) -> tuple[list[Verdict], Created]:
        """Write a batch: what was done with each object, and what came of the links of those that are new."""
        found = self._compare(tx.run, says)
        verdicts = self._verdicts(says, found)
        where = {"environment": self._context.environment, "scopes": [one.scope.key for one in self._contexts]}
        for type, updated in _by_type(verdicts, "update").items():
            rows = [[one.id, one.hash, one.place, list(node_properties(one.record).values())] for one in updated]
            tx.send(statement("objects_update").fill(properties=columns(type)), **where, rows=rows)
        adopted = [[found.one.id, found.one.place] for found in verdicts if found.action == "adopt"]
        if adopted:
            tx.send("objects_adopt", **where, rows=adopted)
        new = [found.one for found in verdicts if found.action == "create"]
        created = create_objects(tx, self._contexts, new, at_once=self._at_once)
        if found["annotated"]:
            tx.send("annotations_restore", environment=self._context.environment, ids=[one.id for one in new])
        return [
            replace(found, links=True) if found.one.token in created.apart else found for found in verdicts
        ], created

    def _count(self, says: list[Said], verdicts: list[Verdict]) -> None:
        self._context.expect_changes = 2 * len(verdicts) > len(says)
        for one in says:
            self.owned[one.place].number += 1
            self._contexts[one.place].tally.objects[one.record.type].unchanged += 1
        for found in verdicts:
            if found.action != "links":
                self._contexts[found.one.place].tally.objects[found.one.record.type].unchanged -= 1
                self._count_one(found)
            if found.links:
                self._anchors.append(Anchor.of(found.one))

    def _count_one(self, found: Verdict) -> None:
        one, tally, owned = found.one, self._contexts[found.one.place].tally, self.owned[found.one.place]
        counts = tally.objects[one.record.type]
        if found.action in ("skip", "clash"):
            counts.skipped += 1
            owned.number -= found.joins or found.action == "clash"
            if found.action == "clash":
                tally.problem(_clash(one))
            return
        owned.joined[one.record.type] += found.joins
        if found.action == "create":
            counts.created += 1
            tally.list("create", one.record.type, one.id, one.record.name)
            if self._context.dry_run:
                self._context.planned.add(one.token)
        else:
            counts.updated += 1
            tally.list("update", one.record.type, one.id, one.record.name)


def verdict_absent(one: Said, *, departed: bool) -> Verdict:
    """What is to be done with an object that the graph does not have; `departed` when an event has since said so."""
    if departed or not one.content:
        return Verdict(one, "skip", joins=True)
    return Verdict(one, "create", joins=True)


def verdict(one: Said, state: NodeState, scopes: Sequence[str]) -> Verdict:
    """What is to be done with an object that is in the graph otherwise than it is said."""
    joins = state.scope != scopes[one.place]
    if state.newer or (joins and not one.content):
        return Verdict(one, "skip", joins=joins)
    if state.type != one.record.type:
        return Verdict(one, "clash", joins=joins)
    links = state.links_hash != one.links_hash if one.links is not None else state.parent_id != one.parent.id
    if one.content and state.hash != one.hash:
        return Verdict(one, "update", links, joins)
    return Verdict(one, "adopt" if joins else "links", links, joins)


def _by_type(verdicts: Sequence[Verdict], action: str) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    for one in verdicts:
        if one.action == action:
            found[one.one.record.type].append(one.one)
    return found


def _clash(one: Said) -> Problem:
    return Problem(
        f"{one.record.type} {one.id}",
        "has the id of an object of another type in the graph; it is not written.",
        "The other one is removed when its own source no longer lists it; scan again then.",
    )
