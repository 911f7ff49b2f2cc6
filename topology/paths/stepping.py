"""One step outward from what was reached, compiled to one statement for the link types that may be taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from cypher import Statement, statement
from graph_schema.registry import link_type, object_type


@lru_cache(maxsize=512)
def compile_step(link_types: tuple[str, ...], from_types: frozenset[str]) -> Statement | None:
    """The statement for what is of these types; None where no link begins or ends there.

    Its parameters are environment, frontier (of `id` and `networks`), most.
    """
    ways = [way for name in link_types for way in _ways(name, from_types)]
    if not ways:
        return None
    parts = [statement("reachable_head"), *_united(ways), statement("reachable_tail")]
    return Statement(
        name=f"reachable from {', '.join(sorted(from_types))}",
        purpose=f"one step outward along {', '.join(link_types)}",
        mode="read",
        parameters=tuple(dict.fromkeys(name for part in parts for name in part.parameters)),
        text="\n".join(part.text for part in parts),
    )


def _ways(name: str, from_types: frozenset[str]) -> Iterator[Statement]:
    kind = link_type(name)
    for end, way in ((kind.source, "reachable_onward"), (kind.target, "reachable_back")):
        if end in from_types:
            yield statement(way).fill(here=object_type(end).label, relationship=kind.relationship)


def _united(ways: Sequence[Statement]) -> list[Statement]:
    united = [ways[0]]
    for way in ways[1:]:
        united += [statement("reachable_union"), way]
    return united
