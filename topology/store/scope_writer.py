"""How one scope is written: objects, attributes, links, and at last what is no longer there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph_schema.records import Attributes, Outcome
from topology.store.attributes import AttributeStep, clear, groups_of, told
from topology.store.changes import ScopeChanges
from topology.store.context import WriteContext, split
from topology.store.link_plan import spool_of_anchors
from topology.store.links import LinkStep
from topology.store.objects import ObjectStep
from topology.store.removal import Candidates, Doubt, RemovalGuard, candidates, remove, too_many
from topology.store.scopes import stamp
from topology.store.unchanged import stamp_unchanged
from topology.store.writes import Entry, Said, ScopeWrite, said


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it, with tokens of the objects that were said.

    `answering` are types that the listing lacked objects of, although these answered when asked for.
    """

    changes: ScopeChanges
    seen: set[int]
    answering: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps that have written all that was said."""

    objects: ObjectStep
    attributes: AttributeStep


def write_scope(context: WriteContext, scope_write: ScopeWrite, guard: RemovalGuard) -> Written:
    """Bring the graph to what a reading says. In this order no reader ever misses what was there all the time."""
    says, few_objects = split(map(said, scope_write.entries), context.batch_size)
    attributes, few_attributes = split(scope_write.attributes, context.batch_size)
    small = few_objects and few_attributes and not context.dry_run
    if small and context.complete and not context.expect_changes:
        says, attributes = list(says), list(attributes)
        changes = stamp_unchanged(context, says, attributes, scope_write.outcome)
        if changes is not None:
            return Written(changes, {one.token for one in says})

    def write() -> tuple[_Steps, Written | None]:
        steps = _write_said(context, says, attributes, at_once=few_objects)
        whole = not context.complete or _nothing_unsaid(context, steps)
        return steps, _close(context, steps, scope_write.outcome) if whole else None

    if small and context.expect_changes:
        steps, written = context.in_one_transaction(write)
    else:
        steps, written = write()
    return written or _remove_unsaid(context, steps, guard, scope_write.outcome)


def write_links(context: WriteContext, entries: Iterable[Entry]) -> None:
    """Bring the links of objects that are there to what the entries say; nothing else is written."""
    with spool_of_anchors() as anchors:
        ObjectStep(context, anchors).run(said(entry, content=False) for entry in entries)
        LinkStep(context).run(anchors)


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
        _clear_unsaid(context, AttributeStep(context), guard)
    return held


def _write_said(context: WriteContext, says: Iterable[Said], others: Iterable[Attributes], *, at_once: bool) -> _Steps:
    steps = ObjectStep(context, anchors := spool_of_anchors(), at_once=at_once), AttributeStep(context)
    with anchors:
        steps[0].run(says)
        steps[1].run(others)
        LinkStep(context).run(anchors)
    return _Steps(*steps)


def _nothing_unsaid(context: WriteContext, steps: _Steps) -> bool:
    """Whether the reading says all that the scope owned, so that there is nothing to remove."""
    # Of what is said, all but what has just joined was there: as many as there were means all of them.
    if _before(context, steps) != steps.objects.owned - sum(steps.objects.joined.values()):
        return False
    return all(steps.attributes.all_said(group) for group in groups_of(context.scope.source))


def _remove_unsaid(context: WriteContext, steps: _Steps, guard: RemovalGuard, outcome: Outcome) -> Written:
    told_before = len(context.tally.problems)
    found: Candidates = candidates(context, steps.objects.seen, steps.objects.joined)
    try:
        held = remove(context, found, guard)
    finally:
        found.close()
    # With objects held back the reading is not believed to be whole: what others' objects have of it stays too.
    if held or not _clear_unsaid(context, steps.attributes, guard):
        outcome = Outcome("partial", (*outcome.problems, *context.tally.problems[told_before:]))
    return _close(context, steps, outcome, frozenset(type for type, doubt in held.items() if doubt.answers))


def _clear_unsaid(context: WriteContext, attributes: AttributeStep, guard: RemovalGuard) -> bool:
    """Take back attributes that are said no longer; whether nothing was held back."""
    whole = True
    for group in groups_of(context.scope.source):
        if attributes.all_said(group):
            continue
        ids, before = attributes.unsaid(group), attributes.before(group)
        if guard.too_many(len(ids), before):
            context.tally.problem(too_many(f"{context.scope.key}: attributes of {told(group)}", len(ids), before))
            whole = False
        else:
            clear(context, group, ids)
    return whole


def _close(context: WriteContext, steps: _Steps, outcome: Outcome, answering: frozenset[str] = frozenset()) -> Written:
    """Stamp the scope, and say what changed."""
    changes = context.tally.changes(context.scope, context.observed_at, outcome, dry_run=context.dry_run)
    if context.fence is not None:
        size = _before(context, steps) + sum(steps.objects.joined.values()) - changes.total("removed")
        stamp(context, changes, size, steps.attributes.written)
    return Written(changes, steps.objects.seen, answering)


def _before(context: WriteContext, steps: _Steps) -> int:
    """How many objects the scope owned before."""
    if steps.objects.before is None:  # nothing was said
        row = context.read("scope_size", environment=context.environment, scope=context.scope.key)[0]
        steps.objects.before = row["objects"]
    return steps.objects.before or 0
