"""The Linux bridges of a host's root namespace."""

from __future__ import annotations

from collections.abc import Iterator

from collectors.contracts import HostCollector, HostSite
from collectors.host.interfaces import fetch_interfaces, parse_interfaces
from collectors.host.output import Output
from collectors.sources.protocols import HostShell
from graph_schema.object_types import VCONNECTOR
from graph_schema.records import Record


def fetch(shell: HostShell, _: HostSite) -> Output:
    """One command. Raises CommandFailed, Unreachable."""
    return fetch_interfaces(shell)


def parse(raw: Output) -> Iterator[Record]:
    """Every Linux bridge with the devices that are in it. Raises Malformed."""
    interfaces = parse_interfaces(raw)
    for bridge in interfaces.values():
        if bridge.kind != "bridge":
            continue
        members = sorted(name for name, member in interfaces.items() if member.master == bridge.name)
        yield VCONNECTOR.record(
            host=raw.host,
            name=bridge.name,
            mac_address=bridge.mac,
            ip_addresses=list(bridge.addresses),
            interfaces=members,
            veth_peers={
                m: interfaces[m].lower for m in members if interfaces[m].kind == "veth" and interfaces[m].lower
            },
            stp=bridge.stp,
            mtu=bridge.mtu,
            oper_state=bridge.oper_state,
        )


COLLECTOR = HostCollector("vconnector", fetch, parse)
