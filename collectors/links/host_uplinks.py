"""The ways out of a host: which NICs carry what leaves a bridge, a tunnel address or a physical network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.links.host_networks import state_of
from graph_schema.records import InventoryView, LinkState, Record

Port = Mapping[str, Any]  # one of a switch's ports, as its record has them

# Patch ports with which neutron's agent wires its own bridges, and those of trunks.
_AGENTS_PATCHES = ("int-", "phy-", "patch-int", "patch-tun", "tpt-", "tpi-", "spt-", "spi-")


@dataclass(frozen=True, slots=True)
class Uplinks:
    """The NICs, switches and Linux bridges of a host by name."""

    nics: Mapping[str, Record]
    vedges: Sequence[Record]
    bridges: Mapping[str, Record]

    def below(self, devices: Iterable[str]) -> list[Record]:
        """NICs of these names, or that have VLAN interfaces of these names."""
        wanted = set(devices)
        return [n for n in self.nics.values() if wanted & {n["device"], *(n.get("vlan_interfaces") or ())}]

    def in_bridge(self, bridge: Record) -> list[Record]:
        """NICs that are members of a Linux bridge, themselves or by a VLAN interface."""
        return self.below(bridge.get("interfaces") or ())

    def driven_by(self, vedge: Record) -> list[Record]:
        """Linux bridges that the agent makes the switch of."""
        names = vedge.get("bridges") or () if vedge["kind"] == "lxb" else ()
        return [self.bridges[name] for name in names if name in self.bridges]

    def of_switch_bridge(self, vedge: Record, bridge: str) -> list[Record]:
        """NICs that are ports of a bridge of the switch, or of the bridges that the operator patched to it."""
        ports: Sequence[Port] = vedge.get("ports") or ()
        reached = _patched(ports, bridge)
        return self.below(port["device"] for port in ports if port["bridge"] in reached)

    def of_tunnels_in_switch(self, otep: Record, vedge: Record) -> list[Record]:
        """NICs of the switch's bridge that holds the tunnel address, on itself or on an internal port."""
        ports: Sequence[Port] = vedge.get("ports") or ()
        held = [p["bridge"] for p in ports if p["device"] == base_device(otep) and p.get("type") == "internal"]
        return [nic for bridge in held for nic in self.of_switch_bridge(vedge, bridge)]

    def of_otep(self, otep: Record) -> list[Record]:
        """NICs that carry the tunnel address where no Linux bridge holds it, members of bonds with them."""
        switched = [nic for vedge in self.vedges for nic in self.of_tunnels_in_switch(otep, vedge)]
        return self.with_members([*self.below([base_device(otep)]), *switched])

    def of_mapping(self, vedge: Record, physical_network: str) -> list[Record]:
        """NICs that one switch's mappings lead to."""
        bridges = _mapped(vedge, "bridge_mappings", physical_network)
        interfaces = _mapped(vedge, "interface_mappings", physical_network)
        # The Linux bridge agent may be given a bridge in place of an interface.
        linux = [self.bridges[name] for name in (*bridges, *interfaces) if name in self.bridges]
        return [
            *self.below(interfaces),
            *(nic for bridge in bridges for nic in self.of_switch_bridge(vedge, bridge)),
            *(nic for bridge in linux for nic in self.in_bridge(bridge)),
        ]

    def of_physical_network(self, name: str) -> list[Record]:
        """NICs that the mappings of all switches lead to."""
        return [nic for vedge in self.vedges for nic in self.of_mapping(vedge, name)]

    def with_members(self, nics: Iterable[Record]) -> list[Record]:
        """These NICs, each once, and the members of those that are bonds."""
        found = {nic.id: nic for nic in nics}
        for nic in list(found.values()):
            members = (self.nics[name] for name in nic.get("bond_members") or () if name in self.nics)
            found.update((member.id, member) for member in members)
        return list(found.values())


def uplinks(view: InventoryView) -> Uplinks:
    """The ways out of the host of the view."""
    return Uplinks(
        nics={nic["device"]: nic for nic in view.all("host_pnic")},
        vedges=view.all("vedge"),
        bridges={bridge.name: bridge for bridge in view.all("vconnector")},
    )


def base_device(otep: Record) -> str:
    """The device that holds the tunnel address, or the one below its VLAN interface."""
    return str(otep.get("base_device") or otep["device"])


def mappings(vedge: Record, kind: str) -> Iterator[tuple[str, str]]:
    """Physical network and what the agent maps it to."""
    for mapping in vedge.get(kind) or ():
        physical, _, target = mapping.partition(":")
        yield physical, target


def port_state(ports: Iterable[Port], record: Record) -> LinkState:
    """Down when one of the switch's ports is, or the record's device."""
    return "down" if any(port.get("link_state") == "down" for port in ports) else state_of(record)


def _mapped(vedge: Record, kind: str, physical_network: str) -> list[str]:
    return [target for physical, target in mappings(vedge, kind) if physical == physical_network]


def _patched(ports: Iterable[Port], bridge: str) -> set[str]:
    """The bridge and those that the operator, not neutron's agent, patched to it."""
    patches = {p["device"]: p for p in ports if p.get("peer") and not p["device"].startswith(_AGENTS_PATCHES)}
    reached, waiting = {bridge}, [bridge]
    while waiting:
        here = waiting.pop()
        beyond = {
            patches[p["peer"]]["bridge"] for p in patches.values() if p["bridge"] == here and p["peer"] in patches
        }
        waiting.extend(beyond - reached)
        reached |= beyond
    return reached
