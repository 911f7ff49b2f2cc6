# LAB_OUTER=1: all of the lab in net, mount and pid namespaces of its own. Their first process is in $LAB/outer.pid, and
# nothing outlives it.

outer_pid() {
  local pid
  pid=$(cat "$LAB/outer.pid" 2>/dev/null) && [ -n "$pid" ] && grep -qa lab-outer "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}
outer_start() {
  local starter try children
  mkdir -p "$LAB" /run/netns
  rm -f "$LAB/outer.ready"
  touch "$LAB/outer"
  # The other lab's mounts are let go of, so that this one does not keep them busy.
  setsid unshare -n -m -p -f --mount-proc --propagation private bash -ec '
    umount -R -l /run/netns 2>/dev/null || true
    awk "\$1==\"lab-run\"{print \$2}" /proc/mounts | xargs -r umount -l
    mount -t tmpfs -o mode=755 lab-netns /run/netns; mount -t sysfs sysfs /sys; ip link set lo up; touch $1/outer.ready
    set +e; trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done' lab-outer "$LAB" >"$LAB/outer.log" 2>&1 </dev/null &
  starter=$!
  for ((try = 0; try < 50; try++)); do
    read -r -a children <"/proc/$starter/task/$starter/children" 2>/dev/null
    [ -n "${children[0]:-}" ] && [ -e "$LAB/outer.ready" ] && break
    sleep .1
  done
  [ -e "$LAB/outer.ready" ] || { cat "$LAB/outer.log" && die "outer namespaces"; }
  echo "${children[0]}" >"$LAB/outer.pid"
}
# Once outer, always: a command never falls back to this machine's own bridges and namespaces.
enter_outer() { # COMMAND ARGUMENTS...
  local outer inside
  [ "${LAB_INSIDE:-}" = "$LAB" ] || [ "$1" = install ] || [ "$1" = help ] && return 0
  [ "${LAB_OUTER:-0}" = 1 ] || [ -e "$LAB/outer" ] || return 0
  outer=$(outer_pid)
  [ -z "$outer" ] && [ "$1" = up ] && outer_start && outer=$(outer_pid)
  if [ -z "$outer" ]; then
    rm -f "$LAB"/outer.* "$LAB/variant"
    [ "$1" = down ] && say "down" && exit 0
    die "not up: LAB_OUTER=1 LAB=$LAB $0 up"
  fi
  # The guest image needs the package archive, which is out here.
  [ "$1" = topo ] && { bash "$HERE/guest/build.sh" >/dev/null || die "guest image"; }
  inside=(nsenter -t "$outer" -n -m -p --wdns="$PWD" env "LAB_INSIDE=$LAB" "$HERE/openstack-lab.sh")
  if [ "$1" = down ]; then
    "${inside[@]}" down
    kill -9 "$outer"
    rm -f "$LAB"/outer.*
    exit 0
  fi
  exec "${inside[@]}" "$@"
}
