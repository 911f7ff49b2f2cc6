"""What the graph lacks, has too much, or says wrongly, in lines that a person reads."""

from __future__ import annotations

from collections.abc import Iterator

from tests.lab.truth.expected import Truth

LIMIT = 40  # lines of one kind; the rest is counted


def differences(truth: Truth, graph: Truth) -> list[str]:
    """One line for each difference; none: the graph is true."""
    return [*_limited(_objects(truth, graph)), *_limited(_links(truth, graph))]


def _objects(truth: Truth, graph: Truth) -> Iterator[str]:
    for id in sorted(truth.nodes.keys() - graph.nodes.keys()):
        yield f"missing {truth.nodes[id].type} {id} {dict(truth.nodes[id].properties).get('name', '')}"
    for id in sorted(graph.nodes.keys() - truth.nodes.keys()):
        yield f"extra   {graph.nodes[id].type} {id} {dict(graph.nodes[id].properties).get('name', '')}"
    for id in sorted(truth.nodes.keys() & graph.nodes.keys()):
        wanted, found = truth.nodes[id], graph.nodes[id]
        if wanted.type != found.type:
            yield f"wrong   {id}: type {found.type}, not {wanted.type}"
        if wanted.parent != found.parent:
            yield f"wrong   {wanted.type} {id}: inside {found.parent}, not {wanted.parent}"
        has = dict(found.properties)
        for name, value in wanted.properties:
            # A property that is an empty list may be left out.
            if has.get(name) != value and not (value == frozenset() and name not in has):
                yield f"wrong   {wanted.type} {id}: {name} is {_shown(has.get(name))}, not {_shown(value)}"


def _links(truth: Truth, graph: Truth) -> Iterator[str]:
    for type, source, target in sorted(truth.links.keys() - graph.links.keys()):
        yield f"missing {type} {source} → {target}"
    for type, source, target in sorted(graph.links.keys() - truth.links.keys()):
        yield f"extra   {type} {source} → {target}"
    for key in sorted(truth.links.keys() & graph.links.keys()):
        wanted, found = truth.links[key], graph.links[key]
        if wanted is not None and wanted != found:
            yield f"wrong   {key[0]} {key[1]} → {key[2]}: networks {_shown(found)}, not {_shown(wanted)}"


def _shown(value: object) -> str:
    return str(sorted(value, key=str)) if isinstance(value, frozenset) else repr(value)


def _limited(lines: Iterator[str]) -> list[str]:
    every = list(lines)
    return every if len(every) <= LIMIT else [*every[:LIMIT], f"… and {len(every) - LIMIT} more"]
