"""Whether packets can pass a port, as neutron says."""

from __future__ import annotations

from graph_schema.records import LinkState, Record

# Not N/A: ports that neutron only keeps addresses with have no other status.
NOT_PASSING = ("DOWN", "BUILD", "ERROR")


def state_of(port: Record) -> LinkState:
    """Down where the administrator wants it so, or where the status says that it is not wired."""
    return "down" if port.get("admin_state_up") is False or port.get("source_status") in NOT_PASSING else "up"
