"""What a line says of an object: name, type, addresses and states, in the order in which a person looks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cli.drawing import Part, visible

Node = Mapping[str, Any]
_GIGABIT = 1000
# What an instance or port is when it works; every other word of nova's or neutron's is worth a look.
_WORKING = frozenset({"ACTIVE", "up"})
_ADDRESSES = 4
# Addresses that every interface has, or every metadata service: they tell nothing apart.
_EVERYWHERE = ("fe80:", "169.254.")
_HEALTHY = frozenset({"ok", "OK"})


def describe(node: Node) -> list[Part]:
    """Name, type, facts, and what is wrong with it."""
    parts: list[Part] = [(title(node), "name"), ("  ", "fact"), (str(node["type"]), "type")]
    for fact in filter(None, _facts(node)):
        parts += [("  ", "fact"), (visible(fact), "fact")]
    for word, good in _states(node):
        parts += [("  ", "fact"), (visible(word) if good else f"✗ {visible(word)}", "good" if good else "bad")]
    return parts


def title(node: Node) -> str:
    """The name as a line can show it; what has none goes by its address or its id. A user's alias follows."""
    name = node.get("name") or _first(node.get("ip_addresses")) or node["id"]
    alias = f" ({visible(str(node['alias']), 40)})" if node.get("alias") else ""
    return visible(str(name)) + alias


def _facts(node: Node) -> Iterator[str]:
    yield from _FACTS.get(str(node["type"]), _no_facts)(node)
    yield from _addresses(node)
    if node.get("mac_address"):
        yield str(node["mac_address"])


def _addresses(node: Node) -> Iterator[str]:
    name = node.get("name") or _first(node.get("ip_addresses"))
    listed = node.get("addresses") or node.get("ip_addresses") or [node.get("ip_address")]
    told = [str(address) for address in listed if address and address != name]
    telling = [address for address in told if not address.startswith(_EVERYWHERE)]
    if telling:
        more = len(telling) - _ADDRESSES
        yield ", ".join(telling[:_ADDRESSES]) + (f" and {more} more" if more > 0 else "")


def _network(node: Node) -> Iterator[str]:
    segment = [node.get("network_type"), node.get("segmentation_id")]
    yield " ".join(str(word) for word in segment if word is not None)
    if node.get("external"):
        yield "external"
    if node.get("cidrs"):
        yield ", ".join(map(str, node["cidrs"][:4]))


def _subnet(node: Node) -> Iterator[str]:
    yield str(node.get("cidr") or "")


def _host_pnic(node: Node) -> Iterator[str]:
    speed = node.get("speed")
    if speed:
        yield f"{speed / _GIGABIT:g} Gb/s" if speed >= _GIGABIT else f"{speed} Mb/s"
    if node.get("bond_members"):
        yield "bond of " + ", ".join(map(str, node["bond_members"]))


def _vservice(node: Node) -> Iterator[str]:
    yield " of ".join(str(word) for word in (node.get("service_type"), node.get("serves")) if word)


def _vedge(node: Node) -> Iterator[str]:
    yield " ".join(str(word) for word in (node.get("kind"), node.get("version")) if word)


def _port(node: Node) -> Iterator[str]:
    owner = str(node.get("device_owner") or "")
    if owner.startswith("network:"):
        yield owner.removeprefix("network:").replace("_", " ")


def _no_facts(_: Node) -> Iterator[str]:
    return iter(())


_FACTS: Mapping[str, Callable[[Node], Iterator[str]]] = {
    "network": _network,
    "subnet": _subnet,
    "host_pnic": _host_pnic,
    "vservice": _vservice,
    "vedge": _vedge,
    "port": _port,
}


def _states(node: Node) -> Iterator[tuple[str, bool]]:
    """Words for its states, and whether each is as it should be."""
    if node.get("source_status"):
        yield str(node["source_status"]), node["source_status"] in _WORKING
    if node.get("admin_state_up") is False:
        yield "admin down", False
    if node.get("link_detected") is False:
        yield "no carrier", False
    elif node.get("oper_state") == "DOWN":
        yield "down", False
    if node.get("status"):
        yield str(node["status"]), node["status"] in _HEALTHY


def _first(values: Any) -> Any:
    return values[0] if values else None
