"""How one scope is written: objects, attributes, links, and at last what is no longer there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from types import MappingProxyType

from graph_schema.records import Attributes, Outcome
from topology.store.attributes import AttributeStep, Placed, clear, groups_of, told
from topology.store.changes import ScopeChanges
from topology.store.context import WriteContext
from topology.store.link_plan import spool_of_anchors
from topology.store.links import LinkStep
from topology.store.objects import ObjectStep
from topology.store.prepared import Prepared
from topology.store.removal import Candidates, Doubt, RemovalGuard, candidates, remove, too_many
from topology.store.scopes import Stamp, stamp
from topology.store.unchanged import HeldReading, stamp_unchanged
from topology.store.writes import Entry, Said, said


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it, with tokens of the objects that were said.

    `answering` are types that the listing lacked objects of, although these answered when asked for.
    """

    changes: ScopeChanges
    seen: set[int]
    answering: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that have written all that was said of some scopes."""

    contexts: Sequence[WriteContext]
    objects: ObjectStep
    attributes: AttributeStep
    links: LinkStep

    def whole(self, place: int) -> bool:
        """Whether a reading leaves nothing to remove: it is not complete, or says all that the scope owned."""
        context, owned = self.contexts[place], self.objects.owned[place]
        if not context.complete:
            return True
        # Of what is said, all but what has just joined was there: as many as there were means all of them.
        if self.before(place) != owned.number - sum(owned.joined.values()):
            return False
        return all(self.attributes.all_said(place, group) for group in groups_of(context.scope.source))

    def before(self, place: int) -> int:
        """How many objects the scope owned before."""
        context, owned = self.contexts[place], self.objects.owned[place]
        if owned.before is None:  # nothing was said
            row = context.read("scope_size", environment=context.environment, scope=context.scope.key)[0]
            owned.before = int(row["objects"])
        return owned.before

    def stamp(self, place: int, outcome: Outcome) -> Stamp:
        """What is to be remembered of a scope when all is done."""
        context = self.contexts[place]
        changes = context.tally.changes(context.scope, context.observed_at, outcome, dry_run=context.dry_run)
        joined = sum(self.objects.owned[place].joined.values())
        size = self.before(place) + joined - changes.total("removed")
        digests = context.digests if self._holds_all(place, changes) else None
        return Stamp(context, changes, size, self.attributes.said[place].written, digests)

    def _holds_all(self, place: int, changes: ScopeChanges) -> bool:
        """Whether the graph holds just what was said: nothing was left out, and nothing more is there."""
        skipped = any(counts.skipped for counts in changes.objects.values())
        exact = changes.outcome.status == "complete" and not changes.problems and not skipped
        return exact and place not in self.links.unsettled


def write_scope(context: WriteContext, prepared: Prepared, guard: RemovalGuard) -> Written:
    """Bring the graph to what a reading says. In this order no reader ever misses what was there all the time."""
    says, settled, outcome = prepared.says, list[Said](), prepared.write.outcome
    others: Iterable[Attributes] = prepared.attributes
    settled_others: dict[int, Sequence[Attributes]] = {}
    if prepared.digests is not None and context.compares_first and not context.dry_run:
        reading = HeldReading(context, list(says), list(prepared.attributes), outcome)
        if unchanged := stamp_unchanged([reading]):
            return Written(unchanged[context.scope.key], {one.token for one in reading.says})
        says, settled = reading.parts()
        if reading.attributes_settled:
            others, settled_others = (), {0: reading.attributes}
    placed = zip(repeat(0), others, strict=False)
    steps = write_said([context], says, placed, at_once=prepared.small, settled=settled, settled_others=settled_others)
    return _close(steps, 0, outcome) if steps.whole(0) else remove_unsaid(steps, 0, guard, outcome)


def write_said(
    contexts: Sequence[WriteContext],
    says: Iterable[Said],
    others: Iterable[Placed],
    *,
    at_once: bool,
    settled: Iterable[Said] = (),
    settled_others: Mapping[int, Sequence[Attributes]] = MappingProxyType({}),
) -> Steps:
    """Write all that is said but what is settled: found just so before. `at_once`: it fits into one batch.

    `settled_others`: by place, the attributes of those scopes of which none has to be compared.
    """
    with spool_of_anchors() as anchors:
        objects = ObjectStep(contexts, anchors, at_once=at_once)
        steps = Steps(contexts, objects, AttributeStep(contexts), LinkStep(contexts))
        steps.objects.settled(settled)
        steps.objects.run(says)
        for place, attributes in settled_others.items():
            steps.attributes.settled(place, attributes)
        steps.attributes.run(others)
        steps.links.run(anchors)
    return steps


def write_links(context: WriteContext, entries: Iterable[Entry]) -> None:
    """Bring the links of objects that are there to what the entries say; nothing else is written."""
    with spool_of_anchors() as anchors:
        ObjectStep([context], anchors).run(said(entry, content=False) for entry in entries)
        LinkStep([context]).run(anchors)


def remove_scope_objects(
    context: WriteContext, seen: set[int], guard: RemovalGuard, *, keep: frozenset[str] = frozenset()
) -> Mapping[str, Doubt]:
    """Remove what a scope owns but for what was `seen` and for types to `keep`, and the attributes that it added."""
    found = candidates(context, seen, {})
    try:
        for type in keep:
            found.by_type.pop(type, None)
        held = remove(context, found, guard)
    finally:
        found.close()
    if not seen and not held and not keep:
        _clear_unsaid(context, AttributeStep([context]), 0, guard)
    return held


def remove_unsaid(steps: Steps, place: int, guard: RemovalGuard, outcome: Outcome) -> Written:
    """Remove what a scope owned and a complete reading did not say, as far as the guard believes it."""
    context, owned = steps.contexts[place], steps.objects.owned[place]
    told_before = len(context.tally.problems)
    found: Candidates = candidates(context, owned.seen, owned.joined)
    try:
        held = remove(context, found, guard)
    finally:
        found.close()
    # With objects held back the reading is not believed to be whole: what others' objects have of it stays too.
    if held or not _clear_unsaid(context, steps.attributes, place, guard):
        outcome = Outcome("partial", (*outcome.problems, *context.tally.problems[told_before:]))
    return _close(steps, place, outcome, frozenset(type for type, doubt in held.items() if doubt.answers))


def _clear_unsaid(context: WriteContext, attributes: AttributeStep, place: int, guard: RemovalGuard) -> bool:
    """Take back attributes that are said no longer; whether nothing was held back."""
    whole = True
    for group in groups_of(context.scope.source):
        if attributes.all_said(place, group):
            continue
        ids, before = attributes.unsaid(place, group), attributes.before(place, group)
        if guard.too_many(len(ids), before):
            context.tally.problem(too_many(f"{context.scope.key}: attributes of {told(group)}", len(ids), before))
            whole = False
        else:
            clear(context, group, ids)
    return whole


def _close(steps: Steps, place: int, outcome: Outcome, answering: frozenset[str] = frozenset()) -> Written:
    """Stamp the scope, and say what changed."""
    closing = steps.stamp(place, outcome)
    if not closing.context.dry_run:
        stamp(closing)
    return Written(closing.changes, steps.objects.owned[place].seen, answering)
