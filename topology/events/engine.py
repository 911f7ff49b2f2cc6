"""The engine of one environment: applies what events say, and reads again what they concern."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TypeVar

from graph_schema.events import Effect, Gone, Refresh, RefreshKind, Reread
from graph_schema.records import Problem, Reading, Scope
from topology.errors import Superseded
from topology.events.hosts import HOST_SOURCE, HostReader
from topology.events.looks import nothing_of
from topology.events.plan import plan_of
from topology.events.requests import Due, due, request, settle
from topology.events.rounds import Round, answered, chunks
from topology.events.sources import LiveSources
from topology.events.standings import Standings
from topology.events.together import together
from topology.events.writing import Writing, Written
from topology.graph import Graph, Transaction
from topology.messages import Message, write_messages
from topology.scan.inventory import Inventory
from topology.settings import Settings
from topology.store import GraphStore, ScopeWrite, entries_of
from topology.store.lease import make_lease, under_lease

T = TypeVar("T")
SOURCE = "events"
# Services answer so many requests of ours at once: one that is slow holds up no other.
REQUESTS_AT_A_TIME = 4
# Small scopes that are read whole: source, and name ("" for the region).
SCOPES: Mapping[RefreshKind, tuple[str, str]] = {"projects": ("keystone", "environment"), "hosts": ("openstack", "")}
# A host that does not answer is said by its scope; it is read again when something happens on it.
TRIES_OF_A_HOST = 4
# With each poll so many hosts are read again, those that were read longest ago.
SHARE_OF_HOSTS = 0.1
# So often an answer may come too late beside scans before somebody is told.
TRIES_BESIDE_SCANS = 3
POLLED: tuple[RefreshKind, ...] = ("statuses", "network_agents", "hosts")


@dataclass(slots=True)
class Applied:
    """What came of a batch of events."""

    events: int
    written: Written
    problems: list[Problem]


class Engine:
    """Writes through the store, under the environment's lease. One for each thread: one reads hosts, one all else."""

    def __init__(
        self,
        graph: Graph,
        environment: str,
        sources: LiveSources,
        *,
        settings: Settings,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._graph, self._environment, self._sources, self._clock = graph, environment, sources, clock
        self._store = GraphStore(
            graph,
            environment,
            batch_size=settings.batch_size,
            removal_share=settings.removal_share,
            removal_floor=settings.removal_floor,
        )
        self._hosts = HostReader(graph, environment, self._store, sources, settings.parallel_hosts)
        self._has_lease = False
        self._standings = Standings(graph, environment)

    def apply(self, effects: Iterable[Effect]) -> Applied:
        """Bring the graph to what events say, in one transaction: when this returns, all of it is kept.

        Problems become messages. Raises GraphUnavailable; then nothing is written, and the events have to come again.
        """
        effects = list(effects)
        plan = plan_of(effects)
        written = Written()
        if plan.ids or plan.refreshes:
            written = self._write(lambda writing, now: writing.apply(plan, now))
            self._count(written)
        self._tell_of_events(effects)
        return Applied(plan.events, written, plan.problems)

    def poison(self, effect: Effect, error: Exception) -> None:
        """Leave out what cannot be applied, keep a message of it, and have what it speaks of read again."""
        self.ask(effect.refreshes)
        ids = tuple(one.record.id for one in effect.says) + tuple(gone.id for gone in effect.gone)
        what = f"it could not be applied: {type(error).__name__}: {' '.join(str(error).split())[:300]}."
        remedy = "It is left out, and what it speaks of is read again. This is a defect: report it."
        problem = Problem(f"notification about {', '.join(ids[:3]) or 'nothing known'}", what, remedy)
        write_messages(
            self._graph,
            self._environment,
            [Message("error", str(problem), SOURCE, related=ids, event_id=effect.event_id or None)],
        )

    def ask(self, refreshes: Iterable[Refresh]) -> None:
        """Have these read again."""
        self._have_lease()
        now = self._clock()
        self._graph.in_transaction(lambda tx: request(tx, self._environment, refreshes, now))

    def poll(self) -> None:
        """Ask for what changes without a notification: agents, services, the status of ports, and some of the hosts."""
        rows = self._graph.read(
            "events_unconfirmed_hosts", environment=self._environment, source=HOST_SOURCE, share=SHARE_OF_HOSTS
        )
        hosts = [Refresh("host", host) for row in rows for host in row["hosts"]]
        self.ask([*(Refresh(kind, "") for kind in POLLED), *hosts])

    def refresh(self) -> Round:
        """Read again all that is due by now, hosts last; when this returns, it is written."""
        done = self.refresh_services()
        self._begin_hosts()
        while self._hosts.busy:
            self._end_hosts(None, done)
        return done

    def refresh_services(self) -> Round:
        """Read again what is due by now but for hosts. What could not be read is tried later, with growing pauses."""
        done = Round()
        asked = list(chunks(due(self._graph, self._environment, self._clock(), hosts=False)))
        alone = [(kind, wanted) for kind, wanted in asked if kind not in SCOPES]
        with ThreadPoolExecutor(REQUESTS_AT_A_TIME, thread_name_prefix="reread") as readers:
            answers = {self._begin(kind, wanted, readers): (kind, wanted) for kind, wanted in alone}
            while answers:
                ready = answered(answers)
                self._look_at([(*answers.pop(one), one.result()) for one in [*answers] if one in ready], done)
        for kind, wanted in asked:
            if kind in SCOPES:
                self._look(kind, wanted, done)
        return done

    def refresh_hosts(self, seconds: float) -> Round:
        """Begin to read the hosts that are due by now; what came of those that have ended, so long waiting for one.

        A host that is read holds up no other.
        """
        done = Round()
        self._begin_hosts()
        self._end_hosts(seconds, done)
        return done

    @property
    def busy(self) -> bool:
        """Whether hosts are being read."""
        return self._hosts.busy

    def close(self) -> None:
        """Begin to read no more hosts."""
        self._hosts.close()

    def _begin_hosts(self) -> None:
        self._hosts.begin(due(self._graph, self._environment, self._clock(), hosts=True))

    def _end_hosts(self, seconds: float | None, done: Round) -> None:
        for wanted, read in self._hosts.ended(seconds):
            failed = read is not None and read.outcome.status == "failed"
            problems = read.outcome.problems if read is not None and failed else ()
            again = failed and wanted.failures < TRIES_OF_A_HOST
            good, bad = ([], [wanted]) if again else ([wanted], [])
            more = read.more if read is not None else ()
            self._settle(good, bad, problems, int(read is not None and read.changed), done, more)

    def _begin(self, kind: RefreshKind, wanted: Sequence[Due], readers: ThreadPoolExecutor) -> Future[Reread]:
        """Ask the service for single objects, while others are asked for."""
        return readers.submit(copy_context().run, self._sources.reread, kind, [one.refresh.id for one in wanted])

    def _look_at(self, answers: Sequence[tuple[RefreshKind, Sequence[Due], Reread]], done: Round) -> None:
        """Write all that was answered meanwhile in one transaction: each has to wait for the environment's lease."""
        of_kind: dict[RefreshKind, list[Reread]] = defaultdict(list)
        for kind, _, answer in answers:
            of_kind[kind] += [] if answer.problems else [answer]
        whole = {kind: self._completed(together(good)) for kind, good in of_kind.items() if good}
        broken = [self._completed(answer) for _, _, answer in answers if answer.problems]
        nothing = [one for _, wanted, answer in answers for one in nothing_of(wanted, answer)]

        def work(writing: Writing, now: datetime) -> tuple[Written, set[RefreshKind], list[Due]]:
            written = writing.apply_rereads([*whole.values(), *broken], now)
            late = {kind for number, kind in enumerate(whole) if number in written.late}
            good = [d for kind, wanted, said in answers if not said.problems and kind not in late for d in wanted]
            settle(writing.transaction, self._environment, good, [], now, nothing)
            return written, late, good

        written, late, good = self._write(work)
        self._count(written)
        self._tell_of_round(good, [], [], int(written.changed), done)
        for kind, wanted, answer in answers:
            if answer.problems:  # what each says is told by itself: others may have failed before
                self._settle([], wanted, answer.problems, 0, done)
            elif kind in late:
                self._put_off(wanted, answer.scope, done)

    def _put_off(self, wanted: Sequence[Due], scope: Scope, done: Round) -> None:
        """Ask once more: a scan that began later was faster. Where that happens again and again, clocks differ."""
        self._settle([], wanted, [], 0, done)
        if any(one.failures == TRIES_BESIDE_SCANS for one in wanted):
            what = f"what is read again counts as older than the last scan, {TRIES_BESIDE_SCANS + 1} times in a row."
            self._tell("warn", [Problem(scope.key, what, "Compare the clocks of the machines that scan and listen.")])

    def _completed(self, reread: Reread) -> Reread:
        """With what follows from comparing it with the graph."""
        return self._standings.with_changed(self._without_unlisted(reread))

    def _look(self, kind: RefreshKind, wanted: Sequence[Due], done: Round) -> None:
        problems, changed, more = self._look_at_scope(kind)
        good, bad = ([], wanted) if problems else (wanted, [])
        self._settle(good, bad, problems, changed, done, more)

    def _settle(
        self,
        good: Sequence[Due],
        bad: Sequence[Due],
        problems: Sequence[Problem],
        changed: int,
        done: Round,
        more: Sequence[Refresh] = (),
    ) -> None:
        """End what was answered, and ask for more because of it."""
        self._have_lease()
        now = self._clock()

        def work(tx: Transaction) -> None:
            request(tx, self._environment, more, now)
            settle(tx, self._environment, good, bad, now)

        self._graph.in_transaction(work)
        self._tell_of_round(good, bad, problems, changed, done)

    def _tell_of_round(
        self, good: Sequence[Due], bad: Sequence[Due], problems: Sequence[Problem], changed: int, done: Round
    ) -> None:
        done.looked += len(good) + len(bad)
        done.changed += changed
        done.failed += len(bad)
        done.problems += problems
        if any(one.failures == 0 for one in bad):  # told once, not with each try
            self._tell("warn", problems)

    def _look_at_scope(self, kind: RefreshKind) -> tuple[list[Problem], int, list[Refresh]]:
        """Read and write a scope: why it could not be read, whether that changed anything, what to read next."""
        source, name = SCOPES[kind]
        scope = Scope(source, name or self._sources.region)
        reading = self._sources.read_scope(scope)
        outcome, records = reading.outcome, list(reading.records)
        view = Inventory()
        view.add(records)
        links, _ = self._sources.find_links(scope, view)
        entries = [] if outcome.status == "failed" else entries_of(records, links)
        write = ScopeWrite(scope, reading.observed_at, outcome, entries, list(reading.attributes))
        back = self._standings.back(scope, records)
        try:
            changes = self._store.write(write, witness=lambda type, id: self._sources.witness(scope, type, id))
        except Superseded:
            return [], 0, back
        self._store.resolve_pending()
        return [] if _read(reading) else list(outcome.problems), int(changes.changed), back

    def _without_unlisted(self, reread: Reread) -> Reread:
        """Of types that were read wholly, what the graph has besides is gone, unless it still answers."""
        gone: list[Gone] = []
        for type in reread.whole:
            listed = {one.record.id for one in reread.says if one.record.type == type}
            rows = self._graph.read("events_of_type", environment=self._environment, scope=reread.scope.key, type=type)
            missing = [row["id"] for row in rows if row["id"] not in listed]
            gone += [Gone(type, id) for id in missing if self._sources.witness(reread.scope, type, id) is False]
        return replace(reread, gone=(*reread.gone, *gone)) if gone else reread

    def _write(self, work: Callable[[Writing, datetime], T]) -> T:
        self._have_lease()
        now = self._clock()
        return under_lease(
            self._graph,
            self._environment,
            lambda tx: work(Writing(self._graph, tx, self._environment, self._sources), now),
        )

    def _count(self, written: Written) -> None:
        if written.tally is not None:
            written.tally.count_for(self._environment)

    def _have_lease(self) -> None:
        if not self._has_lease:
            make_lease(self._graph, self._environment)
            self._has_lease = True

    def _tell_of_events(self, effects: Iterable[Effect]) -> None:
        told = [
            Message("error", str(effect.problem), SOURCE, event_id=effect.event_id or None)
            for effect in effects
            if effect.problem is not None
        ]
        write_messages(self._graph, self._environment, list(dict.fromkeys(told)))

    def _tell(self, level: str, problems: Sequence[Problem]) -> None:
        told = [Message(level, str(problem), SOURCE) for problem in dict.fromkeys(problems)]
        write_messages(self._graph, self._environment, told)


def _read(reading: Reading) -> bool:
    return reading.outcome.status != "failed"
