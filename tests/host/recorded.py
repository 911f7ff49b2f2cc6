"""Hosts as they were recorded: a shell that answers from `tests/data/hosts`, and what was known of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collectors.contracts import HostCollector, HostSite
from collectors.host import host_pnic, instance_vnic, otep, system, vconnector, vedge, vservice
from collectors.sources.protocols import NOT_INSTALLED, CommandResult, accepted
from graph_schema.commands import Command
from graph_schema.object_types import NETWORK_AGENT
from graph_schema.records import Attributes, Problem, Record

DATA = Path(__file__).parent.parent / "data" / "hosts"
COLLECTORS: Sequence[HostCollector] = tuple(
    module.COLLECTOR for module in (system, host_pnic, vconnector, vedge, instance_vnic, vservice, otep)
)
LAB = ("cmp1", "cmp2", "cmp3", "cmp4", "cmp5", "net1", "net2", "ctl1")
HOSTS = (*LAB, "lxbdhcp", "dvr", "bonded")
NO_JSON = CommandResult("", 'Option "-j" is unknown, try "ip -help".\n', 255)
Found = Record | Attributes | Problem


@dataclass
class RecordedHost:
    """A `HostShell` that answers from a recording. `changed` answers replace recorded ones; `asked` is what was run.

    Without `json` its iproute2 is one that has none.
    """

    host: str
    json: bool = True
    changed: Mapping[str, CommandResult] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    concurrent: bool = False

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        command.line(arguments)  # refuses what could not be sent
        if command.name not in self.asked:
            self.asked.append(command.name)
        if command.name in self.changed:
            return self.changed[command.name]
        return NO_JSON if not self.json and "-j" in command.words else recorded(self.host, command.name)

    def run(self, command: Command, arguments: Sequence[str] = ()) -> str:
        return accepted(self.result(command, arguments), command, self.host)


def recorded(host: str, name: str) -> CommandResult:
    """What the command printed on the host; as if it were not installed where nothing was recorded."""
    path = DATA / host / f"{name}.out"
    if not path.exists():
        return CommandResult("", f"bash: {name}: command not found\n", NOT_INSTALLED)
    about = json.loads((DATA / host / "about.json").read_text())["commands"].get(name, {})
    return CommandResult(path.read_text(), about.get("stderr", ""), about.get("status", 0))


def agent(host: str, agent_type: str, **values: Any) -> Record:
    """A network agent of the host."""
    return NETWORK_AGENT.record(
        id=f"{host} {agent_type}", name=agent_type, host=host, agent_type=agent_type, alive=True, **values
    )


def ovs_agent(host: str, address: str, *mappings: str, types: Sequence[str] = ("vxlan",)) -> Record:
    """An Open vSwitch agent with a tunnel address and bridge mappings."""
    return agent(
        host,
        "Open vSwitch agent",
        tunneling_ip=address,
        tunnel_types=list(types),
        bridge_mappings=list(mappings),
    )


def bridge_agent(host: str, address: str, *mappings: str) -> Record:
    """A Linux bridge agent with a tunnel address and interface mappings."""
    return agent(
        host,
        "Linux bridge agent",
        tunneling_ip=address,
        tunnel_types=["vxlan"],
        interface_mappings=list(mappings),
    )


AGENTS: Mapping[str, Sequence[Record]] = {
    "cmp1": [ovs_agent("cmp1", "10.21.0.31", "physvlan:br-vlan")],
    "cmp2": [ovs_agent("cmp2", "10.21.0.32", "physvlan:br-vlan")],
    "cmp3": [ovs_agent("cmp3", "10.21.0.33", "physvlan:br-vlan")],
    "cmp4": [bridge_agent("cmp4", "10.21.0.34", "physvlan:eth2")],
    "cmp5": [bridge_agent("cmp5", "10.21.0.35")],
    "net1": [ovs_agent("net1", "10.21.0.21", "physext:br-ex", "physvlan:br-vlan"), agent("net1", "L3 agent")],
    "net2": [ovs_agent("net2", "10.21.0.22", "physext:br-ex", "physvlan:br-vlan"), agent("net2", "DHCP agent")],
    "ctl1": [],
    "lxbdhcp": [bridge_agent("lxbdhcp", "10.50.0.41", "physlan:eth2"), agent("lxbdhcp", "DHCP agent")],
    "dvr": [agent("dvr", "L3 agent")],
    "bonded": [ovs_agent("bonded", "10.50.0.51", "physext:br-ex2", types=("vxlan", "gre"))],
}
HYPERVISORS = {"cmp1": "QEMU", "cmp2": "QEMU", "cmp3": "fake", "cmp4": "QEMU", "cmp5": "QEMU", "bonded": "QEMU"}


def site(host: str, *, known: bool = True) -> HostSite:
    """What nova and neutron say of the host; nothing where it is not `known`."""
    if not known:
        return HostSite(host, host, "RegionOne")
    return HostSite(host, host, "RegionOne", AGENTS[host], HYPERVISORS.get(host, ""))


def collect(shell: RecordedHost, where: HostSite | None = None) -> list[Found]:
    """What all collectors find that the site wants. Raises SourceError."""
    where = where or site(shell.host)
    wanted = [collector for collector in COLLECTORS if collector.wanted(where)]
    return [found for collector in wanted for found in collector.parse(collector.fetch(shell, where))]


def records(host: str, type: str) -> list[Record]:
    """The host's records of a type."""
    return [found for found in collect(RecordedHost(host)) if isinstance(found, Record) and found.type == type]
