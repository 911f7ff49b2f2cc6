"""What a cloud says, as rows: nodes by type and links, with the same flat values that the product's writer writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cloud.readings import Part
from graph_schema.registry import CONTAINS, link_type
from topology.store import Entry
from topology.store.encoding import group_properties, node_properties

LinkKind = tuple[str, str, str]
"""Relationship, type of its source and type of its target."""


@dataclass(slots=True)
class Rows:
    """Nodes by type and id, and links by kind: (source id, target id, properties). `roots` are the topmost nodes."""

    nodes: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    links: dict[LinkKind, list[tuple[str, str, dict[str, Any]]]] = field(default_factory=lambda: defaultdict(list))
    roots: list[str] = field(default_factory=list)

    @property
    def size(self) -> tuple[int, int]:
        """How many nodes and links there are."""
        nodes = sum(len(of_type) for of_type in self.nodes.values())
        return nodes, sum(len(of_kind) for of_kind in self.links.values()) + len(self.roots)


def rows_of(parts: Iterable[Part]) -> Rows:
    """All rows of a cloud, in memory."""
    rows = Rows()
    added = []
    for _, entries, attributes in parts:
        for entry in entries:
            _add(rows, entry)
        added += list(attributes)
    for one in added:
        if node := rows.nodes[one.type].get(one.id):
            node.update(group_properties(one))
    return rows


def _add(rows: Rows, entry: Entry) -> None:
    record = entry.record
    where = {"type": record.type, "parent_type": record.parent.type, "parent_id": record.parent.id}
    rows.nodes[record.type][record.id] = {**node_properties(record), **where}
    if record.parent.type == "environment":
        rows.roots.append(record.id)
    else:
        rows.links[CONTAINS, record.parent.type, record.type].append((record.parent.id, record.id, {}))
    for link in entry.links or ():
        kind = link_type(link.type)
        properties = {"link_type": link.type, "name": link.name, "state": link.state, "weight": link.weight}
        carried = {} if link.networks is None else {"networks": list(link.networks)}
        ends = (link.source_id, link.target_id, {**properties, **carried})
        rows.links[kind.relationship, kind.source, kind.target].append(ends)
