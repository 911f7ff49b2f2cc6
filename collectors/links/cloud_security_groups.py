"""The ports that security groups apply to."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.contracts import finds
from graph_schema.link_types import SECURITY_GROUP_PORT
from graph_schema.records import InventoryView, Link


@finds(SECURITY_GROUP_PORT)
def security_group_ports(view: InventoryView) -> Iterator[Link]:
    """Every group that the port names. Always up: rules apply whether or not the port is wired."""
    for port in view.all("port"):
        for group_id in port.get("security_groups", ()):
            yield SECURITY_GROUP_PORT.link(group_id, port, networks=[port["network_id"]])
