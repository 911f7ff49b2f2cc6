"""The two ends of a path: what was named, and where that is in the networks."""

from __future__ import annotations

from dataclasses import dataclass

from topology.errors import UnknownObject
from topology.paths.ground import FloatingIp, Router
from topology.paths.things import CENTRAL_SNAT_OWNER, Address, Port, Thing

# What a path may begin and end at, beside an address outside.
HOLDERS = frozenset({"instance", "port", "vnic", "floating_ip", "vservice"})
DEVICES = frozenset({"vconnector", "vedge", "otep", "host_pnic", "switch_pnic", "switch"})
PLACES = HOLDERS | DEVICES | {"router", "network", "subnet"}


@dataclass(frozen=True)
class End:
    """One end. Without `thing` it is an address outside the cloud.

    It has `ports` (an instance's, one of them when an address or MAC address names it), or is a `router` (or one of its
    namespaces, `service`), a network, or a device in the middle of one.
    """

    thing: Thing | None
    address: Address | None = None
    ports: tuple[Port, ...] = ()
    router: Router | None = None
    service: Thing | None = None
    network_id: str | None = None
    floating_ip: FloatingIp | None = None

    @property
    def name(self) -> str:
        """Its name for people."""
        return self.thing.name if self.thing else str(self.address)

    @property
    def is_outside(self) -> bool:
        """Whether nobody in the cloud has the address."""
        return self.thing is None and self.network_id is None

    @property
    def device_id(self) -> str | None:
        """Its id where it is a device in the middle of networks."""
        return self.thing.id if self.thing is not None and self.thing.type in DEVICES else None


def router_id_of(thing: Thing) -> str | None:
    """The router that a thing is, or is part of."""
    if thing.type == "router":
        return thing.id
    if thing.type == "vservice" and thing.get("service_type") in ("router", "snat"):
        return thing.text("service_id")
    return None


def router_of_port(port: Port) -> str | None:
    """The router that a port belongs to."""
    own = port.is_interface or port.is_gateway or port.owner == CENTRAL_SNAT_OWNER
    return port.text("device_id") if own else None


def network_id_of(thing: Thing) -> str | None:
    """The network that a thing is, or is part of."""
    return thing.id if thing.type == "network" else thing.text("network_id") if thing.type == "subnet" else None


def refuse(environment: str, thing: Thing) -> UnknownObject:
    """The error for what is no place in a network."""
    return UnknownObject(
        f"{environment}: {thing.type} {thing.name!r} is no place in a network that a path could begin or end at. "
        "Name an instance, port, address, router, network, floating IP, or a device of a host (calipso tree shows ids)."
    )
