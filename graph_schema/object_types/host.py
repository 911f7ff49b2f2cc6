"""What is on a host: virtual switches, bridges, interfaces, tunnel ends and network services."""

from graph_schema.model import ObjectType, Owner, Property

_HOST = Owner("ssh", "host")

VEDGE = ObjectType(
    name="vedge",
    label="Vedge",
    plural="Virtual switches",
    icon="vedge",
    parents=("host",),
    owner=_HOST,
    id="{host}:vedge:{kind}",
    properties=(
        Property("kind", "string", "ovs, lxb, vpp, sriov, ovn."),
        Property("agent_type", "string", "Agent that drives it; absent where nobody could tell."),
        Property("version", "string", "Version of the switch."),
        Property("bridges", "strings", "Names of its bridges."),
        Property("bridge_mappings", "strings", "physical network:bridge, as its agent has them."),
        Property("interface_mappings", "strings", "physical network:interface, as its agent has them (lxb)."),
        Property(
            "ports",
            "nested",
            "Its ports (ovs): device, bridge, type; where it has them tag, trunks, bond, peer, local_ip, remote_ip, "
            "link_state, iface_id.",
        ),
    ),
    source="neutron's agents; ovs-vsctl --format=json list Open_vSwitch, Bridge, Port, Interface; ip -j -d addr (lxb)",
)

VCONNECTOR = ObjectType(
    name="vconnector",
    label="Vconnector",
    plural="Bridges",
    icon="vconnector",
    parents=("host",),
    owner=_HOST,
    id="{host}:vconnector:{name}",
    properties=(
        Property("mac_address", "string", "Hardware address, lower case, colons.", index=True, search=True),
        Property("ip_addresses", "strings", "Addresses on the bridge itself.", search=True),
        Property("interfaces", "strings", "Devices that are in it."),
        Property("veth_peers", "nested", "Device in it → the other end of its pair, where that is on the host too."),
        Property("stp", "boolean", "Spanning tree."),
        Property("mtu", "integer", "Largest packet, bytes."),
        Property("oper_state", "string", "UP, DOWN, UNKNOWN: as the kernel reports it."),
    ),
    source="ip -j -d addr; ip -d addr on older hosts",
)

VNIC = ObjectType(
    name="vnic",
    label="Vnic",
    plural="vNICs",
    icon="vnic",
    parents=("instance", "vservice"),
    owner=_HOST,
    id="{host}:vnic:{device}",
    properties=(
        Property("vnic_type", "string", "instance_vnic, vservice_vnic."),
        Property("device", "string", "Name of the device on the host or in the namespace."),
        Property("namespace", "string", "Network namespace that it is in; absent in the root one."),
        Property("host_device", "string", "The host's end, where it is one of a pair."),
        Property("mac_address", "string", "The guest's or service's own MAC address.", index=True, search=True),
        Property("device_mac", "string", "MAC address of the tap on the host, where it differs."),
        Property("ip_addresses", "strings", "Addresses with prefix length (of a vservice's interface).", search=True),
        Property("source_bridge", "string", "Bridge that libvirt plugged it into."),
        Property("model", "string", "Emulated device, virtio."),
        Property("mtu", "integer", "Largest packet, bytes."),
        Property("oper_state", "string", "UP, DOWN, UNKNOWN: as the kernel reports it."),
    ),
    source="virsh dumpxml and ip -j -d addr; ip -all netns exec ip -j -d addr",
)

OTEP = ObjectType(
    name="otep",
    label="Otep",
    plural="Tunnel endpoints",
    icon="otep",
    parents=("vedge",),
    owner=_HOST,
    id="{host}:otep:{overlay_type}",
    properties=(
        Property("overlay_type", "string", "vxlan, gre, geneve."),
        Property("ip_address", "string", "Tunnel address of the host.", index=True, search=True),
        Property("udp_port", "integer", "Destination port, where the overlay has one."),
        Property("device", "string", "Device that holds the address."),
        Property("base_device", "string", "The device below, where that is a VLAN interface."),
        Property("oper_state", "string", "UP, DOWN, UNKNOWN: of the device that holds the address."),
        Property("remote_ips", "strings", "Tunnel addresses of the other ends that it has a tunnel or an entry for."),
        Property("tunnels", "nested", "Its tunnels: device, remote_ips, vni (kernel), link_state (ovs)."),
    ),
    source="neutron agent's tunneling_ip, ip -j -d addr, ovs-vsctl list Interface, bridge -j fdb (lasting entries)",
)

HOST_PNIC = ObjectType(
    name="host_pnic",
    label="HostPnic",
    plural="Physical NICs",
    icon="nic",
    parents=("host",),
    owner=_HOST,
    id="{host}:host_pnic:{device}",
    properties=(
        Property("device", "string", "Name of the device."),
        Property("mac_address", "string", "Hardware address, lower case, colons.", index=True, search=True),
        Property("permanent_mac", "string", "Burnt-in address, where a bond has changed it.", index=True),
        Property("ip_addresses", "strings", "Addresses with prefix length.", search=True),
        Property("driver", "string", "Kernel driver."),
        Property("speed", "integer", "Link speed in Mb/s; absent when the driver does not say."),
        Property("duplex", "string", "full, half."),
        Property("link_detected", "boolean", "Carrier, as the kernel reports it."),
        Property("oper_state", "string", "UP, DOWN, UNKNOWN: as the kernel reports it."),
        Property("admin_state_up", "boolean", "Whether it is set up."),
        Property("mtu", "integer", "Largest packet, bytes."),
        Property("master", "string", "Bond or bridge that it is in."),
        Property("bond_mode", "string", "Mode, where it is a bond."),
        Property("bond_members", "strings", "Devices in the bond."),
        Property("vlan_interfaces", "strings", "VLAN interfaces on top of it, also those on top of one another."),
    ),
    source="ip -j -d addr; ip netns list; /sys/class/net/*/{device/uevent,speed,duplex}; /proc/net/bonding/*",
)

VSERVICE = ObjectType(
    name="vservice",
    label="Vservice",
    plural="Network services",
    icon="vservice",
    parents=("host",),
    owner=_HOST,
    id="{host}:vservice:{namespace}",
    properties=(
        Property("service_type", "string", "dhcp, router, snat, fip, load_balancer."),
        Property("namespace", "string", "Network namespace that it runs in."),
        Property("service_id", "string", "Id of the network (dhcp, fip) or router that it serves.", index=True),
    ),
    source="ip netns list; ip -all netns exec ip -j -d addr",
)
