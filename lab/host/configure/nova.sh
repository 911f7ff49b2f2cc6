# Nova, on the controller and on computes.
driver=libvirt.LibvirtDriver
[ "$role" = fake ] && driver=fake.FakeDriver
cpu_mode=none
[ "$virt_type" = kvm ] && cpu_mode=host-passthrough
databases=""
[ "$role" = controller ] && databases="[api_database]
connection = mysql+pymysql://nova:$password@$controller/nova_api
[database]
connection = mysql+pymysql://nova:$password@$controller/nova
max_pool_size = 10"
put /etc/nova/nova.conf <<X
[DEFAULT]
host = $name
my_ip = $address
transport_url = rabbit://openstack:$password@$controller:5672/
log_dir = /var/log/nova
state_path = /var/lib/nova
compute_driver = $driver
enabled_apis = osapi_compute,metadata
osapi_compute_workers = 1
metadata_workers = 1
instance_usage_audit = true
instance_usage_audit_period = hour
vif_plugging_timeout = 120
shutdown_timeout = 3
reserved_host_memory_mb = 0
ram_allocation_ratio = 8.0
cpu_allocation_ratio = 16.0
disk_allocation_ratio = 8.0
resume_guests_state_on_host_boot = true
[api]
auth_strategy = keystone
$databases
$(token_section nova)
$(client_section service_user nova)
send_service_user_token = true
$(client_section placement placement)
$(client_section neutron neutron)
service_metadata_proxy = true
metadata_proxy_shared_secret = $password
[glance]
api_servers = http://$controller:9292
[vnc]
enabled = true
server_listen = 0.0.0.0
server_proxyclient_address = $address
[libvirt]
virt_type = $virt_type
cpu_mode = $cpu_mode
live_migration_uri = qemu+tcp://%s/system
rescan_timeout = 5
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = 20
[cinder]
catalog_info = volumev3::publicURL
[oslo_concurrency]
lock_path = /var/lib/nova/tmp
[notifications]
notification_format = both
notify_on_state_change = vm_and_task_state
[os_vif_ovs]
ovsdb_connection = tcp:127.0.0.1:6640
$(notifications)
X
put /etc/nova/nova-compute.conf <<X
[DEFAULT]
X
