#!/bin/bash
# A real OpenStack Zed on one Debian 12 machine. README.md says how it is made; `openstack-lab.sh help` what it can do.
set -u
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export LAB=${LAB:-/var/tmp/openstack-lab} PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
export PYTHONDONTWRITEBYTECODE=1 LAB_VIRT_TYPE=${LAB_VIRT_TYPE:-qemu}
unset PYTHONPATH PYTHONHOME PYENV_VERSION VIRTUAL_ENV
[ -n "${LAB_VARIANT:-}" ] || LAB_VARIANT=$(cat "$LAB/variant" 2>/dev/null || echo ovs)
export LAB_VARIANT
RUN=$LAB/run          # a tmpfs: sockets, overlays, keys
PASSWORD=lab
CONTROLLER=10.20.0.11
STARTED=$(date +%s)

say() { echo "[$(($(date +%s) - STARTED))s] $*"; }
die() {
  echo "FATAL: $*" >&2
  exit 1
}

for part in hosts openvswitch ovn control_plane agents outer; do
  # shellcheck source=/dev/null
  . "$HERE/parts/$part.sh"
done

usage() {
  cat <<'U'
usage: openstack-lab.sh COMMAND
  install                  Debian packages (once per machine)
  up                       start everything; again: starts what has died, adds what is new
  topo [demo|SEED]         make the shipped topology, or the random one of SEED, beside what is there
  change SEED              a seeded series of changes to the random topology of the same seed
  tenants SEED             four tenants of a random workload, with what they begin with
  workload SEED [NUMBER]   so many random operations (200) of these tenants, all at once
  clear [SEED]             remove the random topology of SEED, or everything that topologies made
  churn                    create, change, migrate, resize, delete: every kind of notification once
  samples                  save raw answers of commands, APIs and tables under $LAB/samples
  events DIR [SECONDS]     save raw notifications
  status                   hosts and daemons
  sshd HOST stop|start     make a host that nova knows unreachable by SSH, and back
  run HOST COMMAND...      in the host's namespaces
  ssh HOST COMMAND...      over the network
  wrap COMMAND...          in the lab's own network (LAB_OUTER=1), else as it is
  down                     end everything
environment: LAB=folder  LAB_VARIANT=ovs|ovn  LAB_OUTER=1 (in namespaces of its own)
U
}

install() {
  mkdir -p "$LAB"
  export DEBIAN_FRONTEND=noninteractive
  # Daemons are started inside the hosts only, never by package scripts.
  [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d; }
  apt-get update -q >/dev/null
  # shellcheck disable=SC2046
  apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io \
    $(packages) </dev/null >"$LAB/apt.log" 2>&1 || { tail -30 "$LAB/apt.log" && die "apt-get, see $LAB/apt.log"; }
  say "installed"
}

packages() {
  sed 's/#.*//' "$HERE/packages.txt"
  [ "$LAB_VARIANT" = ovn ] && sed 's/#.*//' "$HERE/packages-ovn.txt"
  return 0
}

up() {
  remember_variant
  start_hosts
  start_infrastructure
  start_switches
  [ "$LAB_VARIANT" = ovn ] && start_ovn_databases
  say "hosts and switches are up"
  create_databases
  start_control_plane
  start_agents
  write_openrc
  [ "$LAB_VARIANT" = ovn ] && wait_for 60 "OVN chassis" mirror_chassis_options
  wait_for 180 "$(number_of computes) nova-compute and $(number_of agents) agents" agents_report
  run ctl1 nova-manage cell_v2 discover_hosts >/dev/null 2>&1
  say "lab is up"
}

down() {
  kill_hosts
  mountpoint -q "$RUN" && { umount "$RUN" || umount -l "$RUN"; }
  rm -f "$LAB/variant"
  say "down"
}

status() {
  local host
  for host in $(host_names); do
    alive "$host" || { echo "$host: down" && continue; }
    echo "$host: $(run "$host" sh -c 'cd /run/lab; for f in *.pid; do
      kill -0 "$(cat "$f")" 2>/dev/null && printf "%s " "${f%.pid}" || printf "%s(DEAD) " "${f%.pid}"; done')"
  done
}

sshd() {
  case ${2:-} in
    stop) run "$1" sh -c 'kill "$(cat /run/lab/sshd.pid)"; pkill -x sshd; true' ;;
    start) start_sshd "$1" ;;
    *) usage && exit 2 ;;
  esac
}

cloud() { # SCRIPT ARGUMENTS...   with the administrator's credentials
  # shellcheck source=/dev/null
  . "$LAB/openrc"
  PYTHONPATH=$HERE/.. /usr/bin/python3 -m "lab.cloud.$1" "${@:2}"
}

# Agents sometimes leave the namespace of a network behind that was deleted right after its last change.
sweep_namespaces() {
  local host known
  known=$(echo "select id from neutron.networks union select id from neutron.routers" | run ctl1 mariadb -N) || die "MariaDB"
  for host in $(hosts_with network); do
    run "$host" env "known=$known" sh -c 'for namespace in $(ls /run/netns); do
      case $known in *"${namespace#*-}"*) continue ;; esac
      for device in $(ip netns exec "$namespace" ls /sys/class/net); do ovs-vsctl --if-exists del-port br-int "$device"; done
      ip netns pids "$namespace" | xargs -r kill -9
      ip netns del "$namespace"
    done'
  done
}
clear() {
  cloud topologies clear "$@" || die "clear $*"
  sleep 5 # most of it the agents do by themselves
  [ "$LAB_VARIANT" = ovn ] || sweep_namespaces
}

topo() {
  [ -n "$(command -v mkfs.fat)$(command -v mformat)" ] || die "not installed: openstack-lab.sh install"
  bash "$HERE/guest/build.sh" >/dev/null || die "guest image"
  case ${1:-demo} in
    demo) cloud topologies build demo ;;
    *) cloud topologies build "$1" ;;
  esac || die "topology ${1:-demo}"
  say "topology ${1:-demo} is there"
}

command=${1:-help}
shift || true
enter_outer "$command" "$@"
case $command in
  install | up | down | status | topo | clear) "$command" "$@" ;;
  sshd) sshd "$@" ;;
  change | tenants | workload) cloud topologies "$command" "$@" ;;
  samples | churn)
    # shellcheck source=/dev/null
    . "$HERE/parts/$command.sh"
    ;;
  events) exec /usr/bin/python3 "$HERE/cloud/events.py" "$@" ;;
  run) run "$@" ;;
  wrap) exec "$@" ;;
  ssh) over_ssh "$@" ;;
  *) usage && exit 2 ;;
esac
