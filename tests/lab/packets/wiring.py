"""How a host's devices hang together, as its kernel and Open vSwitch say: between which two places a device stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.lab.packets.recording import Sighting
from tests.lab.truth.host_facts import Device, HostFacts

Place = tuple[str, ...]
WIRE: Place = ("wire",)


class Wiring:
    """Devices of all hosts.

    Places are: a guest, the Open vSwitch of a host (its bridges are one: patch ports are no devices), a Linux bridge,
    the network stack of a namespace, the inside of a veth pair, and the wire between hosts.
    """

    def __init__(self, hosts: Mapping[str, HostFacts]) -> None:
        self._hosts = hosts
        self._guests = {(host, device): uuid for host, facts in hosts.items() for uuid, device, _ in facts.nics}

    def step(self, seen: Sighting) -> tuple[Place, Place] | None:
        """From where to where a packet goes that is seen on a device; None for what is a place itself."""
        device = self._device(seen)
        if device is None or device.kind == "bridge":
            return None
        near, far = self._near(seen.host, device), self._far(seen.host, device)
        return (near, far) if seen.outgoing != self._is_internal(seen.host, device) else (far, near)

    def guest_on(self, host: str, device: str) -> str | None:
        """The instance that the device is the tap of."""
        return self._guests.get((host, device))

    def interface(self, seen: Sighting) -> str | None:
        """The id, as the product makes it, of the interface or NIC that the packet is seen on."""
        device = self._device(seen)
        if device is None:
            return None
        if device.namespace:
            return f"{seen.host}:vnic:{device.namespace}:{device.name}"
        if self.guest_on(seen.host, device.name):
            return f"{seen.host}:vnic:{device.name}"
        return f"{seen.host}:host_pnic:{device.name}" if self._is_nic(seen.host, device) else None

    def around(self, seen: Sighting) -> Iterator[str]:
        """The ids of what the device is a part or a port of: bridge, switch, namespace, end of a tunnel."""
        host, device = seen.host, self._device(seen)
        if device is None:
            return
        if device.namespace:
            yield f"{host}:vservice:{device.namespace}"
        if device.master:
            yield f"{host}:vconnector:{device.master}"
        if device.name in self._hosts[host].ports:
            yield f"{host}:vedge:ovs"
        if seen.packet.tunnel is not None and self._is_nic(host, device):
            yield f"{host}:otep:vxlan"

    def _device(self, seen: Sighting) -> Device | None:
        return self._hosts[seen.host].devices.get((seen.namespace, seen.device))

    def _near(self, host: str, device: Device) -> Place:
        """On the side of the switch."""
        facts = self._hosts[host]
        if device.name in facts.ports:
            return ("ovs", host)
        bridge = facts.root(device.master) if device.master else None
        if bridge is not None and not _has_address(bridge):
            return ("bridge", host, bridge.name)
        return ("stack", host, "")

    def _far(self, host: str, device: Device) -> Place:
        """On the other side."""
        if uuid := self.guest_on(host, device.name):
            return ("guest", uuid)
        if self._is_nic(host, device):
            return WIRE
        if peer := self._hosts[host].veth_peer(device):
            return ("inside", host, *sorted((device.name, peer.name)))
        return ("stack", host, device.namespace)

    def _is_internal(self, host: str, device: Device) -> bool:
        """A port of Open vSwitch that is the stack's own interface: what the switch sends comes in by it."""
        facts = self._hosts[host]
        return device.kind == "tun" and device.name in facts.ports and self.guest_on(host, device.name) is None

    def _is_nic(self, host: str, device: Device) -> bool:
        own = device.kind == "veth" and not device.namespace and self._hosts[host].veth_peer(device) is None
        return own or device.hardware


def _has_address(device: Device) -> bool:
    return any("." in address for address in device.addresses)
