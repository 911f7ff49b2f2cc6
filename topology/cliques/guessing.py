"""What is asked first: the clique types that were right the last time for whatever has an id like this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cypher import Statement
from graph_schema.registry import OBJECT_TYPES
from topology.cliques.choosing import Choice
from topology.cliques.compilation import compile_dated
from topology.graph import Graph


@dataclass(frozen=True, slots=True)
class Guess:
    """Choices by type of focal point, and the statement that has a walk for each of them."""

    choices: Mapping[str, Choice]
    statement: Statement

    @classmethod
    def of(cls, choices: Mapping[str, Choice]) -> Guess:
        """The guess that one of these types is meant."""
        ordered = [choices[type] for type in sorted(choices)]
        return cls(choices, compile_dated((choice.clique_type, choice.constraints) for choice in ordered))


class Guesses:
    """What was chosen last for ids that look alike, of each graph and environment.

    Only guesses: whoever uses one compares it with what the graph says together with the answer.
    """

    def __init__(self) -> None:
        self._last: WeakKeyDictionary[Graph, dict[tuple[str, str], Guess]] = WeakKeyDictionary()

    def get(self, graph: Graph, environment: str, id: str) -> Guess | None:
        """The guess for an id, or None."""
        return self._last.get(graph, {}).get((environment, look(id)))

    def keep(self, graph: Graph, environment: str, id: str, guess: Guess) -> None:
        """Remember what was right."""
        self._last.setdefault(graph, {})[environment, look(id)] = guess


def types_like(id: str) -> frozenset[str]:
    """The object types that may have such an id, as their declarations say."""
    return _TYPES_LIKE.get(look(id), frozenset())


def look(id: str) -> str:
    """What of an id tells its type: what is on a host has it in its id, and uuids look like each other.

    >>> look("cmp1:vnic:tap1"), look("switch:tor1:switch_pnic:Eth1"), look("0c1e7d4f-77aa")
    ('vnic', 'switch_pnic', '')
    """
    kind = id.split(":")[-2:-1]
    return kind[0] if kind and kind[0] in OBJECT_TYPES else ""


_TYPES_LIKE = {
    seen: frozenset(kind.name for kind in OBJECT_TYPES.values() if look(kind.id) == seen)
    for seen in {look(kind.id) for kind in OBJECT_TYPES.values()}
}
