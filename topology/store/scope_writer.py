"""How one scope is written: objects, attributes, links, and at last what is no longer there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graph_schema.records import Attributes, Outcome
from topology.store.attributes import AttributeStep, clear, groups_of, told
from topology.store.context import WriteContext, split
from topology.store.links import LinkStep
from topology.store.objects import ObjectStep
from topology.store.removal import Candidates, Doubt, RemovalGuard, candidates, remove, too_many
from topology.store.spool import Spool
from topology.store.writes import Entry, ScopeWrite


@dataclass(frozen=True, slots=True)
class Written:
    """What came of it: the outcome, partial where something was held back, and tokens of the objects that were said."""

    outcome: Outcome
    seen: set[int]
    size: int
    """How many objects the scope owns then."""
    answering: frozenset[str] = frozenset()
    """Types that the listing lacked objects of, although they answered when asked for."""


def write_scope(context: WriteContext, scope_write: ScopeWrite, guard: RemovalGuard) -> Written:
    """Bring the graph to what a reading says. In this order no reader ever misses what was there all the time."""
    outcome = scope_write.outcome
    entries, few_entries = split(scope_write.entries, context.batch_size)
    others, few_others = split(scope_write.attributes, context.batch_size)
    if context.expect_changes and few_entries and few_others and not context.dry_run:
        objects, attributes = context.in_one_transaction(lambda: _write_said(context, entries, others))
    else:
        objects, attributes = _write_said(context, entries, others)
    size = scope_size(context) if objects.size is None else objects.size
    if not context.complete:
        return Written(outcome, objects.seen, size)
    told_before = len(context.tally.problems)
    held = _remove_unsaid(context, objects, guard, size)
    size -= sum(counts.removed for counts in context.tally.objects.values())
    # With objects held back the reading is not believed to be whole: what others' objects have of it stays too.
    if held or not _clear_unsaid(context, attributes, guard):
        outcome = Outcome("partial", (*outcome.problems, *context.tally.problems[told_before:]))
    return Written(outcome, objects.seen, size, frozenset(type for type, doubt in held.items() if doubt.answers))


def _write_said(
    context: WriteContext, entries: Iterable[Entry], others: Iterable[Attributes]
) -> tuple[ObjectStep, AttributeStep]:
    spool = Spool()
    try:
        objects = ObjectStep(context, spool)
        objects.run(entries)
        attributes = AttributeStep(context)
        attributes.run(others)
        LinkStep(context).run(spool)
    finally:
        spool.close()
    return objects, attributes


def write_links(context: WriteContext, scope_write: ScopeWrite) -> None:
    """Bring the links of objects that are there to what the entries say; nothing else is written."""
    spool = Spool()
    try:
        ObjectStep(context, spool, links_only=True).run(scope_write.entries)
        LinkStep(context).run(spool)
    finally:
        spool.close()


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


def scope_size(context: WriteContext) -> int:
    """How many objects the scope owns."""
    size: int = context.read("scope_size", environment=context.environment, scope=context.scope.key)[0]["objects"]
    return size


def _remove_unsaid(context: WriteContext, objects: ObjectStep, guard: RemovalGuard, size: int) -> Mapping[str, Doubt]:
    joined = sum(objects.joined.values())
    # All that was said is the scope's now: as many as it owns means that nothing else is.
    if size == objects.owned - (joined if context.dry_run else 0):
        return {}
    found: Candidates = candidates(context, objects.seen, objects.joined)
    try:
        return remove(context, found, guard)
    finally:
        found.close()


def _clear_unsaid(context: WriteContext, attributes: AttributeStep, guard: RemovalGuard) -> bool:
    """Take back attributes that are said no longer; whether nothing was held back."""
    whole = True
    for group in groups_of(context.scope.source):
        ids, before = attributes.unsaid(group)
        if guard.too_many(len(ids), before):
            context.tally.problem(too_many(f"{context.scope.key}: attributes of {told(group)}", len(ids), before))
            whole = False
        else:
            clear(context, group, ids)
    return whole
