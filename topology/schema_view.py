"""The schema as `calipso schema` and GET /schema tell it."""

from __future__ import annotations

from typing import Any

from graph_schema.clique_types import CLIQUE_TYPES, CONSTRAINTS
from graph_schema.model import COMMON_PROPERTIES, LinkType, ObjectType, Property
from graph_schema.presentation import LOOKS
from graph_schema.registry import LINKS, OBJECT_TYPES
from graph_schema.variants import VARIANTS, Variant
from topology.cliques.choosing import users_types
from topology.graph import Graph
from topology.shapes import JsonObject


def schema_view(graph: Graph | None = None) -> JsonObject:
    """Everything that is declared; with a graph, users' own clique types too."""
    own, notes = users_types([row["properties"] for row in graph.read("clique_types")] if graph else [])
    return {
        "object_types": [_object_type(OBJECT_TYPES[name]) for name in LOOKS],
        "link_types": [_link_type(kind) for kind in LINKS.values()],
        "clique_types": [kind.as_json() for kind in (*own, *CLIQUE_TYPES)],
        "clique_constraints": [
            {"focal_point_type": kind, "constraints": list(constraints)} for kind, constraints in CONSTRAINTS.items()
        ],
        "variants": [_variant(variant) for variant in VARIANTS],
        "common_properties": [{"name": n, "description": text} for n, text in COMMON_PROPERTIES.items()],
        "notes": list(notes),
    }


def _object_type(kind: ObjectType) -> JsonObject:
    look = LOOKS[kind.name]
    return {
        "type": kind.name,
        "label": kind.label,
        "plural": kind.plural,
        "icon": kind.icon,
        "color": look.color,
        "sign": look.sign,
        "parents": list(kind.parents),
        "owner": {"source": kind.owner.source, "scope": kind.owner.scope},
        "id": kind.id,
        "source": kind.source,
        "properties": [_property(p) for p in kind.properties],
    }


def _property(p: Property) -> dict[str, Any]:
    return {
        "name": p.name,
        "kind": p.kind,
        "description": p.description,
        "indexed": p.index,
        "searched": p.search,
        "group": p.group,
    }


def _link_type(kind: LinkType) -> JsonObject:
    return {
        "type": kind.name,
        "relationship": kind.relationship,
        "source": kind.source,
        "target": kind.target,
        "cardinality": kind.cardinality,
        "owner": {"source": kind.owner.source, "scope": kind.owner.scope},
        "description": kind.description,
    }


def _variant(variant: Variant) -> JsonObject:
    return {
        "distribution": variant.distribution,
        "versions": list(variant.versions),
        "mechanism_drivers": list(variant.mechanism_drivers),
        "type_drivers": list(variant.type_drivers),
        "scan": variant.scan,
        "listen": variant.listen,
        "monitor": variant.monitor,
        "origin": variant.origin,
    }
