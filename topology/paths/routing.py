"""How a guest and a router decide where to send a packet: by the longest match of its destination address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from topology.paths.ground import FloatingIp, Ground, Router, Subnet
from topology.paths.things import Address, Port


@dataclass(frozen=True, slots=True)
class Decision:
    """A router sends out by `port`: straight to the address, or to the next hop `via`."""

    port: Port
    via: Address | None
    length: int
    is_default: bool = False


def next_hop_of_guest(subnets: Iterable[Subnet], target: Address) -> Address | None:
    """The next hop of a guest with addresses in these subnets, as DHCP tells it; None where it has none."""
    found: list[tuple[int, Address]] = []
    for subnet in subnets:
        found += [(r.destination.prefixlen, r.via) for r in subnet.routes if target in r.destination]
        if subnet.gateway is not None and subnet.gateway.version == target.version:
            found.append((0, subnet.gateway))
    return max(found, key=lambda each: each[0])[1] if found else None


def decide(ground: Ground, router: Router, target: Address, floating: FloatingIp | None) -> Decision | None:
    """Where the router sends what is for `target`; None where it has no route.

    What is connected goes before what is static, and that before the external gateway.
    """
    ways = [
        *_connected(ground, router, target, floating),
        *_static(ground, router, target),
        *_default(ground, router, target),
    ]
    return max(ways, key=lambda way: way.length, default=None)


def _connected(ground: Ground, router: Router, target: Address, floating: FloatingIp | None) -> Iterator[Decision]:
    for port in router.interfaces:
        for subnet in ground.subnets_of(port):
            if subnet.range is not None and target in subnet.range:
                yield Decision(port, None, subnet.range.prefixlen)
    for port in router.gateways:
        # A gateway reaches all subnets of its network, also those that it has no address of its own in.
        for range in ground.ranges_of_network(port.network_id):
            if target in range:
                yield Decision(port, None, range.prefixlen)
        if floating is not None and floating.network_id == port.network_id and floating.address == target:
            yield Decision(port, None, 0)


def _static(ground: Ground, router: Router, target: Address) -> Iterator[Decision]:
    for route in router.routes:
        if target in route.destination:
            for near in _connected(ground, router, route.via, None):
                yield Decision(near.port, route.via, route.destination.prefixlen)


def _default(ground: Ground, router: Router, target: Address) -> Iterator[Decision]:
    for port in router.gateways:
        for subnet in ground.subnets_of(port):
            if subnet.gateway is not None and subnet.gateway.version == target.version:
                yield Decision(port, subnet.gateway, 0, is_default=True)
