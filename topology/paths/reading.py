"""Reads of the graph what a path needs: a few statements, each for everything that is needed at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from topology.freshness import HOST_SOURCES, ScopeBook, scope_keys
from topology.graph import Graph, Reading
from topology.paths.ground import FloatingIp, Ground, Router, Subnet
from topology.paths.things import INTERFACE_OWNERS, Port, Thing, Tie
from topology.paths.wires import Devices
from topology.store.scopes import scope_state_of

_MOST_CARRIED = 10_000
# Networks that two devices have in common, and that are looked at for a path between them.
_MOST_COMMON = 50


# What names one port means that port, also where it is the parent of a trunk.
_ONE_PORT = frozenset({"port", "floating_ip"})


class Reader:
    """What was read so far for one question."""

    def __init__(self, graph: Graph, tx: Reading, environment: str) -> None:
        self._graph, self._tx, self.environment = graph, tx, environment
        self.ground = Ground()
        self.groups: dict[str, Thing] = {}
        self.devices = Devices()
        self.agents: dict[str, list[Thing]] = {}
        self._ends: dict[str, tuple[Thing, list[Port]]] = {}

    def check_time(self) -> None:
        """Raise TimedOut when the question has no time left."""
        self._tx.check_time()

    def ends(self, ids: Iterable[str]) -> dict[str, tuple[Thing, list[Port]]]:
        """The objects that there are of some ids, with their ports, of instances and interfaces those of trunks too."""
        found = self._read_ends(set(ids) - self._ends.keys())
        for thing, ports in found.values():
            if thing.type in _ONE_PORT:
                continue
            trunked = [sub["port_id"] for port in ports for sub in port.get("subports") or ()]
            known = {port.id for port in ports}
            for _, more in self._read_ends(trunked).values():
                ports += [port for port in more if port.id not in known]
        self._ends |= found
        return {id: self._ends[id] for id in ids if id in self._ends}

    def survey(self, networks: Iterable[str], routers: Iterable[str] = ()) -> None:
        """The routers on some networks, and some by id, with the networks and subnets that they join."""
        ground = self.ground
        new_networks = sorted(set(networks) - ground.surveyed)
        new_routers = sorted(set(routers) - set(ground.routers))
        if not new_networks and not new_routers:
            return
        parameters = {"networks": new_networks, "routers": new_routers, "owners": sorted(INTERFACE_OWNERS)}
        for row in self._run("path_routers", **parameters):
            router = Router(Thing(row["router"]), tuple(Port(port) for port in row["ports"]))
            ground.routers[router.id] = router
            self._add_networks(row)
        ground.surveyed.update(new_networks)

    def add_devices(self, starts: Sequence[Mapping[str, Any]], hosts: Iterable[str]) -> ScopeBook:
        """What carries networks from some starts up to the wire, the tunnels among it, and the agents there.

        `hosts`: others that matter. Answers how complete the scopes were read that all this rests on.
        """
        devices = self.devices
        around = [
            *self.ground.networks.values(),
            *self.groups.values(),
            *(r.thing for r in self.ground.routers.values()),
        ]
        ends = [thing for end, ports in self._ends.values() for thing in (end, *ports)]
        row = self._run(
            "path_devices",
            starts=starts,
            networks=sorted({start["network"] for start in starts}),
            hosts=sorted(set(hosts)),
            keys=scope_keys(thing.properties for thing in (*around, *ends)),
            host_sources=list(HOST_SOURCES),
        )[0]
        for key, first in sorted(row["firsts"]):
            devices.firsts.setdefault(key, []).append(first)
        devices.things.update((node["id"], Thing(node)) for node in row["nodes"])
        for link in row["links"]:
            devices.add(Tie(link))
        devices.tunnels.update(((link["source_id"], link["target_id"]), Tie(link)) for link in row["tunnels"])
        for agent in row["agents"]:
            self.agents.setdefault(agent["host"], []).append(Thing(agent))
        return ScopeBook(self._graph, self.environment, [scope_state_of(scope) for scope in row["scopes"]])

    def networks_of_both(self, one: str, other: str) -> list[str]:
        """Networks that two devices carry, by their links towards the wire."""
        return self.networks_carried({one, other})[:_MOST_COMMON]

    def networks_carried(self, devices: Collection[str]) -> list[str]:
        """Networks that all of some devices carry, by their links towards the wire."""
        rows = self._run("path_networks_carried", devices=sorted(devices), limit=_MOST_CARRIED)
        carried = [set(row["networks"]) for row in rows]
        together = sorted(set.intersection(*carried)) if len(carried) == len(devices) else []
        for row in self._run("objects_by_ids", ids=together):
            self.ground.networks.setdefault(row["node"]["id"], Thing(row["node"]))
        return together

    def _read_ends(self, ids: Iterable[str]) -> dict[str, tuple[Thing, list[Port]]]:
        wanted = sorted(set(ids))
        found: dict[str, tuple[Thing, list[Port]]] = {}
        ports: dict[str, list[Port]] = {}
        for row in self._run("path_ends", ends=wanted) if wanted else ():
            own = ports.setdefault(row["end"], [])
            if row["node"] is not None:
                found[row["end"]] = (Thing(row["node"]), own)
                continue
            own.append(Port(row["port"]))
            self.groups.update((group["id"], Thing(group)) for group in row["security_groups"])
            self._add_networks(row)
            for each in row["floating_ips"]:
                self._add_floating_ip(each, own[-1])
        return found

    def _add_floating_ip(self, row: Mapping[str, Any], port: Port) -> None:
        floating = FloatingIp(Thing(row["floating_ip"]))
        self.ground.floating_ips[floating.id] = floating
        self.devices.add(Tie(row["link"]))
        self.devices.things.update((thing.id, thing) for thing in (floating.thing, port))

    def _add_networks(self, row: Mapping[str, Any]) -> None:
        for network in row["networks"]:
            self.ground.networks.setdefault(network["id"], Thing(network))
        self.ground.subnets.update((subnet["id"], Subnet(Thing(subnet))) for subnet in row["subnets"])

    def _run(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        return self._tx.run(name, environment=self.environment, **parameters)
