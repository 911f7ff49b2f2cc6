"""Which networks are plugged on a host: what the finders of a host's links join before anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_schema.records import InventoryView, LinkState, Record

_PHYSICAL = ("vlan", "flat")
_DOWN = frozenset(("DOWN", "LOWERLAYERDOWN", "NOTPRESENT", "DORMANT", "TESTING"))
_NAMED_AFTER_PORT = 14  # three characters that say what it is, then eleven of the port's id


@dataclass(frozen=True, slots=True)
class HostNetworks:
    """vNIC → its port, vNIC → its networks, and the records of all networks that are plugged on the host.

    Where neutron has not been read at all, nobody can say what a link carries: then every answer is None.
    """

    ports: Mapping[str, str]
    of_vnics: Mapping[str, frozenset[str]]
    networks: Mapping[str, Record | None]
    told: bool

    def of(self, vnics: Iterable[Record]) -> frozenset[str] | None:
        """The networks of these vNICs together."""
        return self._answer(id for vnic in vnics for id in self.of_vnics.get(vnic.id, ()))

    def of_vnic(self, vnic: Record) -> frozenset[str] | None:
        """The networks of one vNIC; None where its port is not known: it carries whatever its ends do."""
        return self.of_vnics.get(vnic.id)

    def tunnelled(self, overlay: str) -> frozenset[str] | None:
        """Those with a segment in tunnels of that type."""
        return self._answer(
            id for id, network in self.networks.items() if any(kind == overlay for kind, _ in _segments(network))
        )

    def physical(self, physical_networks: Iterable[str]) -> frozenset[str] | None:
        """Those with a VLAN or flat segment on one of these physical networks."""
        wanted = set(physical_networks)
        return self._answer(
            id
            for id, network in self.networks.items()
            if any(kind in _PHYSICAL and physical in wanted for kind, physical in _segments(network))
        )

    def _answer(self, networks: Iterable[str]) -> frozenset[str] | None:
        return frozenset(networks) if self.told else None


def host_networks(view: InventoryView) -> HostNetworks:
    """What is plugged on the host of the view."""
    ports: dict[str, str] = {}
    of_vnics: dict[str, frozenset[str]] = {}
    iface_ids = ports_of_devices(view)
    by_mac = view.grouped("port", "mac_address")
    for vnic in view.all("vnic"):
        told = next((iface_ids[device] for device in _switch_devices(vnic) if device in iface_ids), None)
        port = view.get("port", told) if told else _port_of(vnic, by_mac[(vnic.get("mac_address"),)])
        if port is not None:
            of_vnics[vnic.id] = networks_of_port(view, port.id)
        if port is not None or told:
            ports[vnic.id] = port.id if port is not None else str(told)
    plugged = {id for ids in of_vnics.values() for id in ids}
    return HostNetworks(
        ports=ports,
        of_vnics=of_vnics,
        networks={id: view.get("network", id) for id in sorted(plugged)},
        told=bool(plugged) or bool(view.all("port")),
    )


def state_of(*records: Record) -> LinkState:
    """Down when the device of one of the records is."""
    down = any(record.get("oper_state") in _DOWN or record.get("link_detected") is False for record in records)
    return "down" if down else "up"


def together(parts: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """All networks of the parts that are known; None where none is."""
    known = [part for part in parts if part is not None]
    return frozenset().union(*known) if known else None


def ports_of_devices(view: InventoryView) -> Mapping[str, str]:
    """Device in a switch → id of the port that it is plugged for, as the switch has it."""
    ports = (port for vedge in view.all("vedge") for port in vedge.get("ports") or ())
    return {port["device"]: port["iface_id"] for port in ports if port.get("iface_id")}


def networks_of_port(view: InventoryView, id: str) -> frozenset[str]:
    """The port's network and, of a trunk, its subports' networks; none where the port is not known."""
    port = view.get("port", id)
    subports = (view.get("port", subport["port_id"]) for subport in (port.get("subports") if port else None) or ())
    told = (one.get("network_id") for one in (port, *subports) if one is not None)
    return frozenset(network for network in told if network)


def _switch_devices(vnic: Record) -> Sequence[str]:
    """The devices by which the vNIC may be a port of the switch: its own, its pair's, or that of its hybrid bridge."""
    device = vnic["device"]
    return [d for d in (device, vnic.get("host_device"), "qvo" + device.removeprefix("tap")) if d]


def _port_of(vnic: Record, same_mac: Sequence[Record]) -> Record | None:
    """The port with the vNIC's MAC address that its device is named after; else the one of the vNIC's own instance."""
    device = vnic["device"]
    if len(device) == _NAMED_AFTER_PORT:
        for port in same_mac:
            if port.id.startswith(device[3:]):
                return port
    own = [port for port in same_mac if port.get("device_id") == vnic.parent.id]
    return own[0] if len(own) == 1 else None


def _segments(network: Record | None) -> Iterator[tuple[str | None, str | None]]:
    """Type and physical network of each segment."""
    if network is not None:
        yield network.get("network_type"), network.get("physical_network")
        for segment in network.get("segments") or ():
            yield segment.get("network_type"), segment.get("physical_network")
