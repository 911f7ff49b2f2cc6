"""One host as its kernel, its virtual switch and its hypervisor show it, read with plain shell and sysfs."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field

from tests.lab.lab_machine import Lab

# Tab-separated lines; the first field names the fact, the second the namespace, where it has one ("": the root one).
SCRIPT = r"""
devices() {
  for path in /sys/class/net/*; do
    [ -d "$path" ] || continue
    device=${path##*/}
    kind=$(sed -n 's/^DEVTYPE=//p' "$path/uevent")
    [ -d "$path/bridge" ] && kind=bridge
    [ -d "$path/bonding" ] && kind=bond
    [ -e "$path/tun_flags" ] && kind=tun
    [ -n "$kind" ] || kind=$(ethtool -i "$device" 2>/dev/null | sed -n 's/^driver: //p')
    master=$(readlink "$path/master"); hardware=; [ -e "$path/device" ] && hardware=yes
    printf 'device\t%s\t%s' "$1" "$device"
    for fact in ifindex iflink address mtu operstate; do printf '\t%s' "$(cat "$path/$fact")"; done
    printf '\t%s\t%s\t%s\t%s\n' "$kind" "${master##*/}" "$hardware" "$(cat "$path/carrier" 2>/dev/null)"
  done
  ip -o addr show | awk -v ns="$1" '{print "address\t" ns "\t" $2 "\t" $4}'
}
devices ""
export -f devices
ls /run/netns 2>/dev/null | while read -r ns; do
  echo "namespace	$ns"
  ip netns exec "$ns" bash -c 'devices "$0"' "$ns" </dev/null
done
for member in /sys/class/net/*/brif/*; do
  [ -e "$member" ] && path=${member%/brif/*} && printf 'member\t%s\t%s\n' "${path##*/}" "${member##*/}"
done
if [ -S /run/openvswitch/db.sock ]; then
  echo "ovs	$(ovs-vsctl get Open_vSwitch . ovs_version | tr -d '"')"
  ovs-vsctl list-br | while read -r bridge; do
    printf 'bridge\t%s\n' "$bridge"
    ovs-vsctl list-ifaces "$bridge" | while read -r port; do printf 'port\t%s\t%s\n' "$bridge" "$port"; done
  done
  ovs-vsctl -f csv --no-headings --columns=name,external_ids list Interface | sed 's/^/interface\t/'
  ovs-appctl ofproto/list-tunnels | sed -n 's/.*(\([a-z]*\): \([0-9.]*\)->\([0-9.]*\),.*/tunnel\t\1\t\2\t\3/p'
fi
bridge fdb show | sed -n 's/^[^ ]* dev \([^ ]*\) dst \([^ ]*\) .*/entry\t\1\t\2/p' | sort -u
if [ -S /run/libvirt/libvirt-sock ]; then
  virsh list --all --uuid | while read -r uuid; do
    [ -n "$uuid" ] || continue
    virsh domiflist "$uuid" | awk -v uuid="$uuid" 'NR > 2 && NF >= 5 {print "nic\t" uuid "\t" $1 "\t" $NF}'
  done
fi
echo end
"""


@dataclass(frozen=True)
class Device:
    """One network device of a namespace."""

    name: str
    namespace: str
    index: int
    link: int
    mac: str
    mtu: int
    state: str
    kind: str
    master: str
    hardware: bool
    carrier: str
    addresses: tuple[str, ...] = ()


@dataclass
class HostFacts:
    """What one host holds."""

    host: str
    devices: dict[tuple[str, str], Device] = field(default_factory=dict)  # (namespace, name)
    namespaces: set[str] = field(default_factory=set)
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # Linux bridge → devices
    ovs_version: str = ""
    bridges: set[str] = field(default_factory=set)  # of Open vSwitch, those without ports too
    ports: dict[str, str] = field(default_factory=dict)  # device of an Open vSwitch port → its bridge
    iface_ids: dict[str, str] = field(default_factory=dict)  # device → neutron port id
    tunnels: set[tuple[str, str, str]] = field(default_factory=set)  # type, local, remote
    entries: set[tuple[str, str]] = field(default_factory=set)  # device, remote tunnel address
    nics: list[tuple[str, str, str]] = field(default_factory=list)  # domain uuid, device, MAC

    def root(self, name: str) -> Device | None:
        """The device of the root namespace, or None."""
        return self.devices.get(("", name))

    def veth_peer(self, device: Device) -> Device | None:
        """The other end of a veth pair when it is in this host's root namespace."""
        return next(
            (
                other
                for (namespace, _), other in self.devices.items()
                if namespace == "" and other.kind == "veth" and (other.index, other.link) == (device.link, device.index)
            ),
            None,
        )

    def peer_is_in_named_namespace(self, device: Device) -> bool:
        """Whether the other end of a veth pair is in one of the host's own named namespaces."""
        return any(
            namespace and other.kind == "veth" and (other.index, other.link) == (device.link, device.index)
            for (namespace, _), other in self.devices.items()
        )


def read_host(lab: Lab, host: str) -> HostFacts:
    """All facts of a host, in one go."""
    text = lab.run(host, SCRIPT)
    if not text.endswith("end\n"):
        raise AssertionError(f"{host}: the facts end early: {text[-300:]}")
    facts = HostFacts(host)
    rows = [line.split("\t") for line in text.splitlines()]
    addresses: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row[0] == "address":
            addresses[row[1], row[2]].append(row[3])
    for kind, *row in rows:
        if kind == "device":
            device = _device(row, addresses)
            facts.devices[device.namespace, device.name] = device
        else:
            _note(facts, kind, row)
    return facts


def _device(row: list[str], addresses: dict[tuple[str, str], list[str]]) -> Device:
    namespace, name, index, link, mac, mtu, state, kind, master, hardware, carrier = row
    own = tuple(addresses[namespace, name])
    return Device(
        name, namespace, int(index), int(link), mac, int(mtu), state, kind, master, hardware == "yes", carrier, own
    )


def _note(facts: HostFacts, kind: str, row: list[str]) -> None:
    match kind:
        case "namespace":
            facts.namespaces.add(row[0])
        case "member":
            facts.members[row[0]].add(row[1])
        case "ovs":
            facts.ovs_version = row[0]
        case "bridge":
            facts.bridges.add(row[0])
        case "port":
            facts.ports[row[1]] = row[0]
        case "interface":
            _iface_id(facts, row[0])
        case "tunnel":
            facts.tunnels.add((row[0], row[1], row[2]))
        case "entry":
            facts.entries.add((row[0], row[1]))
        case "nic":
            facts.nics.append((row[0], row[1], row[2]))


def _iface_id(facts: HostFacts, line: str) -> None:
    name, external = next(csv.reader(io.StringIO(line)))
    pairs = external.strip("{}").replace('"', "").split(", ")
    ids = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if "iface-id" in ids:
        facts.iface_ids[name] = ids["iface-id"]
