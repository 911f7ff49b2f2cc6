"""How several small scopes are written together: a question whether anything changed, then one transaction for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph_schema.metrics import WRITE_SECONDS
from graph_schema.records import Scope
from topology.errors import Superseded
from topology.graph import Transaction
from topology.metrics import METER
from topology.store.changes import Tally
from topology.store.lease import Fence, superseded, take
from topology.store.removal import RemovalGuard
from topology.store.scope_writer import Steps, Written, remove_unsaid, write_said
from topology.store.unchanged import HeldReading, stamp_unchanged
from topology.store.writes import Said


@dataclass(slots=True)
class _Done:
    """What one transaction wrote: the readings that had their fence, with fences and steps; why the others had not."""

    had: list[HeldReading]
    fences: list[int]
    steps: Steps | None
    written: dict[str, Written]
    late: dict[str, Superseded]


def write_together(readings: Sequence[HeldReading], guards: Sequence[RemovalGuard]) -> list[Written | Superseded]:
    """Bring the graph to what readings of different scopes say, none of which speaks of an object of another.

    What came of each, in their order; Superseded for one that a newer reading was faster than.
    """
    found: dict[str, Written | Superseded] = {}
    lead = readings[0].context
    asked = not lead.expect_changes
    if asked:
        unchanged = stamp_unchanged(readings)
        seen = {one.context.scope.key: {said.token for said in one.says} for one in readings}
        found = {key: Written(changes, seen[key]) for key, changes in unchanged.items()}
    rest = [one for one in readings if one.context.scope.key not in found]
    if rest:
        done = _in_one_transaction(rest)
        found.update(done.written)
        found.update(done.late)
        by_key = {one.context.scope.key: guard for one, guard in zip(readings, guards, strict=True)}
        for place, one in enumerate(done.had):
            key = one.context.scope.key
            if done.steps is not None and key not in found:
                found[key] = _removed(done.steps, place, by_key[key], one)
        lead.expect_changes = _mostly_changed(readings) if asked else rest[0].context.expect_changes
    return [found[one.context.scope.key] for one in readings]


def _mostly_changed(readings: Sequence[HeldReading]) -> bool:
    """Whether most of what was compared is otherwise in the graph: then it is not asked first the next time."""
    changed = sum(len(one.says if one.differing is None else one.differing) for one in readings)
    return 2 * changed > sum(len(one.says) for one in readings)


def _removed(steps: Steps, place: int, guard: RemovalGuard, reading: HeldReading) -> Written | Superseded:
    try:
        return remove_unsaid(steps, place, guard, reading.outcome)
    except Superseded as error:
        return error


def _in_one_transaction(readings: Sequence[HeldReading]) -> _Done:
    """Write all that is said. It may be run again after a transient error, and then counts anew."""
    context = readings[0].context
    with METER.timed(WRITE_SECONDS, context.environment):
        done = context.graph.in_transaction(lambda tx: _write(tx, readings))
    for one, token in zip(done.had, done.fences, strict=True):
        _fence(one).token = token
    return done


def _write(tx: Transaction, readings: Sequence[HeldReading]) -> _Done:
    rows = {row["key"]: row for row in take(tx, [_fence(one) for one in readings])}
    had = [one for one in readings if rows[one.context.scope.key]["valid"]]
    late = {key: _late(readings[0], key, row["fenced_at"]) for key, row in rows.items() if not row["valid"]}
    done = _Done(had, [rows[one.context.scope.key]["fence"] for one in had], None, {}, late)
    if not had:
        return done
    contexts = [one.context for one in had]
    says: list[Said] = []
    settled: list[Said] = []
    for place, one in enumerate(had):
        one.context.transaction, one.context.tally = tx, Tally(one.context.tally.listing)
        for said in one.says:
            said.place = place
        compared, rest = one.parts()
        says += compared
        settled += rest
    contexts[0].expect_changes = True
    try:
        done.steps = write_said(
            contexts,
            says,
            (
                (place, attributes)
                for place, one in enumerate(had)
                if not one.attributes_settled
                for attributes in one.attributes
            ),
            at_once=True,
            settled=settled,
            settled_others={place: one.attributes for place, one in enumerate(had) if one.attributes_settled},
        )
        _stamp(tx, done, done.steps)
    finally:
        for context in contexts:
            context.transaction = None
    return done


def _stamp(tx: Transaction, done: _Done, steps: Steps) -> None:
    """Stamp the scopes that need no removal."""
    whole = [place for place in range(len(done.had)) if steps.whole(place)]
    stamps = {place: steps.stamp(place, done.had[place].outcome) for place in whole}
    rows = [stamp.row(done.fences[place]) for place, stamp in stamps.items()]
    if rows:
        tx.send("scopes_stamp", environment=steps.contexts[0].environment, rows=rows)
    for place, stamp in stamps.items():
        seen = steps.objects.owned[place].seen
        done.written[stamp.context.scope.key] = Written(stamp.changes, seen)


def _fence(reading: HeldReading) -> Fence:
    if reading.context.fence is None:
        raise AssertionError("a dry run does not write")
    return reading.context.fence


def _late(reading: HeldReading, key: str, fenced_at: str | None) -> Superseded:
    return superseded(reading.context.environment, Scope.parse(key), fenced_at)
