"""What a person names: an id, a name, an address or a MAC address becomes one object of the graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from topology.errors import AmbiguousName, UnknownEnvironment, UnknownObject
from topology.graph import Graph
from topology.search import mac_beginning, resolve
from topology.store import SEARCH_INDEX

_MAC_LENGTH = 17


@dataclass(frozen=True, slots=True)
class Named:
    """What was named: the object's id; None for an address that nobody in the cloud has.

    `address` and `mac` are set where the object was named by one: of an instance's ports, only that one is meant.
    """

    text: str
    id: str | None
    address: IPv4Address | IPv6Address | None = None
    mac: str | None = None


def named(graph: Graph, environment: str, *texts: str) -> list[Named]:
    """The object of each text. An address that nobody in the cloud has is outside.

    Raises UnknownEnvironment, UnknownObject with near matches, AmbiguousName with those that are meant by it.
    """
    known = by_ids(graph, environment, texts)
    return [Named(text, text) if text in known else searched(graph, environment, text) for text in texts]


def by_ids(graph: Graph, environment: str, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """The objects that there are of these ids, with all that is known of them."""
    rows = graph.read("objects_by_ids", environment=environment, ids=sorted(set(ids)))
    return {row["node"]["id"]: row["node"] for row in rows}


def as_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address in any notation; None for anything else."""
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def searched(graph: Graph, environment: str, text: str) -> Named:
    """The object of a text that is no id. Raises as `named`."""
    address = as_address(text)
    if address is not None and not _has(graph, environment, str(address)):
        _require(graph, environment)
        return Named(text, None, address)
    whole = mac_beginning(text) if address is None else None
    mac = whole if whole is not None and len(whole) == _MAC_LENGTH else None
    try:
        id = resolve(graph, environment, str(address) if address is not None else text)
    except AmbiguousName:
        raise
    except UnknownObject:
        if address is None:
            raise
        return Named(text, None, address)  # it is the beginning of others' addresses only
    return Named(text, id, address, mac)


def _has(graph: Graph, environment: str, address: str) -> bool:
    """Whether the address stands anywhere in the environment."""
    return bool(graph.read("address_known", environment=environment, index=SEARCH_INDEX, words=f'"{address}"'))


def _require(graph: Graph, environment: str) -> None:
    if not graph.read("environment_known", environment=environment)[0]["known"]:
        raise UnknownEnvironment(f"no environment is named {environment!r}. There are: calipso env list")
