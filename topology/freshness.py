"""How fresh an answer is: which scopes it rests on, how complete each was read, and as of when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph_schema.records import Scope
from graph_schema.registry import OBJECT_TYPES, owners
from topology.graph import Graph
from topology.shapes import JsonObject, plain
from topology.store.scopes import ScopeState, scope_state_of, scope_states

# Sources whose scopes are hosts.
HOST_SOURCES = tuple(sorted({owner.source for owner in owners() if owner.scope == "host"}))
SCOPE_PROPERTIES = ("scope", *sorted({f"{group}_scope" for kind in OBJECT_TYPES.values() for group in kind.groups}))


@dataclass(frozen=True, slots=True)
class Freshness:
    """The scopes that an answer rests on, and the keys of other scopes of the environment that are not complete."""

    scopes: tuple[ScopeState, ...]
    elsewhere: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every scope that it rests on was complete when it was last read."""
        return all(state.outcome == "complete" for state in self.scopes)

    @property
    def as_of(self) -> datetime | None:
        """The answer is confirmed as of then: the oldest of its scopes. None: some scope was never complete."""
        times = [state.completed_at for state in self.scopes]
        known = [time for time in times if time is not None]
        return min(known) if known and len(known) == len(times) else None

    @property
    def doubtful(self) -> tuple[ScopeState, ...]:
        """The scopes that were not complete when they were last read, or never read."""
        return tuple(state for state in self.scopes if state.outcome != "complete")

    def as_json(self) -> JsonObject:
        """For answers as JSON."""
        return {
            "complete": self.complete,
            "as_of": plain(self.as_of),
            "scopes": [_scope_shape(state) for state in self.scopes],
            "incomplete_elsewhere": list(self.elsewhere),
        }


class ScopeBook:
    """What the graph remembers of the scopes of an environment, to tell the freshness of any answer from it."""

    @classmethod
    def of(cls, graph: Graph, environment: str, nodes: Iterable[Mapping[str, Any]]) -> ScopeBook:
        """The scopes that an answer of these nodes rests on, and others that are not complete: never all there are."""
        rows = graph.read("scopes_of", environment=environment, keys=scope_keys(nodes))
        return cls(graph, environment, map(scope_state_of, rows))

    def __init__(self, graph: Graph, environment: str, states: Iterable[ScopeState] | None = None) -> None:
        """`states`: those that matter, where they were read already."""
        known = scope_states(graph, environment) if states is None else states
        self._states = {state.scope.key: state for state in known}
        # Of thousands of scopes a few at most, looked at for each of thousands of answers.
        self._doubtful = sorted(key for key, state in self._states.items() if state.outcome != "complete")

    def freshness(self, nodes: Iterable[Mapping[str, Any]]) -> Freshness:
        """The freshness of an answer of these nodes: the scopes that said them, and those of the hosts they are on.

        A host's own scope counts although it said none of the nodes: what it could not say is what is missing.
        """
        keys = scope_keys(nodes)
        doubtful = (key for key in self._doubtful if key not in keys)
        return Freshness(tuple(self._states.get(key) or _never(key) for key in keys), tuple(doubtful))


def scope_keys(nodes: Iterable[Mapping[str, Any]]) -> list[str]:
    """Keys of the scopes that an answer of these nodes rests on."""
    told, hosts = set[str | None](), set[str | None]()
    for node in nodes:
        told.update(map(node.get, SCOPE_PROPERTIES))
        hosts.add(node.get("host"))
    of_hosts = (Scope(source, host).key for host in hosts if host for source in HOST_SOURCES)
    return sorted({*filter(None, told), *of_hosts})


def _never(key: str) -> ScopeState:
    return ScopeState(Scope.parse(key), None, (), None, None, 0)


def _scope_shape(state: ScopeState) -> JsonObject:
    return {
        "source": state.scope.source,
        "name": state.scope.name,
        "outcome": state.outcome or "never read",
        "observed_at": plain(state.observed_at),
        "completed_at": plain(state.completed_at),
        "problems": list(state.problems),
    }
