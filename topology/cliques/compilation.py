"""Compiles clique types to one Cypher statement: named fragments, filled with declared names and put in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from cypher import Statement, statement
from graph_schema.clique_types import CONFINED, NETWORKS_OF, CliqueType, NetworkSource, Step
from graph_schema.clique_types.constraints import NETWORK
from graph_schema.registry import link_type, object_type

# Users' types come and go with the graph; the statements of those in use are kept.
_KEPT = 512
Constrained = tuple[CliqueType, tuple[str, ...]]
"""A clique type and what constrains its walk."""


def compile_clique(clique_type: CliqueType, constraints: Sequence[str]) -> Statement:
    """The statement that answers with each focal point's clique; parameters environment, focal_points, limit."""
    return _compiled(((clique_type, tuple(constraints)),), ("clique_found", "clique_answer"))


def compile_dated(choices: Iterable[Constrained]) -> Statement:
    """As `compile_clique`, with the scopes that the answer rests on; also scope_properties and host_sources.

    Of several clique types, each of another type of focal point, the focal point takes its own.
    """
    return _compiled(tuple(choices), ("clique_found", "clique_answer_dated"))


def compile_count(clique_type: CliqueType, constraints: Sequence[str]) -> Statement:
    """The statement that only counts the focal points and how many of them are linked to anything."""
    return _compiled(((clique_type, tuple(constraints)),), ("clique_count",))


@lru_cache(maxsize=_KEPT)
def _compiled(choices: tuple[Constrained, ...], endings: tuple[str, ...]) -> Statement:
    parts = [statement("clique_head"), *_branches(choices), statement("clique_end"), *map(statement, endings)]
    return Statement(
        name=f"{endings[-1]} of {', '.join(kind.name for kind, _ in choices)}",
        purpose="; ".join(f"{kind.name}: {', '.join(kind.link_types)}" for kind, _ in choices),
        mode="read",
        parameters=tuple(dict.fromkeys(name for part in parts for name in part.parameters)),
        text="\n".join(part.text for part in parts),
    )


def _branches(choices: Iterable[Constrained]) -> Iterable[Statement]:
    """One for each clique type, for the focal points of its type."""
    for number, (clique_type, constraints) in enumerate(choices):
        if number:
            yield statement("clique_or")
        focal = object_type(clique_type.focal_point_type)
        yield statement("clique_of").fill(focal=focal.label)
        yield from _networks(focal.name, constraints)
        yield from _walk(focal.name, clique_type.steps)


def _walk(focal: str, steps: Sequence[Step]) -> Iterable[Statement]:
    """Each step collects what it leads to in a list of its own: a later one looks only at those of its type."""
    led_to = [focal, *(step.there for step in steps)]
    yield statement("clique_start").fill(nodes=_nodes(0))
    for number, step in enumerate(steps, start=1):
        yield from _step(step, number, tuple(_nodes(n) for n in range(number) if led_to[n] == step.here))
    numbers = range(1, len(led_to))
    yield statement("clique_walked").fill(nodes=(_nodes(0), *map(_nodes, numbers)), links=tuple(map(_links, numbers)))


def _nodes(step: int) -> str:
    return f"nodes_{step}"


def _links(step: int) -> str:
    return f"links_{step}"


def _networks(focal: str, constraints: Sequence[str]) -> Iterable[Statement]:
    sources = NETWORKS_OF.get(focal, ())
    if NETWORK not in constraints or not sources:
        return [statement("clique_unconstrained")]
    ending = statement("clique_networks_all" if focal in CONFINED else "clique_networks_known")
    return [statement("clique_networks"), *_united([_source(source) for source in sources]), ending]


def _united(sources: Sequence[Statement]) -> Iterable[Statement]:
    yield sources[0]
    for source in sources[1:]:
        yield statement("clique_networks_union")
        yield source


def _source(source: NetworkSource) -> Statement:
    if source.place == "own":
        return statement("clique_networks_own").fill(property=source.name)
    relationship = link_type(source.name).relationship
    if source.place == "carried":
        return statement("clique_networks_carried").fill(relationship=relationship)
    return statement("clique_networks_beyond").fill(relationship=relationship, property=source.property)


def _step(step: Step, number: int, here: tuple[str, ...]) -> Iterable[Statement]:
    yield statement("clique_step_from" if len(here) == 1 else "clique_step_from_several").fill(nodes=here)
    yield statement(f"clique_way_{_way(step)}").fill(relationship=step.link_type.relationship)
    yield statement("clique_step_to").fill(links=_links(number), nodes=_nodes(number))


def _way(step: Step) -> str:
    """The fragment for a way. A link with a network at one end carries that network, unless it says otherwise."""
    back = "back_" if step.direction == "backward" else ""
    if step.there == NETWORK:
        return f"{back}to_network"
    return f"{back}from_network" if step.here == NETWORK else step.direction
