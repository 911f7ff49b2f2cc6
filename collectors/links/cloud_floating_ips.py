"""Where floating IPs lead."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.contracts import finds
from graph_schema.link_types import FLOATING_IP_PORT
from graph_schema.records import InventoryView, Link


@finds(FLOATING_IP_PORT)
def floating_ip_ports(view: InventoryView) -> Iterator[Link]:
    """The port that it is associated with, not its own on the external network; up while neutron calls it ACTIVE.

    It carries what the port carries, the port's network: the external one ends at the router that translates.
    """
    for floating_ip in view.all("floating_ip"):
        port_id = floating_ip.get("port_id")
        if port_id is None:
            continue
        port = view.get("port", port_id)
        yield FLOATING_IP_PORT.link(
            floating_ip,
            port_id,
            state="up" if floating_ip.get("source_status") == "ACTIVE" else "down",
            networks=None if port is None else [port["network_id"]],
        )
