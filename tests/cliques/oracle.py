"""A clique by plain walking over records and links: shares nothing with the compiler but the names of link types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graph_schema.link_types import LINK_TYPES
from graph_schema.records import Link

Found = tuple[frozenset[str], frozenset[tuple[str, str, str]]]
_DECLARED = {f"{t.source}-{t.target}" for t in LINK_TYPES}


class Oracle:
    """Objects as id → (type, properties), and all links between them."""

    def __init__(self, objects: Mapping[str, tuple[str, Mapping[str, Any]]], links: Iterable[Link]) -> None:
        self.objects, self.links = objects, list(links)

    def clique(self, focal: str, elements: Sequence[str], *, constrained: bool = True) -> Found:
        """Ids of the nodes, and (type, source, target) of the links, that a walk from `focal` reaches."""
        allowed = self.networks_of(focal) if constrained else None
        nodes, taken = {focal}, set()
        for element in elements:
            for link, there in list(self._steps(element, nodes)):
                if allowed is None or self._carries(link, allowed):
                    taken.add((link.type, link.source_id, link.target_id))
                    nodes.add(there)
        return frozenset(nodes), frozenset(taken)

    def _steps(self, element: str, nodes: set[str]) -> Iterable[tuple[Link, str]]:
        first, second = element.split("-")
        here_nodes = frozenset(nodes)
        for link in self.links:
            if link.type == element and link.source_id in here_nodes:
                yield link, link.target_id
            backwards = link.type == f"{second}-{first}" and (first == second or element not in _DECLARED)
            if backwards and link.target_id in here_nodes:
                yield link, link.source_id

    def _carries(self, link: Link, allowed: set[str]) -> bool:
        if link.networks is not None:
            return bool(allowed.intersection(link.networks))
        ends = [end for end in (link.source_id, link.target_id) if self.objects[end][0] == "network"]
        return not ends or bool(allowed.intersection(ends))

    def networks_of(self, focal: str) -> set[str] | None:
        """The networks that keep the walk; None where everything passes."""
        kind, properties = self.objects[focal]
        own = {key: {properties[key]} if key in properties else set() for key in ("network_id", "external_network")}
        rules: dict[str, Callable[[], set[str]]] = {
            "network": lambda: {focal},
            "instance": lambda: set(properties.get("networks") or ()) | self._carried(focal, "instance-vnic"),
            "vservice": lambda: self._carried(focal, "vservice-vnic") | self._far(focal, "network-vservice", None),
            "vnic": lambda: (
                self._carried(focal, "instance-vnic")
                | self._carried(focal, "vservice-vnic")
                | self._far(focal, "port-vnic", "network_id")
            ),
            "port": lambda: own["network_id"],
            "floating_ip": lambda: self._far(focal, "floating_ip-port", "network_id"),
            "router": lambda: own["external_network"] | self._far(focal, "router-port", "network_id"),
            "vconnector": lambda: self._carried(focal, "vnic-vconnector"),
            "otep": lambda: self._carried(focal, "vedge-otep"),
            "host_pnic": lambda: self._far(focal, "host_pnic-network", None),
        }
        if kind not in rules:
            return None
        known = rules[kind]()
        return known if known or kind in ("otep", "host_pnic") else None

    def _carried(self, focal: str, type: str) -> set[str]:
        mine = [a for a in self.links if a.type == type and focal in (a.source_id, a.target_id)]
        return {network for link in mine for network in link.networks or ()}

    def _far(self, focal: str, type: str, property: str | None) -> set[str]:
        mine = [a for a in self.links if a.type == type and focal in (a.source_id, a.target_id)]
        ends = {a.target_id if a.source_id == focal else a.source_id for a in mine}
        if property is None:
            return ends
        return {self.objects[end][1][property] for end in ends if property in self.objects[end][1]}
