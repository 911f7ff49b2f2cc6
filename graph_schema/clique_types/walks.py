"""The parts that clique types are put together from, each a walk over link types."""

from __future__ import annotations

Walk = tuple[str, ...]

# Beginnings: from what a person names to its vNICs, with the logical side beside them.
FROM_INSTANCE: Walk = ("instance-vnic", "vnic-port", "port-floating_ip")
FROM_VSERVICE: Walk = ("vservice-vnic", "vservice-router", "vnic-port")
FROM_VNIC: Walk = ("vnic-instance", "vnic-vservice", "vnic-port", "port-floating_ip", "port-router")
FROM_PORT: Walk = ("port-vnic", "vnic-instance", "vnic-vservice", "port-floating_ip", "port-router")
FROM_FLOATING_IP: Walk = ("floating_ip-port", "port-vnic", "vnic-instance", "vnic-vservice")
FROM_ROUTER: Walk = ("router-port", "router-vservice", "port-vnic", "vservice-vnic", "vnic-vservice")
FROM_SECURITY_GROUP: Walk = ("security_group-port", "port-vnic", "vnic-instance")

# Down from vNICs to the virtual switch: into it, or through a bridge (hybrid firewall, Linux bridge, bridge domain).
VNIC_TO_VEDGE: Walk = ("vnic-vconnector", "vnic-vedge", "vconnector-vedge")
# From the virtual switch through tunnels whose address a NIC carries, or a Linux bridge.
TUNNEL: Walk = ("vedge-otep", "otep-host_pnic")
TUNNEL_IN_BRIDGE: Walk = ("vedge-otep", "otep-vconnector", "otep-host_pnic", "vconnector-host_pnic")
# From the virtual switch straight to a NIC: VLAN and flat networks.
PROVIDER: Walk = ("vedge-host_pnic",)
# From the NIC to what it carries and where its cable goes.
WIRE: Walk = ("host_pnic-network", "host_pnic-switch_pnic", "switch_pnic-switch")

# The same upwards, from NICs to instances.
TUNNEL_UP: Walk = ("host_pnic-otep", "otep-vedge")
TUNNEL_IN_BRIDGE_UP: Walk = ("host_pnic-vconnector", "host_pnic-otep", "vconnector-otep", "otep-vedge")
PROVIDER_UP: Walk = ("host_pnic-vedge",)
VEDGE_TO_ENDS: Walk = ("vedge-vconnector", "vedge-vnic", "vconnector-vnic", "vnic-instance", "vnic-vservice")
CABLE: Walk = ("host_pnic-switch_pnic", "switch_pnic-switch")

FROM_VEDGE: Walk = (*TUNNEL_IN_BRIDGE, *PROVIDER, *WIRE)
DOWN: Walk = (*VNIC_TO_VEDGE, *FROM_VEDGE)
UP: Walk = (*TUNNEL_IN_BRIDGE_UP, *PROVIDER_UP, *VEDGE_TO_ENDS)
