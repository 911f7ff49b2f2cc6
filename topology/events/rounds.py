"""A round of reading again: what is asked for together, in which turn, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field

from graph_schema.events import RefreshKind, Reread
from graph_schema.records import Problem
from topology.events.requests import Due

# Objects that one request asks for together; an address has a length that servers accept.
TOGETHER = 40
# These need a request for each.
ASKED_BY_ONE: frozenset[RefreshKind] = frozenset({"instance", "agents_of_router", "agents_of_network"})
# Seconds that answers wait for others: what is written together costs a transaction instead of several.
A_MOMENT = 0.3


@dataclass(slots=True)
class Round:
    """What came of reading again what was due."""

    looked: int = 0
    changed: int = 0
    failed: int = 0
    problems: list[Problem] = field(default_factory=list)


def answered(answers: Collection[Future[Reread]]) -> Collection[Future[Reread]]:
    """What has been answered: all, or what there is of it after a moment, at least one."""
    return wait(answers, timeout=A_MOMENT).done or wait(answers, return_when=FIRST_COMPLETED).done


def chunks(wanted: Iterable[Due]) -> Iterator[tuple[RefreshKind, list[Due]]]:
    """What is asked for together, in its turn."""
    by_kind: dict[RefreshKind, list[Due]] = defaultdict(list)
    for one in wanted:
        by_kind[one.refresh.kind].append(one)
    for kind in sorted(by_kind, key=lambda kind: (_turn(kind), kind)):
        size = TOGETHER if kind not in ASKED_BY_ONE else 1
        for begin in range(0, len(by_kind[kind]), size):
            yield kind, by_kind[kind][begin : begin + size]


def _turn(kind: RefreshKind) -> int:
    """Single objects first."""
    return {"statuses": 2, "instance": 0, "port": 0, "ports_of_device": 0}.get(kind, 1)
