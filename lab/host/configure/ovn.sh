# What is different for ML2/OVN.
[ "$variant" = ovn ] || return 0
put /etc/neutron/plugins/ml2/ml2_conf.ini <<X
[ml2]
type_drivers = geneve,vlan,flat
tenant_network_types = geneve,vlan
mechanism_drivers = ovn
extension_drivers = port_security,qos
overlay_ip_version = 4
[ml2_type_flat]
flat_networks = physext,physvlan
[ml2_type_vlan]
network_vlan_ranges = physvlan:100:199
[ml2_type_geneve]
vni_ranges = 1000:1999
max_header_size = 38
[securitygroup]
enable_security_group = true
[ovn]
ovn_nb_connection = tcp:$controller:6641
ovn_sb_connection = tcp:$controller:6642
ovn_l3_scheduler = leastloaded
ovn_metadata_enabled = true
dns_servers = 172.24.4.1
enable_distributed_floating_ip = false
X
put /etc/neutron/neutron_ovn_metadata_agent.ini <<X
[DEFAULT]
nova_metadata_host = $controller
metadata_proxy_shared_secret = $password
metadata_workers = 1
[ovs]
ovsdb_connection = tcp:127.0.0.1:6640
[ovn]
ovn_sb_connection = tcp:$controller:6642
X
# Zed's driver does not name the datapath type, and nova then sets br-int to "system" at every plug: vswitchd drops the bridge
# until ovn-controller sets it back.
driver_file=/usr/lib/python3/dist-packages/neutron/plugins/ml2/drivers/ovn/mech_driver/mech_driver.py
if [ "$role" = controller ]; then
  sed 's/^\( *vif_details = \)self.vif_details\[vif_type\]$/\1dict(self.vif_details[vif_type], datapath_type=datapath_type)/' \
    $driver_file | put "$driver_file"
fi
