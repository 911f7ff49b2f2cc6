"""Cartography's own writer and cleanup, with the same rows under labels of their own.

Each type is a node schema as Cartography's modules have them, made here from the declared types. In two forms:

* *whole*: all that the rows say. Each node hangs on its environment, as 957 of the 1,092 node schemas of Cartography
  0.143 have it, so that a cleanup takes nothing from another one; links that carry something are written by
  `load_matchlinks`, which is its way of giving a relationship properties of its own.
* else the least that it can be made to write: no edge from every node to an environment, no properties of relationships
  but those that it always writes, and each relationship once, from the end that is loaded later.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any

from neo4j import Session

from benchmarks.rivals.rows import LinkKind, Rows
from graph_schema.registry import CONTAINS, OBJECT_TYPES, object_type

_MODULE = "cartography.models.benchmark"  # else it warns of a schema that is not of its own
_ENVIRONMENT = "benchmark"
_CARRIED = ("link_type", "name", "state", "weight", "networks")
_SCOPE = "_sub_resource_label", "_sub_resource_id"
Dicts = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows as the schemas want them."""

    nodes: Mapping[str, Dicts]
    """By type, each with the ids of those that it is linked to by the kinds `within`."""
    within: frozenset[LinkKind]
    links: Sequence[tuple[Any, Dicts]]
    """The other links, with the schema of each kind."""


