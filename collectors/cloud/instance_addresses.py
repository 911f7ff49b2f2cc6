"""What neutron's ports say of instances: their networks, MAC addresses and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from collectors.cloud.answers import Answer, Listing, read_each
from graph_schema.object_types import INSTANCE
from graph_schema.records import Attributes, Problem, Record


def instance_addresses(ports: Sequence[Record], floating_ips: Listing) -> Iterator[Attributes | Problem]:
    """One set of attributes per instance that a port is plugged into (`compute:…`, the device is the instance).

    Subports of a trunk are not plugged into it: their device is the trunk.
    """
    floating: dict[str | None, list[str]] = {}
    for association in read_each(floating_ips, "neutron floating IPs", _association):
        if isinstance(association, Problem):
            yield association
        else:
            port_id, address = association
            floating.setdefault(port_id, []).append(address)
    plugged: dict[str, list[Record]] = {}
    for port in ports:
        if port.get("device_id") and str(port.get("device_owner")).startswith("compute:"):
            plugged.setdefault(port["device_id"], []).append(port)
    for instance, its_ports in plugged.items():
        leading_to = [address for port in its_ports for address in floating.get(port.id, ())]
        yield INSTANCE.attributes(
            "neutron",
            instance,
            networks=_each_once(port["network_id"] for port in its_ports),
            mac_addresses=_each_once(port["mac_address"] for port in its_ports),
            addresses=_each_once([*leading_to, *(ip for port in its_ports for ip in port["ip_addresses"])]),
        )


def _association(answer: Answer) -> tuple[str | None, str]:
    return answer.nullable_text("port_id"), answer.text("floating_ip_address")


def _each_once(values: Iterable[str]) -> list[str]:
    return sorted(set(values))
