"""Impact: what depends on some objects, as the graph knows it; nothing is changed in it."""

from __future__ import annotations

from dataclasses import dataclass

from topology.errors import InvalidConfiguration, UnknownObject
from topology.freshness import ScopeBook, scope_keys
from topology.graph import Graph, Reading
from topology.impact.answer import Impact, affected_of
from topology.impact.assess import assess
from topology.impact.effects import Effects
from topology.impact.reading import ImpactReader
from topology.naming import named
from topology.store.scopes import scope_state_of

MOST, MOST_CAP = 20_000, 200_000


@dataclass(frozen=True, slots=True)
class ImpactLimits:
    """`most`: objects of one kind that are read. `timeout`: seconds; the graph's own if None."""

    most: int = MOST
    timeout: float | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.most <= MOST_CAP:
            raise InvalidConfiguration(f"most: {self.most} can not be. Give 1 to {MOST_CAP}.")
        if self.timeout is not None and self.timeout <= 0:
            raise InvalidConfiguration(f"timeout: {self.timeout} seconds is no time. Give more than 0.")


def find_impact(graph: Graph, environment: str, *names: str, limits: ImpactLimits | None = None) -> Impact:
    """What depends on objects that fail together, each named by id, name, address or MAC address.

    Raises UnknownEnvironment, UnknownObject, AmbiguousName, TimedOut.
    """
    limits = limits or ImpactLimits()
    ids = []
    for found in named(graph, environment, *names):
        if found.id is None:
            raise UnknownObject(f"{environment}: nobody in the cloud has the address {found.text}.")
        ids.append(found.id)

    def work(tx: Reading) -> Impact:
        effects = Effects()
        reader = ImpactReader(tx, environment, effects, limits.most)
        assess(reader, effects, ids)
        keys = scope_keys(effects.facts.values())
        states = [scope_state_of(row) for row in tx.run("scopes_of", environment=environment, keys=keys)]
        return Impact(
            environment,
            tuple(effects.facts[id] for id in dict.fromkeys(ids) if id in effects.facts),
            affected_of(effects),
            effects.facts,
            ScopeBook(graph, environment, states).freshness(effects.facts.values()),
            reader.truncated,
        )

    return graph.ask(work, timeout=limits.timeout)
