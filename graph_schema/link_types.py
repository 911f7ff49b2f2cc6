"""Every type of link, with its picture."""

from graph_schema.model import LinkType, Owner

_HOST = Owner("ssh", "host")
_NEUTRON = Owner("neutron", "region")
_NOVA = Owner("nova", "region")
_FABRIC = Owner("fabric", "environment")

# (:Instance)-[:INSTANCE_VNIC]->(:Vnic)   the tap that libvirt plugged for one of its interfaces
INSTANCE_VNIC = LinkType(
    "instance", "vnic", _HOST, "target", "The vNIC is one of the instance's interfaces.", "one-to-many"
)
# (:Vservice)-[:VSERVICE_VNIC]->(:Vnic)   a device inside the service's namespace
VSERVICE_VNIC = LinkType(
    "vservice", "vnic", _HOST, "target", "The vNIC is an interface in the service's namespace.", "one-to-many"
)
# (:Vnic)-[:VNIC_VCONNECTOR]->(:Vconnector)   the device is in the Linux bridge
VNIC_VCONNECTOR = LinkType(
    "vnic", "vconnector", _HOST, "source", "The vNIC's device is in the Linux bridge.", "many-to-one"
)
# (:Vnic)-[:VNIC_VEDGE]->(:Vedge)   the device is a port of the virtual switch itself
VNIC_VEDGE = LinkType(
    "vnic", "vedge", _HOST, "source", "The vNIC's device is a port of the virtual switch.", "many-to-one"
)
# (:Vconnector)-[:VCONNECTOR_VEDGE]->(:Vedge)   a veth pair or patch wires the bridge to the switch
VCONNECTOR_VEDGE = LinkType("vconnector", "vedge", _HOST, "source", "The bridge is wired to the virtual switch.")
# (:Vconnector)-[:VCONNECTOR_HOST_PNIC]->(:HostPnic)   the NIC or its VLAN interface is in the bridge
VCONNECTOR_HOST_PNIC = LinkType(
    "vconnector", "host_pnic", _HOST, "source", "The NIC, or a VLAN interface of it, is a member of the bridge."
)
# (:Vedge)-[:VEDGE_OTEP]->(:Otep)   the switch's tunnels end here
VEDGE_OTEP = LinkType(
    "vedge", "otep", _HOST, "target", "The virtual switch's tunnels end at the endpoint.", "one-to-many"
)
# (:Vedge)-[:VEDGE_HOST_PNIC]->(:HostPnic)   the NIC is a port of the virtual switch
VEDGE_HOST_PNIC = LinkType(
    "vedge", "host_pnic", _HOST, "source", "The NIC is a port of the virtual switch, or of one of the agent's bridges."
)
# (:Otep)-[:OTEP_VCONNECTOR]->(:Vconnector)   a Linux bridge holds the tunnel address
OTEP_VCONNECTOR = LinkType("otep", "vconnector", _HOST, "source", "A Linux bridge holds the tunnel address.")
# (:Otep)-[:OTEP_HOST_PNIC]->(:HostPnic)   the NIC that carries the tunnel address
OTEP_HOST_PNIC = LinkType("otep", "host_pnic", _HOST, "source", "The NIC carries the tunnel address.")
# (:Otep)-[:OTEP_OTEP]->(:Otep)   one each way, said by the host whose tunnel port or entry names the other
OTEP_OTEP = LinkType("otep", "otep", _HOST, "source", "The endpoint has a tunnel, or a forwarding entry, to the other.")
# (:HostPnic)-[:HOST_PNIC_NETWORK]->(:Network)   the network's packets of this host pass the NIC
HOST_PNIC_NETWORK = LinkType(
    "host_pnic",
    "network",
    _HOST,
    "source",
    "A port of the network is plugged on the host, and its segment uses the NIC.",
)
# (:Port)-[:PORT_VNIC]->(:Vnic)   the device that realizes the port
PORT_VNIC = LinkType("port", "vnic", _HOST, "target", "The vNIC realizes the port.", "one-to-many")
# (:Router)-[:ROUTER_VSERVICE]->(:Vservice)   one for each host that the router runs on
ROUTER_VSERVICE = LinkType("router", "vservice", _HOST, "target", "The router runs in the namespace.", "one-to-many")
# (:Network)-[:NETWORK_VSERVICE]->(:Vservice)   the network's DHCP service
NETWORK_VSERVICE = LinkType(
    "network", "vservice", _HOST, "target", "DHCP of the network runs in the namespace.", "one-to-many"
)
# (:FloatingIp)-[:FLOATING_IP_PORT]->(:Port)   the port that it leads to
FLOATING_IP_PORT = LinkType(
    "floating_ip", "port", _NEUTRON, "source", "The floating address leads to the port.", "many-to-one"
)
# (:Router)-[:ROUTER_PORT]->(:Port)   an interface or the gateway
ROUTER_PORT = LinkType(
    "router", "port", _NEUTRON, "target", "The port is an interface, or the gateway, of the router.", "one-to-many"
)
# (:SecurityGroup)-[:SECURITY_GROUP_PORT]->(:Port)   the group's rules apply to the port
SECURITY_GROUP_PORT = LinkType("security_group", "port", _NEUTRON, "target", "The group's rules apply to the port.")
# (:Aggregate)-[:AGGREGATE_HOST]->(:Host)   a member
AGGREGATE_HOST = LinkType("aggregate", "host", _NOVA, "source", "The host is a member of the aggregate.")
# (:Project)-[:PROJECT_INSTANCE]->(:Instance)   the owner
PROJECT_INSTANCE = LinkType("project", "instance", _NOVA, "target", "The project owns the instance.", "one-to-many")
# (:Switch)-[:SWITCH_SWITCH_PNIC]->(:SwitchPnic)   a port of the switch
SWITCH_SWITCH_PNIC = LinkType(
    "switch", "switch_pnic", _FABRIC, "target", "The port is one of the switch's.", "one-to-many"
)
# (:SwitchPnic)-[:SWITCH_PNIC_SWITCH_PNIC]->(:SwitchPnic)   a cable between switches
SWITCH_PNIC_SWITCH_PNIC = LinkType("switch_pnic", "switch_pnic", _FABRIC, "source", "A cable joins the switch ports.")
# (:HostPnic)-[:HOST_PNIC_SWITCH_PNIC]->(:SwitchPnic)   a cable from the host
HOST_PNIC_SWITCH_PNIC = LinkType(
    "host_pnic", "switch_pnic", _FABRIC, "target", "A cable joins the NIC and the switch port."
)

LINK_TYPES: tuple[LinkType, ...] = (
    INSTANCE_VNIC,
    VSERVICE_VNIC,
    VNIC_VCONNECTOR,
    VNIC_VEDGE,
    VCONNECTOR_VEDGE,
    VCONNECTOR_HOST_PNIC,
    VEDGE_OTEP,
    VEDGE_HOST_PNIC,
    OTEP_VCONNECTOR,
    OTEP_HOST_PNIC,
    OTEP_OTEP,
    HOST_PNIC_NETWORK,
    PORT_VNIC,
    ROUTER_VSERVICE,
    NETWORK_VSERVICE,
    FLOATING_IP_PORT,
    ROUTER_PORT,
    SECURITY_GROUP_PORT,
    AGGREGATE_HOST,
    PROJECT_INSTANCE,
    SWITCH_SWITCH_PNIC,
    SWITCH_PNIC_SWITCH_PNIC,
    HOST_PNIC_SWITCH_PNIC,
)
