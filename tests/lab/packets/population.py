"""Who is in the cloud: the running instances with their interfaces, and what each of them is made to send.

Read from MariaDB and libvirt. A guest configures its interfaces itself, as cloud-init would from what neutron says: all
addresses, and for each interface the gateway of its subnet, for what it sends by it and answers from its addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface, ip_network

from tests.lab.truth.cloud_facts import CloudFacts, Row
from tests.lab.truth.host_facts import HostFacts

_TABLES = 10  # routing tables of a guest's interfaces are numbered from here


@dataclass(frozen=True)
class Address:
    """An address of an interface, and the gateway of its subnet ("": none)."""

    text: str
    prefix: int
    gateway: str

    @property
    def version(self) -> int:
        """4 or 6."""
        return ip_address(self.text).version

    @property
    def subnet(self) -> str:
        """Its subnet in CIDR notation."""
        return str(ip_interface(f"{self.text}/{self.prefix}").network)


@dataclass(frozen=True)
class Nic:
    """An interface of a guest: a port of its own, or a subport with its VLAN on a trunk's parent.

    `device` is what the host has for it; "" where nothing is plugged.
    """

    port: str
    network: str
    mac: str
    device: str
    addresses: tuple[Address, ...]
    vlan: int = 0
    parent_mac: str = ""


@dataclass(frozen=True)
class Guest:
    """An instance that nova calls running. `on_hypervisor`: whether it really is (nova's fake driver has none)."""

    id: str
    name: str
    host: str
    on_hypervisor: bool
    nics: tuple[Nic, ...]

    def holds(self, address: str) -> bool:
        """Whether one of its interfaces has the address."""
        return any(own.text == address for nic in self.nics for own in nic.addresses)

    def end(self, nic: Nic) -> str:
        """The id that a question for its paths names: its own, or the port's where another has its network and device.

        Then the nodes of a path do not tell by which of them it goes.
        """
        twins = [other for other in self.nics if (other.network, other.device) == (nic.network, nic.device)]
        return self.id if len(twins) == 1 else nic.port

    def nic_towards(self, target: str) -> Nic | None:
        """The interface by which it sends when none is named: the subnet's, else the first that has a gateway."""
        wanted = ip_address(target)
        for nic in self.nics:
            if any(wanted in ip_network(own.subnet) for own in nic.addresses):
                return nic
        having = (nic for nic in self.nics if any(a.gateway and a.version == wanted.version for a in nic.addresses))
        return next(having, None)


@dataclass(frozen=True)
class Flow:
    """What a guest sends by an interface of its own to an address. `mark` tells it from all others."""

    mark: int
    guest: Guest
    nic: Nic
    target: str


def running_guests(cloud: CloudFacts, hosts: Mapping[str, HostFacts]) -> list[Guest]:
    """The running instances, those of the fake driver too, in the order of their names."""
    found = []
    for row in cloud.instances:
        if row["vm_state"] == "active" and row["host"]:
            domain = {mac: device for uuid, device, mac in hosts[row["host"]].nics if uuid == row["uuid"]}
            nics = tuple(_nics(cloud, row["uuid"], domain))
            found.append(Guest(row["uuid"], row["display_name"], row["host"], bool(domain), nics))
    return sorted(found, key=lambda guest: (guest.name, guest.id))


def _nics(cloud: CloudFacts, instance: str, domain: Mapping[str, str]) -> Iterator[Nic]:
    vlans = {row["port_id"]: row["segmentation_id"] for row in cloud.tables["subports"]}
    own = [p for p in cloud.tables["ports"] if p["device_id"] == instance]
    for port in sorted(own, key=lambda row: str(row["id"])):
        device = domain.get(port["mac_address"], "")
        yield _nic(cloud, port, device)
        for subport in sorted(cloud.subports.get(port["id"], ())):
            yield _nic(cloud, cloud.ports[subport], device, vlans[subport], port["mac_address"])


def _nic(cloud: CloudFacts, port: Row, device: str, vlan: int = 0, parent_mac: str = "") -> Nic:
    subnets = {row["id"]: row for row in cloud.tables["subnets"]}
    addresses = []
    for row in cloud.allocations.get(port["id"], ()):
        subnet = subnets[row["subnet_id"]]
        prefix = ip_network(subnet["cidr"]).prefixlen
        addresses.append(Address(row["ip_address"], prefix, subnet["gateway_ip"] or ""))
    addresses.sort(key=lambda address: (address.version, address.text))
    return Nic(port["id"], port["network_id"], port["mac_address"], device, tuple(addresses), vlan, parent_mac)


def pings(guests: Iterable[Guest], extra: Iterable[str], first_mark: int) -> list[Flow]:
    """From every interface of every guest to every address of another one, and to the extra addresses."""
    everybody = list(guests)
    targets = dict.fromkeys(own.text for guest in everybody for nic in guest.nics for own in nic.addresses)
    wanted = [
        (guest, nic, target)
        for guest in everybody
        if guest.on_hypervisor
        for nic in guest.nics
        for target in (*targets, *extra)
        if not guest.holds(target) and ip_address(target).version in {own.version for own in nic.addresses}
    ]
    return [Flow(mark, *each) for mark, each in enumerate(wanted, start=first_mark)]


def fetches(flows: Iterable[Flow]) -> list[Flow]:
    """Those of the flows that are as well what the guest sends when it is not told by which interface."""
    return [flow for flow in flows if flow.guest.nic_towards(flow.target) == flow.nic]


def setup_of(guest: Guest) -> Iterator[str]:
    """The script that configures a guest's interfaces."""
    yield from names_of(guest)
    yield "echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore; echo 2 >/proc/sys/net/ipv4/conf/all/arp_announce"
    yield "pidof httpd | grep -q ' ' || httpd -p 8080 -h /www"
    for number, nic in enumerate(guest.nics):
        name = f"$n{number}"
        if nic.vlan:
            yield f"[ -e /sys/class/net/vlan{nic.vlan} ] ||"
            yield f"  ip link add link $(device {nic.parent_mac}) name vlan{nic.vlan} type vlan id {nic.vlan}"
            yield f"ip link set vlan{nic.vlan} address {nic.mac}"
        yield f"ip link set {name} up; ip -4 addr flush dev {name}"
        for own in nic.addresses:
            yield from _address(own, name, _TABLES + number)


def _address(own: Address, name: str, table: int) -> Iterator[str]:
    yield f"ip addr add {own.text}/{own.prefix} dev {name} 2>/dev/null"
    if own.version == 6:
        return
    yield f"while ip rule del from {own.text} 2>/dev/null; do :; done; ip rule add from {own.text} lookup {table}"
    yield f"ip route add {own.subnet} dev {name} table {table}"
    yield f"ip route add unreachable default table {table} metric 999"
    if own.gateway:
        yield f"ip route add default via {own.gateway} dev {name} table {table}"
        yield f"ip route add default via {own.gateway} dev {name} metric {table}"


def names_of(guest: Guest) -> Iterator[str]:
    """The beginning of a script: $n0, $n1… are the names of its interfaces."""
    yield 'device() { for d in /sys/class/net/*; do [ "$(cat $d/address)" = "$1" ] && echo ${d##*/} && return; done; }'
    for number, nic in enumerate(guest.nics):
        yield f"n{number}=vlan{nic.vlan}" if nic.vlan else f"n{number}=$(device {nic.mac})"
