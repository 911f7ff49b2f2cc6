"""Hosts that are read again: all that is on one, with only as much of the cloud in view as its links need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from graph_schema.events import Refresh
from graph_schema.records import Outcome, Reading, Record
from graph_schema.registry import owned_by
from topology.errors import Superseded
from topology.events.requests import Due
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
    """Reads hosts again, each by itself: none waits for another. What is on them is written one after the other."""

    def __init__(self, graph: Graph, environment: str, store: GraphStore, sources: LiveSources, at_a_time: int) -> None:
        self._graph, self._environment, self._store, self._sources = graph, environment, store, sources
        self._at_a_time = at_a_time
        self._threads = ThreadPoolExecutor(at_a_time, thread_name_prefix="read host")
        self._begun: dict[Future[HostRead | None], Due] = {}
        self._writing = Lock()

    @property
    def busy(self) -> bool:
        """Whether hosts are being read that `ended` has not told of."""
        return bool(self._begun)

    def begin(self, wanted: Iterable[Due]) -> None:
        """Begin to read those of these hosts that are not being read, as many as are read at a time."""
        chosen = self._chosen(wanted)
        if not chosen:
            return
        cloud = self._cloud([one.refresh.id for one in chosen])
        for one in chosen:
            # In the context that it is asked for in: what is logged says what it is about.
            self._begun[self._threads.submit(copy_context().run, self._look, one.refresh.id, cloud)] = one

    def _chosen(self, wanted: Iterable[Due]) -> list[Due]:
        """What is asked for first; but looks once more, which would wait for ever, have a quarter of the places."""
        being_read = {one.refresh: one for one in self._begun.values()}
        waiting = [one for one in wanted if one.refresh not in being_read]
        asked, looks = ([one for one in waiting if bool(one.looks) is looked] for looked in (False, True))
        free = self._at_a_time - len(being_read)
        kept = self._at_a_time // 4 - sum(one.looks > 0 for one in being_read.values())
        return [*asked[: free - max(0, min(kept, len(looks), free))], *looks][:free]

    def ended(self, seconds: float | None = None) -> list[tuple[Due, HostRead | None]]:
        """What came of those that have been read and written, waiting so long for the first (None: until there is one).

        None for a host that the graph does not know, or where hosts cannot be read.
        """
        ready = wait(self._begun, timeout=seconds, return_when=FIRST_COMPLETED).done if self._begun else ()
        return [(self._begun.pop(task), task.result()) for task in ready]

    def close(self) -> None:
        """Begin no more. What is being read ends with its source, and is not told."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _look(self, host: str, cloud: Inventory) -> HostRead | None:
        for reading in list(self._sources.read_hosts(cloud, frozenset({host}))):
            with self._writing:
                read = self._write(reading, cloud)
                if read.changed:
                    self._store.resolve_pending()
                return read
        return None

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
        # The cloud as it is known is looked at by others, too: what only this host needs to know is put before it.
        known = Inventory(below=cloud)
        view = Inventory(host=reading.scope.name, below=known)
        owned = [kind.name for kind in owned_by(HOST_SOURCE)]
        view.types(owned)
        view.add(reading.records)
        if reading.outcome.status != "complete":
            view.add(self._store.load(owned, scope=reading.scope), replace=False)
        on_host = [record for type in ("vnic", "vedge") for record in view.all(type)]
        known.add([*cloud.all("port"), *self._ports(on_host)])
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
