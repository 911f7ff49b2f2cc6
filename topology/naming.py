"""What a person names: an id, a name, an address or a MAC address becomes one object of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from topology.errors import AmbiguousName, UnknownObject
from topology.graph import Graph
from topology.search import mac_beginning, resolve

_MAC_LENGTH = 17


@dataclass(frozen=True, slots=True)
class Named:
    """What was named: the object's properties, details among them; None for an address that nobody in the cloud has.

    `address` and `mac` are set where the object was named by one: of an instance's ports, only that one is meant.
    """

    text: str
    properties: Mapping[str, Any] | None
    address: IPv4Address | IPv6Address | None = None
    mac: str | None = None


def named(graph: Graph, environment: str, *texts: str) -> list[Named]:
    """The object of each text. An address that nobody in the cloud has is outside.

    Raises UnknownEnvironment, UnknownObject with near matches, AmbiguousName with those that are meant by it.
    """
    known = by_ids(graph, environment, texts)
    return [Named(text, known[text]) if text in known else _searched(graph, environment, text) for text in texts]


def by_ids(graph: Graph, environment: str, ids: tuple[str, ...]) -> dict[str, Mapping[str, Any]]:
    """The objects that there are of these ids, with all that is known of them."""
    rows = graph.read("objects_by_ids", environment=environment, ids=sorted(set(ids)))
    return {row["node"]["id"]: row["node"] for row in rows}


def as_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address in any notation; None for anything else."""
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def _searched(graph: Graph, environment: str, text: str) -> Named:
    address = as_address(text)
    whole = mac_beginning(text) if address is None else None
    mac = whole if whole is not None and len(whole) == _MAC_LENGTH else None
    try:
        id = resolve(graph, environment, str(address) if address is not None else text)
    except AmbiguousName:
        raise
    except UnknownObject:
        if address is None:
            raise
        return Named(text, None, address)
    return Named(text, by_ids(graph, environment, (id,))[id], address, mac)
