"""Logical networking, as neutron tells it."""

from graph_schema.model import ObjectType, Owner, Property

_NEUTRON = Owner("neutron", "region")

NETWORK = ObjectType(
    name="network",
    label="Network",
    plural="Networks",
    icon="network",
    parents=("project", "region"),
    owner=_NEUTRON,
    id="{id}",
    properties=(
        Property("project_id", "string", "Project that owns it.", index=True),
        Property("network_type", "string", "vxlan, vlan, flat, gre, geneve, local."),
        Property("physical_network", "string", "Physical network, for vlan and flat."),
        Property("segmentation_id", "integer", "VLAN id or VNI."),
        Property("segments", "nested", "All its segments where it has several: network_type, physical_network, id."),
        Property("external", "boolean", "Whether routers may have their gateway on it."),
        Property("shared", "boolean", "Whether all projects may use it."),
        Property("mtu", "integer", "Largest packet, bytes."),
        Property("admin_state_up", "boolean", "What the administrator wants."),
        Property("source_status", "string", "Neutron's status."),
        Property("description", "string", "What its owner wrote.", search=True),
        Property("cidrs", "strings", "Address ranges of its subnets.", search=True),
    ),
    source="GET neutron /v2.0/networks; neutron.networks, networksegments, externalnetworks, networkrbacs",
)

SUBNET = ObjectType(
    name="subnet",
    label="Subnet",
    plural="Subnets",
    icon="subnet",
    parents=("network",),
    owner=_NEUTRON,
    id="{id}",
    properties=(
        Property("project_id", "string", "Project that owns it."),
        Property("network_id", "string", "Network that it belongs to."),
        Property("cidr", "string", "Address range.", index=True, search=True),
        Property("ip_version", "integer", "4 or 6."),
        Property("gateway_ip", "string", "Default gateway.", search=True),
        Property("enable_dhcp", "boolean", "Whether neutron serves DHCP."),
        Property("dns_nameservers", "strings", "Name servers given by DHCP."),
        Property("allocation_pools", "strings", "start-end ranges that addresses are taken from."),
        Property("host_routes", "strings", "destination via next hop, given by DHCP."),
    ),
    source="GET neutron /v2.0/subnets; neutron.subnets, ipallocationpools, dnsnameservers, subnetroutes",
)

PORT = ObjectType(
    name="port",
    label="Port",
    plural="Ports",
    icon="port",
    parents=("network",),
    owner=_NEUTRON,
    id="{id}",
    properties=(
        Property("project_id", "string", "Project that owns it."),
        Property("network_id", "string", "Network that it is on.", index=True),
        Property("mac_address", "string", "Hardware address, lower case, colons.", index=True, search=True),
        Property("ip_addresses", "strings", "Fixed addresses.", search=True),
        Property("device_id", "string", "What it is plugged into: instance, router, DHCP agent's id.", index=True),
        Property("device_owner", "string", "compute:…, network:dhcp, network:router_interface…"),
        Property("binding_host", "string", "Host that it is bound to; absent when unbound."),
        Property("vif_type", "string", "ovs, bridge, unbound, binding_failed…"),
        Property("vnic_type", "string", "normal, direct, macvtap, baremetal…"),
        Property("admin_state_up", "boolean", "What the administrator wants."),
        Property("source_status", "string", "Neutron's status: ACTIVE, DOWN, BUILD."),
        Property("description", "string", "What its owner wrote.", search=True),
        Property("port_security_enabled", "boolean", "Whether anti-spoofing and security groups apply."),
        Property("security_groups", "strings", "Ids of its security groups."),
        Property(
            "allowed_address_pairs",
            "strings",
            "Other addresses that it may use: address, and MAC address if not its own.",
        ),
        Property("subnet_ids", "strings", "Subnets of its fixed addresses."),
        Property("trunk_id", "string", "Trunk that it is the parent port of."),
        Property("trunk_parent", "string", "Port id of the trunk's parent, where this is a subport."),
        Property("subports", "nested", "Subports of its trunk: port_id, segmentation_type, segmentation_id."),
    ),
    source="GET neutron /v2.0/ports, /v2.0/trunks; neutron.ports, ipallocations, ml2_port_bindings, trunks, subports",
)

