"""The answer to a question for impact, and its stable shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from topology.freshness import Freshness
from topology.impact.effects import EFFECTS, SHOWN, Cause, Effect, Effects
from topology.shapes import JsonObject, node_shape

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Affected:
    """One object, the worst that it suffers, and all causes, the worst first."""

    node: Node
    effect: Effect
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What depends on some objects that fail together. `truncated`: there is more than was read."""

    environment: str
    failing: tuple[Node, ...]
    affected: tuple[Affected, ...]
    nodes: Mapping[str, Node]
    freshness: Freshness
    truncated: bool = False

    def counts(self) -> dict[str, dict[Effect, int]]:
        """How many objects of each type suffer what: type → effect → number."""
        counted = Counter((str(each.node["type"]), each.effect) for each in self.affected)
        return {
            kind: {effect: counted[kind, effect] for effect in EFFECTS}
            for kind in SHOWN
            if any(counted[kind, effect] for effect in EFFECTS)
        }

    def without_owners(self) -> Impact:
        """The same without projects that are named only for what they own: for people, their own table tells more."""
        failing = {node["id"] for node in self.failing}
        told = (a for a in self.affected if a.node["type"] != "project" or a.node["id"] in failing)
        return replace(self, affected=tuple(told))

    def by_project(self) -> list[tuple[Node, dict[Effect, int]]]:
        """How many objects of each project suffer what, the worst hit first."""
        counted = Counter((str(e.node["project_id"]), e.effect) for e in self.affected if e.node.get("project_id"))
        projects = {id: {effect: counted[id, effect] for effect in EFFECTS} for id, _ in counted}
        order = sorted(projects.items(), key=lambda each: [-each[1][effect] for effect in EFFECTS])
        return [(self.nodes.get(id, {"id": id, "type": "project", "name": id}), numbers) for id, numbers in order]

    def as_json(self) -> JsonObject:
        """The stable shape of `impact --format json`."""
        return {
            "environment": self.environment,
            "failing": [node_shape(node) for node in self.failing],
            "affected": [self._shape(each) for each in self.affected],
            "counts": self.counts(),
            "projects": [{"project": node_shape(node), **numbers} for node, numbers in self.by_project()],
            "truncated": self.truncated,
            "freshness": self.freshness.as_json(),
        }

    def path(self, cause: Cause) -> Iterator[Node]:
        """The objects that make it so, from what fails to what is affected."""
        return (self.nodes.get(id, {"id": id, "type": "unknown", "name": id}) for id in cause.path)

    def _shape(self, each: Affected) -> JsonObject:
        return {
            "effect": each.effect,
            "node": node_shape(each.node),
            "why": each.causes[0].why,
            "path": [_brief(node) for node in self.path(each.causes[0])],
            "causes": [{"effect": cause.effect, "why": cause.why, "path": list(cause.path)} for cause in each.causes],
        }


def affected_of(effects: Effects) -> tuple[Affected, ...]:
    """All that is affected, the worst first, then by type and name."""
    found = []
    for id, causes in effects.causes.items():
        worst_first = tuple(sorted(causes, key=lambda cause: EFFECTS.index(cause.effect)))
        found.append(Affected(effects.facts[id], worst_first[0].effect, worst_first))
    return tuple(sorted(found, key=_place))


def _place(each: Affected) -> tuple[int, int, str, str]:
    kind = str(each.node["type"])
    return EFFECTS.index(each.effect), SHOWN.index(kind), str(each.node.get("name") or ""), str(each.node["id"])


def _brief(node: Node) -> JsonObject:
    return {key: node.get(key) for key in ("id", "type", "name", "host")}
