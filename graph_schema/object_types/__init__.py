"""Every type of object that the graph holds, by who owns it."""

from graph_schema.object_types.cloud import AGGREGATE, AVAILABILITY_ZONE, HOST, INSTANCE, PROJECT, REGION
from graph_schema.object_types.fabric import SWITCH, SWITCH_PNIC
from graph_schema.object_types.host import HOST_PNIC, OTEP, VCONNECTOR, VEDGE, VNIC, VSERVICE
from graph_schema.object_types.network import (
    FLOATING_IP,
    NETWORK,
    NETWORK_AGENT,
    PORT,
    ROUTER,
    SECURITY_GROUP,
    SUBNET,
)

__all__ = [
    "AGGREGATE",
    "AVAILABILITY_ZONE",
    "FLOATING_IP",
    "HOST",
    "HOST_PNIC",
    "INSTANCE",
    "NETWORK",
    "NETWORK_AGENT",
    "OTEP",
    "PORT",
    "PROJECT",
    "REGION",
    "ROUTER",
    "SECURITY_GROUP",
    "SUBNET",
    "SWITCH",
    "SWITCH_PNIC",
    "VCONNECTOR",
    "VEDGE",
    "VNIC",
    "VSERVICE",
]
