"""What was read of the graph for a question: objects and links as their properties, addresses parsed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

Address = IPv4Address | IPv6Address
Range = IPv4Network | IPv6Network

# Ports by which a router takes part in a network; what they are for else (HA's own network) joins nothing.
INTERFACE_OWNERS = frozenset(
    {
        "network:router_interface",
        "network:router_interface_distributed",
        "network:ha_router_replicated_interface",
    }
)
GATEWAY_OWNER = "network:router_gateway"
CENTRAL_SNAT_OWNER = "network:router_centralized_snat"


@dataclass(frozen=True, eq=False)
class Thing:
    """An object of the graph, as its properties. Two are the same when their ids are."""

    properties: Mapping[str, Any]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.properties["id"])

    @property
    def type(self) -> str:
        """Its type."""
        return str(self.properties["type"])

    @property
    def name(self) -> str:
        """Its name, or its id where it has none."""
        return str(self.properties.get("name") or self.id)

    @property
    def host(self) -> str | None:
        """The host that it is on."""
        return self.text("host")

    def get(self, key: str, default: Any = None) -> Any:
        """A property, or one that is kept in `details`."""
        value = self.properties.get(key)
        return self._details.get(key, default) if value is None else value

    def text(self, key: str) -> str | None:
        """A property that is text; None where it is not set."""
        value = self.get(key)
        return None if value is None else str(value)

    @cached_property
    def _details(self) -> Mapping[str, Any]:
        found = json.loads(self.properties.get("details") or "{}")
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, eq=False)
class Port(Thing):
    """A port of a network, with its addresses."""

    @property
    def network_id(self) -> str:
        """The network that it is on."""
        return str(self.properties.get("network_id") or "")

    @property
    def owner(self) -> str:
        """Neutron's device owner."""
        return str(self.properties.get("device_owner") or "")

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """Its fixed addresses."""
        return addresses(self.properties.get("ip_addresses"))

    @property
    def subnet_ids(self) -> tuple[str, ...]:
        """The subnets of its addresses."""
        return tuple(self.properties.get("subnet_ids") or ())

    @property
    def is_interface(self) -> bool:
        """Whether a router takes part in the network by it, other than as its gateway."""
        return self.owner in INTERFACE_OWNERS

    @property
    def is_gateway(self) -> bool:
        """Whether it is a router's gateway on an external network."""
        return self.owner == GATEWAY_OWNER


@dataclass(frozen=True, slots=True, eq=False)
class Tie:
    """A link of the graph, as its properties: `link_type`, `source_id`, `target_id`, `state`, `networks` and more."""

    properties: Mapping[str, Any]

    @property
    def type(self) -> str:
        """Its link type."""
        return str(self.properties["link_type"])

    @property
    def ends(self) -> tuple[str, str]:
        """Ids of its ends, as it is directed."""
        return str(self.properties["source_id"]), str(self.properties["target_id"])

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from other links."""
        return (self.type, *self.ends)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tie) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def is_down(self) -> bool:
        """Whether the kernel, or the switch, says that it is down."""
        return self.properties.get("state") == "down"

    def together_with(self, other: Tie) -> Tie:
        """The same link with the networks of both."""
        own, others = self.properties.get("networks"), other.properties.get("networks")
        if own is None or others is None:
            return self
        return Tie({**self.properties, "networks": sorted({*own, *others})})

    def carries(self, network_id: str) -> bool:
        """Whether the network's packets may take it; a link that does not say carries whatever its ends do."""
        networks = self.properties.get("networks")
        return networks is None or network_id in networks


def address(text: Any) -> Address | None:
    """An address, with or without a prefix length; None for anything else.

    >>> address("10.1.1.1/24")
    IPv4Address('10.1.1.1')
    """
    try:
        return ip_address(str(text).partition("/")[0])
    except ValueError:
        return None


def addresses(texts: Iterable[Any] | None) -> tuple[Address, ...]:
    """The addresses among some texts."""
    return tuple(found for text in texts or () if (found := address(text)) is not None)


def address_range(text: Any) -> Range | None:
    """A range of addresses in CIDR notation; None for anything else."""
    try:
        return ip_network(str(text), strict=False)
    except ValueError:
        return None
