"""The pages of what is in the graph: object types, link types, clique types, variants."""

from __future__ import annotations

from collections.abc import Sequence

from docs.pages.markdown import code, page, table
from graph_schema.clique_types import CLIQUE_TYPES, CONFINED, NETWORKS_OF, CliqueType, NetworkSource
from graph_schema.model import COMMON_PROPERTIES, ObjectType, Property
from graph_schema.presentation import LOOKS
from graph_schema.registry import LINKS, OBJECT_TYPES
from graph_schema.variants import VARIANTS


def object_types() -> str:
    """Every type of object with its properties."""
    return page(
        "# Object types",
        "Each discovered object is a node with the labels `:Object` and its type's. All have these properties:",
        table(("property", "what it is"), ((f"`{name}`", text) for name, text in COMMON_PROPERTIES.items())),
        *(_object_type(OBJECT_TYPES[name]) for name in LOOKS),
    )


def _object_type(kind: ObjectType) -> str:
    groups = "".join(f" Properties are added by {group} ({owner.source})." for group, owner in kind.groups.items())
    return page(
        f"## {kind.name}",
        f"{kind.plural}. Label `:{kind.label}`, id `{kind.id}`, contained in {code(kind.parents)}.",
        f"Owner: {kind.owner.source}, one scope for each {kind.owner.scope}.{groups} Source: {kind.source}.",
        table(("property", "kind", "what it is", ""), map(_property, kind.properties)) if kind.properties else "",
    )


def _property(p: Property) -> Sequence[str]:
    marks = (
        ("indexed", p.index),
        ("searched", p.search),
        (f"added by {p.group}", p.group is not None),
        ("in `details`", p.kind == "nested"),
    )
    return f"`{p.name}`", p.kind, p.description, ", ".join(mark for mark, given in marks if given)


def link_types() -> str:
    """Every type of link."""
    rows = [
        (
            f"`{kind.name}`",
            f"`(:{OBJECT_TYPES[kind.source].label})-[:{kind.relationship}]->(:{OBJECT_TYPES[kind.target].label})`",
            kind.cardinality,
            kind.owner.source,
            kind.description,
        )
        for kind in LINKS.values()
    ]
    told = (
        "Each link has `link_type`, `name`, `state` (up, down), `weight`, and where it carries only some networks, "
        "their ids in `networks`. Containment is `(parent)-[:CONTAINS]->(child)`, one parent each."
    )
    return page(
        "# Link types", told, table(("link type", "in the graph", "cardinality", "owner", "what it says"), rows)
    )


def clique_types() -> str:
    """Every shipped clique type, and what keeps a clique on its networks."""
    walked = (
        "A clique walks its link types in order, each from everything of the right type reached so far; an element may "
        "be written either way round, and one that adds nothing does not stop the walk. Chosen is the type for the "
        "environment's name, else the best match of distribution, version, mechanism driver and type driver, else the "
        "one for `ANY`. Your own are `:CliqueType` nodes and come before shipped ones that fit as well."
    )
    kept = (
        "The walk stays on the focal point's networks: a link with `networks` passes if it carries one of them, a link "
        "to a network carries that network, and a link without `networks` passes."
    )
    rows = [(f"`{k.focal_point_type}`", k.name, _purpose(k), code(k.link_types)) for k in CLIQUE_TYPES]
    networks = [
        (
            f"`{focal}`",
            "; ".join(map(_networks, sources)),
            "only links without `networks` pass" if focal in CONFINED else "everything passes",
        )
        for focal, sources in NETWORKS_OF.items()
    ]
    return page(
        "# Clique types",
        walked,
        table(("focal point", "name", "for", "link types"), rows),
        "## Constraints",
        kept,
        table(("focal point", "its networks", "where it has none"), networks),
    )


def _purpose(kind: CliqueType) -> str:
    if kind.environment:
        return kind.environment
    drivers = f"{'/'.join(kind.mechanism_drivers)} × {'/'.join(kind.type_drivers)}"
    return f"{kind.distribution} {', '.join(kind.distribution_versions)}: {drivers}"


def _networks(source: NetworkSource) -> str:
    told = {
        "own": f"its `{source.name}`",
        "carried": f"what its `{source.name}` links carry",
        "beyond": f"the `{source.property}` beyond its `{source.name}` links",
    }
    return told[source.place]


def variants() -> str:
    """The environment variants that are known to work."""
    told = (
        "Combinations that are known to work. Another one is tried with a warning, never refused. Flat and local "
        "networks, and the drivers l2population and baremetal, go with any."
    )
    rows = [
        (
            v.distribution,
            ", ".join(v.versions),
            ", ".join(v.mechanism_drivers),
            ", ".join(v.type_drivers),
            ", ".join(word for word, can in (("scan", v.scan), ("listen", v.listen), ("monitor", v.monitor)) if can),
            v.origin,
        )
        for v in VARIANTS
    ]
    head = ("distribution", "versions", "mechanism drivers", "type drivers", "supports", "known from")
    return page("# Environment variants", told, table(head, rows))
