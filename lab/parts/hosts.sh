# The hosts: sets of namespaces (net, mount, uts, ipc, pid) with an overlay of this machine's root and their own sshd.

# name role management-address tunnel-address
hosts() {
  cat <<'H'
ctl1 controller 10.20.0.11 10.21.0.11
net1 network 10.20.0.21 10.21.0.21
H
  if [ "$LAB_VARIANT" = ovn ]; then
    cat <<'H'
cmp1 compute 10.20.0.31 10.21.0.31
cmp2 compute 10.20.0.32 10.21.0.32
H
  else
    cat <<'H'
net2 network 10.20.0.22 10.21.0.22
cmp1 compute 10.20.0.31 10.21.0.31
cmp2 compute 10.20.0.32 10.21.0.32
cmp3 fake 10.20.0.33 10.21.0.33
cmp4 linuxbridge 10.20.0.34 10.21.0.34
cmp5 linuxbridge 10.20.0.35 10.21.0.35
H
  fi
}
host_names() { hosts | cut -d' ' -f1; }
hosts_with() { hosts | awk -v roles=" $* " 'index(roles, " " $2 " ") {print $1}'; }
role_of() { hosts | awk -v host="$1" '$1 == host {print $2}'; }
address_of() { hosts | awk -v host="$1" '$1 == host {print $3}'; }
tunnel_of() { hosts | awk -v host="$1" '$1 == host {print $4}'; }
number_of() {
  case $LAB_VARIANT.$1 in
    ovs.computes) echo 5 ;;
    ovs.agents) echo 13 ;;
    ovn.computes) echo 2 ;;
    ovn.agents) echo 5 ;;
    *.servers) echo 0 ;;
  esac
}

remember_variant() {
  case $LAB_VARIANT in ovs | ovn) ;; *) die "LAB_VARIANT=$LAB_VARIANT: ovs or ovn" ;; esac
  mkdir -p "$LAB" "$RUN"
  mountpoint -q "$RUN" && [ -e "$LAB/variant" ] && [ "$LAB_VARIANT" != "$(cat "$LAB/variant")" ] &&
    die "$LAB runs as $(cat "$LAB/variant"): down first"
  echo "$LAB_VARIANT" >"$LAB/variant"
  mountpoint -q "$RUN" || mount -t tmpfs -o mode=755,size=8g lab-run "$RUN"
}

pid_of() { cat "$RUN/hosts/$1/pid" 2>/dev/null; }
alive() {
  local pid
  pid=$(pid_of "$1") && [ -n "$pid" ] && [ -d "/proc/$pid" ] && grep -qa "init.sh\|host-init" "/proc/$pid/cmdline" 2>/dev/null
}
run() { # HOST COMMAND...
  local host=$1
  shift
  nsenter -t "$(pid_of "$host")" -m -u -i -n -p -r -w env -i PATH="$PATH" HOME=/root LC_ALL="$LC_ALL" LANG=C.UTF-8 "$@"
}
over_ssh() { # HOST COMMAND...
  exec ssh -q -i "$RUN/id_ed25519" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
    "root@$(address_of "$1")" "${@:2}"
}
daemon() { # HOST NAME [-u USER] COMMAND...   starts it unless it runs
  local host=$1 name=$2 user=()
  shift 2
  [ "$1" = -u ] && user=(-c "$2") && shift 2
  run "$host" sh -c 'pid=$(cat "/run/lab/$0.pid" 2>/dev/null); [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null' "$name" && return 0
  run "$host" start-stop-daemon -S -b -m -p "/run/lab/$name.pid" "${user[@]}" -d / -O "/var/log/lab-$name.log" \
    -x /usr/bin/env -- PYTHONUNBUFFERED=1 "$@"
}
wait_for() { # SECONDS WHAT COMMAND...
  local end=$(($(date +%s) + $1)) what=$2
  shift 2
  while [ "$(date +%s)" -lt "$end" ]; do
    "$@" >/dev/null 2>&1 && return 0
    sleep .25
  done
  die "timeout waiting for $what"
}

