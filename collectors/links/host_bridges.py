"""Links of Linux bridges: the switches that they are wired to and the NICs that are in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
_OF_THE_ID = 11  # characters of the network's id that follow


@finds(VCONNECTOR_VEDGE)
def bridges_wired_to_switches(view: InventoryView) -> Iterator[Link]:
    """A bridge with a device, or the other end of its pair, that is a port of the switch; every bridge of the agent."""
    carried = networks_of_bridges(view, host_networks(view))
    for vedge in view.all("vedge"):
        ports = {port["device"]: port for port in vedge.get("ports") or ()}
        driven = set(vedge.get("bridges") or ()) if vedge["kind"] == "lxb" else set()
        for bridge in view.all("vconnector"):
            wires = [ports[device] for device in _wires(bridge) if device in ports]
            if wires or bridge.name in driven:
                state = port_state(wires, bridge)
                yield VCONNECTOR_VEDGE.link(bridge, vedge, state=state, networks=carried[bridge.name])


@finds(VCONNECTOR_HOST_PNIC)
def nics_in_bridges(view: InventoryView) -> Iterator[Link]:
    """A bridge and a NIC that is, itself or by a VLAN interface, a member of it."""
    networks, ways = host_networks(view), uplinks(view)
    carried = networks_of_bridges(view, networks)
    for bridge in view.all("vconnector"):
        tunnels = [networks.tunnelled(o["overlay_type"]) for o in view.all("otep") if base_device(o) == bridge.name]
        for nic in ways.in_bridge(bridge):
            ids = together([carried[bridge.name], *tunnels])
            yield VCONNECTOR_HOST_PNIC.link(bridge, nic, state=state_of(nic, bridge), networks=ids)


def networks_of_bridges(view: InventoryView, networks: HostNetworks) -> Mapping[str, frozenset[str] | None]:
    """Bridge → the networks of the vNICs in it, of the port that it is wired for, and the one it is named after."""
    vnics = {device_on_host(vnic): vnic for vnic in view.all("vnic")}
    plugged_for, named_after = ports_of_devices(view), _networks_by_bridge_name(view)
    found: dict[str, frozenset[str] | None] = {}
    for bridge in view.all("vconnector"):
        inside = networks.of(vnics[device] for device in bridge.get("interfaces") or () if device in vnics)
        wired_for = [networks_of_port(view, plugged_for[device]) for device in _wires(bridge) & plugged_for.keys()]
        found[bridge.name] = together([inside, *wired_for, named_after.get(bridge.name)])
    return found


def _networks_by_bridge_name(view: InventoryView) -> Mapping[str, frozenset[str]]:
    """Bridge of the Linux bridge agent → the network that it is named after."""
    if not any(bridge.name.startswith(_AGENTS_BRIDGE) for bridge in view.all("vconnector")):
        return {}
    return {_AGENTS_BRIDGE + network.id[:_OF_THE_ID]: frozenset([network.id]) for network in view.all("network")}


def _wires(bridge: Record) -> set[str]:
    """Devices that wire the bridge to a switch where they are ports of it. Old kernels do not tell the pairs."""
    peers: Mapping[str, Any] = bridge.get("veth_peers") or {}
    members = bridge.get("interfaces") or ()
    hybrid = {"qvo" + device.removeprefix("qvb") for device in members if device.startswith("qvb")}
    return {*members, *peers.values(), *hybrid}
