"""Which hosts there are to read, where they are, and what the cloud's services say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from collectors.contracts import HostSite
from graph_schema.records import InventoryView, Record

COMPUTE_SERVICE = "nova-compute"


def host_sites(view: InventoryView) -> list[HostSite]:
    """One site for each host of the inventory, by id.

    A region without a single agent has not been told about: then everything is tried on its hosts.
    """
    hosts = sorted(view.all("host"), key=lambda host: host.id)
    regions = {host.id: region_of(host) for host in hosts}
    agents = _agents(view)
    told = {regions[host] for host in agents if host in regions}
    instances = view.grouped("instance", "host")
    return [
        HostSite(
            host=host.id,
            address=str(host.get("ip_address") or host.id),
            region=regions[host.id],
            agents=agents.get(host.id, ()) if regions[host.id] in told else None,
            hypervisor=hypervisor_of(host),
            running=sum(instance.get("power_state") == "running" for instance in instances[(host.id,)]),
        )
        for host in hosts
    ]


def region_of(host: Record) -> str:
    """The region in the id of the host's parent: `zone:{region}:{name}` or `region:{name}`."""
    parts = host.parent.id.split(":")
    return unquote(parts[1]) if len(parts) > 1 else ""


def hypervisor_of(host: Record) -> str | None:
    """Its hypervisor's type; "" where it runs no nova-compute, None where nobody could tell."""
    if kind := host.get("hypervisor_type"):
        return str(kind)
    services = host.get("services")
    return "" if services and COMPUTE_SERVICE not in services else None


def _agents(view: InventoryView) -> Mapping[str, Sequence[Record]]:
    found: dict[str, list[Record]] = {}
    for agent in view.all("network_agent"):
        if agent.host is not None:
            found.setdefault(agent.host, []).append(agent)
    return {host: sorted(agents, key=lambda agent: agent.id) for host, agents in found.items()}
