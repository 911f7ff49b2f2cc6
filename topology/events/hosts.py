"""Hosts that are read again: all that is on one, with only as much of the cloud in view as its links need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graph_schema.events import Refresh
from graph_schema.records import Outcome, Reading, Record
from graph_schema.registry import owned_by
from topology.errors import Superseded
from topology.events.sources import LiveSources
from topology.graph import Graph
from topology.scan.inventory import Inventory
from topology.store import GraphStore, ScopeChanges, ScopeWrite, entries_of
from topology.store.encoding import record_of

HOST_SOURCE = "ssh"
TUNNELS = "otep-otep"


@dataclass(frozen=True, slots=True)
class HostRead:
    """How reading one host again went; `more` are hosts at the far ends of tunnels that changed."""

    host: str
    outcome: Outcome
    changed: bool
    more: tuple[Refresh, ...] = ()


class HostReader:
    """Reads hosts again and writes what is on them."""

    def __init__(self, graph: Graph, environment: str, store: GraphStore, sources: LiveSources) -> None:
        self._graph, self._environment, self._store, self._sources = graph, environment, store, sources

    def read(self, hosts: Sequence[str]) -> list[HostRead]:
        """Read these hosts, several at a time. Those that the graph does not know are not among the answers."""
        cloud = self._cloud(hosts)
        reads = [self._write(reading, cloud) for reading in self._sources.read_hosts(cloud, frozenset(hosts))]
        if any(read.changed for read in reads):
            self._store.resolve_pending()
        return reads

    def _cloud(self, hosts: Sequence[str]) -> Inventory:
        cloud = Inventory()
        cloud.add(self._store.load(["region", "availability_zone", "host", "network_agent", "network"]))
        cloud.add(self._records("events_instances_of", hosts=list(hosts)))
        # That neutron has told of ports at all: without any, nobody could say what a link carries.
        cloud.add(self._records("events_any_port"))
        return cloud

    def _write(self, reading: Reading, cloud: Inventory) -> HostRead:
        reading = replace(reading, records=list(reading.records), attributes=list(reading.attributes))
        outcome = reading.outcome
        entries = []
        if outcome.status != "failed":
            links, problems = self._sources.find_links(reading.scope, self._view(reading, cloud))
            if problems:
                outcome = Outcome("partial", (*outcome.problems, *problems))
            entries = entries_of(reading.records, links)
        write = ScopeWrite(reading.scope, reading.observed_at, outcome, entries, reading.attributes)
        try:
            changes = self._store.write(write)
        except Superseded:  # by a scan that is newer: all the better
            return HostRead(reading.scope.name, outcome, changed=False)
        more = self._peers(reading.scope.name, changes)
        return HostRead(reading.scope.name, changes.outcome, changes.changed, tuple(more))

    def _view(self, reading: Reading, cloud: Inventory) -> Inventory:
        view = Inventory(host=reading.scope.name, below=cloud)
        owned = [kind.name for kind in owned_by(HOST_SOURCE)]
        view.types(owned)
        view.add(reading.records)
        if reading.outcome.status != "complete":
            view.add(self._store.load(owned, scope=reading.scope), replace=False)
        cloud.add(self._ports([record for type in ("vnic", "vedge") for record in view.all(type)]), replace=False)
        return view

    def _ports(self, on_host: Iterable[Record]) -> Iterable[Record]:
        macs, ids = set(), set()
        for record in on_host:
            if record.get("mac_address"):
                macs.add(record["mac_address"])
            ids |= {port["iface_id"] for port in record.get("ports") or () if port.get("iface_id")}
        return self._records("events_host_ports", macs=sorted(macs), ids=sorted(ids))

    def _peers(self, host: str, changes: ScopeChanges) -> list[Refresh]:
        tunnels = changes.links.get(TUNNELS)
        if tunnels is None or not (tunnels.created or tunnels.removed):
            return []
        rows = self._graph.read("events_tunnel_peers", environment=self._environment, host=host)
        return [Refresh("host", row["host"]) for row in rows]

    def _records(self, named: str, **parameters: Any) -> Iterable[Record]:
        rows = self._graph.read(named, environment=self._environment, **parameters)
        return [record_of(row["node"]) for row in rows]
