"""An independent answer to the questions that paths answer: a packet walk over a cloud's records, nothing shared.

Every device is a table of routes; the packet is handed from table to table. Then each network that it crossed is
searched, breadth first, over the links that carry it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from graph_schema.records import Link, Record
from tests.paths.routed_clouds import GATEWAY, RoutedCloud

Leg = tuple[str, str, str]  # network, port that it is entered at, port that it is left at
_ROUND_TRIP = 20


class Route(NamedTuple):
    """An entry of a table: where to, out of which port, and to whom (None: the address itself)."""

    destination: Any
    port: Record
    via: Any | None


class Oracle:
    """Answers from the records of a finished cloud."""

    def __init__(self, cloud: RoutedCloud) -> None:
        self.cloud = cloud
        self.records = cloud.finish().records
        self.ports = [r for r in self.records.values() if r.type == "port"]
        self.subnets = {r.id: r for r in self.records.values() if r.type == "subnet"}

    def node_sequences(self, origin: Record, goal: Record) -> set[tuple[str, ...]]:
        """The objects on every path from one instance to another, or to a floating IP."""
        return {nodes for legs in self.ways(origin, goal) if (nodes := self._nodes(origin, goal, legs)) is not None}

    def ways(self, origin: Record, goal: Record) -> set[tuple[Leg, ...]]:
        """The networks that packets cross, each with the ports at its ends."""
        found = set()
        for source in self._ports_of(origin):
            for target, address in self._targets(goal):
                if legs := self._send(source, ip_address(address), target, goal):
                    found.add(tuple(legs))
        return found

    def _targets(self, goal: Record) -> Iterator[tuple[Record, str]]:
        if goal.type == "floating_ip":
            yield self.records[goal["port_id"]], goal["ip_address"]
        else:
            yield from ((port, address) for port in self._ports_of(goal) for address in port["ip_addresses"])

    def _ports_of(self, device: Record) -> list[Record]:
        return [port for port in self.ports if port.get("device_id") == device.id]

    def _send(self, source: Record, address: Any, target: Record, goal: Record) -> list[Leg] | None:
        table = self._guest_table(source)
        legs: list[Leg] = []
        for _ in range(_ROUND_TRIP):
            route = max(
                (r for r in table if address in r.destination), key=lambda r: r.destination.prefixlen, default=None
            )
            if route is None:
                return None
            next_hop = address if route.via is None else route.via
            receiver = self._receiver(route.port["network_id"], next_hop, address, target, goal)
            if receiver is None or (self._leaves_the_cloud(route) and goal.type != "floating_ip"):
                return None
            legs.append((route.port["network_id"], route.port.id, receiver.id))
            if receiver.id == target.id and address in map(ip_address, receiver["ip_addresses"]):
                return legs
            router = self.records[receiver["device_id"]]
            if goal.type == "floating_ip" and goal["router_id"] == router.id and str(address) == goal["ip_address"]:
                address = ip_address(goal["fixed_ip_address"])
            table = self._router_table(router)
        return None

    def _leaves_the_cloud(self, route: Route) -> bool:
        return route.port["device_owner"] == GATEWAY and route.via is not None

    def _receiver(self, network: str, next_hop: Any, address: Any, target: Record, goal: Record) -> Record | None:
        """Who has the next hop's address on the network."""
        if goal.type == "floating_ip" and str(next_hop) == goal["ip_address"] and network == goal["network_id"]:
            own = self._ports_of(self.records[goal["router_id"]])
            return next((port for port in own if port["device_owner"] == GATEWAY), None)
        if next_hop == address:
            own_network = target["network_id"] == network and str(address) in target["ip_addresses"]
            return target if own_network else None
        return next((p for p in self._interfaces(network) if str(next_hop) in p["ip_addresses"]), None)

    def _interfaces(self, network: str) -> list[Record]:
        owned = "network:router_interface"
        return [p for p in self.ports if p["network_id"] == network and p["device_owner"] == owned]

    def _guest_table(self, port: Record) -> list[Route]:
        table = []
        for subnet in (self.subnets[id] for id in port["subnet_ids"]):
            table.append(Route(ip_network(subnet["cidr"]), port, None))
            if subnet.get("gateway_ip"):
                table.append(Route(ip_network("0.0.0.0/0"), port, ip_address(subnet["gateway_ip"])))
        return table

    def _router_table(self, router: Record) -> list[Route]:
        table = []
        for port in self._ports_of(router):
            ranges = [ip_network(self.subnets[id]["cidr"]) for id in port["subnet_ids"]]
            table += [Route(range, port, None) for range in ranges]
            if port["device_owner"] == GATEWAY:
                gateway = next(self.subnets[id]["gateway_ip"] for id in port["subnet_ids"])
                table.append(Route(ip_network("0.0.0.0/0"), port, ip_address(gateway)))
        connected = list(table)
        for text in router.get("routes") or ():
            destination, via = text.split(" via ")
            out = [r for r in connected if r.via is None and ip_address(via) in r.destination]
            table += [Route(ip_network(destination), r.port, ip_address(via)) for r in out[:1]]
        return table

    def _nodes(self, origin: Record, goal: Record, legs: tuple[Leg, ...]) -> tuple[str, ...] | None:
        nodes = [origin.id]
        for index, (network, source, target) in enumerate(legs):
            chain = self._search(network, self._vnic(source), self._vnic(target))
            if chain is None:
                return None
            if index:
                nodes.append(self._owner(chain[0]))
            nodes += chain
        end = [self._ports_by_vnic(nodes[-1]), goal.id] if goal.type == "floating_ip" else [goal.id]
        return (*nodes, *end)

    def _vnic(self, port: str) -> str | None:
        return next((link.target_id for link in self._links("port-vnic") if link.source_id == port), None)

    def _ports_by_vnic(self, vnic: str) -> str:
        return next(link.source_id for link in self._links("port-vnic") if link.target_id == vnic)

    def _owner(self, vnic: str) -> str:
        return next(link.source_id for link in self._links("vservice-vnic") if link.target_id == vnic)

    def _links(self, *types: str) -> list[Link]:
        return [link for link in self.cloud.links if link.type in types]

    def _search(self, network: str, start: str | None, end: str | None) -> list[str] | None:
        """The shortest chain of devices over links that carry the network."""
        if start is None or end is None:
            return None
        overlay = self.records[network]["network_type"] == "vxlan"
        up = ("vedge-otep", "otep-host_pnic") if overlay else ("vedge-host_pnic", "vconnector-host_pnic")
        types = ("vnic-vconnector", "vnic-vedge", "vconnector-vedge", "host_pnic-network", *up)
        edges: dict[str, set[str]] = {}
        for link in self._links(*types):
            if link.networks is None or network in link.networks:
                edges.setdefault(link.source_id, set()).add(link.target_id)
                edges.setdefault(link.target_id, set()).add(link.source_id)
        return self._breadth_first(edges, network, start, end, overlay=overlay)

    def _breadth_first(
        self, edges: dict[str, set[str]], network: str, start: str, end: str, *, overlay: bool
    ) -> list[str] | None:
        waiting = deque([[start]])
        while waiting:
            chain = waiting.popleft()
            if chain[-1] == end:
                return chain
            for node in sorted(edges.get(chain[-1], ())):
                between = self.records[node].type not in ("vnic", "network") or node in (end, network)
                if node not in chain and between and self._may_pass(chain, node, network, overlay=overlay):
                    waiting.append([*chain, node])
        return None

    def _may_pass(self, chain: list[str], node: str, network: str, *, overlay: bool) -> bool:
        if chain[-1] != network or not overlay:
            return True
        here, there = self.records[chain[-2]].host, self.records[node].host
        return any(
            (link.source_id, link.target_id) == (f"{here}:otep:vxlan", f"{there}:otep:vxlan")
            and network in (link.networks or ())
            for link in self._links("otep-otep")
        )
