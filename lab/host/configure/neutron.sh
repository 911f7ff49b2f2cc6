# Neutron: server and agents.
database=""
[ "$role" = controller ] && database="[database]
connection = mysql+pymysql://neutron:$password@$controller/neutron
max_pool_size = 10"
service_plugins=router,qos,trunk,metering
[ "$variant" = ovn ] && service_plugins=ovn-router,qos,trunk
mappings=physvlan:br-vlan
[ "$role" = network ] && mappings=$mappings,physext:br-ex
firewall=iptables_hybrid # qbr, qvb, qvo for each vNIC
[ "$name" = cmp2 ] && firewall=openvswitch # the tap directly in br-int
put /etc/neutron/neutron.conf <<X
[DEFAULT]
host = $name
core_plugin = ml2
service_plugins = $service_plugins
auth_strategy = keystone
transport_url = rabbit://openstack:$password@$controller:5672/
log_dir = /var/log/neutron
state_path = /var/lib/neutron
api_workers = 1
rpc_workers = 1
rpc_state_report_workers = 0
interface_driver = openvswitch
notify_nova_on_port_status_changes = true
notify_nova_on_port_data_changes = true
dhcp_agents_per_network = 1
global_physnet_mtu = 1500
[agent]
root_helper = sudo /usr/bin/neutron-rootwrap /etc/neutron/rootwrap.conf
report_interval = 10
$database
$(token_section neutron)
$(client_section nova nova)
$(client_section placement placement)
[oslo_concurrency]
lock_path = /var/lib/neutron/tmp
[experimental]
linuxbridge = true
$(notifications)
X
put /etc/neutron/plugins/ml2/ml2_conf.ini <<X
[ml2]
type_drivers = flat,vlan,vxlan
tenant_network_types = vxlan,vlan
mechanism_drivers = openvswitch,linuxbridge,l2population
extension_drivers = port_security,qos
[ml2_type_flat]
flat_networks = physext,physvlan
[ml2_type_vlan]
network_vlan_ranges = physvlan:100:199
[ml2_type_vxlan]
vni_ranges = 1000:1999
X
put /etc/neutron/plugins/ml2/openvswitch_agent.ini <<X
[ovs]
datapath_type = netdev
local_ip = $tunnel
bridge_mappings = $mappings
ovsdb_connection = tcp:127.0.0.1:6640
[agent]
tunnel_types = vxlan
l2_population = true
arp_responder = true
[securitygroup]
enable_security_group = true
firewall_driver = $firewall
X
put /etc/neutron/plugins/ml2/linuxbridge_agent.ini <<X
[linux_bridge]
physical_interface_mappings = physvlan:eth2
[vxlan]
enable_vxlan = true
local_ip = $tunnel
l2_population = true
udp_dstport = 4789
[securitygroup]
enable_security_group = true
firewall_driver = iptables
X
put /etc/neutron/dhcp_agent.ini <<X
[DEFAULT]
interface_driver = openvswitch
dhcp_driver = neutron.agent.linux.dhcp.Dnsmasq
enable_isolated_metadata = true
[ovs]
ovsdb_connection = tcp:127.0.0.1:6640
X
put /etc/neutron/l3_agent.ini <<X
[DEFAULT]
interface_driver = openvswitch
agent_mode = legacy
[ovs]
ovsdb_connection = tcp:127.0.0.1:6640
X
put /etc/neutron/metadata_agent.ini <<X
[DEFAULT]
nova_metadata_host = $controller
metadata_proxy_shared_secret = $password
metadata_workers = 1
X
if [ "$role" = linuxbridge ]; then
  put /usr/sbin/ebtables <"$here/ebtables"
  chmod 755 "$upper/usr/sbin/ebtables"
fi
