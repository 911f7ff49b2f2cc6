"""The tree: what contains what, grouped by type. Folders are not nodes: groups and headings come from the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graph_schema.presentation import DISPLAY_ORDER
from graph_schema.registry import OBJECT_TYPES
from topology.errors import UnknownEnvironment, UnknownObject
from topology.freshness import Freshness, ScopeBook
from topology.graph import Graph
from topology.search import suggestions
from topology.shapes import JsonObject, node_shape, quoted
from topology.store.encoding import stored_id

# Region, zone, host, instance, vNIC: nothing is deeper than this.
DEEPEST = 8


@dataclass(slots=True)
class Group:
    """The children of one type: how many there are, and those that are shown."""

    type: str
    count: int
    items: list[Branch]

    @property
    def label(self) -> str:
        """The heading."""
        return OBJECT_TYPES[self.type].plural

    def as_json(self) -> JsonObject:
        """With `more`: how many are not shown."""
        return {
            "type": self.type,
            "label": self.label,
            "count": self.count,
            "items": [item.as_json() for item in self.items],
            "more": self.count - len(self.items),
        }


@dataclass(slots=True)
class Branch:
    """An object and what it contains. The environment itself is a branch without a node."""

    node: Mapping[str, Any] | None
    groups: list[Group] = field(default_factory=list)

    def as_json(self) -> JsonObject:
        """The node's shape with its groups."""
        own = node_shape(self.node) if self.node is not None else {}
        return {**own, "groups": [group.as_json() for group in self.groups]}


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree as far down as was asked; the last level has counts only."""

    environment: str
    root: Branch
    freshness: Freshness

    def as_json(self) -> JsonObject:
        """The stable shape of `tree --format json`."""
        root = self.root.as_json()
        groups = root.pop("groups")
        return {
            "environment": self.environment,
            "root": root or None,
            "groups": groups,
            "freshness": self.freshness.as_json(),
        }


def tree(graph: Graph, environment: str, *, root: str | None = None, depth: int = 3, limit: int = 50) -> Tree:
    """What the environment, or the object `root`, contains, `depth` levels down, `limit` children of a type at most.

    One request for each level. Raises UnknownEnvironment, UnknownObject, TimedOut.
    """
    top = _top(graph, environment, root)
    every, level = [top], [top]
    for down in range(min(depth, DEEPEST) + 1):
        shown = limit if down < depth else 0
        level = _grow(graph, environment, level, shown)
        every += level
    nodes = [branch.node for branch in every if branch.node is not None]
    return Tree(environment, top, ScopeBook.of(graph, environment, nodes).freshness(nodes))


def counts(graph: Graph, environment: str) -> list[tuple[str, int]]:
    """How many objects of each type there are, in the schema's order; types without any are left out."""
    rows = graph.read("counts_by_type", environment=environment, types=list(OBJECT_TYPES))
    return sorted(((r["type"], r["count"]) for r in rows if r["count"]), key=lambda pair: DISPLAY_ORDER[pair[0]])


def _top(graph: Graph, environment: str, root: str | None) -> Branch:
    if root is not None:
        rows = graph.read("object_properties", environment=environment, id=stored_id(root))
        if rows:
            return Branch(rows[0]["node"])
    if not graph.read("environment_known", environment=environment)[0]["known"]:
        raise UnknownEnvironment(f"no environment is named {quoted(environment)}. There are: calipso env list")
    if root is not None:
        raise UnknownObject(
            f"{environment}: no object has the id {quoted(root)}.{suggestions(graph, environment, root)}"
        )
    return Branch(None)


def _grow(graph: Graph, environment: str, level: list[Branch], limit: int) -> list[Branch]:
    """Give the branches of a level their groups; the children that are shown are the next level."""
    if not level:
        return []
    by_id = {"" if branch.node is None else branch.node["id"]: branch for branch in level}
    for row in _children(graph, environment, by_id, limit):
        items = [Branch(child) for child in row["children"]]
        by_id[row["parent_id"]].groups.append(Group(row["type"], row["count"], items))
    for branch in level:
        branch.groups.sort(key=lambda group: DISPLAY_ORDER[group.type])
    return [item for branch in level for group in branch.groups for item in group.items]


def _children(graph: Graph, environment: str, by_id: Iterable[str], limit: int) -> Iterable[Mapping[str, Any]]:
    ids = list(by_id)
    if ids == [""]:
        return graph.read("environment_grouped", environment=environment, limit=limit)
    return graph.read("children_grouped", environment=environment, parents=ids, limit=limit)
