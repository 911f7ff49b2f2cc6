"""The NICs of a host: hardware, bonds, veths that lead off the host, and macvlans.

Not among them: virtual functions that the host itself does not use (they are lent to instances), VLAN interfaces (they
are named on their NIC), pairs of which both ends are on the host, and all that its own services or switches made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from collectors.contracts import HostCollector, HostSite
from collectors.host.interface import Interface
from collectors.host.interfaces import fetch_interfaces, parse_interfaces
from collectors.host.namespaces import Namespace, RawNamespaces, fetch_namespaces, parse_namespaces
from collectors.host.nic_files import DeviceFiles, NicFiles, fetch_nic_files, parse_nic_files
from collectors.host.output import Output
from collectors.side_by_side import both
from collectors.sources.protocols import HostShell
from graph_schema.object_types import HOST_PNIC
from graph_schema.records import Record

_BONDS = ("bond", "team")


@dataclass(frozen=True, slots=True)
class RawNics:
    """Interfaces, the namespaces that some may lead into, and the kernel's files."""

    interfaces: Output
    namespaces: RawNamespaces
    files: Output


def fetch(shell: HostShell, _: HostSite) -> RawNics:
    """Four commands. Raises CommandFailed, Unreachable."""
    # Interfaces first: listing them gives namespaces that they lead into their ids.
    interfaces = fetch_interfaces(shell)
    others = both(partial(fetch_namespaces, shell), partial(fetch_nic_files, shell), concurrent=shell.concurrent)
    return RawNics(interfaces, *others)


def parse(raw: RawNics) -> Iterator[Record]:
    """One record for each NIC. Raises Malformed."""
    interfaces = parse_interfaces(raw.interfaces)
    namespaces = parse_namespaces(raw.namespaces)
    files = parse_nic_files(raw.files)
    hardware = {name for name, device in files.devices.items() if device.hardware} | files.bonds.keys()
    if unlisted := sorted(hardware - interfaces.keys()):
        raise raw.interfaces.malformed(f"it does not list {', '.join(unlisted)[:200]}, which the host has.")
    for interface in interfaces.values():
        device = files.device(interface.name)
        if _is_own_hardware(interface, device) or _is_bond(interface, files) or _leads_off(interface, namespaces):
            yield _record(raw.interfaces.host, interface, interfaces, files)


def _is_own_hardware(interface: Interface, device: DeviceFiles) -> bool:
    used_by_host = interface.master is not None or any(not a.startswith("fe80:") for a in interface.addresses)
    return device.hardware and (used_by_host or not device.virtual_function)


def _is_bond(interface: Interface, files: NicFiles) -> bool:
    return interface.kind in _BONDS or interface.name in files.bonds


def _leads_off(interface: Interface, namespaces: Sequence[Namespace]) -> bool:
    """A veth or macvlan whose other end is not in one of the host's own named namespaces."""
    if interface.kind not in ("veth", "macvlan"):
        return False
    if not interface.leads_elsewhere:
        return interface.kind == "macvlan"  # it stands beside the NIC below it; a pair's ends stand before each other
    # Text gives the name of a named one in place of its id.
    return interface.peer_namespace is None and interface.peer_namespace_id not in {ns.id for ns in namespaces}


def _record(host: str, nic: Interface, interfaces: Mapping[str, Interface], files: NicFiles) -> Record:
    device = files.device(nic.name)
    permanent = nic.permanent_mac or files.permanent_mac(nic.name)
    bond = files.bonds.get(nic.name)
    return HOST_PNIC.record(
        host=host,
        name=nic.name,
        device=nic.name,
        mac_address=nic.mac,
        permanent_mac=permanent if permanent != nic.mac else None,
        ip_addresses=list(nic.addresses),
        driver=device.driver,
        speed=device.speed,
        duplex=device.duplex,
        link_detected=nic.carrier,
        oper_state=nic.oper_state,
        admin_state_up=nic.enabled,
        mtu=nic.mtu,
        master=nic.master,
        bond_mode=nic.bond_mode or (bond.mode if bond else None),
        bond_members=_members(nic, interfaces, files) if _is_bond(nic, files) else None,
        vlan_interfaces=sorted(_vlans_on(nic.name, interfaces)),
    )


def _members(bond: Interface, interfaces: Mapping[str, Interface], files: NicFiles) -> list[str]:
    told = files.bonds[bond.name].members.keys() if bond.name in files.bonds else ()
    return sorted({name for name, interface in interfaces.items() if interface.master == bond.name} | set(told))


def _vlans_on(device: str, interfaces: Mapping[str, Interface]) -> set[str]:
    vlans = {name: interface.lower for name, interface in interfaces.items() if interface.kind == "vlan"}
    found = {device}
    while more := {name for name, lower in vlans.items() if lower in found} - found:
        found |= more
    return found - {device}


COLLECTOR = HostCollector("host_pnic", fetch, parse)
