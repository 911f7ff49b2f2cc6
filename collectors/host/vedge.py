"""The virtual switches of a host: Open vSwitch, and the bridges that the Linux bridge agent makes one switch of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collectors.contracts import HostCollector, HostSite
from collectors.host.interfaces import fetch_interfaces, parse_interfaces
from collectors.host.output import Output
from collectors.host.ovs import OVS_AGENT, OvsDatabase, OvsPort, fetch_ovs, parse_ovs
from collectors.sources.protocols import HostShell
from graph_schema.object_types import VEDGE
from graph_schema.records import Record

BRIDGE_AGENT = "Linux bridge agent"
_AGENTS_BRIDGE = re.compile(r"brq[0-9a-f]{8}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class RawSwitches:
    """What the host says of its switches (None: it has no Open vSwitch), and what is known of its agents."""

    site: HostSite
    ovs: Output | None
    interfaces: Output


def fetch(shell: HostShell, site: HostSite) -> RawSwitches:
    """Two commands, one where no Open vSwitch agent is. Raises CommandFailed, Unreachable."""
    return RawSwitches(site, fetch_ovs(shell, site), fetch_interfaces(shell))


def parse(raw: RawSwitches) -> Iterator[Record]:
    """One switch for each agent that drives one; where the agents are not known, for each that has bridges.

    Raises Malformed.
    """
    if raw.ovs is not None:
        database = parse_ovs(raw.ovs)
        if database.bridges or raw.site.agents is not None:
            yield _ovs(raw.site, database)
    yield from _linux_bridges(raw)


def has_bridge_agent(site: HostSite) -> bool:
    """Whether the Linux bridge agent is on the host, or nobody could tell."""
    return site.agents is None or site.agent(BRIDGE_AGENT) is not None


def vedge_id(host: str, kind: str) -> str:
    """Id of the switch of that kind (ovs, lxb) on the host."""
    return VEDGE.record(name=kind, host=host, kind=kind).id


def _ovs(site: HostSite, database: OvsDatabase) -> Record:
    agent = site.agent(OVS_AGENT)
    return VEDGE.record(
        host=site.host,
        name="ovs",
        kind="ovs",
        agent_type=OVS_AGENT if agent else None,
        version=database.version,
        bridges=sorted(database.bridges),
        bridge_mappings=_mappings(agent, "bridge_mappings"),
        ports=[_port(port) for port in database.ports],
    )


def _port(port: OvsPort) -> Mapping[str, Any]:
    values = {
        "device": port.device,
        "bridge": port.bridge,
        "type": port.type,
        "tag": port.tag,
        "trunks": list(port.trunks) or None,
        "bond": port.bond,
        "peer": port.options.get("peer"),
        "local_ip": port.options.get("local_ip"),
        "remote_ip": port.options.get("remote_ip"),
        "link_state": port.link_state,
        "iface_id": port.external_ids.get("iface-id"),
    }
    return {key: value for key, value in values.items() if value is not None}


def _linux_bridges(raw: RawSwitches) -> Iterator[Record]:
    if not has_bridge_agent(raw.site):
        return
    agent = raw.site.agent(BRIDGE_AGENT)
    mapped = _mappings(agent, "bridge_mappings")
    own = {mapping.partition(":")[2] for mapping in mapped or ()}
    bridges = [i.name for i in parse_interfaces(raw.interfaces).values() if i.kind == "bridge"]
    driven = sorted(name for name in bridges if name in own or _AGENTS_BRIDGE.fullmatch(name))
    if driven or agent:
        yield VEDGE.record(
            host=raw.site.host,
            name="lxb",
            kind="lxb",
            agent_type=BRIDGE_AGENT if agent else None,
            bridges=driven,
            bridge_mappings=mapped,
            interface_mappings=_mappings(agent, "interface_mappings"),
        )


def _mappings(agent: Record | None, name: str) -> list[str] | None:
    return sorted(agent.get(name) or ()) if agent is not None else None


COLLECTOR = HostCollector("vedge", fetch, parse)
