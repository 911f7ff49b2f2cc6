"""Links of Linux bridges: the switches that they are wired to and the NICs that are in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collectors.contracts import finds
from collectors.links.host_networks import (
    HostNetworks,
    host_networks,
    networks_of_port,
    ports_of_devices,
    state_of,
    together,
)
from collectors.links.host_uplinks import base_device, port_state, uplinks
from collectors.links.host_vnics import device_on_host
from graph_schema.link_types import VCONNECTOR_HOST_PNIC, VCONNECTOR_VEDGE
from graph_schema.records import InventoryView, Link, Record

_AGENTS_BRIDGE = "brq"
_NAMED_AFTER_NETWORK = 14  # brq and eleven characters of the network's id


@finds(VCONNECTOR_VEDGE)
def bridges_wired_to_switches(view: InventoryView) -> Iterator[Link]:
    """A bridge with a device, or the other end of its pair, that is a port of the switch; every bridge of the agent."""
    networks = host_networks(view)
    for bridge in view.all("vconnector"):
        for vedge in view.all("vedge"):
            wires = [port for port in vedge.get("ports") or () if port["device"] in _wires(bridge)]
            if wires or (vedge["kind"] == "lxb" and bridge.name in (vedge.get("bridges") or ())):
                state = port_state(wires, bridge)
                yield VCONNECTOR_VEDGE.link(bridge, vedge, state=state, networks=_inside(view, bridge, networks))


@finds(VCONNECTOR_HOST_PNIC)
def nics_in_bridges(view: InventoryView) -> Iterator[Link]:
    """A bridge and a NIC that is, itself or by a VLAN interface, a member of it."""
    networks, ways = host_networks(view), uplinks(view)
    for bridge in view.all("vconnector"):
        tunnels = [networks.tunnelled(o["overlay_type"]) for o in view.all("otep") if base_device(o) == bridge.name]
        carried = together([_inside(view, bridge, networks), *tunnels])
        for nic in ways.in_bridge(bridge):
            yield VCONNECTOR_HOST_PNIC.link(bridge, nic, state=state_of(nic, bridge), networks=carried)


def _inside(view: InventoryView, bridge: Record, networks: HostNetworks) -> frozenset[str] | None:
    """The networks of a bridge: of the vNICs in it, of the port that it is wired for, and the one it is named after."""
    members = set(bridge.get("interfaces") or ())
    vnics = [vnic for vnic in view.all("vnic") if device_on_host(vnic) in members]
    plugged_for = [
        networks_of_port(view, id) for device, id in ports_of_devices(view).items() if device in _wires(bridge)
    ]
    return together([networks.of(vnics), *plugged_for, frozenset(_named_after(view, bridge.name))])


def _named_after(view: InventoryView, name: str) -> Iterable[str]:
    if not name.startswith(_AGENTS_BRIDGE) or len(name) != _NAMED_AFTER_NETWORK:
        return ()
    return [network.id for network in view.all("network") if network.id.startswith(name.removeprefix(_AGENTS_BRIDGE))]


def _wires(bridge: Record) -> set[str]:
    """Devices that wire the bridge to a switch where they are ports of it. Old kernels do not tell the pairs."""
    peers: Mapping[str, Any] = bridge.get("veth_peers") or {}
    members = bridge.get("interfaces") or ()
    hybrid = {"qvo" + device.removeprefix("qvb") for device in members if device.startswith("qvb")}
    return {*members, *peers.values(), *hybrid}
