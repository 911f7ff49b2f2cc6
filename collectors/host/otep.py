"""The tunnel endpoints of a host: an agent's tunnel address that is on the host, and its tunnels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from collectors.contracts import HostCollector, HostSite
from collectors.host.forwarding import fetch_forwarding, parse_forwarding
from collectors.host.interface import Interface
from collectors.host.interfaces import fetch_interfaces, parse_interfaces
from collectors.host.output import Output, whole_number
from collectors.host.ovs import OVS_AGENT, OvsPort, fetch_ovs, parse_ovs
from collectors.host.vedge import BRIDGE_AGENT, has_bridge_agent, vedge_id
from collectors.sources.protocols import HostShell
from graph_schema.object_types import OTEP
from graph_schema.records import Record, Ref

OVERLAYS = ("geneve", "gre", "vxlan")
_OVS_PORTS = {"vxlan": 4789, "geneve": 6081}  # what Open vSwitch takes where no dst_port is set
_AGENTS_VXLAN = re.compile(r"vxlan-(\d+)")


@dataclass(frozen=True, slots=True)
class RawTunnels:
    """Addresses, tunnels of Open vSwitch (None: it has none), and forwarding entries (None: no Linux bridge agent)."""

    site: HostSite
    interfaces: Output
    ovs: Output | None
    forwarding: Output | None


@dataclass(frozen=True, slots=True)
class _End:
    """One tunnel end as a switch has it: before it is known whether its address is on the host."""

    kind: str
    overlay: str
    address: str
    udp_port: int | None
    tunnels: Sequence[Mapping[str, Any]]


def fetch(shell: HostShell, site: HostSite) -> RawTunnels:
    """Up to three commands, by the agents of the host. Raises CommandFailed, Unreachable."""
    return RawTunnels(
        site,
        fetch_interfaces(shell),
        fetch_ovs(shell, site),
        fetch_forwarding(shell, expected=site.agents is not None) if has_bridge_agent(site) else None,
    )


def parse(raw: RawTunnels) -> Iterator[Record]:
    """One endpoint for each overlay of an agent whose tunnel address is on the host, tunnels or not.

    Where the agents are not known, the tunnels that are there tell the address. Raises Malformed.
    """
    interfaces = parse_interfaces(raw.interfaces)
    holders = _holders(interfaces)
    ends: dict[str, _End] = {}
    for end in (*_of_ovs(raw), *_of_bridges(raw, interfaces)):
        if _same(end.address) in holders:
            ends.setdefault(end.overlay, end)  # an overlay has one endpoint on a host
    for end in ends.values():
        yield _record(raw.site.host, end, interfaces[holders[_same(end.address)]], interfaces)


def _of_ovs(raw: RawTunnels) -> Iterator[_End]:
    if raw.ovs is None:
        return
    ports = [port for port in parse_ovs(raw.ovs).ports if port.type in OVERLAYS]
    agent = raw.site.agent(OVS_AGENT)
    for overlay, address in _of_agent(agent) if agent else _of_ports(ports):
        own = [
            port
            for port in ports
            if port.type == overlay and _same(port.options.get("local_ip", address)) == _same(address)
        ]
        yield _End("ovs", overlay, address, _udp_port(overlay, own), [_ovs_tunnel(port) for port in own])


def _of_agent(agent: Record) -> Iterator[tuple[str, str]]:
    for overlay in sorted(set(agent.get("tunnel_types") or ()) & set(OVERLAYS)):
        if agent.get("tunneling_ip"):
            yield overlay, agent["tunneling_ip"]


def _of_ports(ports: Iterable[OvsPort]) -> Iterator[tuple[str, str]]:
    told = {(port.type, port.options["local_ip"]) for port in ports if port.options.get("local_ip")}
    yield from sorted(told)


def _udp_port(overlay: str, ports: Sequence[OvsPort]) -> int | None:
    told = {whole_number(port.options.get("dst_port")) for port in ports}
    numbers = sorted(number for number in told if number)
    return numbers[0] if numbers else _OVS_PORTS.get(overlay) if ports else None


def _ovs_tunnel(port: OvsPort) -> Mapping[str, Any]:
    remote = port.options.get("remote_ip", "")
    tunnel = {
        "device": port.device,
        "remote_ips": [remote] if _is_address(remote) else [],  # not `flow`: each packet says where it goes
        "link_state": port.link_state,
    }
    return {key: value for key, value in tunnel.items() if value is not None}


def _of_bridges(raw: RawTunnels, interfaces: Mapping[str, Interface]) -> Iterator[_End]:
    if raw.forwarding is None:
        return
    devices = [i for _, i in sorted(interfaces.items()) if i.kind == "vxlan" and _AGENTS_VXLAN.fullmatch(i.name)]
    far_ends = parse_forwarding(raw.forwarding)
    agent = raw.site.agent(BRIDGE_AGENT)
    told = _of_agent(agent) if agent else sorted({("vxlan", i.local_ip) for i in devices if i.local_ip})
    for overlay, address in told:
        own = [i for i in devices if overlay == "vxlan" and _same(i.local_ip or address) == _same(address)]
        ports = sorted(i.udp_port for i in own if i.udp_port)
        tunnels = [{"device": i.name, "vni": i.vni, "remote_ips": far_ends.get(i.name, [])} for i in own]
        yield _End("lxb", overlay, address, ports[0] if ports else None, tunnels)


def _record(host: str, end: _End, holder: Interface, interfaces: Mapping[str, Interface]) -> Record:
    base = _base(holder, interfaces)
    return OTEP.record(
        host=host,
        name=end.overlay,
        parent=Ref("vedge", vedge_id(host, end.kind)),
        overlay_type=end.overlay,
        ip_address=end.address,
        udp_port=end.udp_port,
        device=holder.name,
        base_device=base.name if base is not holder else None,
        oper_state=holder.oper_state,
        remote_ips=sorted({remote for tunnel in end.tunnels for remote in tunnel["remote_ips"]}),
        tunnels=list(end.tunnels),
    )


def _base(holder: Interface, interfaces: Mapping[str, Interface]) -> Interface:
    """The device below VLAN interfaces."""
    seen = {holder.name}
    while holder.kind == "vlan" and holder.lower is not None and holder.lower not in seen:
        below = interfaces.get(holder.lower)
        if below is None:
            break
        holder = below
        seen.add(holder.name)
    return holder


def _holders(interfaces: Mapping[str, Interface]) -> Mapping[str, str]:
    """Address → name of the interface that has it."""
    return {
        _same(address.rpartition("/")[0]): name
        for name, interface in sorted(interfaces.items(), reverse=True)
        for address in interface.addresses
    }


def _same(address: str) -> str:
    """The address as it is always written."""
    return str(ip_address(address)) if _is_address(address) else address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


COLLECTOR = HostCollector("otep", fetch, parse)
