"""Links of NICs: the switches that they are ports of and the networks that pass them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from collectors.contracts import finds
from collectors.links.host_bridges import networks_of_bridges
from collectors.links.host_networks import HostNetworks, host_networks, state_of, together
from collectors.links.host_uplinks import Uplinks, base_device, mappings, port_state, uplinks
from graph_schema.link_types import HOST_PNIC_NETWORK, VEDGE_HOST_PNIC
from graph_schema.records import InventoryView, Link, Record


@finds(VEDGE_HOST_PNIC)
def nics_of_switches(view: InventoryView) -> Iterator[Link]:
    """A switch and a NIC that is one of its ports or (Linux bridge agent) a member of one of its bridges."""
    networks, ways = host_networks(view), uplinks(view)
    inside = networks_of_bridges(view, networks)
    for vedge in view.all("vedge"):
        ports = {port["device"]: port for port in vedge.get("ports") or ()}
        for nic in view.all("host_pnic"):
            own = [ports[device] for device in (nic["device"], *(nic.get("vlan_interfaces") or ())) if device in ports]
            bridges = [bridge for bridge in ways.driven_by(vedge) if nic in ways.in_bridge(bridge)]
            if own or bridges:
                carried = _switched(view, vedge, nic, networks, ways) if own else None
                ids = together([carried, *(inside[bridge.name] for bridge in bridges)])
                yield VEDGE_HOST_PNIC.link(vedge, nic, state=port_state(own, nic), networks=ids)


@finds(HOST_PNIC_NETWORK)
def networks_on_nics(view: InventoryView) -> Iterator[Link]:
    """A NIC and each network that is plugged on the host and whose segment leads to it, or to the bond it is in."""
    networks, ways = host_networks(view), uplinks(view)
    found: set[tuple[str, str]] = set()

    def add(nics: Iterable[Record], ids: frozenset[str] | None) -> None:
        found.update((nic.id, id) for nic in ways.with_members(nics) for id in ids or ())

    for otep in view.all("otep"):
        bridge = ways.bridges.get(base_device(otep))
        nics = ways.in_bridge(bridge) if bridge else ways.of_otep(otep)
        add(nics, networks.tunnelled(otep["overlay_type"]))
    for name in _mapped_names(view):
        add(ways.of_physical_network(name), networks.physical([name]))
    for nic in view.all("host_pnic"):
        for network in sorted(network for id, network in found if id == nic.id):
            yield HOST_PNIC_NETWORK.link(nic, network, state=state_of(nic), networks=[network])


def _switched(
    view: InventoryView, vedge: Record, nic: Record, networks: HostNetworks, ways: Uplinks
) -> frozenset[str] | None:
    """What passes the NIC as a port: physical networks mapped to its bridge, tunnels whose address is there."""
    physical = [name for name in _mapped_names(view) if nic in ways.of_mapping(vedge, name)]
    tunnels = [
        networks.tunnelled(otep["overlay_type"])
        for otep in view.all("otep")
        if nic in ways.of_tunnels_in_switch(otep, vedge)
    ]
    return together([networks.physical(physical), *tunnels])


def _mapped_names(view: InventoryView) -> list[str]:
    """Physical networks that the agents of the host map."""
    kinds = ("bridge_mappings", "interface_mappings")
    return sorted({name for vedge in view.all("vedge") for kind in kinds for name, _ in mappings(vedge, kind)})
