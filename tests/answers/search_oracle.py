"""What a search should find, said by plain Python over the objects themselves: nothing of the product's search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

from tests.clouds import Cloud

Thing = Mapping[str, Any]
_HOLD_ADDRESSES = ("ip_address", "ip_addresses", "addresses", "external_ips", "fixed_ip_address", "gateway_ip")


@dataclass(frozen=True, repr=False)
class Oracle:
    """All objects of a cloud as plain dictionaries."""

    things: tuple[Thing, ...]

    def ids(self, *tests: Callable[[Thing], bool]) -> set[str]:
        return {thing["id"] for thing in self.things if all(test(thing) for test in tests)}

    def called(self, type: str, name: str) -> set[str]:
        return {
            t["id"] for t in self.things if t["type"] == type and name.lower() in (t["id"].lower(), _low(t["name"]))
        }


def oracle_of(cloud: Cloud) -> Oracle:
    added: dict[str, dict[str, Any]] = {}
    for attribute in cloud.attributes:
        added.setdefault(attribute.id, {}).update(attribute.properties)
    return Oracle(
        tuple(
            {
                **record.properties,
                **added.get(record.id, {}),
                "id": record.id,
                "type": record.type,
                "name": record.name,
                "host": record.host,
            }
            for record in cloud.records.values()
        )
    )


def of_type(*types: str) -> Callable[[Thing], bool]:
    return lambda thing: thing["type"] in types


def says(names: Iterable[str], wanted: Iterable[str]) -> Callable[[Thing], bool]:
    """One of some properties is one of some values."""
    folded = {value.lower() for value in wanted}
    return lambda thing: any(_low(value) in folded for name in names for value in listed(thing.get(name)))


def holds(name: str, part: str) -> Callable[[Thing], bool]:
    return lambda thing: any(part.lower() in _low(value) for value in listed(thing.get(name)))


def inside(text: str) -> Callable[[Thing], bool]:
    """An address of it is inside the range, or a range of it as a whole."""
    wanted = ip_network(text, strict=False)

    def test(thing: Thing) -> bool:
        addresses = [ip_interface(v).ip for name in _HOLD_ADDRESSES for v in listed(thing.get(name))]
        ranges = [ip_network(v) for name in ("cidr", "cidrs") for v in listed(thing.get(name))]
        return any(ip_address(a) in wanted for a in addresses) or any(
            r.version == wanted.version and r.subnet_of(wanted)  # type: ignore[arg-type]  # of the same version
            for r in ranges
        )

    return test


def mac_begins(text: str) -> Callable[[Thing], bool]:
    digits = "".join(sign for sign in text.lower() if sign.isalnum())
    return lambda thing: any(
        value.replace(":", "").startswith(digits)
        for name in ("mac_address", "mac_addresses")
        for value in listed(thing.get(name))
    )


def listed(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        yield from value
    elif value is not None:
        yield value


def _low(value: Any) -> str:
    return str(value).lower()
