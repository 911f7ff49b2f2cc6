"""Puts a path together: the ways over networks and routers, each leg of it on the devices that carry the network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from topology.paths.ends import End, router_of_port
from topology.paths.ground import Ground, Router
from topology.paths.things import Port, Thing, Tie
from topology.paths.ways import Leg, Way
from topology.paths.wires import Devices, Segment, Strand


@dataclass(frozen=True, slots=True)
class Stretch:
    """A network on a path: its nodes are those from index `begin` to `end`, both included; `tunnel` carries it."""

    network_id: str
    begin: int
    end: int
    tunnel: Tie | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """One path: `ties[i]` joins `nodes[i]` and `nodes[i + 1]`."""

    way: Way
    nodes: tuple[Thing, ...]
    ties: tuple[Tie, ...]
    stretches: tuple[Stretch, ...]

    @property
    def tunnels(self) -> tuple[Tie, ...]:
        """The tunnels that carry some of it."""
        return tuple(stretch.tunnel for stretch in self.stretches if stretch.tunnel is not None)


@dataclass(frozen=True, slots=True)
class _Crossing:
    """A router's namespace on a host, with the interfaces by which it is entered and left."""

    entered: str
    service: str
    left: str


@dataclass
class Assembly:
    """Chains of one question. `why` says of each way that has none where it ends on the devices.

    `check_time` raises when the question has no time left.
    """

    ground: Ground
    devices: Devices
    origin: End
    goal: End
    check_time: Callable[[], None]
    why: list[str] = field(default_factory=list)
    _segments: dict[str, Segment] = field(default_factory=dict)
    _strands: dict[tuple[str, str | None, str | None], list[Strand]] = field(default_factory=dict)

    def chains(self, way: Way) -> Iterator[Chain]:
        """Every chain of devices that a way may take."""
        before = len(self.why)
        for source in self._begins(way):
            for strands, crossings in self._legs(way, 0, source):
                self.check_time()
                yield self._chain(way, strands, crossings)
                before = -1
        if before == len(self.why):
            self.why.append("nothing joins its devices")

    def segment(self, network_id: str) -> Segment:
        """A network on the devices that were read."""
        if network_id not in self._segments:
            network = self.ground.networks.get(network_id) or Thing({"id": network_id, "type": "network"})
            self._segments[network_id] = Segment(self.devices, network, self.check_time)
        return self._segments[network_id]

    def _legs(
        self, way: Way, index: int, source: str | None
    ) -> Iterator[tuple[tuple[Strand, ...], tuple[_Crossing, ...]]]:
        leg = way.legs[index]
        if index == len(way.legs) - 1:
            for target in self._finishes(way):
                for strand in self._between(leg.network_id, source, target):
                    yield (strand,), ()
            return
        for crossing in self._crossings(way, index, source):
            for strand in self._between(leg.network_id, source, crossing.entered):
                for strands, crossings in self._legs(way, index + 1, crossing.left):
                    yield (strand, *strands), (crossing, *crossings)

    def _between(self, network_id: str, source: str | None, target: str | None) -> list[Strand]:
        key = (network_id, source, target)
        if key not in self._strands:
            segment = self.segment(network_id)
            self._strands[key] = segment.between(source, target)
            if not self._strands[key]:
                self.why.append(segment.why_not(source, target))
        return self._strands[key]

    def _begins(self, way: Way) -> Sequence[str | None]:
        return self._ends(self.origin, way.legs[0].network_id, way.legs[0].source)

    def _finishes(self, way: Way) -> Sequence[str | None]:
        return self._ends(self.goal, way.legs[-1].network_id, way.legs[-1].target)

    def _ends(self, end: End, network_id: str, port: Port | None) -> Sequence[str | None]:
        """The devices at which a chain begins or ends; None: the network itself."""
        if end.device_id is not None:
            return self.devices.firsts.get(start_key(network_id, device=end.device_id), [])
        if port is None:
            return [None]
        vnics = self._plugged(network_id, port)
        if end.thing is not None and end.thing.type == "vnic" and end.thing.id in vnics:
            vnics = [end.thing.id]
        if end.service is not None:
            vnics = [vnic for vnic in vnics if self._service_of(vnic) == end.service.id]
        if not vnics:
            self.why.append(self._not_plugged(port))
        return vnics

    def _plugged(self, network_id: str, port: Port) -> list[str]:
        """A port's interfaces: those that have its address, where some have (of an HA router, the active ones)."""
        vnics = self.devices.firsts.get(start_key(network_id, port=port), [])
        return self._active(vnics, port) if router_of_port(port) else vnics

    def _active(self, vnics: list[str], port: Port) -> list[str]:
        wanted = {str(own) for own in port.addresses}
        holding = [vnic for vnic in vnics if wanted & _bare(self.devices.things[vnic].get("ip_addresses"))]
        return holding or vnics

    def _crossings(self, way: Way, index: int, source: str | None) -> list[_Crossing]:
        """The namespaces in which the router between two legs of a way may do it."""
        before, after, router = way.legs[index], way.legs[index + 1], way.routers[index]
        assert before.target is not None
        assert after.source is not None
        entered = {self._service_of(v): v for v in self._plugged(before.network_id, before.target)}
        left = {self._service_of(v): v for v in self._plugged(after.network_id, after.source)}
        found = [_Crossing(entered[s], s, left[s]) for s in entered if s is not None and s in left]
        if not found:
            self.why.append(self._not_running(router, before.target, after.source))
        return self._nearest(found, router, source)

    def _nearest(self, crossings: list[_Crossing], router: Router, source: str | None) -> list[_Crossing]:
        """A distributed router works on the sender's own host."""
        host = self.devices.things[source].host if source else None
        here = [c for c in crossings if self.devices.things[c.service].host == host]
        return here if router.is_distributed and here else crossings

    def _service_of(self, vnic: str) -> str | None:
        owner = self.devices.owner_of(vnic)
        return owner[0] if owner else None

    def _not_plugged(self, port: Port) -> str:
        owner = self.origin if port in self.origin.ports else self.goal
        thing = owner.thing
        place = f"on {port.get('binding_host')}" if port.get("binding_host") else "on any host"
        state = thing.get("source_status") if thing is not None and thing.type == "instance" else None
        because = f": {thing.name} is {state}" if thing is not None and state not in (None, "ACTIVE") else ""
        return f"port {port.name} ({self.ground.network_name(port.network_id)}) is not plugged {place}{because}"

    def _not_running(self, router: Router, entered: Port, left: Port) -> str:
        if router.thing.get("admin_state_up") is False:
            return f"router {router.name} is set down by its administrator, so it runs nowhere"
        for port in (entered, left):
            if not self._plugged(port.network_id, port):
                name = self.ground.network_name(port.network_id)
                return f"the interface of router {router.name} on {name} is not plugged on any host"
        return f"no namespace of router {router.name} has its interfaces on both networks"

    def _chain(self, way: Way, strands: tuple[Strand, ...], crossings: tuple[_Crossing, ...]) -> Chain:
        whole = self._head(self.origin, strands[0].nodes[0], way.legs[0].source)
        stretches = []
        for index, strand in enumerate(strands):
            begin = len(whole.nodes) - 1
            whole = whole.then(strand)
            stretches.append(Stretch(way.legs[index].network_id, begin, len(whole.nodes) - 1, strand.tunnel))
            if index < len(crossings):
                whole = whole.then(self._through(crossings[index]))
        whole = whole.then(self._head(self.goal, strands[-1].nodes[-1], way.legs[-1].target).back())
        nodes = tuple(self._thing(id) for id in whole.nodes)
        return Chain(way, nodes, whole.ties, tuple(stretches))

    def _through(self, crossing: _Crossing) -> Strand:
        one = self.devices.ties["vservice-vnic", crossing.service, crossing.entered]
        other = self.devices.ties["vservice-vnic", crossing.service, crossing.left]
        return Strand((crossing.entered, crossing.service, crossing.left), (one, other))

    def _head(self, end: End, first: str, port: Port | None) -> Strand:
        """From what was named to the device at which its network begins."""
        alone = Strand((first,))
        if end.thing is None or end.thing.id == first:
            return alone
        thing = end.thing
        for nodes in self._heads(thing, first, port):
            ties = [self._joining(here, there) for here, there in pairwise(nodes)]
            if all(ties):
                return Strand(nodes, tuple(tie for tie in ties if tie))
        return alone

    def _heads(self, thing: Thing, first: str, port: Port | None) -> Iterable[tuple[str, ...]]:
        yield (thing.id, first)
        owner = self._service_of(first)
        if owner is not None:
            yield (thing.id, owner, first)
        if port is not None:
            yield (thing.id, port.id, first)

    def _joining(self, one: str, other: str) -> Tie | None:
        return next((tie for tie in self.devices.ties.values() if set(tie.ends) == {one, other}), None)

    def _thing(self, id: str) -> Thing:
        return self.devices.things.get(id) or self.ground.networks[id]


