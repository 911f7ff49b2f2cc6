"""What neutron's ports say of instances: their networks, MAC addresses and addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from collectors.cloud.answers import Answer, Listing, apart, read_each
from graph_schema.object_types import INSTANCE
from graph_schema.records import Attributes, Problem, Record


def instance_addresses(ports: Sequence[Record], floating_ips: Listing) -> Iterator[Attributes | Problem]:
    """One set of attributes per instance that a port is plugged into: `compute:…`, the device is the instance.

    The subports of a trunk are its too: neutron names the trunk as their device, their packets end in the instance.
    """
    associations, unread = apart(read_each(floating_ips, "neutron floating IPs", _association))
    yield from unread
    leading_to: dict[str | None, list[str]] = {}
    for port_id, address in associations:
        leading_to.setdefault(port_id, []).append(address)
    for instance, its_ports in _ports_of_instances(ports).items():
        floating = [address for port in its_ports for address in leading_to.get(port.id, ())]
        yield INSTANCE.attributes(
            "neutron",
            instance,
            networks=_each_once(port["network_id"] for port in its_ports),
            mac_addresses=_each_once(port["mac_address"] for port in its_ports),
            addresses=_each_once([*floating, *(address for port in its_ports for address in port["ip_addresses"])]),
        )


def _ports_of_instances(ports: Sequence[Record]) -> Mapping[str, list[Record]]:
    by_id = {port.id: port for port in ports}
    plugged: dict[str, list[Record]] = {}
    for port in ports:
        if port.get("device_id") and str(port.get("device_owner")).startswith("compute:"):
            subports = [by_id[each["port_id"]] for each in port.get("subports", ()) if each["port_id"] in by_id]
            plugged.setdefault(port["device_id"], []).extend([port, *subports])
    return plugged


def _association(answer: Answer) -> tuple[str | None, str]:
    return answer.nullable_text("port_id"), answer.text("floating_ip_address")


def _each_once(values: Iterable[str]) -> list[str]:
    return sorted(set(values))
