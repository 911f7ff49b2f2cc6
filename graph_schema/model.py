"""What a declaration is made of: object types, properties, owners and link types.

A declaration is the whole truth about a type. Constraints, indexes, the tree, the API models, the legend and the
reference page are derived from it, and an impossible one fails when it is imported, naming itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from graph_schema.ids import compose_id
from graph_schema.records import Attributes, Link, Record, Ref

ScopeKind = Literal["environment", "region", "host"]
Cardinality = Literal["many-to-many", "one-to-many", "many-to-one", "one-to-one"]
End = Literal["source", "target"]
Kind = Literal["string", "integer", "float", "boolean", "strings", "nested"]

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Index keys have a limit of about 8 kB in Neo4j; a longer value is cut in the property and kept whole in `details`.
INDEXED_LENGTH = 1000

COMMON_PROPERTIES: Mapping[str, str] = {
    "environment": "Name of the environment that the object was discovered in.",
    "id": "Stable id, unique in its environment.",
    "type": "Object type, snake_case.",
    "name": "Name as the source gives it; cut to 1000 characters, whole in `details` then.",
    "host": "Id of the host that the object is on, where it has one.",
    "parent_id": "Id of the object that contains this one.",
    "parent_type": "Type of the object that contains this one.",
    "first_seen": "When the object was first written (UTC).",
    "last_changed": "When its content last changed (UTC).",
    "status": "Health, set by monitoring only.",
    "details": "What does not fit flat properties, as JSON.",
    "alias": "Annotation of a user: another name.",
    "application": "Annotation of a user: the application that it serves.",
    "service": "Annotation of a user: the service that it serves.",
    "note": "Annotation of a user: free text.",
    "hash": "Content hash of what its owner says, to find out what changed.",
    "links_hash": "Content hash of the links that its owner says it has.",
    "scope": "Key of the scope that owns it, source/name.",
}
ANNOTATIONS = ("alias", "application", "service", "note")


class SchemaError(ValueError):
    """A declaration that cannot be: names the declaration and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who says that objects of a type exist: a source, and how its scopes divide the environment."""

    source: str
    scope: ScopeKind


@dataclass(frozen=True, slots=True)
class Property:
    """One property of an object type. A `nested` one is kept inside the JSON property `details`.

    `group` names the other source that adds it to objects that it does not own (an attribute group).
    """

    name: str
    kind: Kind
    description: str
    index: bool = False
    search: bool = False
    group: str | None = None

    def __post_init__(self) -> None:
        if not SNAKE.fullmatch(self.name):
            raise SchemaError(f"property {self.name!r}: the name must be snake_case")
        if self.name in COMMON_PROPERTIES:
            raise SchemaError(f"property {self.name!r}: the name is reserved, every object has it")
        if self.kind == "nested" and (self.index or self.search):
            raise SchemaError(f"property {self.name!r}: a nested property can not be indexed or searched")
        if self.kind == "strings" and self.index:
            raise SchemaError(f"property {self.name!r}: a list can not be indexed, its length has no bound; search it")


@dataclass(frozen=True, slots=True, eq=False)
class ObjectType:
    """One type of discovered object: its label, its place in the tree, its owner, its id and its properties.

    `id` is a template over the arguments of `record`; `parents` are the types that may contain it, the usual one
    first (`environment` is the `:Environment` node itself).
    """

    name: str
    label: str
    plural: str
    icon: str
    parents: tuple[str, ...]
    owner: Owner
    id: str
    source: str
    properties: tuple[Property, ...] = ()
    groups: Mapping[str, Owner] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not SNAKE.fullmatch(self.name):
            raise SchemaError(f"object type {self.name!r}: the name must be snake_case")
        if self.label != camel_case(self.name):
            raise SchemaError(f"object type {self.name}: its label must be {camel_case(self.name)}")
        if not self.parents:
            raise SchemaError(f"object type {self.name}: no parent")
        names = [p.name for p in self.properties]
        if len(set(names)) != len(names):
            raise SchemaError(f"object type {self.name}: a property is declared twice")
        for prop in self.properties:
            if prop.group is not None and prop.group not in self.groups:
                raise SchemaError(f"object type {self.name}: property {prop.name} names an unknown group {prop.group}")

    def property(self, name: str) -> Property | None:
        """The declared property of that name, or None."""
        return next((p for p in self.properties if p.name == name), None)

    def record(
        self,
        *,
        name: str,
        id: str | None = None,
        host: str | None = None,
        parent: Ref | None = None,
        details: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Record:
        """One discovered object of this type.

        Without `id` the id template is filled from `host`, `name` and the other values; without `parent` the
        object is inside `host` (for types whose usual parent is a host) or the environment. Values that are None are
        left out. Raises SchemaError for a value that is not declared.
        """
        flat, nested = self._split(values, group=None)
        return Record(
            type=self.name,
            id=id if id is not None else compose_id(self.id, {"host": host, "name": name, **values}),
            name=name,
            host=host,
            parent=parent if parent is not None else self._usual_parent(host),
            properties=flat,
            details={**(details or {}), **nested},
        )

    def attributes(self, group: str, id: str, **values: Any) -> Attributes:
        """What another source (`group`) adds to the object `id` of this type, which it does not own."""
        if group not in self.groups:
            raise SchemaError(f"object type {self.name}: no attribute group {group}")
        flat, _ = self._split(values, group=group)
        return Attributes(type=self.name, group=group, id=id, properties=flat)

    def _usual_parent(self, host: str | None) -> Ref:
        usual = self.parents[0]
        if usual == "environment":
            return Ref("environment", "")
        if usual == "host" and host is not None:
            return Ref("host", host)
        raise SchemaError(f"object type {self.name}: a record needs its parent")

    def _split(self, values: Mapping[str, Any], group: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
        declared = {p.name: p for p in self.properties if p.group == group}
        flat: dict[str, Any] = {}
        nested: dict[str, Any] = {}
        for key, value in values.items():
            prop = declared.get(key)
            if prop is None:
                if "{" + key + "}" in self.id and group is None:
                    continue  # only a part of the id
                raise SchemaError(f"object type {self.name}: {key!r} is not a declared property")
            if value is None:
                continue
            (nested if prop.kind == "nested" else flat)[key] = value
        return flat, nested


@dataclass(frozen=True, slots=True, eq=False)
class LinkType:
    """One type of link, directed from `source` to `target`, written by exactly one owner.

    The `anchor` is the end that belongs to the same owner: its links are compared and replaced as a set with it.
    `cardinality` reads source-to-target: many-to-one means that a source has one target at most.
    """

    source: str
    target: str
    owner: Owner
    anchor: End
    description: str
    cardinality: Cardinality = "many-to-many"

    @property
    def name(self) -> str:
        """The ancestor's name, `instance-vnic`."""
        return f"{self.source}-{self.target}"

    @property
    def relationship(self) -> str:
        """The relationship type in the graph, `INSTANCE_VNIC`."""
        return f"{self.source}_{self.target}".upper()

    @property
    def exclusive_ends(self) -> tuple[End, ...]:
        """The ends that may have only one link of this type."""
        ends: Mapping[Cardinality, tuple[End, ...]] = {
            "many-to-many": (),
            "many-to-one": ("source",),
            "one-to-many": ("target",),
            "one-to-one": ("source", "target"),
        }
        return ends[self.cardinality]

    def link(
        self,
        source: Record | str,
        target: Record | str,
        *,
        state: Literal["up", "down"] = "up",
        networks: Iterable[str] | None = None,
        name: str = "",
        weight: float = 0.0,
    ) -> Link:
        """One link of this type. `networks` None: it carries whatever its ends do; a list: only these network ids."""
        for end, record in ((self.source, source), (self.target, target)):
            if isinstance(record, Record) and record.type != end:
                raise SchemaError(f"link type {self.name}: {record.type} {record.id} is not a {end}")
        return Link(
            type=self.name,
            source_id=source.id if isinstance(source, Record) else source,
            target_id=target.id if isinstance(target, Record) else target,
            name=name,
            state=state,
            weight=weight,
            networks=None if networks is None else tuple(sorted(set(networks))),
        )


def camel_case(snake: str) -> str:
    """`host_pnic` → `HostPnic`."""
    return "".join(part.capitalize() for part in snake.split("_"))
