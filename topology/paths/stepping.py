"""One step outward from what was reached, compiled to one statement for the link types that may be taken."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cypher import Statement, statement
from graph_schema.registry import link_type, object_type


@lru_cache(maxsize=64)
def compile_step(link_types: tuple[str, ...]) -> Statement:
    """The statement; parameters environment, frontier (`id`, `networks`), most."""
    ways = [way for name in link_types for way in _ways(name)]
    parts = [statement("reachable_head"), *_united(ways), statement("reachable_tail")]
    return Statement(
        name=f"reachable by {len(link_types)} types of links",
        purpose=f"one step outward along {', '.join(link_types)}",
        mode="read",
        parameters=tuple(dict.fromkeys(name for part in parts for name in part.parameters)),
        text="\n".join(part.text for part in parts),
    )


def _ways(name: str) -> tuple[Statement, Statement]:
    kind = link_type(name)
    source, target = object_type(kind.source).label, object_type(kind.target).label
    return (
        statement("reachable_onward").fill(here=source, relationship=kind.relationship),
        statement("reachable_back").fill(here=target, relationship=kind.relationship),
    )


def _united(ways: Sequence[Statement]) -> list[Statement]:
    united = [ways[0]]
    for way in ways[1:]:
        united += [statement("reachable_union"), way]
    return united
