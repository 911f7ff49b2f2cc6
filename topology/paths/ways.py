"""What the walk of a packet answers: the networks that it crosses, or where it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from topology.paths.ground import FloatingIp, Router
from topology.paths.things import Address, Port


@dataclass(frozen=True, slots=True)
class Leg:
    """A network on the way, entered at a port and left at another; None: at nobody known on the network."""

    network_id: str
    source: Port | None
    target: Port | None


@dataclass(frozen=True, slots=True)
class Translation:
    """A router gives a packet another source or destination address."""

    router: Router
    end: Literal["source", "destination"]
    before: Address
    after: Address


@dataclass(frozen=True, slots=True)
class Way:
    """The networks that a packet crosses. Between `legs[i]` and `legs[i + 1]` it is routed by `routers[i]`.

    It leaves with the addresses `sent_from` and `sent_to`, and comes with `seen_as` and `arrives_as`.
    """

    legs: tuple[Leg, ...]
    routers: tuple[Router, ...] = ()
    translations: tuple[Translation, ...] = ()
    sent_from: Address | None = None
    sent_to: Address | None = None
    seen_as: Address | None = None
    arrives_as: Address | None = None

    @property
    def key(self) -> tuple[tuple[str, str, str], ...]:
        """Ways with the same key take the same ports."""
        return tuple((leg.network_id, _id(leg.source), _id(leg.target)) for leg in self.legs)


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """Where a packet ends without having arrived, and why. `unknown`: its routers have to be read to go on."""

    reason: str
    legs: int = 0
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """Where a packet is to arrive: an address, and who has it.

    `port`: this port. `router`: any port of the router. `network`: anybody on the network. None of them: outside.
    `floating_ip` says that the address is one, and leads to `port`.
    """

    address: Address
    port: Port | None = None
    router: Router | None = None
    network_id: str | None = None
    floating_ip: FloatingIp | None = None

    @property
    def is_outside(self) -> bool:
        """Whether nobody in the cloud has it."""
        return self.port is None and self.router is None and self.network_id is None


def _id(port: Port | None) -> str:
    return port.id if port else ""
