# OVN variant: the two databases and northd on ctl1, ovn-controller on the others.

start_ovn_databases() {
  local which schema port
  run ctl1 sh -ec 'mkdir -p /run/ovn /var/lib/ovn /var/log/ovn; [ -e /var/lib/ovn/.lab ] && exit 0
    for d in nb sb; do
      rm -f /var/lib/ovn/ovn${d}_db.db /var/lib/ovn/.ovn${d}_db.db*
      ovsdb-tool create /var/lib/ovn/ovn${d}_db.db /usr/share/ovn/ovn-$d.ovsschema
    done; touch /var/lib/ovn/.lab'
  while read -r which schema port; do
    daemon ctl1 "ovn-$which" /usr/sbin/ovsdb-server "--remote=punix:/run/ovn/ovn${which}_db.sock" "--remote=db:$schema,connections" \
      "--unixctl=/run/ovn/ovn${which}_db.ctl" "--pidfile=/run/ovn/ovn${which}_db.pid" \
      "--log-file=/var/log/ovn/ovsdb-server-$which.log" "/var/lib/ovn/ovn${which}_db.db" </dev/null
    wait_for 20 "ovn-$which" run ctl1 "ovn-${which}ctl" --timeout=2 init </dev/null
    run ctl1 "ovn-${which}ctl" set-connection "ptcp:$port:0.0.0.0" -- set connection . inactivity_probe=60000 </dev/null || die "ovn-$which"
  done <<'D'
nb OVN_Northbound,NB_Global 6641
sb OVN_Southbound,SB_Global 6642
D
  daemon ctl1 ovn-northd /usr/bin/ovn-northd --ovnnb-db=unix:/run/ovn/ovnnb_db.sock --ovnsb-db=unix:/run/ovn/ovnsb_db.sock \
    --pidfile --log-file=/var/log/ovn/ovn-northd.log -vconsole:off
}

start_ovn_controller() { # HOST
  local mappings=physvlan:br-vlan gateway=()
  [ "$(role_of "$1")" = network ] && mappings=$mappings,physext:br-ex && gateway=(external-ids:ovn-cms-options=enable-chassis-as-gw)
  run "$1" ovs-vsctl --no-wait set Open_vSwitch . "external-ids:ovn-remote=tcp:$CONTROLLER:6642" \
    external-ids:ovn-encap-type=geneve "external-ids:ovn-encap-ip=$(tunnel_of "$1")" external-ids:ovn-bridge=br-int \
    external-ids:ovn-bridge-datapath-type=netdev "external-ids:ovn-bridge-mappings=\"$mappings\"" "${gateway[@]}" || die "ovn $1"
  run "$1" mkdir -p /run/ovn /var/log/ovn
  daemon "$1" ovn-controller /usr/bin/ovn-controller unix:/run/openvswitch/db.sock --pidfile \
    --log-file=/var/log/ovn/ovn-controller.log -vconsole:off
}

# Neutron of Zed reads a chassis' options in external_ids, OVN 23.03 writes them in other_config only: without the copy no
# gateway, VLAN or flat port would bind.
mirror_chassis_options() {
  local chassis names
  names=$(run ctl1 ovn-sbctl --bare --columns=name list Chassis)
  [ "$(wc -w <<<"$names")" = 3 ] || return 1
  for chassis in $names; do
    run ctl1 ovn-sbctl set Chassis "$chassis" "external_ids=$(run ctl1 ovn-sbctl get Chassis "$chassis" other_config)" || return 1
  done
}

ovn_agents_report() {
  [ "$(count_computes) $(run ctl1 ovn-sbctl --bare --columns=name list Chassis | grep -c .) $(
    run ctl1 ovn-sbctl --bare --columns=external_ids list Chassis_Private | grep -c neutron:ovn-metadata-id
  )" = "2 3 2" ]
}