def starts_of(ways: Iterable[Way], origin: End, goal: End, hosts: Sequence[str]) -> list[dict[str, Any]]:
    """What has to be read of devices for some ways. `hosts`: where a distributed router's interfaces matter."""
    starts: dict[str, dict[str, Any]] = {}
    for way in ways:
        for leg in way.legs:
            for port in _ports(leg):
                key = start_key(leg.network_id, port=port)
                starts[key] = _start(key, leg.network_id, port=_plug_of(port), hosts=_hosts_of(port, hosts))
        for end, leg in ((origin, way.legs[0]), (goal, way.legs[-1])):
            if end.device_id is not None:
                key = start_key(leg.network_id, device=end.device_id)
                starts[key] = _start(key, leg.network_id, device=end.device_id)
    return list(starts.values())


def start_key(network_id: str, *, port: Port | None = None, device: str | None = None) -> str:
    """Under which key the reader keeps the first devices of a port, or a device, on a network."""
    return f"{network_id} {port.id if port else device}"


def _start(
    key: str, network: str, port: str | None = None, device: str | None = None, hosts: Any = None
) -> dict[str, Any]:
    return {"key": key, "network": network, "port": port, "device": device, "hosts": hosts}


def _ports(leg: Leg) -> Iterator[Port]:
    return (port for port in (leg.source, leg.target) if port is not None)


def _plug_of(port: Port) -> str:
    """The port whose device carries it: of a subport, its trunk's."""
    return port.text("trunk_parent") or port.id


def _hosts_of(port: Port, hosts: Sequence[str]) -> list[str] | None:
    return list(hosts) if hosts and port.owner == "network:router_interface_distributed" else None


def _bare(addresses: Any) -> set[str]:
    return {str(each).partition("/")[0] for each in addresses or ()}