make_bridge() { # NAME [ADDRESS]
  ip link show "$1" >/dev/null 2>&1 || ip link add "$1" type bridge
  ip link set "$1" up
  [ -z "${2:-}" ] || ip addr replace "$2" dev "$1"
}
plug_nic() { # HOST INDEX BRIDGE [ADDRESS]   eth{INDEX} of the host, wired to a bridge of this machine
  local outside=v-$1-$2
  ip link show "$outside" >/dev/null 2>&1 && return 0
  ip link add "$outside" type veth peer name "eth$2" netns "lab-$1"
  ip link set "$outside" master "$3" up
  ethtool -K "$outside" tx off >/dev/null 2>&1
  ip netns exec "lab-$1" ethtool -K "eth$2" tx off >/dev/null 2>&1
  ip netns exec "lab-$1" ip link set "eth$2" up
  [ -z "${4:-}" ] || ip netns exec "lab-$1" ip addr add "$4" dev "eth$2"
}
plug_nics() { # HOST ROLE ADDRESS
  plug_nic "$1" 0 br-mgmt "$3/24"
  [ "$2" = controller ] && return 0
  plug_nic "$1" 1 br-tunl
  plug_nic "$1" 2 br-prov
  [ "$2" = network ] && plug_nic "$1" 3 br-ext
  [ "$1" = net2 ] && plug_nic "$1" 4 br-tunl # second member of its bond
  return 0
}
start_host() { # HOST ROLE ADDRESS TUNNEL_ADDRESS
  local base=$RUN/hosts/$1 starter try children
  alive "$1" && return 0
  mkdir -p "$base/upper" "$base/work" "$base/root"
  "$HERE/host/configure.sh" "$base/upper" "$1" "$2" "$3" "$4" || die "configuration of $1"
  ip netns add "lab-$1" 2>/dev/null
  plug_nics "$1" "$2" "$3"
  ip netns exec "lab-$1" ip route replace default via 10.20.0.1
  setsid nsenter --net="/run/netns/lab-$1" unshare -m -u -i -p -f --propagation private \
    "$HERE/host/init.sh" "$1" "$base" >"$base/init.log" 2>&1 &
  starter=$!
  for ((try = 0; try < 60; try++)); do
    read -r -a children <"/proc/$starter/task/$starter/children" 2>/dev/null
    [ -n "${children[0]:-}" ] && [ -e "/proc/${children[0]}/root/run/lab/ready" ] && break
    sleep .1
  done
  [ -n "${children[0]:-}" ] || { cat "$base/init.log" && die "host $1"; }
  echo "${children[0]}" >"$base/pid"
  run "$1" sh -c '[ -e /etc/ssh/.lab ] || { rm -f /etc/ssh/ssh_host_*
      ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key && touch /etc/ssh/.lab; }
    echo root:lab | chpasswd'
}
start_sshd() { daemon "$1" sshd /usr/sbin/sshd -D -e; }
start_hosts() {
  local host role address tunnel
  [ -e "$RUN/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$RUN/id_ed25519"
  hosts | awk '{print $3, $1}' >"$RUN/hosts.txt"
  make_bridge br-mgmt 10.20.0.1/24
  make_bridge br-tunl
  make_bridge br-prov
  make_bridge br-ext 172.24.4.1/24
  while read -r host role address tunnel <&3; do
    start_host "$host" "$role" "$address" "$tunnel"
    { echo "127.0.0.1 localhost" && cat "$RUN/hosts.txt"; } | run "$host" tee /etc/hosts >/dev/null
    start_sshd "$host"
  done 3< <(hosts)
}
kill_hosts() {
  local host bridge
  for host in $(host_names); do alive "$host" && kill -9 "$(pid_of "$host")"; done
  sleep 1
  for host in $(host_names); do ip netns del "lab-$host" 2>/dev/null; done
  for bridge in br-mgmt br-tunl br-prov br-ext; do ip link del "$bridge" 2>/dev/null; done
}
