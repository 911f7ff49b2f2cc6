"""Everything that can be read of one environment, scope by scope. Knows no collector by name; never raises."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from collections.abc import Collection as Names
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Self

from collectors.contracts import CloudCollector, HostCollector, HostSite, LinkFinder
from collectors.hosts import host_sites
from collectors.reading import Attempt, attempt, once, outcome_of, unexpected
from collectors.registry import Plugins
from collectors.scope_reading import ScopeReader
from collectors.side_by_side import side_by_side
from collectors.sources.memory import RememberedDatabase
from collectors.sources.protocols import HostShell, ShellSource, SourceError, Sources, Unreachable
from graph_schema.records import InventoryView, Link, Outcome, Problem, Reading, Scope
from graph_schema.registry import OBJECT_TYPES

Progress = Callable[[str, str], None]
"""Called with a phase (cloud, hosts) and a line about what is being done."""

ENVIRONMENT = "environment"
HOST_SOURCE = "ssh"
# The usual order; sources of plug-ins follow. Hosts, which are of several services (`openstack`), come before the
# instances on them: else each of these would wait for its host.
_ORDER = ("keystone", "openstack", "nova", "neutron")


class Collection:
    """What the scan reads from. Close it, or use it as a context manager: then its sources are closed too.

    `notes` says what is not read although it was asked for: sections that did not open, plug-ins that do not load.
    `hints` says what more there would be to read.
    """

    def __init__(
        self, sources: Sources, plugins: Plugins, *, parallel_hosts: int = 16, progress: Progress | None = None
    ) -> None:
        self._sources, self._plugins, self._parallel = sources, plugins, max(1, parallel_hosts)
        self._say: Progress = progress or (lambda *_: None)
        self.notes: tuple[Problem, ...] = (
            *(sources.missing or {}).values(),
            *plugins.lost_collectors,
            *plugins.lost_finders,
            *_without_owner(plugins.cloud),
        )
        self.hints: tuple[Problem, ...] = tuple(_absent(sources))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the sources."""
        self._sources.close()

    def read_cloud(self) -> Iterator[Reading]:
        """One reading for each scope of the cloud's services: the environment's, then region by region."""
        regions, unknown = self._regions()
        alone = len(regions) == 1
        for source in _sources_of(self._plugins.cloud, ENVIRONMENT):
            yield self._read_scope(Scope(source, ENVIRONMENT), regions, unknown)
        for region in regions:
            for source in _sources_of(self._plugins.cloud, "region"):
                # With several regions there is no telling which one's objects the database holds.
                yield self._read_scope(Scope(source, region), [region], ask_database=alone)

    def read_scope(self, scope: Scope) -> Reading:
        """One scope of the cloud's services by itself: a region's, or the whole environment's."""
        regions, unknown = self._regions()
        if scope.name == ENVIRONMENT:
            return self._read_scope(scope, regions, unknown)
        return self._read_scope(scope, [scope.name], ask_database=len(regions) == 1)

    def read_hosts(self, view: InventoryView, only: Names[str] | None = None) -> Iterator[Reading]:
        """One reading for each host of the view (or those of `only`), as they finish, several at a time.

        None where the environment has no CLI section; a failed one for each host where it has one that did not open.
        """
        shells, refused = self._sources.shells, (self._sources.missing or {}).get("CLI")
        sites = [site for site in host_sites(view) if only is None or site.host in only]
        if not self._plugins.hosts:
            return  # nothing was asked of a host, so nothing is known to be gone from it
        if shells is not None:
            yield from self._in_parallel(iter(sites), shells)
        elif refused is not None:
            for site in sites:
                yield Reading(Scope(HOST_SOURCE, site.host), _now(), Outcome("failed", (refused,)))

    def find_links(self, scope: Scope, view: InventoryView) -> tuple[Sequence[Link], Sequence[Problem]]:
        """The links that the scope owns. A finder that fails is a problem: then links of its type may be missing."""
        found: dict[Link, None] = {}
        problems = list(self._plugins.lost_finders)
        for finder in self._finders_of(scope):
            try:
                found |= dict.fromkeys(finder.find(view))
            except Exception as error:  # noqa: BLE001  # finders are plug-ins: one that fails must not end the scan
                problems.append(unexpected(f"link finder {finder.type.name}", error))
        return list(found), problems

    def witness(self, scope: Scope, type: str, id: str) -> bool | None:
        """Whether the object still answers at the API; None when nobody can tell."""
        named = [scope.name] if scope.name in self._sources.apis else list(self._sources.apis)
        for region in named if scope.name in (ENVIRONMENT, *named) else []:
            for collector in self._plugins.cloud:
                if collector.source != scope.source or collector.witness is None:
                    continue
                try:
                    answer = collector.witness(self._sources.apis[region], type, id)
                except Exception:  # noqa: BLE001  # whatever happened, the answer is that we cannot tell
                    return None
                if answer is not None:
                    return answer
        return None

    def _finders_of(self, scope: Scope) -> list[LinkFinder]:
        return [finder for finder in self._plugins.finders if finder.type.owner.source == scope.source]

    def _regions(self) -> tuple[Sequence[str], Sequence[Problem]]:
        """The regions, and what is wrong where none is known."""
        known = list(dict.fromkeys([*self._sources.regions, *self._sources.apis]))
        if known:
            return known, ()
        problems = [p for name, p in (self._sources.missing or {}).items() if name.startswith("OpenStack")]
        if self._sources.database is not None:
            try:
                rows = self._sources.database.rows("keystone", "endpoint", ("region_id",))
                known = sorted({str(row["region_id"]) for row in rows if row.get("region_id")})
            except SourceError as error:
                problems.append(error.problem)
        lacking = Problem("environment", "no region is known.", "Give `region` in the OpenStack section.")
        return known, () if known else (problems or (lacking,))

    def _read_scope(
        self, scope: Scope, regions: Sequence[str], unknown: Sequence[Problem] = (), *, ask_database: bool = True
    ) -> Reading:
        began = _now()
        self._say("cloud", f"reading {scope.source} of {scope.name}")
        database = self._sources.database if ask_database else None
        reader = ScopeReader(scope, self._sources, RememberedDatabase(database) if database is not None else None)
        for region in regions:
            reader.region(region, [c for c in self._plugins.cloud if c.source == scope.source])
        return reader.reading(began, [*unknown, *self._plugins.lost_collectors])

    def _in_parallel(self, sites: Iterator[HostSite], shells: ShellSource) -> Iterator[Reading]:
        executor = ThreadPoolExecutor(self._parallel, thread_name_prefix="host")

        def submit(site: HostSite) -> Future[Reading]:
            # In the context that it is asked for in: what is logged says what it is about.
            return executor.submit(copy_context().run, self._read_host, shells, site)

        try:
            # No more than this at once, so that a slow reader is not buried in results.
            running = {submit(site) for site in islice(sites, 2 * self._parallel)}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {submit(site) for site in islice(sites, len(done))}
                yield from _results(done)
        finally:
            executor.shutdown(wait=False, cancel_futures=True)

    def _read_host(self, shells: ShellSource, site: HostSite) -> Reading:
        began, scope = _now(), Scope(HOST_SOURCE, site.host)
        attempts = [Attempt(problems=self._plugins.lost_collectors)] if self._plugins.lost_collectors else []
        try:
            with shells.connect(site.host, site.address) as shell, closing(self._attempts(shell, site)) as tried:
                for each in tried:
                    attempts.append(each)
                    if isinstance(each.lost, Unreachable):
                        break  # the others would only say the same
        except SourceError as error:
            attempts.append(Attempt(problems=(error.problem,)))
        except Exception as error:  # noqa: BLE001  # one host must not end the reading of the others
            attempts.append(Attempt(problems=(unexpected(f"ssh {site.host}", error),)))
        records, attributes = once(item for each in attempts for item in each.items)
        self._say("hosts", f"{site.host}: {len(records)} objects")
        return Reading(scope, began, outcome_of(attempts), records, attributes)

    def _attempts(self, shell: HostShell, site: HostSite) -> Generator[Attempt, None, None]:
        """What each collector gives, in their order whichever ends first."""
        tasks = [partial(_of_host, collector, shell, site) for collector in self._plugins.hosts]
        return side_by_side(tasks, concurrent=shell.concurrent)


