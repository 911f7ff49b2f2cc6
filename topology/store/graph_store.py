"""The store of one environment: the only writer of what was discovered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime

from cypher import statement
from graph_schema.metrics import LINKS_WRITTEN
from graph_schema.records import COMPLETE, Outcome, Record, Scope
from graph_schema.registry import CONTAINS, link_type
from topology.errors import Superseded
from topology.graph import Graph
from topology.graph.rows import Row
from topology.metrics import METER
from topology.store.ahead import read_ahead
from topology.store.changes import LISTED, ScopeChanges, Tally
from topology.store.context import PATIENCE, WriteContext
from topology.store.encoding import record_of
from topology.store.joint_writer import write_together
from topology.store.lease import Fence, make_lease, under_lease
from topology.store.preparation import trust_identity
from topology.store.prepared import Prepared, prepare, together
from topology.store.removal import RemovalGuard
from topology.store.scope_writer import Written, remove_scope_objects, write_links, write_scope
from topology.store.scopes import ScopeState, forget, orphaned_scopes, scope_states, stamp_failure
from topology.store.unchanged import HeldReading
from topology.store.writes import ScopeWrite, Witness


class GraphStore:
    """Writes scopes into one environment and reads them back.

    One for each scan: it remembers what was confirmed, for `remove_unconfirmed`. `stop` is called between batches and
    may raise to end the scan; what was written by then is consistent. Whatever writes raises GraphNotReady when the
    database does not keep ids unique, and Superseded when a newer reading of the scope has been written.
    """

    def __init__(
        self,
        graph: Graph,
        environment: str,
        *,
        batch_size: int = 2000,
        removal_share: float = 0.3,
        removal_floor: int = 20,
        stop: Callable[[], None] | None = None,
    ) -> None:
        self._graph, self._environment, self._batch_size = graph, environment, batch_size
        self._share, self._floor = removal_share, removal_floor
        self._stop = stop or (lambda: None)
        self._is_ready = False
        self._planned: set[int] = set()
        self._expect_changes = False
        # Of scopes that this store wrote, those that it did not confirm wholly.
        self._in_doubt: dict[Scope, Written] = {}
        self._confirmed: set[Scope] = set()

    def write(
        self,
        scope_write: ScopeWrite,
        *,
        accept_removals: bool = False,
        dry_run: bool = False,
        witness: Witness | None = None,
        listing: int | None = None,
    ) -> ScopeChanges:
        """Bring the graph to what a reading says of its scope: objects, attributes, links, and then removals.

        A dry run writes nothing, and lists the changes: `listing` of them, LISTED unless told.
        """
        prepared = prepare(scope_write, self._batch_size)
        guard = RemovalGuard(self._share, self._floor, accept_removals, witness)
        if dry_run or not prepared.joins:
            return self._write_alone(prepared, guard, dry_run=dry_run, listing=listing)
        [found] = self._write_together([prepared], [guard], listing or 0)
        if isinstance(found, Superseded):
            raise found
        return found

    def write_all(
        self, writes: Iterable[ScopeWrite], *, accept_removals: bool = False
    ) -> Iterator[tuple[Scope, ScopeChanges | Superseded]]:
        """Write readings as they come, small ones together; what that changed, scope by scope, in their order.

        Unless they are all there, the next ones are made in a thread of its own while the database works on those
        before: whatever `writes` does must bear that.
        """
        prepared = (prepare(one, self._batch_size) for one in writes)
        for some in (prepared,) if isinstance(writes, Sequence) else self._ahead(map(self._made_ready, prepared)):
            for group in together(some, self._batch_size):
                self._stop()
                found = self._write_group(group, [RemovalGuard(self._share, self._floor, accept_removals)] * len(group))
                yield from zip((one.write.scope for one in group), found, strict=True)

    def write_links(self, scope_write: ScopeWrite, *, dry_run: bool = False) -> ScopeChanges:
        """Write only the links of objects that are there, as found anew in what the graph knows.

        No object is written or removed, and the scope is as fresh as before: nothing was read.
        """
        context = self._context_of(scope_write, Tally(listing=0), dry_run=dry_run)
        write_links(context, scope_write.entries)
        if not dry_run:
            context.tally.count_for(self._environment)
        return context.tally.changes(scope_write.scope, scope_write.observed_at, scope_write.outcome, dry_run=dry_run)

    def resolve_pending(self) -> tuple[int, dict[str, int]]:
        """Join links whose missing end has come; how many, and how many of each type still wait.

        This ends a scan: when it returns, searches find what was written.
        """
        self._require_ready()
        resolved = sum(self._resolve(type) for type in sorted(self._waiting()))
        self._graph.read("search_awaited", timeout=PATIENCE)
        return resolved, self._waiting()

    def scopes(self) -> list[ScopeState]:
        """The scopes of the environment and how complete they are known."""
        return scope_states(self._graph, self._environment)

    def orphaned_scopes(self) -> list[Scope]:
        """Scopes of hosts that the cloud, completely read, does not know any more."""
        return orphaned_scopes(self._graph, self._environment)

    def remove_scope(self, scope: Scope, *, accept_removals: bool = False) -> ScopeChanges:
        """Remove all that a scope owns, and the scope itself; as guarded as any removal."""
        known = next((state for state in self.scopes() if state.scope == scope), None)
        context = self._context(scope, _now(known), Tally(listing=0), complete=True, dry_run=False)
        held = remove_scope_objects(context, set(), RemovalGuard(self._share, self._floor, accept_removals))
        context.tally.count_for(self._environment)
        outcome = Outcome("partial", tuple(doubt.reason for doubt in held.values())) if held else COMPLETE
        if not held:
            forget(context)
        return context.tally.changes(scope, context.observed_at, outcome, dry_run=False)

    def remove_unconfirmed(self, since: datetime, *, keep: Collection[Scope] = ()) -> int:
        """Remove what the scan that began at `since` and wrote through this store did not confirm; how many objects.

        That is what partial readings did not list, what was held back for its number, and all of the scopes that were
        not read or could not be. Types that a listing lacked objects of which still answered stay, and so do the
        scopes of `keep`. Where no scope at all was read completely since, nothing is removed.
        """
        self._require_ready()
        states = self.scopes()
        if not any(state.completed_at is not None and state.completed_at >= since for state in states):
            return 0
        return sum(
            self._remove_unconfirmed(state, since)
            for state in states
            if state.scope not in self._confirmed and state.scope not in keep
        )

    def remove_environment_objects(self) -> int:
        """Remove everything that was discovered, links that wait and kept annotations too; how many objects.

        The lease stays, because its token must never start again.
        """
        self._require_ready()
        objects = 0
        while True:
            self._stop()
            row: Row = under_lease(
                self._graph,
                self._environment,
                lambda tx: tx.run("environment_empty", environment=self._environment, batch=self._batch_size)[0],
            )
            objects += int(row["objects"])
            if row["removed"] < self._batch_size:
                return objects

    def load(
        self, types: Iterable[str], *, scope: Scope | None = None, excluding: Collection[Scope] = ()
    ) -> Iterator[Record]:
        """Records as they were written, with the attributes of other sources: of one scope, or of all but some."""
        where = {"environment": self._environment}
        if scope is not None:
            rows = self._graph.stream("records_of_scope", **where, types=list(types), scope=scope.key)
            yield from (record_of(row["node"]) for row in rows)
            return
        keys = sorted(excluded.key for excluded in excluding)
        for type in types:
            rows = self._graph.stream("records_of_type", **where, type=type, excluding=keys)
            yield from (record_of(row["node"]) for row in rows)

    def _made_ready(self, one: Prepared) -> Prepared:
        """What it takes to create the objects of a small reading, where those before were new."""
        if one.small and self._expect_changes:
            for said in one.says:
                said.make_ready(to_create=True)
        return one

    def _ahead(self, prepared: Iterable[Prepared]) -> Iterator[list[Prepared]]:
        return read_ahead(
            prepared,
            weight=lambda one: one.rows,
            room=self._batch_size,
            alone=lambda one: not one.small,
            pulse=self._stop,
        )

    def _write_group(
        self, group: Sequence[Prepared], guards: Sequence[RemovalGuard]
    ) -> list[ScopeChanges | Superseded]:
        if group[0].joins:
            return self._write_together(group, guards)
        try:
            return [self._write_alone(group[0], guards[0])]
        except Superseded as error:
            return [error]

    def _write_together(
        self, group: Sequence[Prepared], guards: Sequence[RemovalGuard], listing: int = 0
    ) -> list[ScopeChanges | Superseded]:
        """Write small readings in one transaction."""
        readings = [
            HeldReading(
                self._context_of(one.write, Tally(listing), digests=one.digests),
                list(one.says),
                list(one.attributes),
                one.write.outcome,
            )
            for one in group
        ]
        results = write_together(readings, guards)
        self._expect_changes = readings[0].context.expect_changes
        for reading, found in zip(readings, results, strict=True):
            if isinstance(found, Written):
                reading.context.tally.count_for(self._environment)
                self._remember(reading.context.scope, found)
        return [found.changes if isinstance(found, Written) else found for found in results]

    def _write_alone(
        self, prepared: Prepared, guard: RemovalGuard, *, dry_run: bool = False, listing: int | None = None
    ) -> ScopeChanges:
        """Write a reading of any size, or say what it would change, or remember that it failed."""
        tally = Tally(listing=listing if listing is not None else LISTED if dry_run else 0)
        scope, observed_at, outcome = prepared.write.scope, prepared.write.observed_at, prepared.write.outcome
        if outcome.status == "failed":
            if not dry_run:
                self._require_ready()
                stamp_failure(self._graph, self._environment, scope, outcome, observed_at)
            return tally.changes(scope, observed_at, outcome, dry_run=dry_run)
        context = self._context_of(prepared.write, tally, dry_run=dry_run, digests=prepared.digests)
        written = write_scope(context, prepared, guard)
        self._expect_changes = context.expect_changes
        if not dry_run:
            context.tally.count_for(self._environment)
            self._remember(scope, written)
        return written.changes

    def _require_ready(self) -> None:
        if not self._is_ready:
            trust_identity(self._graph)
            make_lease(self._graph, self._environment)
            self._is_ready = True

    def _context_of(
        self, scope_write: ScopeWrite, tally: Tally, *, dry_run: bool = False, digests: str | None = None
    ) -> WriteContext:
        scope, complete = scope_write.scope, scope_write.outcome.status == "complete"
        context = self._context(scope, scope_write.observed_at, tally, complete=complete, dry_run=dry_run)
        context.digests = digests
        return context

    def _context(
        self, scope: Scope, observed_at: datetime, tally: Tally, *, complete: bool, dry_run: bool
    ) -> WriteContext:
        if not dry_run:
            self._require_ready()
        return WriteContext(
            graph=self._graph,
            environment=self._environment,
            scope=scope,
            observed_at=observed_at,
            complete=complete,
            batch_size=self._batch_size,
            tally=tally,
            fence=None if dry_run else Fence(self._graph, self._environment, scope, observed_at),
            stop=self._stop,
            planned=self._planned,
            expect_changes=self._expect_changes,
        )

    def _remember(self, scope: Scope, written: Written) -> None:
        self._in_doubt.pop(scope, None)
        self._confirmed.discard(scope)
        if written.changes.outcome.status == "complete":
            self._confirmed.add(scope)
        else:
            self._in_doubt[scope] = written

    def _remove_unconfirmed(self, state: ScopeState, since: datetime) -> int:
        written = self._in_doubt.get(state.scope)
        unread = state.observed_at is None or state.observed_at < since
        if written is None and not unread and state.outcome != "failed":
            return 0  # another process has read it meanwhile
        context = self._context(state.scope, _now(state), Tally(listing=0), complete=True, dry_run=False)
        # What events have said since the scan began is newer than the scan.
        context.observed_at = since
        guard = RemovalGuard(self._share, self._floor, accept=True)
        seen, answering = (written.seen, written.answering) if written else (set(), frozenset())
        remove_scope_objects(context, seen, guard, keep=answering)
        context.tally.count_for(self._environment)
        if unread:
            forget(context)
        return sum(counts.removed for counts in context.tally.objects.values())

    def _waiting(self) -> dict[str, int]:
        rows = self._graph.read("pending_counts", timeout=PATIENCE, environment=self._environment)
        return {row["link_type"]: row["waiting"] for row in sorted(rows, key=lambda row: row["link_type"])}

    def _resolve(self, type: str) -> int:
        named = statement("pending_resolve")
        resolve = named.fill(relationship=CONTAINS if type == CONTAINS else link_type(type).relationship)
        total = 0
        while True:
            self._stop()
            rows = under_lease(
                self._graph,
                self._environment,
                lambda tx: tx.run(resolve, environment=self._environment, link_type=type, batch=self._batch_size),
            )
            resolved = int(rows[0]["resolved"])
            total += resolved
            METER.count(LINKS_WRITTEN, self._environment, "created", by=resolved)
            if resolved < self._batch_size:
                return total


def _now(state: ScopeState | None) -> datetime:
    """This moment, and not before the scope's last reading, whatever the clock of the machine that read it."""
    now = datetime.now(UTC)
    return max(now, state.observed_at) if state is not None and state.observed_at is not None else now
