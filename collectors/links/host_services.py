"""Links of network services: the router or the network that a namespace serves."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.contracts import finds
from graph_schema.link_types import NETWORK_VSERVICE, ROUTER_VSERVICE
from graph_schema.records import InventoryView, Link


@finds(ROUTER_VSERVICE)
def namespaces_of_routers(view: InventoryView) -> Iterator[Link]:
    """A router and its namespaces on the host: its own, and that of its address translation (DVR)."""
    for service in view.all("vservice"):
        if service["service_type"] in ("router", "snat"):
            yield ROUTER_VSERVICE.link(service["service_id"], service)


@finds(NETWORK_VSERVICE)
def namespaces_of_networks(view: InventoryView) -> Iterator[Link]:
    """A network and the namespace of its DHCP service on the host."""
    for service in view.all("vservice"):
        if service["service_type"] == "dhcp":
            yield NETWORK_VSERVICE.link(service["service_id"], service, networks=[service["service_id"]])
