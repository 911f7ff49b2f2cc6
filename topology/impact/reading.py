"""Reads of the graph what may be affected: a few statements, each for everything of its kind at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from topology.graph import Reading
from topology.impact.effects import Effects
from topology.impact.wiring import HostWiring, Plug
from topology.paths.things import GATEWAY_OWNER, INTERFACE_OWNERS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Interface:
    """A router's port on a network, with where it is realized: (network service, interface)."""

    id: str
    network: str
    is_gateway: bool
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RouterFacts:
    """A router, its interfaces and gateways, and its floating IPs with the network that each leads into."""

    id: str
    is_distributed: bool
    services: tuple[str, ...]
    interfaces: tuple[Interface, ...]
    floating_ips: tuple[tuple[str, str | None], ...] = field(default=())


class ImpactReader:
    """Reads, and keeps what is known of each object in `effects`.

    At most `most` rows of a kind are read; `truncated` says when there were more.
    """

    def __init__(self, tx: Reading, environment: str, effects: Effects, most: int) -> None:
        self._tx, self._environment, self._effects, self._most = tx, environment, effects, most
        self.truncated = False

    def failing(self, ids: Iterable[str]) -> dict[str, str | None]:
        """Everything that fails with some objects: id → the object that takes it along, None for those themselves."""
        found = self._vias("impact_failing", ids=sorted(ids), most=self._most)
        ports = [id for id in found if self._type(id) == "switch_pnic"]
        if ports:
            found |= {id: via for id, via in self._vias("impact_cabled", ids=ports).items() if id not in found}
        subnets = [id for id in found if self._type(id) == "subnet"]
        if subnets:
            more = self._vias("impact_subnets", ids=subnets, most=self._most)
            found |= {id: via for id, via in more.items() if id not in found}
        return found

    def wirings(self, hosts: Iterable[str]) -> list[HostWiring]:
        """Hosts as they are wired."""
        return [self._wiring(row) for row in self._run("impact_hosts", hosts=sorted(hosts))]

    def routers(self, ids: Iterable[str], networks: Iterable[str] = ()) -> dict[str, RouterFacts]:
        """Routers by id, and all that have an interface on some networks."""
        parameters = {"routers": sorted(ids), "networks": sorted(networks), "owners": sorted(INTERFACE_OWNERS)}
        if not parameters["routers"] and not parameters["networks"]:
            return {}
        found = (self._router(row) for row in self._run("impact_routers", **parameters, most=self._most))
        return {router.id: router for router in found}

    def dhcp_services(self, networks: Iterable[str]) -> dict[str, tuple[tuple[str, str], ...]]:
        """Networks with all the places of their DHCP service."""
        rows = self._run("impact_dhcp", networks=sorted(networks))
        return {self._effects.know(row["network"]): tuple(map(tuple, row["services"])) for row in rows}

    def guests(self, networks: Iterable[str]) -> list[tuple[str, str]]:
        """The instances on some networks, as (instance, network)."""
        rows = self._bounded("impact_guests", networks=sorted(networks))
        return [(self._effects.know(row["node"]), row["network"]) for row in rows]

    def instances(self, ids: Iterable[str]) -> dict[str, tuple[frozenset[str], list[tuple[str, str]]]]:
        """Instances with all their networks, and their ports, those of trunks aside, as (port, network)."""
        rows = self._run("impact_instances", instances=sorted(ids))
        return {
            self._effects.know(row["node"]): (frozenset(row["networks"]), list(map(tuple, row["ports"])))
            for row in rows
        }

    def floating_ips(self, instances: Iterable[str]) -> list[tuple[str, str, str]]:
        """The floating IPs of some instances, as (floating IP, instance, network that it leads into)."""
        rows = self._bounded("impact_floating_ips", instances=sorted(instances))
        return [(self._effects.know(row["node"]), row["instance"], row["inside"]) for row in rows]

    def know(self, ids: Iterable[str]) -> None:
        """Read what is not known yet of some objects."""
        missing = sorted(set(ids) - set(self._effects.facts))
        for row in self._run("impact_facts", ids=missing) if missing else ():
            self._effects.know(row["node"])

    def _vias(self, name: str, **parameters: Any) -> dict[str, str | None]:
        rows = self._run(name, **parameters)
        self.truncated |= len(rows) >= self._most
        return {self._effects.know(row["node"]): row["via"] for row in rows}

    def _wiring(self, row: Row) -> HostWiring:
        wiring = HostWiring(self._effects.know(row["host"]))
        for device in row["devices"]:
            wiring.devices[self._effects.know(device)] = device
        for plug in row["plugs"]:
            owner, vnic = self._effects.know(plug["owner"]), self._effects.know(plug["vnic"])
            networks = None if plug["networks"] is None else frozenset(plug["networks"])
            wiring.plugs.append(Plug(owner, vnic, networks, plug["port"]))
        for here, above, networks in row["ups"]:
            wiring.ups.setdefault(here, []).append((above, None if networks is None else frozenset(networks)))
        for nic, network, kind in row["wires"]:
            wiring.wires.setdefault(nic, {})[network] = kind
        return wiring

    def _router(self, row: Row) -> RouterFacts:
        interfaces = tuple(
            Interface(port["id"], port["network"], port["owner"] == GATEWAY_OWNER, tuple(map(tuple, port["vnics"])))
            for port in row["ports"]
            if port["owner"] == GATEWAY_OWNER or port["owner"] in INTERFACE_OWNERS
        )
        return RouterFacts(
            self._effects.know(row["router"]),
            bool(row["router"]["distributed"]),
            tuple(self._effects.know(service) for service in row["services"]),
            interfaces,
            tuple((self._effects.know(each["node"]), each["inside"]) for each in row["floating_ips"]),
        )

    def _bounded(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        rows = self._run(name, **parameters, most=self._most)
        self.truncated |= len(rows) >= self._most
        return rows

    def _type(self, id: str) -> str:
        return str(self._effects.facts[id]["type"])

    def _run(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        return self._tx.run(name, environment=self._environment, **parameters)
