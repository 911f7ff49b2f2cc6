"""The walk of a packet over networks and routers: each decides by the destination address, as the real ones do.

Pure: it looks at what is known of the ground, and says which network's routers it has to know to go on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from topology.paths.ground import FloatingIp, Ground, Router, Subnet
from topology.paths.routing import Decision, decide, next_hop_of_guest
from topology.paths.things import Address, Port
from topology.paths.ways import DeadEnd, Leg, Target, Translation, Way

# No real way has more; a circle of static routes is found out earlier.
MOST_ROUTERS = 32


def walk_from_port(ground: Ground, port: Port, source: Address, target: Target) -> Way | DeadEnd:
    """The way of what the guest on a port sends, with one of its addresses."""
    subnets = [subnet for subnet in ground.subnets_of(port) if subnet.holds(source)]
    return _Packet(ground, target, source).leave_guest(port.network_id, port, subnets)


def walk_from_network(ground: Ground, network_id: str, target: Target) -> Way | DeadEnd:
    """The way of what anybody on a network sends that has been surveyed."""
    packet = _Packet(ground, target, None)
    if any(target.address in range for range in ground.ranges_of_network(network_id)):
        return packet.deliver(network_id, None)  # an external network has no router that would say which subnets it has
    ports = (p for router in ground.routers_on(network_id) for p in router.interfaces if p.network_id == network_id)
    subnets = {subnet.id: subnet for port in ports for subnet in ground.subnets_of(port)}
    return packet.leave_guest(network_id, None, list(subnets.values()))


def walk_from_router(ground: Ground, router: Router, target: Target) -> Way | DeadEnd:
    """The way of what the router itself sends."""
    return _Packet(ground, target, None).forward(router, None)


def walk_from_outside(ground: Ground, network_id: str, source: Address | None, target: Target) -> Way | DeadEnd:
    """The way of what comes in by an external network."""
    return _Packet(ground, target, source).deliver(network_id, None)


@dataclass
class _Packet:
    ground: Ground
    wanted: Target
    source: Address | None
    legs: list[Leg] = field(default_factory=list)
    routers: list[Router] = field(default_factory=list)
    translations: list[Translation] = field(default_factory=list)
    visited: set[tuple[str, Address]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.sent_from, self.target = self.source, self.wanted.address

    def leave_guest(self, network_id: str, port: Port | None, subnets: Iterable[Subnet]) -> Way | DeadEnd:
        """A guest sends to its own subnets directly, else to the gateway that its routes name."""
        known = list(subnets)
        if any(subnet.holds(self.target) for subnet in known):
            return self.deliver(network_id, port)
        via = next_hop_of_guest(known, self.target)
        if via is None:
            names = ", ".join(sorted(subnet.thing.name for subnet in known)) or self._name(network_id)
            return self._dead(f"{names} has no gateway towards {self.target}")
        return self._hand_over(network_id, port, via, f"the gateway of {self._name(network_id)}")

    def deliver(self, network_id: str, source: Port | None) -> Way | DeadEnd:
        """The address is on this network: to whom has it there."""
        wanted, floating = self.wanted, self.wanted.floating_ip
        if floating is not None and self.target == floating.address:
            return self._deliver_floating(network_id, source, floating)
        for port in self._ports_wanted():
            if port.network_id == network_id and self.target in port.addresses:
                return self._arrive(Leg(network_id, source, port))
        if wanted.network_id == network_id or (wanted.is_outside and self.ground.is_external(network_id)):
            return self._arrive(Leg(network_id, source, None))
        return self._dead(self._nobody_there(network_id))

    def forward(self, router: Router, entered: Port | None) -> Way | DeadEnd:
        """A router translates, decides, and sends on."""
        if (router.id, self.target) in self.visited or len(self.routers) >= MOST_ROUTERS:
            return self._dead(f"the routes of {router.name} lead round in a circle")
        self.visited.add((router.id, self.target))
        if entered is not None:
            self.routers.append(router)
        self._translate_destination(router, entered)
        decision = decide(self.ground, router, self.target, self.wanted.floating_ip)
        if decision is None:
            return self._dead(f"{router.name} has no route to {self.target}")
        if decision.is_default and not self.wanted.is_outside and self.wanted.floating_ip is None:
            name = self._name(decision.port.network_id)
            return self._dead(f"{router.name} has no route to {self.target}: its packets leave the cloud by {name}")
        return self._send(router, entered, decision)

    def _send(self, router: Router, entered: Port | None, decision: Decision) -> Way | DeadEnd:
        port = self._leave(router, entered, decision.port)
        if entered is None:
            self.source = self.sent_from = next((a for a in port.addresses if a.version == self.target.version), None)
        if decision.via is None:
            return self.deliver(port.network_id, port)
        return self._hand_over(port.network_id, port, decision.via, f"the next hop of {router.name}")

    def _hand_over(self, network_id: str, source: Port | None, via: Address, what: str) -> Way | DeadEnd:
        """To the router that has the next hop's address on the network."""
        if network_id not in self.ground.surveyed:
            return self._dead(f"the routers of {self._name(network_id)} are not known", network_id)
        if found := self.ground.interface(network_id, via):
            router, port = found
            if self.wanted.router == router and router.owns(self.target):
                return self._arrive(Leg(network_id, source, port))
            self.legs.append(Leg(network_id, source, port))
            return self.forward(router, port)
        if not self.ground.is_external(network_id):
            return self._dead(f"{via}, {what}, is no address of a router of the cloud")
        if self.wanted.is_outside:
            return self._arrive(Leg(network_id, source, None))
        return self._dead(f"{self.target} is not on {self._name(network_id)}: packets to it leave the cloud there")

    def _deliver_floating(self, network_id: str, source: Port | None, floating: FloatingIp) -> Way | DeadEnd:
        """To the router that answers for a floating IP on its external network."""
        router = self.ground.routers.get(floating.router_id or "")
        gateways = router.gateways if router else ()
        gateway = next((p for p in gateways if p.network_id == network_id == floating.network_id), None)
        if router is None or gateway is None or gateway == source:
            return self._dead(f"no router on {self._name(network_id)} answers for the floating IP {floating.address}")
        self.legs.append(Leg(network_id, source, gateway))
        return self.forward(router, gateway)

    def _translate_destination(self, router: Router, entered: Port | None) -> None:
        floating = self.wanted.floating_ip
        if floating is None or floating.fixed_address is None:
            return
        if floating.router_id == router.id and floating.address == self.target:
            self.translations.append(Translation(router, "destination", self.target, floating.fixed_address))
            self.target = floating.fixed_address
            if entered is not None and not entered.is_gateway:
                # From inside: else it would be answered directly, past the router, with the wrong address.
                self._translate_source(router)

    def _translate_source(self, router: Router) -> None:
        if self.source is None or self.source.version != 4:  # neutron translates IPv4 only
            return
        after = next((f.address for f in self.ground.floating_ips.values() if _leads(f, router, self.source)), None)
        if after is None and router.translates:
            after = next((a for p in router.gateways for a in p.addresses if a.version == self.source.version), None)
        if after is not None:
            self.translations.append(Translation(router, "source", self.source, after))
            self.source = after

    def _leave(self, router: Router, entered: Port | None, port: Port) -> Port:
        """The port that a router sends by. A distributed one translates in one place, with ports of its own there."""
        if port.is_gateway:
            self._translate_source(router)
            if router.is_distributed and self.legs and self.legs[-1].target == entered:
                last = self.legs[-1]
                self.legs[-1] = Leg(last.network_id, last.source, router.central_port(last.network_id) or last.target)
        elif router.is_distributed and entered is not None and entered.is_gateway:
            return router.central_port(port.network_id) or port
        return port

    def _ports_wanted(self) -> tuple[Port, ...]:
        if self.wanted.router is not None:
            return (*self.wanted.router.interfaces, *self.wanted.router.gateways)
        return (self.wanted.port,) if self.wanted.port is not None else ()

    def _nobody_there(self, network_id: str) -> str:
        name, port = self._name(network_id), self.wanted.port
        if port is None or port.network_id == network_id:
            return f"nothing on {name} has the address {self.target}"
        return (
            f"{self.target} is in the address range of {name}, so packets to it stay there "
            f"and never reach {self._name(port.network_id)}"
        )

    def _name(self, network_id: str) -> str:
        return self.ground.network_name(network_id)

    def _arrive(self, leg: Leg) -> Way:
        return Way(
            (*self.legs, leg),
            tuple(self.routers),
            tuple(self.translations),
            sent_from=self.sent_from,
            sent_to=self.wanted.address,
            seen_as=self.source,
            arrives_as=self.target,
        )

    def _dead(self, reason: str, unknown: str | None = None) -> DeadEnd:
        return DeadEnd(reason, len(self.legs), unknown)


def _leads(floating: FloatingIp, router: Router, source: Address) -> bool:
    """Whether what the router sends out for that address goes under the floating IP."""
    return floating.router_id == router.id and floating.fixed_address == source
