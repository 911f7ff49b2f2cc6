"""Reads of the graph what a path needs: a few statements, each for everything that is needed at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from topology.freshness import ScopeBook, scope_keys
from topology.graph import Graph, Transaction
from topology.paths.ground import FloatingIp, Ground, Router, Subnet
from topology.paths.things import INTERFACE_OWNERS, Port, Thing, Tie
from topology.paths.wires import Devices
from topology.store.scopes import scope_state_of

_MOST_CARRIED = 10_000
# Networks that two devices have in common, and that are looked at for a path between them.
_MOST_COMMON = 50


class Reader:
    """What was read so far for one question, all in one transaction."""

    def __init__(self, graph: Graph, tx: Transaction, environment: str) -> None:
        self._graph, self._tx, self.environment = graph, tx, environment
        self.ground = Ground()
        self.groups: dict[str, Thing] = {}
        self.devices = Devices()
        self.agents: dict[str, list[Thing]] = {}

    def ports_of(self, ids: Iterable[str]) -> dict[str, list[Port]]:
        """The ports of ends by their ids, those of their trunks with them."""
        found = self._ports_of(ids)
        for ports in found.values():
            wanted = [sub["port_id"] for port in ports for sub in port.get("subports") or ()]
            known = {port.id for port in ports}
            for more in self._ports_of(wanted).values():
                ports += [port for port in more if port.id not in known]
        return found

    def survey(self, networks: Iterable[str], routers: Iterable[str] = ()) -> None:
        """The routers on some networks, and some by id, with the networks and subnets that they join."""
        ground = self.ground
        new_networks = sorted(set(networks) - ground.surveyed)
        new_routers = sorted(set(routers) - set(ground.routers))
        if not new_networks and not new_routers:
            return
        for row in self._run(
            "path_routers", networks=new_networks, routers=new_routers, owners=sorted(INTERFACE_OWNERS)
        ):
            router = Router(Thing(row["router"]), tuple(Port(port) for port in row["ports"]))
            ground.routers[router.id] = router
            self._add_networks(row)
        ground.surveyed.update(new_networks)

    def add_devices(self, starts: Sequence[Mapping[str, Any]]) -> None:
        """What carries networks from some starts up to the wire, and how the tunnel ends among it are joined."""
        devices = self.devices
        for row in self._run("path_devices", starts=starts):
            devices.firsts.setdefault(row["key"], []).append(row["first"])
            devices.things.update((node["id"], Thing(node)) for node in row["nodes"])
            for link in row["links"]:
                tie = Tie(link)
                devices.ties[tie.key] = tie

    def add_surroundings(self, pairs: Iterable[tuple[str, str]]) -> ScopeBook:
        """The tunnels between pairs of tunnel ends, the agents of all hosts in sight, and the state of scopes."""
        things = [
            *self.devices.things.values(),
            *self.ground.networks.values(),
            *self._routers(),
            *self.groups.values(),
        ]
        hosts = sorted({host for thing in things if (host := thing.host)})
        keys = scope_keys(thing.properties for thing in things)
        parameters = {"tunnel_ends": [list(pair) for pair in sorted(set(pairs))], "hosts": hosts, "keys": keys}
        row = self._run("path_surroundings", **parameters)[0]
        for link in row["tunnels"]:
            self.devices.tunnels[link["source_id"], link["target_id"]] = Tie(link)
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

    def _ports_of(self, ids: Iterable[str]) -> dict[str, list[Port]]:
        wanted = sorted(set(ids))
        found: dict[str, list[Port]] = {}
        for row in self._run("path_ports", ends=wanted) if wanted else ():
            found.setdefault(row["end"], []).append(Port(row["port"]))
            self.groups.update((group["id"], Thing(group)) for group in row["security_groups"])
            self._add_networks(row)
            for each in row["floating_ips"]:
                floating = FloatingIp(Thing(each["floating_ip"]))
                self.ground.floating_ips[floating.id] = floating
                self._keep(Tie(each["link"]), floating.thing, Thing(row["port"]))
        return found

    def _keep(self, tie: Tie, *things: Thing) -> None:
        self.devices.ties[tie.key] = tie
        self.devices.things.update((thing.id, thing) for thing in things)

    def _add_networks(self, row: Mapping[str, Any]) -> None:
        self.ground.networks.update((network["id"], Thing(network)) for network in row["networks"])
        self.ground.subnets.update((subnet["id"], Subnet(Thing(subnet))) for subnet in row["subnets"])

    def _routers(self) -> list[Thing]:
        return [router.thing for router in self.ground.routers.values()]

    def _run(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        return self._tx.run(name, environment=self.environment, **parameters)
