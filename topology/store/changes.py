"""What a write changed, or would change: a value that can be printed, counted and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from graph_schema.metrics import LINKS_WRITTEN, OBJECTS_WRITTEN
from graph_schema.records import Outcome, Problem, Scope
from topology.metrics import METER
from topology.store.encoding import valid_text

ChangeKind = Literal["create", "update", "remove", "hold back"]
# So many problems of a scope are told, and the rest counted.
PROBLEMS = 100
NAME_LENGTH = 200
# A dry run names this many changes of a scope, and counts the rest.
LISTED = 1000


@dataclass(slots=True)
class ObjectCounts:
    """Objects of one type. `skipped`: an event has since said something newer, or the id is another type's."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    held_back: int = 0
    skipped: int = 0


@dataclass(slots=True)
class LinkCounts:
    """Links of one type that changed. `pending`: said for the first time, and waiting for an end that is not there."""

    created: int = 0
    updated: int = 0
    removed: int = 0
    pending: int = 0


@dataclass(slots=True)
class AttributeCounts:
    """Objects that a group of attributes was said of. `missing`: the object is not in the graph (yet)."""

    updated: int = 0
    unchanged: int = 0
    cleared: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one object."""

    kind: ChangeKind
    type: str
    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.type} {self.id}" + (f" ({self.name})" if self.name not in ("", self.id) else "")


@dataclass(frozen=True, slots=True)
class ScopeChanges:
    """The change set of one scope. `outcome` is the reading's, made partial where the store held something back."""

    scope: Scope
    observed_at: datetime
    outcome: Outcome
    objects: Mapping[str, ObjectCounts]
    links: Mapping[str, LinkCounts]
    attributes: Mapping[str, AttributeCounts]
    problems: tuple[Problem, ...] = ()
    listed: tuple[Change, ...] = ()
    unlisted: int = 0
    dry_run: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything in the graph is, or would be, other than before."""
        done = (
            *((c.created, c.updated, c.removed, c.held_back) for c in self.objects.values()),
            *((c.created, c.updated, c.removed) for c in self.links.values()),
            *((c.updated, c.cleared) for c in self.attributes.values()),
        )
        return any(any(counts) for counts in done)

    def total(self, count: str) -> int:
        """One count of objects (`created`, `removed`…) over all types."""
        return sum(getattr(counts, count) for counts in self.objects.values())

    def summary(self) -> str:
        """One line: `3 created, 1 updated, 96 unchanged; links: 4 created`."""
        objects = _told(self.objects.values()) or "nothing there"
        links = _told(self.links.values())
        return objects + (f"; links: {links}" if links else "")

    def lines(self) -> list[str]:
        """What a person reads: one line for each type that changed, and the listed changes."""
        told = [f"{type}: {_told([counts])}" for type, counts in sorted(self.objects.items()) if _moved(counts)]
        told += [f"{type}: {_told([counts])}" for type, counts in sorted(self.links.items()) if _told([counts])]
        told += [f"{type}: {_told([counts])}" for type, counts in sorted(self.attributes.items()) if _moved(counts)]
        told += [f"  {change}" for change in self.listed]
        return [*told, f"  and {self.unlisted} more"] if self.unlisted else told

    def as_json(self) -> dict[str, Any]:
        """The change set for `--format json` and the scan's report."""
        return {
            "objects": {type: asdict(counts) for type, counts in sorted(self.objects.items())},
            "links": {type: asdict(counts) for type, counts in sorted(self.links.items())},
            "attributes": {type: asdict(counts) for type, counts in sorted(self.attributes.items())},
            "listed": [asdict(change) for change in self.listed],
            "unlisted": self.unlisted,
        }


@dataclass(slots=True)
class Tally:
    """Counts changes while they are made; the listing is bounded by `listing`."""

    listing: int
    objects: dict[str, ObjectCounts] = field(default_factory=lambda: defaultdict(ObjectCounts))
    links: dict[str, LinkCounts] = field(default_factory=lambda: defaultdict(LinkCounts))
    attributes: dict[str, AttributeCounts] = field(default_factory=lambda: defaultdict(AttributeCounts))
    problems: list[Problem] = field(default_factory=list)
    listed: list[Change] = field(default_factory=list)
    unlisted: int = 0
    untold: int = 0

    def problem(self, problem: Problem) -> None:
        """Keep a problem, while there is room."""
        if len(self.problems) < PROBLEMS:
            self.problems.append(problem)
        else:
            self.untold += 1

    def list(self, kind: ChangeKind, type: str, id: str, name: str) -> None:
        """Name a change, while there is room; a name as far as anyone reads it."""
        if len(self.listed) < self.listing:
            self.listed.append(Change(kind, type, id, valid_text(name[:NAME_LENGTH])))
        elif self.listing:
            self.unlisted += 1

    def count_for(self, environment: str) -> None:
        """Have what was written counted."""
        for metric, all_counts in ((OBJECTS_WRITTEN, self.objects), (LINKS_WRITTEN, self.links)):
            for change in ("created", "updated", "removed"):
                if number := sum(getattr(counts, change) for counts in list(all_counts.values())):
                    METER.count(metric, environment, change, by=number)

    def changes(self, scope: Scope, observed_at: datetime, outcome: Outcome, *, dry_run: bool) -> ScopeChanges:
        """What was counted, as a value."""
        rest = [Problem(scope.key, f"{self.untold} more problems like these.")] if self.untold else []
        return ScopeChanges(
            scope=scope,
            observed_at=observed_at,
            outcome=outcome,
            objects=dict(self.objects),
            links={type: counts for type, counts in self.links.items() if counts != LinkCounts()},
            attributes=dict(self.attributes),
            problems=(*self.problems, *rest),
            listed=tuple(self.listed),
            unlisted=self.unlisted,
            dry_run=dry_run,
        )


Counts = ObjectCounts | LinkCounts | AttributeCounts


def _told(all_counts: Iterable[Counts]) -> str:
    totals: dict[str, int] = defaultdict(int)
    for counts in all_counts:
        for name in (f.name for f in fields(counts)):
            totals[name] += getattr(counts, name)
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in totals.items() if number)


def _moved(counts: Counts) -> bool:
    return any(getattr(counts, f.name) for f in fields(counts) if f.name not in ("unchanged", "missing"))
