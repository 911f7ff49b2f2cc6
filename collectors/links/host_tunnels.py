"""Links of tunnel endpoints: their switch, what carries their address, and the far ends."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from collectors.contracts import finds
from collectors.links.host_networks import host_networks, state_of
from collectors.links.host_uplinks import base_device, uplinks
from graph_schema.ids import compose_id
from graph_schema.link_types import OTEP_HOST_PNIC, OTEP_OTEP, OTEP_VCONNECTOR, VEDGE_OTEP
from graph_schema.object_types import OTEP
from graph_schema.records import InventoryView, Link, Record


@finds(VEDGE_OTEP)
def oteps_of_switches(view: InventoryView) -> Iterator[Link]:
    """A switch and the endpoint of its tunnels."""
    networks = host_networks(view)
    for otep in view.all("otep"):
        carried = networks.tunnelled(otep["overlay_type"])
        yield VEDGE_OTEP.link(otep.parent.id, otep, state=state_of(otep), networks=carried)


@finds(OTEP_VCONNECTOR)
def bridges_that_hold_tunnel_addresses(view: InventoryView) -> Iterator[Link]:
    """An endpoint and the Linux bridge that holds its address."""
    networks = host_networks(view)
    bridges = view.by("vconnector", "name")
    for otep in view.all("otep"):
        if bridge := bridges.get((base_device(otep),)):
            carried = networks.tunnelled(otep["overlay_type"])
            yield OTEP_VCONNECTOR.link(otep, bridge, state=state_of(otep, bridge), networks=carried)


@finds(OTEP_HOST_PNIC)
def nics_that_carry_tunnel_addresses(view: InventoryView) -> Iterator[Link]:
    """An endpoint and the NIC that has its address, directly, below a VLAN, in its bond, or in the switch's bridge."""
    networks, ways = host_networks(view), uplinks(view)
    for otep in view.all("otep"):
        carried = networks.tunnelled(otep["overlay_type"])
        for nic in ways.of_otep(otep):
            yield OTEP_HOST_PNIC.link(otep, nic, state=state_of(otep, nic), networks=carried)


@finds(OTEP_OTEP)
def far_ends_of_tunnels(view: InventoryView) -> Iterator[Link]:
    """An endpoint and the endpoint of the host whose agent has the address that a tunnel or an entry leads to."""
    networks, hosts = host_networks(view), _hosts_by_address(view)
    for otep in view.all("otep"):
        for remote in otep.get("remote_ips") or ():
            tunnels = [tunnel for tunnel in otep.get("tunnels") or () if remote in tunnel["remote_ips"]]
            down = all(tunnel.get("link_state") == "down" for tunnel in tunnels)
            for host in hosts.get((_same(remote), otep["overlay_type"]), ()):
                if host != otep.host:
                    yield OTEP_OTEP.link(
                        otep,
                        compose_id(OTEP.id, {"host": host, "overlay_type": otep["overlay_type"]}),
                        state="down" if down else state_of(otep),
                        networks=networks.tunnelled(otep["overlay_type"]),
                    )


def _hosts_by_address(view: InventoryView) -> dict[tuple[str, str], list[str]]:
    """Tunnel address and overlay → hosts whose agent has it; of several, those whose agent is alive."""
    found: dict[tuple[str, str], list[Record]] = {}
    for agent in view.all("network_agent"):
        if agent.host and agent.get("tunneling_ip"):
            for overlay in agent.get("tunnel_types") or ():
                found.setdefault((_same(agent["tunneling_ip"]), overlay), []).append(agent)
    return {
        key: sorted({str(a.host) for a in agents if a.get("alive")} or {str(a.host) for a in agents})
        for key, agents in found.items()
    }


def _same(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return address
