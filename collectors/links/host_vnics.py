"""Links of vNICs: whose they are, the port that they realize, and what they are plugged into."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.contracts import finds
from collectors.links.host_networks import host_networks, state_of
from graph_schema.link_types import INSTANCE_VNIC, PORT_VNIC, VNIC_VCONNECTOR, VNIC_VEDGE, VSERVICE_VNIC
from graph_schema.records import InventoryView, Link, Record


@finds(INSTANCE_VNIC)
def vnics_of_instances(view: InventoryView) -> Iterator[Link]:
    """An instance and each vNIC that libvirt defines for it."""
    networks = host_networks(view)
    for vnic in view.all("vnic"):
        if vnic.parent.type == "instance":
            yield INSTANCE_VNIC.link(vnic.parent.id, vnic, state=state_of(vnic), networks=networks.of_vnic(vnic))


@finds(VSERVICE_VNIC)
def vnics_of_services(view: InventoryView) -> Iterator[Link]:
    """A network service and each interface in its namespace."""
    networks = host_networks(view)
    for vnic in view.all("vnic"):
        if vnic.parent.type == "vservice":
            yield VSERVICE_VNIC.link(vnic.parent.id, vnic, state=state_of(vnic), networks=networks.of_vnic(vnic))


@finds(PORT_VNIC)
def vnics_of_ports(view: InventoryView) -> Iterator[Link]:
    """A port and the vNIC with its MAC address and name, or that Open vSwitch says is its interface."""
    networks = host_networks(view)
    for vnic in view.all("vnic"):
        if vnic.id in networks.ports:
            port = networks.ports[vnic.id]
            yield PORT_VNIC.link(port, vnic, state=state_of(vnic), networks=networks.of_vnic(vnic))


@finds(VNIC_VCONNECTOR)
def vnics_in_bridges(view: InventoryView) -> Iterator[Link]:
    """A vNIC whose device on the host is in a Linux bridge."""
    networks = host_networks(view)
    bridges = {device: bridge for bridge in view.all("vconnector") for device in bridge.get("interfaces") or ()}
    for vnic in view.all("vnic"):
        if bridge := bridges.get(device_on_host(vnic)):
            state = state_of(vnic, bridge)
            yield VNIC_VCONNECTOR.link(vnic, bridge, state=state, networks=networks.of_vnic(vnic))


@finds(VNIC_VEDGE)
def vnics_that_are_switch_ports(view: InventoryView) -> Iterator[Link]:
    """A vNIC whose device, or its pair's end on the host, is a port of the virtual switch itself."""
    networks = host_networks(view)
    switches = {port["device"]: vedge for vedge in view.all("vedge") for port in vedge.get("ports") or ()}
    for vnic in view.all("vnic"):
        # Open vSwitch keeps its internal ports also when they were moved into a namespace.
        if vedge := switches.get(vnic["device"]) or switches.get(device_on_host(vnic)):
            yield VNIC_VEDGE.link(vnic, vedge, state=state_of(vnic), networks=networks.of_vnic(vnic))


def device_on_host(vnic: Record) -> str:
    """Its device in the root namespace; empty where it has none there."""
    device = vnic.get("host_device") if vnic.get("namespace") else vnic["device"]
    return device or ""
