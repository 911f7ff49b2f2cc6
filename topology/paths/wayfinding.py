"""All ways from one end to another over networks and routers: from each address of the one to each of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from topology.paths.ends import End
from topology.paths.ground import Ground, Router
from topology.paths.things import Address, Port, Range
from topology.paths.walk import walk_from_network, walk_from_outside, walk_from_port, walk_from_router
from topology.paths.ways import DeadEnd, Leg, Target, Way


@dataclass
class Ways:
    """The ways that there are, the shortest first, and where others end."""

    found: list[Way] = field(default_factory=list)
    dead: list[DeadEnd] = field(default_factory=list)

    @property
    def unknown(self) -> set[str]:
        """Networks whose routers have to be read before this is the whole truth."""
        return {end.unknown for end in self.dead if end.unknown is not None}

    def add(self, walked: Way | DeadEnd) -> None:
        """One more, unless it takes the same ports as another."""
        if isinstance(walked, DeadEnd):
            self.dead.append(walked)
        elif walked.key not in {way.key for way in self.found}:
            self.found.append(walked)


def find_ways(ground: Ground, origin: End, goal: End) -> Ways:
    """All ways from one end to the other, as far as the ground is known."""
    ways = Ways()
    for walked in _walks(ground, origin, goal):
        ways.add(walked)
    ways.found.sort(key=lambda way: (len(way.legs), way.key))
    ways.dead.sort(key=lambda end: -end.legs)
    return ways


def way_back(ground: Ground, way: Way, origin: End) -> DeadEnd | None:
    """Where the answer to a packet ends that came by a way; None when it gets back, or nothing can be said."""
    last, first = way.legs[-1].target, way.legs[0].source
    if last is None or way.arrives_as is None or way.seen_as is None or (first is None and not origin.is_outside):
        return None
    if last.addresses and way.arrives_as not in last.addresses:
        return None
    target = _answered(ground, way, first)
    back = walk_from_port(ground, last, way.arrives_as, target)
    if isinstance(back, DeadEnd):
        return back
    for translation in way.translations:
        # What a router translated has to come by it again, or nobody translates it back.
        ends_there = target.router is not None and target.router.id == translation.router.id
        if translation.router not in back.routers and not ends_there:
            return DeadEnd(f"answers do not come by {translation.router.name}, which has translated the addresses")
    if target.router is not None and first is not None and way.sent_from is not None:
        onward = walk_from_router(ground, target.router, Target(way.sent_from, port=first))
        return onward if isinstance(onward, DeadEnd) else None
    return None


def _answered(ground: Ground, way: Way, first: Port | None) -> Target:
    """Where an answer goes: to the sender, or to the router, or floating IP, that its address is of."""
    seen = way.seen_as
    assert seen is not None
    if first is None:
        return Target(seen)
    for translation in way.translations:
        if translation.end == "source" and translation.after == seen:
            own = (f for f in ground.floating_ips_of(first.id) if f.address == seen)
            floating = next(own, None)
            if floating is None:
                return Target(seen, router=translation.router)
            return Target(seen, port=first, floating_ip=floating)
    return Target(seen, port=first)


def _walks(ground: Ground, origin: End, goal: End) -> Iterator[Way | DeadEnd]:
    if origin.is_outside:
        yield from _from_outside(ground, origin, goal)
    elif origin.router is not None:
        for target in _targets(ground, goal, None):
            yield _narrowed(walk_from_router(ground, origin.router, target), origin)
    elif origin.network_id is not None:
        yield from _from_network(ground, origin.network_id, goal)
    else:
        for port in origin.ports:
            yield from _from_port(ground, port, goal)


def _from_port(ground: Ground, port: Port, goal: End) -> Iterator[Way | DeadEnd]:
    yield from _without_addresses(port.network_id, port, goal)
    for target in _targets(ground, goal, port.network_id):
        sources = [source for source in port.addresses if source.version == target.address.version]
        for source in sources:
            yield walk_from_port(ground, port, source, target)
        if not sources and port.addresses:
            yield DeadEnd(f"{port.name} has no IPv{target.address.version} address")


def _from_network(ground: Ground, network_id: str, goal: End) -> Iterator[Way | DeadEnd]:
    yield from _without_addresses(network_id, None, goal)
    if network_id not in ground.surveyed:
        yield DeadEnd("", unknown=network_id)
        return
    for target in _targets(ground, goal, network_id):
        yield walk_from_network(ground, network_id, target)


def _from_outside(ground: Ground, origin: End, goal: End) -> Iterator[Way | DeadEnd]:
    entries = {network.id for network in ground.networks.values() if network.get("external")}
    for target in _targets(ground, goal, None):
        for network_id in sorted(entries):
            walked = walk_from_outside(ground, network_id, origin.address, target)
            if isinstance(walked, Way):
                yield walked
    floating = sorted(str(f.address) for port in goal.ports for f in ground.floating_ips_of(port.id))
    hint = f"; from outside it is reached by {', '.join(floating)}" if floating and goal.floating_ip is None else ""
    yield DeadEnd(f"{goal.name} can not be reached from {origin.name}, which is outside{hint}")


def _without_addresses(network_id: str, port: Port | None, goal: End) -> Iterator[Way]:
    """On the same network nobody has to be asked for the way where one side has no address, or is the network."""
    if goal.network_id == network_id:
        yield Way((Leg(network_id, port, None),))
    if goal.floating_ip is None:
        for other in goal.ports:
            alike = port is None or not port.addresses or not other.addresses
            if other.network_id == network_id and alike and other != port:
                yield Way((Leg(network_id, port, other),))


def _targets(ground: Ground, goal: End, origin_network: str | None) -> Iterator[Target]:
    """Every address of the goal."""
    if goal.is_outside and goal.address is not None:
        return iter((Target(goal.address),))
    if goal.router is not None:
        return _addresses_of_router(goal.router, goal)
    if goal.network_id is not None:
        ranges = () if goal.network_id == origin_network else ground.ranges_of_network(goal.network_id)
        return (Target(_somebody(range), network_id=goal.network_id) for range in ranges)
    floating = goal.floating_ip
    if floating is not None and floating.address is not None:
        return iter([Target(floating.address, port=port, floating_ip=floating) for port in goal.ports])
    return (Target(own, port=p) for p in goal.ports for own in p.addresses if goal.address in (None, own))


def _addresses_of_router(router: Router, goal: End) -> Iterator[Target]:
    for port in (*router.interfaces, *router.gateways):
        if not goal.ports or port in goal.ports:
            yield from (Target(own, router=router) for own in port.addresses)


def _narrowed(walked: Way | DeadEnd, origin: End) -> Way | DeadEnd:
    """A router's port is an end: only what leaves by it counts."""
    if isinstance(walked, Way) and origin.ports and walked.legs[0].source not in origin.ports:
        first = walked.legs[0].source
        return DeadEnd(
            f"{origin.name} does not send there by {origin.ports[0].name}, but by {first.name if first else '?'}"
        )
    return walked


def _somebody(range: Range) -> Address:
    """An address of the range, as anybody on the network may have it: the last that is not for broadcasts."""
    return range[-2] if range.num_addresses > 1 else range[0]
