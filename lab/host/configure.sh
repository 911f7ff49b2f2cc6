#!/bin/bash
# The own /etc of one host, written into the upper layer of its overlay.
# Arguments: UPPER_FOLDER NAME ROLE MANAGEMENT_ADDRESS TUNNEL_ADDRESS
set -eu
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
upper=$1 name=$2 role=$3 address=$4 tunnel=$5
controller=10.20.0.11 password=lab
virt_type=${LAB_VIRT_TYPE:-qemu} variant=${LAB_VARIANT:-ovs}

put() { # PATH   standard input becomes that file of the host
  mkdir -p "$(dirname "$upper$1")"
  cat >"$upper$1"
}
token_section() { # USER   how a service checks the tokens that it is given
  cat <<X
[keystone_authtoken]
www_authenticate_uri = http://$controller:5000
auth_url = http://$controller:5000
memcached_servers = $controller:11211
auth_type = password
project_domain_name = Default
user_domain_name = Default
project_name = service
username = $1
password = $password
region_name = RegionOne
service_token_roles_required = true
X
}
client_section() { # SECTION USER   how a service talks to another
  cat <<X
[$1]
auth_url = http://$controller:5000
auth_type = password
project_domain_name = Default
user_domain_name = Default
region_name = RegionOne
project_name = service
username = $2
password = $password
X
}
notifications() {
  cat <<X
[oslo_messaging_notifications]
driver = messagingv2
transport_url = rabbit://openstack:$password@$controller:5672/
topics = notifications
[oslo_messaging_rabbit]
rabbit_retry_interval = 1
[oslo_policy]
enforce_scope = false
X
}

for part in system infrastructure nova neutron ovn libvirt; do
  # shellcheck source=/dev/null
  . "$here/configure/$part.sh"
done
