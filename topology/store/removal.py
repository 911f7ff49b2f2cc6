"""What a complete reading no longer lists: found by set difference, held back where that is doubtful, removed last."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice

from cypher import statement
from graph_schema.records import Problem
from graph_schema.registry import CONTAINS, OBJECT_TYPES
from topology.graph import Transaction
from topology.store.changes import ChangeKind
from topology.store.context import WriteContext
from topology.store.link_plan import said_by_others
from topology.store.links import add_pending, lost_objects
from topology.store.spool import Spool, spool_of_ids
from topology.store.writes import SaidLink, Witness, token_of

# So many of the objects that a listing lacks are asked for one by one before any of their type is removed.
WITNESSED = 3


@dataclass(frozen=True, slots=True)
class RemovalGuard:
    """When a removal is too much to be believed: more than `floor` objects and more than `share` of their type."""

    share: float
    floor: int
    accept: bool = False
    witness: Witness | None = None

    def too_many(self, candidates: int, before: int) -> bool:
        """Whether the number alone speaks against it."""
        return not self.accept and candidates > self.floor and candidates > self.share * before


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the objects of a type are not removed. `answers`: some of them were asked for and are there."""

    reason: Problem
    answers: bool = False


@dataclass(slots=True)
class Candidates:
    """The objects of a scope that a reading does not list, by type, and how many of each type there were before."""

    by_type: dict[str, Spool[str]] = field(default_factory=lambda: defaultdict(spool_of_ids))
    before: Counter[str] = field(default_factory=Counter)

    def close(self) -> None:
        """Give back temporary files."""
        for spool in self.by_type.values():
            spool.close()


def candidates(context: WriteContext, seen: Container[int], joined: Mapping[str, int]) -> Candidates:
    """Stream what the scope owns; what is not `seen` is a candidate. `joined` were not the scope's before."""
    found = Candidates()
    rows = context.graph.stream(
        "objects_of_scope",
        environment=context.environment,
        scope=context.scope.key,
        observed_at=context.observed_at,
    )
    for row in rows:
        found.before[row["type"]] += 1
        if not row["newer"] and token_of(row["type"], row["id"]) not in seen:
            found.by_type[row["type"]].append(row["id"])
    if not context.dry_run:
        found.before.subtract(joined)
    return found


def remove(context: WriteContext, found: Candidates, guard: RemovalGuard) -> Mapping[str, Doubt]:
    """Remove the candidates, children before parents; the types that are held back, and why."""
    held: dict[str, Doubt] = {}
    for type in sorted(found.by_type, key=lambda type: (-_depth(type), type)):
        ids = found.by_type[type]
        doubt = _doubt(context, guard, type, ids, found.before[type])
        if doubt is None:
            _remove_type(context, type, ids)
            continue
        held[type] = doubt
        context.tally.problem(doubt.reason)
        context.tally.objects[type].held_back += len(ids)
        _list(context, "hold back", type, ids)
    return held


def _doubt(context: WriteContext, guard: RemovalGuard, type: str, ids: Spool[str], before: int) -> Doubt | None:
    """Why the objects of a type are not to be removed, or None."""
    where = f"{context.scope.key}: {type}"
    if guard.too_many(len(ids), before):
        return Doubt(too_many(where, len(ids), before))
    if guard.witness is None:
        return None
    answers = {id: guard.witness(type, id) for id in islice(ids, WITNESSED)}
    there = sorted(id for id, answer in answers.items() if answer)
    if there:
        what = f"the listing lacks {', '.join(there)}, yet it answers when asked for; no {type} is removed."
        return Doubt(Problem(where, what, "The listing is not complete: check the service, then scan again."), True)
    if len(ids) >= before and not guard.accept and None in answers.values():
        what = (
            f"the listing has none of {before} any more, and the service cannot be asked for one; they are held back."
        )
        return Doubt(
            Problem(where, what, "Scan again when it answers, or with accept_removals if they are really gone.")
        )
    return None


def too_many(where: str, candidates: int, before: int) -> Problem:
    """That a removal is held back for its number."""
    what = f"{candidates} of {before} are no longer listed; so many at once are held back."
    return Problem(where, what, "If they are really gone, scan again with accept_removals.")


def _remove_type(context: WriteContext, type: str, ids: Iterable[str]) -> None:
    for rows in context.batches(ids):
        batch = sorted(rows)
        _list(context, "remove", type, batch)
        if context.dry_run:
            removed = batch
        else:
            removed = context.write(partial(remove_batch, context=context, type=type, ids=batch))
        context.tally.objects[type].removed += len(removed)


def remove_batch(tx: Transaction, context: WriteContext, type: str, ids: list[str]) -> list[str]:
    """Remove what the scope still owns of these; links that others say of them wait from now on."""
    lost = lost_objects(tx, context, ids)
    going = [id for id in ids if id not in lost]
    if going:
        add_pending(tx, context.environment, list(_said_by_others(tx, context.environment, type, going)))
        for named in ("pending_drop_of", "annotations_keep", "objects_remove"):
            tx.run(named, environment=context.environment, ids=going)
    return going


def _said_by_others(tx: Transaction, environment: str, type: str, ids: list[str]) -> Iterator[tuple[SaidLink, str]]:
    """Links to objects that go, whose other end stays, with the id of that end, which says them."""
    going = set(ids)
    for row in tx.run("children_of", environment=environment, ids=ids):
        if row["target_id"] not in going:
            link = SaidLink(CONTAINS, (type, row["source_id"]), (row["target_type"], row["target_id"]))
            yield link, row["target_id"]
    for kind, at_source in said_by_others(type):
        named = statement("links_of_sources" if at_source else "links_of_targets")
        for row in tx.run(named.fill(relationship=kind.relationship), environment=environment, ids=ids):
            anchor = row["target_id"] if at_source else row["source_id"]
            if anchor in going:
                continue
            carried = {key: row["properties"].get(key) for key in ("name", "state", "weight", "networks")}
            source, target = (kind.source, row["source_id"]), (kind.target, row["target_id"])
            yield SaidLink(kind.name, source, target, **carried), anchor


def _list(context: WriteContext, kind: ChangeKind, type: str, ids: Sequence[str] | Spool[str]) -> None:
    """Name the objects of a change as far as there is room, and count the rest."""
    tally = context.tally
    if not tally.listing:
        return
    first = list(islice(ids, max(0, tally.listing - len(tally.listed))))
    rows = context.read("object_names", environment=context.environment, ids=first)
    names = {row["id"]: row["name"] for row in rows}
    for id in first:
        tally.list(kind, type, id, names.get(id, ""))
    tally.unlisted += len(ids) - len(first)


@cache
def _depth(type: str) -> int:
    """How deep in the tree a type is at most."""
    parents = OBJECT_TYPES[type].parents if type in OBJECT_TYPES else ()
    return 1 + max((_depth(parent) for parent in parents if parent != "environment"), default=0)
