"""Objects that are not there yet: written with those of their links that have both ends by now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cypher import Statement, statement
from graph_schema.registry import OBJECT_TYPES, object_type
from topology.graph import Transaction
from topology.store.context import WriteContext
from topology.store.encoding import columns
from topology.store.links import add_pending, create_links, lacks, nodes_of
from topology.store.writes import Creation, Said, SaidLink

Numbers = Counter[tuple[int, str]]
"""How many links of each scope and type."""
Linked = tuple[Said, SaidLink]
"""An object with one of the links that it says."""


@dataclass(frozen=True, slots=True)
class Created:
    """What was written of new objects.

    `apart` are tokens of those that say links whose other end this reading may still say: they are linked as they say
    when all objects are there. `joined` are links that were written, `waiting` those that wait for their end.
    """

    apart: set[int]
    joined: Numbers
    waiting: Numbers


def create_objects(
    tx: Transaction, contexts: Sequence[WriteContext], created: Sequence[Said], *, at_once: bool
) -> Created:
    """Write new objects of some scopes. `at_once`: these readings say no more objects than the graph has after this."""
    environment, scopes = contexts[0].environment, [one.scope for one in contexts]
    creations = [(one, one.creation()) for one in created]
    said = [(one, link) for one, creation in creations for link in creation.links]
    new = {(one.record.type, one.id) for one in created}
    outward = [(one, link) for one, link in said if lacks(link, new)]
    nodes = nodes_of(tx.run, environment, (link for _, link in outward), new)
    there = nodes.keys() | new
    absent = [(one, link) for one, link in outward if lacks(link, there)]
    apart = set() if at_once else {one.token for one, link in absent if _may_come(scopes[one.place].source, one, link)}
    rows = _rows(creations, apart)
    where = {"environment": environment, "scopes": [scope.key for scope in scopes]}
    sent = [(type, tx.send(_create(type), **where, type=type, rows=of_type)) for type, of_type in rows.items()]
    for type, found in sent:
        nodes.update(((type, id), node) for id, node in found()[0]["nodes"])
    create_links(tx, environment, (link for _, link in said), nodes)
    waiting = [(one, link) for one, link in absent if one.token not in apart]
    add_pending(tx, environment, [(link, one.id) for one, link in waiting])
    return Created(apart, _numbers(said) - _numbers(absent), _numbers(waiting))


def _may_come(source: str, one: Said, link: SaidLink) -> bool:
    """Whether a reading of this source may still say the end of the object's link that is not there."""
    other, _ = link.target if link.source == (one.record.type, one.id) else link.source
    return other not in OBJECT_TYPES or OBJECT_TYPES[other].owner.source == source


def _rows(creations: Iterable[tuple[Said, Creation]], apart: Container[int]) -> dict[str, list[list[Any]]]:
    """The rows of new objects by type; without the hash of the links as long as these are not all written."""
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    for one, creation in creations:
        links_hash = None if one.token in apart else one.links_hash
        row = [one.id, one.hash, links_hash, one.parent.type, one.parent.id, one.place, creation.values]
        rows[one.record.type].append(row)
    return rows


def _create(type: str) -> Statement:
    return statement("objects_create").fill(label=object_type(type).label, properties=columns(type))


def _numbers(links: Iterable[Linked]) -> Numbers:
    return Counter((one.place, link.type) for one, link in links)
