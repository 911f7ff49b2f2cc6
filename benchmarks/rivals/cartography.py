"""Cartography's own writer and cleanup, with the same rows under labels of their own.

Each type is a node schema as Cartography's modules have them, made here from the declared types. Where there was a
choice, it is the one that makes Cartography write less: no edge from every node to an account, no properties of
relationships but those that it always writes, and each relationship once, from the end that is loaded later.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import field, make_dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from neo4j import Session

from benchmarks.rivals.rows import LinkKind, Rows
from graph_schema.registry import OBJECT_TYPES, object_type

_MODULE = "cartography.models.benchmark"  # else it warns of a schema that is not of its own
_LABEL = "Cartography"  # beside the product's labels in the same database


class Cartography:
    """Loads rows and cleans up after itself. Raises ModuleNotFoundError where Cartography is not installed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._load = import_module("cartography.client.core.tx").load
        self._job = import_module("cartography.graph.job").GraphJob
        self._made: dict[str, tuple[Any, frozenset[LinkKind]]] = {}

    def prepared(self, rows: Rows) -> Mapping[str, list[dict[str, Any]]]:
        """The rows as the schemas want them: by type, each with the ids of the nodes that it is linked to."""
        linked: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for kind, links in rows.links.items():
            own = self._owner(kind)
            for source, target, _ in links:
                id, other = (source, target) if own == kind[1] else (target, source)
                linked[own][id][_key(kind)].append(other)
        return {
            type: [{"id": id, **properties, **linked[type][id]} for id, properties in rows.nodes[type].items()]
            for type in self._order
            if rows.nodes[type]
        }

    def write(self, prepared: Mapping[str, list[dict[str, Any]]], kinds: frozenset[LinkKind]) -> None:
        """Load all types, then remove what was not loaded now."""
        tag = int(time.time() * 1000)
        for type, listed in prepared.items():
            self._load(self._session, self._schema(type, kinds), listed, lastupdated=tag)
        for type in prepared:
            job = self._job.from_node_schema(self._schema(type, kinds), {"UPDATE_TAG": tag})
            job.run(self._session)

    def counts(self) -> tuple[int, int]:
        """How many nodes and relationships of its own there are."""
        labels = [_label(type) for type in self._order]
        text = "MATCH (n) WHERE any(label IN labels(n) WHERE label IN $labels) RETURN count(n), sum(COUNT {(n)-->()})"
        nodes, links = self._session.run(text, labels=labels).single(strict=True)
        return nodes, links

    def empty(self) -> None:
        """Remove everything that it wrote."""
        for type in self._order:
            text = f"MATCH (n:{_label(type)}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 5000 ROWS"
            self._session.run(text).consume()

    @cached_property
    def _order(self) -> list[str]:
        """Parents before children, so that most nodes find the other ends of their relationships."""
        found: list[str] = []
        waiting = list(OBJECT_TYPES)
        while waiting:
            ready = [type for type in waiting if set(object_type(type).parents).isdisjoint(set(waiting) - {type})]
            found += ready or waiting
            waiting = [type for type in waiting if type not in found]
        return found

    def _owner(self, kind: LinkKind) -> str:
        """The end that is loaded later; the other is there by then."""
        _, source, target = kind
        return source if self._order.index(source) >= self._order.index(target) else target

    def _schema(self, type: str, kinds: frozenset[LinkKind]) -> Any:
        made = self._made.get(type)
        if made is None or made[1] != kinds:
            made = self._made[type] = self._schema_of(type, kinds), kinds
        return made[0]

    def _schema_of(self, type: str, kinds: frozenset[LinkKind]) -> Any:
        nodes, relationships = (import_module(f"cartography.models.core.{name}") for name in ("nodes", "relationships"))
        own = sorted(kind for kind in kinds if self._owner(kind) == type)
        properties = ["name", "host", "details", "type", "parent_type", "parent_id", *_declared(type)]
        values = {
            "label": _label(type),
            "properties": self._properties(nodes.CartographyNodeProperties, ["id", *properties]),
            "scoped_cleanup": False,
        }
        if own:
            linked = [self._relationship(type, kind) for kind in own]
            values["other_relationships"] = relationships.OtherRelationships(linked)
        return _subclass(f"{_label(type)}Schema", nodes.CartographyNodeSchema, values)

    def _relationship(self, type: str, kind: LinkKind) -> Any:
        relationships = import_module("cartography.models.core.relationships")
        reference = import_module("cartography.models.core.common").PropertyRef
        relationship, source, target = kind
        outward = type == source
        direction = relationships.LinkDirection
        key = reference(_key(kind), one_to_many=True)
        values = {
            "target_node_label": _label(target if outward else source),
            "target_node_matcher": relationships.make_target_node_matcher({"id": key}),
            "direction": direction.OUTWARD if outward else direction.INWARD,
            "rel_label": relationship,
            "properties": self._properties(relationships.CartographyRelProperties, []),
        }
        return _subclass(f"{_key(kind)}Relationship", relationships.CartographyRelSchema, values)

    def _properties(self, base: Any, names: list[str]) -> Any:
        reference = import_module("cartography.models.core.common").PropertyRef
        values = {name: reference(name) for name in dict.fromkeys(names)}
        return _subclass("Properties", base, {**values, "lastupdated": reference("lastupdated", set_in_kwargs=True)})


def _subclass(name: str, base: Any, values: Mapping[str, Any]) -> Any:
    """An instance of a frozen dataclass with these fields, as the modules declare them."""
    fields = [(key, Any, field(default=value)) for key, value in values.items()]
    return make_dataclass(name, fields, bases=(base,), frozen=True, namespace={"__module__": _MODULE})()


def _label(type: str) -> str:
    return _LABEL + object_type(type).label


def _key(kind: LinkKind) -> str:
    return "_".join(kind).lower()


def _declared(type: str) -> list[str]:
    return [one.name for one in object_type(type).properties if one.kind != "nested"]
