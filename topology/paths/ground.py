"""The logical ground that a question stands on: networks, subnets, routers and floating IPs, as far as they were read.

It grows while a way is looked for: a network's routers are read when a packet gets there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from topology.paths.things import CENTRAL_SNAT_OWNER, Address, Port, Range, Thing, address, address_range

_VIA = " via "


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A destination and the next hop towards it."""

    destination: Range
    via: Address


@dataclass(frozen=True)
class Subnet:
    """A subnet: its range, and what its guests are told by DHCP."""

    thing: Thing

    @property
    def id(self) -> str:
        """Its id."""
        return self.thing.id

    @cached_property
    def range(self) -> Range | None:
        """Its addresses."""
        return address_range(self.thing.get("cidr"))

    @cached_property
    def gateway(self) -> Address | None:
        """The default gateway of its guests."""
        return address(self.thing.get("gateway_ip"))

    @cached_property
    def routes(self) -> tuple[StaticRoute, ...]:
        """The other routes of its guests."""
        return tuple(static_routes(self.thing.get("host_routes")))

    def holds(self, wanted: Address) -> bool:
        """Whether the address is in its range."""
        return self.range is not None and wanted in self.range


@dataclass(frozen=True)
class Router:
    """A router with its ports."""

    thing: Thing
    ports: tuple[Port, ...] = field(compare=False)

    @property
    def id(self) -> str:
        """Its id."""
        return self.thing.id

    @property
    def name(self) -> str:
        """Its name."""
        return self.thing.name

    @cached_property
    def interfaces(self) -> tuple[Port, ...]:
        """Its ports on the networks that it joins."""
        return tuple(port for port in self.ports if port.is_interface)

    @cached_property
    def gateways(self) -> tuple[Port, ...]:
        """Its ports on external networks."""
        return tuple(port for port in self.ports if port.is_gateway)

    def central_port(self, network_id: str) -> Port | None:
        """The port on the network of the one place where a distributed router translates addresses."""
        central = (port for port in self.ports if port.owner == CENTRAL_SNAT_OWNER)
        return next((port for port in central if port.network_id == network_id), None)

    @cached_property
    def routes(self) -> tuple[StaticRoute, ...]:
        """Its static routes."""
        return tuple(static_routes(self.thing.get("routes")))

    @property
    def is_distributed(self) -> bool:
        """Whether it runs on every host that needs it (DVR)."""
        return bool(self.thing.get("distributed"))

    @property
    def translates(self) -> bool:
        """Whether it gives its gateway's address to what leaves by it."""
        return self.thing.get("enable_snat") is not False

    def owns(self, wanted: Address) -> bool:
        """Whether the address is its own."""
        return any(wanted in port.addresses for port in (*self.interfaces, *self.gateways))


@dataclass(frozen=True, eq=False)
class FloatingIp:
    """A floating address and what it leads to."""

    thing: Thing

    @property
    def id(self) -> str:
        """Its id."""
        return self.thing.id

    @cached_property
    def address(self) -> Address | None:
        """The address that is seen from outside."""
        return address(self.thing.get("ip_address"))

    @cached_property
    def fixed_address(self) -> Address | None:
        """The address that it leads to."""
        return address(self.thing.get("fixed_ip_address"))

    @property
    def port_id(self) -> str | None:
        """The port that it leads to."""
        return self.thing.text("port_id")

    @property
    def router_id(self) -> str | None:
        """The router that translates it."""
        return self.thing.text("router_id")

    @property
    def network_id(self) -> str | None:
        """The external network that it is on."""
        return self.thing.text("network_id")


@dataclass
class Ground:
    """What is known so far. `surveyed`: the networks whose routers have been read."""

    networks: dict[str, Thing] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    routers: dict[str, Router] = field(default_factory=dict)
    floating_ips: dict[str, FloatingIp] = field(default_factory=dict)
    surveyed: set[str] = field(default_factory=set)

    def network_name(self, network_id: str) -> str:
        """A network's name for people."""
        network = self.networks.get(network_id)
        return network.name if network else network_id

    def is_external(self, network_id: str) -> bool:
        """Whether routers may have their gateway on the network."""
        network = self.networks.get(network_id)
        return bool(network and network.get("external"))

    def subnets_of(self, port: Port) -> Iterator[Subnet]:
        """The subnets of a port's addresses."""
        return (self.subnets[id] for id in port.subnet_ids if id in self.subnets)

    def ranges_of_network(self, network_id: str) -> Iterator[Range]:
        """The ranges of all subnets of a network."""
        network = self.networks.get(network_id)
        for text in (network.get("cidrs") if network else None) or ():
            if (found := address_range(text)) is not None:
                yield found

    def interface(self, network_id: str, wanted: Address) -> tuple[Router, Port] | None:
        """The router, and its interface, that has the address on the network."""
        for router in self.routers.values():
            for port in router.interfaces:
                if port.network_id == network_id and wanted in port.addresses:
                    return router, port
        return None

    def routers_on(self, network_id: str) -> list[Router]:
        """The routers that have an interface on the network."""
        return [r for r in self.routers.values() if any(p.network_id == network_id for p in r.interfaces)]

    def floating_ips_of(self, port_id: str) -> list[FloatingIp]:
        """The floating IPs that lead to a port."""
        return [each for each in self.floating_ips.values() if each.port_id == port_id]


def static_routes(texts: Iterable[str] | None) -> Iterator[StaticRoute]:
    """The routes among texts like `10.2.0.0/24 via 10.1.1.254`."""
    for text in texts or ():
        destination, _, via = str(text).partition(_VIA)
        found, next_hop = address_range(destination), address(via)
        if found is not None and next_hop is not None:
            yield StaticRoute(found, next_hop)
