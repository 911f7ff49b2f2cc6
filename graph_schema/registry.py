"""All declarations together, by name, checked against each other when this is imported."""

from __future__ import annotations

from collections.abc import Mapping

from graph_schema import object_types
from graph_schema.link_types import LINK_TYPES
from graph_schema.model import LinkType, ObjectType, Owner, SchemaError

OBJECT_TYPES: Mapping[str, ObjectType] = {
    t.name: t for t in (getattr(object_types, name) for name in object_types.__all__)
}
LINKS: Mapping[str, LinkType] = {t.name: t for t in LINK_TYPES}
# (parent)-[:CONTAINS]->(child): containment is a relationship of its own, not a link type.
CONTAINS = "CONTAINS"


def object_type(name: str) -> ObjectType:
    """The object type of that name. Raises SchemaError with the names that there are."""
    try:
        return OBJECT_TYPES[name]
    except KeyError:
        raise SchemaError(f"no object type {name!r}; there are: {', '.join(sorted(OBJECT_TYPES))}") from None


def link_type(name: str) -> LinkType:
    """The link type of that name. Raises SchemaError with the names that there are."""
    try:
        return LINKS[name]
    except KeyError:
        raise SchemaError(f"no link type {name!r}; there are: {', '.join(sorted(LINKS))}") from None


def owned_by(source: str) -> tuple[ObjectType, ...]:
    """The object types whose existence the source owns."""
    return tuple(t for t in OBJECT_TYPES.values() if t.owner.source == source)


def owners() -> frozenset[Owner]:
    """Every owner that some type names."""
    return frozenset(t.owner for t in OBJECT_TYPES.values())


def _check() -> None:
    for kind in OBJECT_TYPES.values():
        for parent in kind.parents:
            if parent != "environment" and parent not in OBJECT_TYPES:
                raise SchemaError(f"object type {kind.name}: its parent {parent} is not declared")
    if len(LINKS) != len(LINK_TYPES):
        raise SchemaError("a link type is declared twice")
    for link in LINK_TYPES:
        for end in (link.source, link.target):
            if end not in OBJECT_TYPES:
                raise SchemaError(f"link type {link.name}: {end} is not declared")
        anchor = OBJECT_TYPES[link.source if link.anchor == "source" else link.target]
        if any(end != link.anchor for end in link.exclusive_ends):
            # The store swaps an exclusive link with the set of links that its anchor says.
            raise SchemaError(f"link type {link.name}: the end that may have only one must be its anchor")
        if anchor.owner != link.owner:
            raise SchemaError(f"link type {link.name}: its anchor {anchor.name} has another owner, {anchor.owner}")


_check()