ROUTER = ObjectType(
    name="router",
    label="Router",
    plural="Routers",
    icon="router",
    parents=("project", "region"),
    owner=_NEUTRON,
    id="{id}",
    properties=(
        Property("project_id", "string", "Project that owns it."),
        Property("admin_state_up", "boolean", "What the administrator wants."),
        Property("source_status", "string", "Neutron's status."),
        Property("description", "string", "What its owner wrote.", search=True),
        Property("distributed", "boolean", "DVR."),
        Property("ha", "boolean", "Highly available: runs on several hosts."),
        Property("external_network", "string", "Network id of its gateway."),
        Property("external_ips", "strings", "Addresses of its gateway.", search=True),
        Property("enable_snat", "boolean", "Whether it translates addresses towards the gateway."),
        Property("routes", "strings", "Static routes, destination via next hop."),
    ),
    source="GET neutron /v2.0/routers; neutron.routers, router_extra_attributes, routerroutes",
)

FLOATING_IP = ObjectType(
    name="floating_ip",
    label="FloatingIp",
    plural="Floating IPs",
    icon="floating-ip",
    parents=("project", "region"),
    owner=_NEUTRON,
    id="{id}",
    properties=(
        Property("project_id", "string", "Project that owns it."),
        Property("ip_address", "string", "Its address; also its name.", index=True, search=True),
        Property("fixed_ip_address", "string", "Address that it leads to.", search=True),
        Property("network_id", "string", "External network that it is on."),
        Property("port_id", "string", "Port that it is associated with."),
        Property("router_id", "string", "Router that translates it.", index=True),
        Property("source_status", "string", "Neutron's status."),
        Property("description", "string", "What its owner wrote.", search=True),
    ),
    source="GET neutron /v2.0/floatingips; neutron.floatingips",
)

SECURITY_GROUP = ObjectType(
    name="security_group",
    label="SecurityGroup",
    plural="Security groups",
    icon="shield",
    parents=("project", "region"),
    owner=_NEUTRON,
    id="{id}",
    properties=(
        Property("project_id", "string", "Project that owns it."),
        Property("description", "string", "What its owner wrote.", search=True),
        Property("stateful", "boolean", "Whether replies are let through."),
        Property("rules", "nested", "Its rules: direction, ethertype, protocol, port_range_min, …, remote_group_id."),
    ),
    source="GET neutron /v2.0/security-groups (with rules); neutron.securitygroups, securitygrouprules",
)

NETWORK_AGENT = ObjectType(
    name="network_agent",
    label="NetworkAgent",
    plural="Network agents",
    icon="agent",
    parents=("host",),
    owner=_NEUTRON,
    id="{id}",
    properties=(
        Property("agent_type", "string", "Open vSwitch agent, Linux bridge agent, L3 agent, DHCP agent…"),
        Property("binary", "string", "neutron-openvswitch-agent…; also its name."),
        Property("alive", "boolean", "Whether it reports."),
        Property("admin_state_up", "boolean", "What the administrator wants."),
        Property("tunneling_ip", "string", "Address of its tunnels.", search=True),
        Property("tunnel_types", "strings", "vxlan, gre, geneve."),
        Property("bridge_mappings", "strings", "physical network:bridge, in the agent's words."),
        Property("interface_mappings", "strings", "physical network:interface (Linux bridge)."),
        Property("agent_mode", "string", "legacy, dvr, dvr_snat (L3 agent)."),
        Property("zone", "string", "Neutron's availability zone."),
    ),
    source="GET neutron /v2.0/agents; neutron.agents",
)