class Cartography:
    """Loads rows and cleans up after itself. Raises ModuleNotFoundError where Cartography is not installed."""

    def __init__(self, session: Session, *, whole: bool) -> None:
        self._session, self._whole = session, whole
        self._prefix = "CartographyWhole" if whole else "Cartography"  # beside the product's labels
        self._load, self._load_links = (
            getattr(import_module("cartography.client.core.tx"), name) for name in ("load", "load_matchlinks")
        )
        self._job = import_module("cartography.graph.job").GraphJob
        self._made: dict[str, tuple[Any, frozenset[LinkKind]]] = {}

    def prepared(self, rows: Rows) -> Prepared:
        """The rows as the schemas want them."""
        within = frozenset(kind for kind in rows.links if not self._whole or kind[0] == CONTAINS)
        linked: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for kind in within:
            own = self._owner(kind)
            for source, target, _ in rows.links[kind]:
                id, other = (source, target) if own == kind[1] else (target, source)
                linked[own][id][_key(kind)].append(other)
        nodes = {
            type: [{"id": id, **properties, **linked[type][id]} for id, properties in rows.nodes[type].items()]
            for type in self._order
            if rows.nodes[type]
        }
        links = [
            (self._matchlink(kind), [{"source": source, "target": target, **said} for source, target, said in listed])
            for kind, listed in rows.links.items()
            if kind not in within
        ]
        return Prepared(nodes, within, links)

    def write(self, prepared: Prepared) -> None:
        """Load all types, then remove what was not loaded now."""
        tag = int(time.time() * 1000)
        environment = {"ENVIRONMENT": _ENVIRONMENT} if self._whole else {}
        if self._whole:
            self._load(self._session, self._environment, [{"id": _ENVIRONMENT}], lastupdated=tag)
        for type, listed in prepared.nodes.items():
            self._load(self._session, self._schema(type, prepared.within), listed, lastupdated=tag, **environment)
        scope = dict(zip(_SCOPE, (self._label("environment"), _ENVIRONMENT), strict=True))
        for schema, listed in prepared.links:
            self._load_links(self._session, schema, listed, lastupdated=tag, **scope)
        for type in prepared.nodes:
            schema = self._schema(type, prepared.within)
            self._job.from_node_schema(schema, {"UPDATE_TAG": tag, **environment}).run(self._session)
        for schema, _ in prepared.links:
            self._job.from_matchlink(schema, *scope.values(), tag).run(self._session)

    def counts(self) -> tuple[int, int]:
        """How many nodes and relationships of its own there are."""
        text = "MATCH (n) WHERE any(label IN labels(n) WHERE label IN $labels) RETURN count(n), sum(COUNT {(n)-->()})"
        nodes, links = self._session.run(text, labels=self._labels).single(strict=True)
        return nodes, links

    def empty(self) -> None:
        """Remove everything that it wrote."""
        for label in self._labels:
            text = f"MATCH (n:{label}) CALL (n) {{ DETACH DELETE n }} IN TRANSACTIONS OF 5000 ROWS"
            self._session.run(text).consume()

    @property
    def _labels(self) -> list[str]:
        return [*map(self._label, self._order), *([self._label("environment")] if self._whole else [])]

    def _label(self, type: str) -> str:
        return self._prefix + (object_type(type).label if type in OBJECT_TYPES else type.capitalize())

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
        own = sorted(kind for kind in kinds if self._owner(kind) == type)
        properties = ["id", "name", "host", "details", "type", "parent_type", "parent_id", *_declared(type)]
        values = {
            "label": self._label(type),
            "properties": self._properties("CartographyNodeProperties", properties),
            "scoped_cleanup": self._whole,
        }
        if self._whole:
            values["sub_resource_relationship"] = self._on_environment
        if own:
            linked = [self._relationship(type, kind) for kind in own]
            values["other_relationships"] = _models("relationships").OtherRelationships(linked)
        return self._node_schema(values)

    @cached_property
    def _environment(self) -> Any:
        properties = self._properties("CartographyNodeProperties", ["id"])
        return self._node_schema({"label": self._label("environment"), "properties": properties})

    @cached_property
    def _on_environment(self) -> Any:
        return self._link_schema(
            target_node_label=self._label("environment"),
            target_node_matcher=_models("relationships").make_target_node_matcher({"id": _given("ENVIRONMENT")}),
            direction=_models("relationships").LinkDirection.INWARD,
            rel_label="RESOURCE",
            properties=self._properties("CartographyRelProperties", []),
        )

    def _relationship(self, type: str, kind: LinkKind) -> Any:
        relationship, source, target = kind
        outward = type == source
        key = _models("common").PropertyRef(_key(kind), one_to_many=True)
        direction = _models("relationships").LinkDirection
        return self._link_schema(
            target_node_label=self._label(target if outward else source),
            target_node_matcher=_models("relationships").make_target_node_matcher({"id": key}),
            direction=direction.OUTWARD if outward else direction.INWARD,
            rel_label=relationship,
            properties=self._properties("CartographyRelProperties", []),
        )

    def _matchlink(self, kind: LinkKind) -> Any:
        relationship, source, target = kind
        models, reference = _models("relationships"), _models("common").PropertyRef
        properties = self._properties("CartographyRelProperties", _CARRIED, {name: _given(name) for name in _SCOPE})
        return self._link_schema(
            source_node_label=self._label(source),
            source_node_matcher=models.make_source_node_matcher({"id": reference("source")}),
            target_node_label=self._label(target),
            target_node_matcher=models.make_target_node_matcher({"id": reference("target")}),
            direction=models.LinkDirection.OUTWARD,
            rel_label=relationship,
            properties=properties,
        )

    def _node_schema(self, values: Mapping[str, Any]) -> Any:
        return _subclass(f"{values['label']}Schema", _models("nodes").CartographyNodeSchema, values)

    def _link_schema(self, **values: Any) -> Any:
        return _subclass(f"{values['rel_label']}Relationship", _models("relationships").CartographyRelSchema, values)

    def _properties(self, base: str, names: Iterable[str], given: Mapping[str, Any] = MappingProxyType({})) -> Any:
        models = _models("nodes" if base == "CartographyNodeProperties" else "relationships")
        values = {name: _models("common").PropertyRef(name) for name in dict.fromkeys(names)}
        return _subclass("Properties", getattr(models, base), {**values, **given, "lastupdated": _given("lastupdated")})


def _models(name: str) -> Any:
    return import_module(f"cartography.models.core.{name}")


def _given(name: str) -> Any:
    """A property whose value is the same for all rows."""
    return _models("common").PropertyRef(name, set_in_kwargs=True)


def _subclass(name: str, base: Any, values: Mapping[str, Any]) -> Any:
    """An instance of a frozen dataclass with these fields, as the modules declare them."""
    fields = [(key, Any, field(default=value)) for key, value in values.items()]
    return make_dataclass(name, fields, bases=(base,), frozen=True, namespace={"__module__": _MODULE})()


def _key(kind: LinkKind) -> str:
    return "_".join(kind).lower()


def _declared(type: str) -> list[str]:
    return [one.name for one in object_type(type).properties if one.kind != "nested"]
