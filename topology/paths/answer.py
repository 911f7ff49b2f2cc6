"""The answer to a question for paths, and its stable shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from topology.freshness import Freshness
from topology.paths.assembly import Chain
from topology.paths.blocking import Block
from topology.paths.security import Opening
from topology.paths.things import Thing, Tie
from topology.shapes import JsonObject, link_shape, node_shape

OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Path:
    """One path, what stands in its way, and what security groups let through of what was asked for."""

    chain: Chain
    networks: Mapping[str, Thing]
    blocked_by: tuple[Block, ...]
    openings: tuple[Opening, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing is known that certainly stops packets."""
        return not any(block.certain for block in self.blocked_by)

    def as_json(self) -> JsonObject:
        """Nodes hop by hop; `links[i]` joins `nodes[i]` and `nodes[i + 1]`, then the tunnels that carry some of it."""
        chain = self.chain
        return {
            "nodes": [node_shape(node.properties) for node in chain.nodes],
            "links": [link_shape(tie.properties) for tie in (*chain.ties, *self._tunnels_beside())],
            "blocked_by": [block.as_json() for block in self.blocked_by],
            "open": self.is_open,
            "lets_through": [str(opening) for opening in self.openings],
            "networks": [self._stretch(index) for index in range(len(chain.stretches))],
            "routers": [{"id": router.id, "name": router.name} for router in chain.way.routers],
            "translations": [
                {"router": each.router.id, "end": each.end, "before": str(each.before), "after": str(each.after)}
                for each in chain.way.translations
            ],
        }

    def _tunnels_beside(self) -> list[Tie]:
        """The tunnels whose links are not of the chain itself."""
        return [tie for tie in dict.fromkeys(self.chain.tunnels) if tie not in self.chain.ties]

    def _stretch(self, index: int) -> JsonObject:
        stretch = self.chain.stretches[index]
        network = self.networks.get(stretch.network_id)
        kind = network.properties if network else {}
        return {
            "id": stretch.network_id,
            "name": network.name if network else stretch.network_id,
            "network_type": kind.get("network_type"),
            "segmentation_id": kind.get("segmentation_id"),
            "from_hop": stretch.begin,
            "to_hop": stretch.end,
            "tunnel": list(stretch.tunnel.ends) if stretch.tunnel else None,
        }


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """All paths between two ends, within the limits. `reason`: where it ends and why, when there is none."""

    environment: str
    origin: Mapping[str, Any]
    goal: Mapping[str, Any]
    paths: tuple[Path, ...]
    asked: Opening
    freshness: Freshness
    reason: str | None = None
    truncated: bool = False
    notes: tuple[str, ...] = field(default=())

    @property
    def reachable(self) -> bool:
        """Whether there is a path, be it blocked or not."""
        return bool(self.paths)

    @property
    def is_open(self) -> bool:
        """Whether there is a path that nothing certainly blocks."""
        return any(path.is_open for path in self.paths)

    def as_json(self) -> JsonObject:
        """The stable shape of `path --format json`."""
        return {
            "environment": self.environment,
            "from": node_shape(self.origin),
            "to": node_shape(self.goal),
            "reachable": self.reachable,
            "open": self.is_open,
            "asked": str(self.asked),
            "paths": [path.as_json() for path in self.paths],
            "reason": self.reason,
            "truncated": self.truncated,
            "freshness": self.freshness.as_json(),
            "notes": list(self.notes),
        }

    def as_verdict(self) -> JsonObject:
        """The shape of a yes or no: all but the paths."""
        whole = self.as_json()
        return {key: value for key, value in whole.items() if key not in ("paths", "truncated")}


def outside(address: object) -> Mapping[str, Any]:
    """The stand-in for an end that is no object of the cloud."""
    return {"id": str(address), "type": OUTSIDE, "name": str(address)}
