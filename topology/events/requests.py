"""The queue of what is to be read again, kept in the graph: written together with what made it necessary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graph_schema.events import Refresh, RefreshKind
from topology.graph import Graph, Transaction
from topology.store.encoding import stored_id


@dataclass(frozen=True, slots=True)
class Pace:
    """How long more requests of a kind are waited for, at most, and when is looked again for what comes later.

    Agents wire ports and start services after neutron's API has answered, without a notification.
    """

    pause: float
    longest: float
    again: tuple[float, ...] = ()


# What is asked for meanwhile waits until these are read. Many cost less together: they share requests and transactions.
AT_ONCE = 300
# So many of them are looked at once more, however much is asked for anew: nothing waits for ever.
LOOKS_AT_ONCE = AT_ONCE // 4
QUICK = Pace(0.2, 1.0)
SETTLING = Pace(0.2, 1.0, (2.0, 4.0))
PACES: Mapping[RefreshKind, Pace] = {
    "port": SETTLING,
    "ports_of_device": SETTLING,
    "ports_of_network": Pace(0.5, 2.0, (3.0, 5.0)),
    "instance": SETTLING,
    "floating_ip": SETTLING,
    "router": SETTLING,
    "agents_of_router": Pace(0.5, 2.0, (2.0,)),
    "agents_of_network": Pace(0.5, 2.0, (2.0,)),
    "host": Pace(0.4, 2.0, (3.0, 5.0)),
    "hosts": Pace(1.0, 5.0),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A request whose time has come. `asked` numbers the asking that is answered, `looks` those before."""

    refresh: Refresh
    asked: int
    looks: int
    failures: int

    def next_look(self) -> float | None:
        """Seconds to the next look after a good one; None after the last."""
        again = pace_of(self.refresh.kind).again
        return again[self.looks] if self.looks < len(again) else None

    def next_try(self) -> float:
        """Seconds to the next try after a failed one."""
        return float(min(2 ** min(self.failures, 8), 120))


def pace_of(kind: RefreshKind) -> Pace:
    """The pace of a kind."""
    return PACES.get(kind, QUICK)


def request(tx: Transaction, environment: str, refreshes: Iterable[Refresh], now: datetime) -> None:
    """Ask for these, each once, in the transaction that makes them necessary."""
    rows = [
        [
            stored_id(one.key),
            one.kind,
            one.id,
            *(int(1000 * s) for s in (pace_of(one.kind).pause, pace_of(one.kind).longest)),
        ]
        for one in sorted(set(refreshes))
    ]
    if rows:
        tx.run("refresh_request", environment=environment, rows=rows, now=now)


def drop(tx: Transaction, environment: str, refreshes: Iterable[Refresh]) -> None:
    """Ask no longer for these."""
    keys = sorted({stored_id(one.key) for one in refreshes})
    if keys:
        tx.run("refresh_drop", environment=environment, keys=keys)


def due(graph: Graph, environment: str, now: datetime, *, hosts: bool) -> list[Due]:
    """What is due, of hosts or of all else: what is asked for before what is looked at once more."""
    limits = {"limit": AT_ONCE, "again": LOOKS_AT_ONCE}
    rows = graph.read("refresh_due", environment=environment, now=now, hosts=hosts, **limits)
    return [Due(Refresh(r["kind"], r["id"]), r["asked"], r["looks"], r["failures"]) for r in rows]


def settle(
    tx: Transaction,
    environment: str,
    good: Sequence[Due],
    bad: Sequence[Due],
    now: datetime,
    nothing: Iterable[Due] = (),
) -> None:
    """End requests that were answered, or put them off to the next look; those that failed are tried again.

    Of `nothing` the answer had nothing: what a notification says to be gone besides is looked at no more.
    """
    ended = frozenset(nothing)
    rows = [[stored_id(d.refresh.key), d.asked, d.looks + 1, 0, d.next_look(), d in ended] for d in good]
    rows += [[stored_id(d.refresh.key), d.asked, d.looks, d.failures + 1, d.next_try(), False] for d in bad]
    if rows:
        tx.run("refresh_done", environment=environment, rows=rows, now=now)
