"""The scan itself: cloud, then hosts, then what is left over. The same function for the command line and the task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from graph_schema.records import COMPLETE, Outcome, Problem, Reading, Record, Scope
from graph_schema.registry import OBJECT_TYPES, owned_by
from topology.cliques import count_cliques
from topology.errors import Superseded
from topology.graph import Graph
from topology.scan.collection import Collection
from topology.scan.dependants import hosts_to_read
from topology.scan.garbage import seldom_searched
from topology.scan.inventory import Inventory
from topology.scan.journal import Journal
from topology.scan.options import ScanOptions
from topology.scan.report import ScanReport, ScopeReport
from topology.settings import Settings
from topology.store import Entry, GraphStore, ScopeChanges, ScopeWrite, Witness, entries_of

Progress = Callable[[str, str], None]
"""Called with a phase (cloud, hosts, settle) and a line about what was just done."""

HOST_SOURCE = "ssh"


def scan(
    graph: Graph,
    environment: str,
    collection: Collection,
    options: ScanOptions | None = None,
    *,
    settings: Settings,
    scan_id: str | None = None,
    started_by: str = "cli",
    progress: Progress | None = None,
) -> ScanReport:
    """Scan an environment through `collection` into the graph, and report.

    What a source does wrong is in the report, never raised. Raises GraphUnavailable or GraphNotReady when there is
    nowhere to write; the graph is then consistent, and the next scan completes the work. A dry run writes nothing.
    """
    options = options or ScanOptions()
    journaled = Journal(graph, environment, options, scan_id=scan_id, started_by=started_by, progress=progress)
    with journaled as journal, seldom_searched():
        store = GraphStore(
            graph,
            environment,
            batch_size=settings.batch_size,
            removal_share=settings.removal_share,
            removal_floor=settings.removal_floor,
            stop=journal.beat,
        )
        if options.cliques_only:
            journal.report.cliques = count_cliques(graph, environment)
        else:
            _Scan(store, collection, options, journal).run()
        return journal.report


class _Scan:
    """One run over all scopes: the inventory grows as they are read, each is written when its links are found."""

    def __init__(self, store: GraphStore, collection: Collection, options: ScanOptions, journal: Journal) -> None:
        self._store, self._collection, self._options, self._journal = store, collection, options, journal
        self._cloud = Inventory()
        self._report: ScanReport = journal.report
        self._report.problems.extend(collection.notes)
        self._report.hints.extend(collection.hints)

    def run(self) -> None:
        readings = self._read_cloud()
        for reading in readings:
            outcome = self._write(self._scope_write(reading, self._cloud))
            if reading.outcome.status == "complete" != outcome.status:
                self._recall_doubted(reading.scope)
        self._read_hosts()
        self._settle()

    def _read_cloud(self) -> Sequence[Reading]:
        self._journal.phase("cloud", "reading the cloud's services")
        source = self._remembered_cloud() if self._options.links_only else self._collection.read_cloud()
        readings = [_whole(reading) for reading in source]
        for reading in readings:
            self._cloud.add(reading.records)
        self._recall(readings)
        return readings

    def _recall(self, readings: Iterable[Reading]) -> None:
        """What the graph knows of scopes that were not read completely stands in: links to it are still found."""
        known = {reading.scope for reading in readings if reading.outcome.status == "complete"}
        types = [t.name for t in OBJECT_TYPES.values() if t.owner.scope != "host"]
        self._cloud.add(self._store.load(types, excluding=known), replace=False)

    def _recall_doubted(self, scope: Scope) -> None:
        """What a listing lacked and the writer did not believe to be gone: hosts still have links to it."""
        self._cloud.add(self._store.load([t.name for t in owned_by(scope.source)], scope=scope), replace=False)

    def _read_hosts(self) -> None:
        self._journal.phase("hosts", "reading hosts")
        only = hosts_to_read(self._options.object, self._cloud) if self._options.object else None
        if self._options.links_only:
            readings = self._remembered_hosts()
        else:
            readings = self._collection.read_hosts(self._cloud, only)
        writes = (self._scope_write(reading, self._host_view(reading)) for reading in map(_whole, readings))
        if self._options.links_only or self._options.dry_run:
            for scope_write in writes:
                self._write(scope_write)
            return
        for scope, found in self._store.write_all(writes, accept_removals=self._options.accept_removals):
            self._tell(scope, found)

    def _host_view(self, reading: Reading) -> Inventory:
        view = Inventory(host=reading.scope.name, below=self._cloud)
        view.types(t.name for t in owned_by(HOST_SOURCE))
        view.add(reading.records)
        if reading.outcome.status != "complete":
            view.add(self._store.load([t.name for t in owned_by(HOST_SOURCE)], scope=reading.scope), replace=False)
        return view

    def _scope_write(self, reading: Reading, view: Inventory) -> ScopeWrite:
        """A reading with its links."""
        reading, entries = self._entries(reading, view)
        return ScopeWrite(reading.scope, reading.observed_at, reading.outcome, entries, reading.attributes)

    def _write(self, scope_write: ScopeWrite) -> Outcome:
        """Write it; how complete it is now that the writer has weighed its removals."""
        try:
            return self._tell(scope_write.scope, self._stored(scope_write))
        except Superseded as error:
            return self._tell(scope_write.scope, error)

    def _tell(self, scope: Scope, found: ScopeChanges | Superseded) -> Outcome:
        """Have reported what came of a scope."""
        if isinstance(found, Superseded):
            outcome = Outcome("partial", (Problem(scope.key, str(found), "The newer reading is in the graph."),))
            self._journal.scope(ScopeReport(scope, outcome, None))
            return outcome
        self._journal.scope(ScopeReport(scope, found.outcome, found))
        return found.outcome

    def _stored(self, scope_write: ScopeWrite) -> ScopeChanges:
        if self._options.links_only:
            return self._store.write_links(scope_write, dry_run=self._options.dry_run)
        return self._store.write(
            scope_write,
            accept_removals=self._options.accept_removals,
            dry_run=self._options.dry_run,
            witness=self._witness(scope_write.scope),
        )

    def _witness(self, scope: Scope) -> Witness | None:
        # A host has no other way to be asked: its commands are read whole or the scope is not complete.
        return None if scope.source == HOST_SOURCE else lambda type, id: self._collection.witness(scope, type, id)

    def _entries(self, reading: Reading, view: Inventory) -> tuple[Reading, list[Entry]]:
        if reading.outcome.status == "failed":
            return reading, []
        if self._options.inventory_only:
            return reading, [Entry(record, None) for record in reading.records]
        links, problems = self._collection.find_links(reading.scope, view)
        if problems:
            outcome = Outcome("partial", (*reading.outcome.problems, *problems))
            reading = replace(reading, outcome=outcome)
        return reading, entries_of(reading.records, links)

    def _settle(self) -> None:
        self._journal.phase("settle", "joining what was waiting for its other end")
        if self._options.dry_run:
            return
        if self._options.object is None and not self._options.links_only:
            self._remove_orphans()
        self._report.resolved, self._report.pending = self._store.resolve_pending()
        if self._options.clear:
            self._report.cleared = self._store.remove_unconfirmed(self._report.started_at)

    def _remove_orphans(self) -> None:
        for scope in self._store.orphaned_scopes():
            changes = self._store.remove_scope(scope, accept_removals=self._options.accept_removals)
            self._journal.scope(ScopeReport(scope, changes.outcome, changes))

    def _remembered_cloud(self) -> Iterator[Reading]:
        return (self._remembered(scope) for scope in self._known_scopes() if scope.source != HOST_SOURCE)

    def _remembered_hosts(self) -> Iterator[Reading]:
        return (self._remembered(scope) for scope in self._known_scopes() if scope.source == HOST_SOURCE)

    def _known_scopes(self) -> Sequence[Scope]:
        return [state.scope for state in self._store.scopes() if state.completed_at is not None]

    def _remembered(self, scope: Scope) -> Reading:
        types = [t.name for t in owned_by(scope.source)]
        return Reading(scope, datetime.now(UTC), COMPLETE, list(self._store.load(types, scope=scope)))


def _whole(reading: Reading) -> Reading:
    """The reading with its records in memory: finders and the writer both go through them."""
    records: Sequence[Record] = list(reading.records)
    return replace(reading, records=records, attributes=list(reading.attributes))
