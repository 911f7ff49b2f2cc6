# Open vSwitch with the userspace datapath (no kernel module is needed), and the NICs of Linux bridge hosts.

start_switches() {
  local host
  for host in $(hosts_with network compute fake); do
    start_openvswitch "$host" 2>"$RUN/hosts/$host/openvswitch.log" || die "Open vSwitch of $host"
  done
  for host in $(hosts_with linuxbridge); do tunnel_address_of_linuxbridge "$host"; done
}

start_openvswitch() { # HOST
  run "$1" bash -ec '
    mkdir -p /run/openvswitch /etc/openvswitch /var/log/openvswitch
    if ! pid=$(cat /run/openvswitch/ovsdb-server.pid 2>/dev/null) || ! kill -0 "$pid"; then
      [ -e /etc/openvswitch/.lab ] || {
        rm -f /etc/openvswitch/conf.db /etc/openvswitch/.conf.db*
        ovsdb-tool create /etc/openvswitch/conf.db /usr/share/openvswitch/vswitch.ovsschema
        touch /etc/openvswitch/.lab; }
      ovsdb-server /etc/openvswitch/conf.db --remote=punix:/run/openvswitch/db.sock \
        --remote=db:Open_vSwitch,Open_vSwitch,manager_options --pidfile --detach --no-chdir --log-file
      ovs-vsctl --no-wait init
      ovs-vsctl --no-wait set Open_vSwitch . external-ids:system-id="$(hostname)" external-ids:hostname="$(hostname)" ovs-version=3.1.0
      ovs-vsctl --no-wait set-manager ptcp:6640:127.0.0.1
    fi
    if ! pid=$(cat /run/openvswitch/ovs-vswitchd.pid 2>/dev/null) || ! kill -0 "$pid"; then
      ovs-vswitchd --pidfile --detach --no-chdir --log-file
    fi
    bridge() { ovs-vsctl --may-exist add-br "$1" -- set bridge "$1" datapath_type=netdev; ip link set "$1" up; }
    # Else eth1 answers ARP for the address of br-phy too, with its own MAC, and tunnels go dead in one direction.
    sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
    bridge br-phy
    if [ -e /sys/class/net/eth4 ]; then
      ovs-vsctl --may-exist add-bond br-phy bond0 eth1 eth4 bond_mode=active-backup
    else
      ovs-vsctl --may-exist add-port br-phy eth1
    fi
    ip addr replace "$1/24" dev br-phy      # userspace VXLAN needs its address on an Open vSwitch bridge
    bridge br-vlan; ovs-vsctl --may-exist add-port br-vlan eth2
    if [ -e /sys/class/net/eth3 ]; then bridge br-ex; ovs-vsctl --may-exist add-port br-ex eth3; fi' openvswitch "$(tunnel_of "$1")"
}

# cmp4 has its tunnel address on the NIC, cmp5 on a Linux bridge over it; cmp5 also has a macvlan beside its NICs.
tunnel_address_of_linuxbridge() { # HOST
  if [ "$1" = cmp5 ]; then
    run cmp5 sh -ec 'ip link show br-tenant >/dev/null 2>&1 || ip link add br-tenant type bridge
      ip link set eth1 master br-tenant; ip link set br-tenant up; ip addr replace "$0/24" dev br-tenant
      ip link show storage0 >/dev/null 2>&1 || ip link add link eth0 name storage0 type macvlan mode bridge
      ip link set storage0 up' "$(tunnel_of cmp5)" || die "bridge of cmp5"
  else
    run "$1" ip addr replace "$(tunnel_of "$1")/24" dev eth1
  fi
}
