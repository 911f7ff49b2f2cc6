"""The graph as it is, read over bolt with plain Cypher by its documented labels, properties and relationships."""

from __future__ import annotations

from typing import Any

from neo4j import Session

from tests.lab.truth.expected import ENVIRONMENT, Truth

OBJECTS = (
    "MATCH (o:Object {environment: $environment}) RETURN o.id AS id, labels(o) AS labels, properties(o) AS properties"
)
PARENTS = """
MATCH (p)-[:CONTAINS]->(o:Object {environment: $environment})
RETURN o.id AS id, CASE WHEN p:Environment THEN 'environment' ELSE p.type END AS type,
       CASE WHEN p:Environment THEN '' ELSE p.id END AS parent, p:Environment AND p.name <> $environment AS foreign
"""
LINKS = """
MATCH (s:Object {environment: $environment})-[r]->(t:Object)
WHERE type(r) <> 'CONTAINS'
RETURN type(r) AS relationship, r.link_type AS link_type, s.id AS source, t.id AS target, r.networks AS networks,
       r.state AS state, s.type AS source_type, t.type AS target_type, t.environment AS environment
"""


class Broken(AssertionError):
    """The graph breaks one of its own rules."""


def camel_case(type: str) -> str:
    """Label of a type."""
    return "".join(word.capitalize() for word in type.split("_"))


def read_graph(session: Session, environment: str) -> Truth:
    """Objects and links of an environment, after a check of the rules that hold for every graph."""
    found = Truth()
    parents: dict[str, tuple[str, str]] = {}
    for row in session.run(PARENTS, environment=environment):
        if row["id"] in parents:
            raise Broken(f"{row['id']} has two parents: {parents[row['id']]} and {row['parent']}")
        if row["foreign"]:
            raise Broken(f"{row['id']} is inside another environment")
        parents[row["id"]] = (row["type"], row["parent"])
    for row in session.run(OBJECTS, environment=environment):
        _add_object(found, row["id"], row["labels"], row["properties"], parents)
    for row in session.run(LINKS, environment=environment):
        _add_link(found, dict(row), environment)
    return found


def _add_object(
    found: Truth, id: str, labels: list[str], properties: dict[str, Any], parents: dict[str, tuple[str, str]]
) -> None:
    type = properties["type"]
    if set(labels) != {"Object", camel_case(type)}:
        raise Broken(f"{id} of type {type} has the labels {labels}")
    if id in found.nodes:
        raise Broken(f"{id} is there twice")
    said = (properties.get("parent_type"), properties.get("parent_id"))
    parent = parents.get(id)
    if parent is not None and parent != ENVIRONMENT and said != parent:
        raise Broken(f"{id} says that it is inside {said}, and is inside {parent}")
    found.node(
        type,
        id,
        parent or ("none", str(said)),
        **{k: _value(v) for k, v in properties.items() if k not in ("type", "id")},
    )


def _add_link(found: Truth, row: dict[str, Any], environment: str) -> None:
    type = f"{row['source_type']}-{row['target_type']}"
    if row["relationship"] != type.replace("-", "_").upper() or row["link_type"] != type:
        raise Broken(f"{row['relationship']} ({row['link_type']}) joins {row['source']} and {row['target']}: a {type}")
    if row["environment"] != environment:
        raise Broken(f"{row['source']} is linked into another environment: {row['target']}")
    if (type, row["source"], row["target"]) in found.links:
        raise Broken(f"{type} {row['source']} → {row['target']} is there twice")
    networks = row["networks"]
    found.links[type, row["source"], row["target"]] = None if networks is None else frozenset(networks)


def _value(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