def _of_host(collector: HostCollector, shell: HostShell, site: HostSite) -> Attempt:
    try:
        wanted = collector.wanted(site)
    except Exception as error:  # noqa: BLE001  # a plug-in's own code
        return Attempt(problems=(unexpected(f"collector {collector.name}", error),))
    if not wanted:
        return Attempt()
    return attempt(collector.name, HOST_SOURCE, lambda: collector.fetch(shell, site), collector.parse)


def _results(done: Iterable[Future[Reading]]) -> Iterator[Reading]:
    return (future.result() for future in done)


def _sources_of(collectors: Iterable[CloudCollector], kind: str) -> list[str]:
    """The sources of the collectors whose scopes are of that kind, in the usual order."""
    found = dict.fromkeys(c.source for c in collectors if _kind_of(c.source) == kind)
    return sorted(found, key=lambda source: _ORDER.index(source) if source in _ORDER else len(_ORDER))


def _kind_of(source: str) -> str | None:
    owners = [o for t in OBJECT_TYPES.values() for o in (t.owner, *t.groups.values())]
    return next((owner.scope for owner in owners if owner.source == source), None)


def _without_owner(collectors: Iterable[CloudCollector]) -> Iterator[Problem]:
    for collector in collectors:
        if _kind_of(collector.source) not in (ENVIRONMENT, "region"):
            what = f"nothing is declared that the source {collector.source} of the cloud owns."
            yield Problem(f"collector {collector.name}", what, "Correct or uninstall the plug-in.")


def _absent(sources: Sources) -> Iterator[Problem]:
    """What is not discovered for want of a section."""
    missing = sources.missing or {}
    if sources.shells is None and "CLI" not in missing:
        yield Problem(
            "environment",
            "there is no CLI section: nothing that is on the hosts is discovered.",
            "Add one: {name: CLI, user: root, key: FILE}.",
        )


def _now() -> datetime:
    return datetime.now(UTC)
