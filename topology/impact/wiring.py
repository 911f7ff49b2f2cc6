"""One host as it is wired: which physical NICs an interface's networks leave it by, with everything alive or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

_OVERLAYS = frozenset({"vxlan", "gre", "geneve"})
_PHYSICAL = frozenset({"vlan", "flat"})


@dataclass(frozen=True, slots=True)
class Plug:
    """An interface of an instance or a network service; `networks` None: nobody says which."""

    owner: str
    vnic: str
    networks: frozenset[str] | None
    port: str | None = None


@dataclass(slots=True)
class HostWiring:
    """What is above what on a host. `wires`: for each NIC the networks that are on it, with their types."""

    host: str
    plugs: list[Plug] = field(default_factory=list)
    ups: dict[str, list[tuple[str, frozenset[str] | None]]] = field(default_factory=dict)
    devices: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    wires: dict[str, dict[str, str | None]] = field(default_factory=dict)

    def networks_of(self, plug: Plug) -> frozenset[str]:
        """The networks of an interface: those that are said, else all that some way up from it leads to."""
        if plug.networks is not None:
            return plug.networks
        ends = {way[-1] for way in self._ways(plug.vnic, None, frozenset())}
        return frozenset(network for end in ends for network in self.wires.get(end, ()))

    def exits(self, plug: Plug, network: str, dead: AbstractSet[str]) -> dict[str, tuple[str, ...]]:
        """The physical NICs that the network leaves the host by, each with the devices from the interface up to it.

        A bond is left by its members that live.
        """
        found: dict[str, tuple[str, ...]] = {}
        for way in self._ways(plug.vnic, network, dead):
            if self._is_wire(way, network):
                for nic in self._members(way[-1]):
                    if nic not in dead:
                        found.setdefault(nic, way if nic == way[-1] else (*way, nic))
        return found

    def inside(self, plug: Plug, network: str, dead: AbstractSet[str]) -> dict[str, tuple[str, ...]]:
        """The switches and bridges that the network reaches from an interface."""
        ways = self._ways(plug.vnic, network, dead)
        return {way[-1]: way for way in ways if len(way) > 1 and way[-1] not in self.wires}

    def _ways(self, start: str, network: str | None, dead: AbstractSet[str]) -> Iterator[tuple[str, ...]]:
        waiting: list[tuple[str, ...]] = [] if start in dead else [(start,)]
        while waiting:
            way = waiting.pop()
            yield way
            for above, carried in self.ups.get(way[-1], ()):
                passes = network is None or carried is None or network in carried
                if passes and above not in dead and above not in way and not self._is_bond_member(above):
                    waiting.append((*way, above))

    def _is_wire(self, way: tuple[str, ...], network: str) -> bool:
        on_nic = self.wires.get(way[-1], {})
        if network not in on_nic:
            return False
        tunnelled = any(self._type(node) == "otep" for node in way)
        kind = on_nic[network]
        return kind not in _PHYSICAL if tunnelled else kind not in _OVERLAYS

    def _members(self, nic: str) -> list[str]:
        names = set(self.devices.get(nic, {}).get("bond_members") or ())
        return [id for id, device in self.devices.items() if device.get("device") in names] or [nic]

    def _is_bond_member(self, id: str) -> bool:
        master = self.devices.get(id, {}).get("master")
        return master is not None and any(
            device.get("device") == master and device.get("bond_members") for device in self.devices.values()
        )

    def _type(self, id: str) -> str:
        return str(self.devices.get(id, {}).get("type"))
