"""The ports that routers have on networks."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.contracts import finds
from collectors.links.cloud_port_state import state_of
from graph_schema.link_types import ROUTER_PORT
from graph_schema.records import InventoryView, Link

GATEWAY = "network:router_gateway"
# Not network:router_ha_interface: only keepalived speaks over it, and the network that it is on is shared by all HA
# routers of a project, which would seem to be joined by it. Nor network:floatingip_agent_gateway: it is the host's.
OWNERS = (
    "network:router_interface",
    "network:router_interface_distributed",
    "network:ha_router_replicated_interface",
    "network:router_centralized_snat",
    GATEWAY,
)


@finds(ROUTER_PORT)
def router_ports(view: InventoryView) -> Iterator[Link]:
    """A port whose device is the router, as interface or as gateway; the link's name says which."""
    for port in view.all("port"):
        owner, router_id = port.get("device_owner"), port.get("device_id")
        if owner in OWNERS and router_id is not None:
            yield ROUTER_PORT.link(
                router_id,
                port,
                state=state_of(port),
                networks=[port["network_id"]],
                name="gateway" if owner == GATEWAY else "interface",
            )
