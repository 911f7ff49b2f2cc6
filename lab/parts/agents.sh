# What runs on the hosts beside the switch: libvirt, nova-compute, neutron's agents.

start_agents() {
  local host
  for host in $(hosts_with compute linuxbridge); do
    run "$host" sh -c 'mkdir -p /run/libvirt /etc/libvirt/qemu/networks; rm -f /etc/libvirt/qemu/networks/autostart/*'
    daemon "$host" virtlogd /usr/sbin/virtlogd
    daemon "$host" libvirtd /usr/sbin/libvirtd --listen
  done
  wait_for 90 neutron-server curl -sf "http://$CONTROLLER:9696/"
  wait_for 90 nova-api curl -sf "http://$CONTROLLER:8774/"
  wait_for 90 glance-api curl -s "http://$CONTROLLER:9292/"
  say "the APIs answer"
  for host in $(hosts_with network compute fake linuxbridge); do "start_${LAB_VARIANT}_agents" "$host"; done
}

neutron_daemon() { # HOST NAME PROGRAM OWN_CONFIGURATION
  daemon "$1" "$2" "/usr/bin/$3" --config-file /etc/neutron/neutron.conf --config-file "/etc/neutron/$4"
}
nova_compute() { daemon "$1" nova-compute /usr/bin/nova-compute --config-file /etc/nova/nova.conf; }

start_ovs_agents() { # HOST
  case $(role_of "$1") in
    linuxbridge) neutron_daemon "$1" lb-agent neutron-linuxbridge-agent plugins/ml2/linuxbridge_agent.ini ;;
    *) neutron_daemon "$1" ovs-agent neutron-openvswitch-agent plugins/ml2/openvswitch_agent.ini ;;
  esac
  case $(role_of "$1") in
    network)
      neutron_daemon "$1" dhcp-agent neutron-dhcp-agent dhcp_agent.ini
      neutron_daemon "$1" l3-agent neutron-l3-agent l3_agent.ini
      neutron_daemon "$1" metadata-agent neutron-metadata-agent metadata_agent.ini
      ;;
    *) nova_compute "$1" ;;
  esac
}
start_ovn_agents() { # HOST
  start_ovn_controller "$1"
  [ "$(role_of "$1")" = compute ] || return 0
  neutron_daemon "$1" ovn-metadata-agent neutron-ovn-metadata-agent neutron_ovn_metadata_agent.ini
  nova_compute "$1"
}

count_computes() {
  echo "select count(*) from nova.services where \`binary\`='nova-compute' and deleted=0" | run ctl1 mariadb -N
}
count_agents() {
  echo "select count(*) from neutron.agents where heartbeat_timestamp > utc_timestamp() - interval 60 second" | run ctl1 mariadb -N
}
agents_report() {
  if [ "$LAB_VARIANT" = ovn ]; then
    ovn_agents_report
  else
    [ "$(count_computes) $(count_agents)" = "$(number_of computes) $(number_of agents)" ]
  fi
}
