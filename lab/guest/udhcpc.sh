#!/bin/busybox sh
# What DHCP gave, onto the interface.
case $1 in bound | renew) ;; *) exit 0 ;; esac
ifconfig $interface $ip netmask ${subnet:-255.255.255.0}
if [ -n "$staticroutes" ]; then
  set -- $staticroutes
  while [ -n "$1" ]; do
    ip route add $1 via $2 dev $interface 2>/dev/null || ip route add $1 dev $interface
    shift 2
  done
else
  for r in $router; do ip route add default via $r dev $interface; done
fi
