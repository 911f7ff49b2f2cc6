"""Reading one scope of the cloud's services: each collector in the first way that gives all, API before database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from collectors.contracts import CloudCollector
from collectors.reading import Attempt, attempt, once, outcome_of
from collectors.sources.memory import RememberedApi, RememberedDatabase
from collectors.sources.protocols import Sources
from graph_schema.records import Outcome, Problem, Reading, Scope


class ScopeReader:
    """Reads one scope. `database` is None where what it holds cannot be told to be the scope's."""

    def __init__(self, scope: Scope, sources: Sources, database: RememberedDatabase | None) -> None:
        self._scope, self._database, self._sources = scope, database, sources
        self._attempts: list[Attempt] = []
        self._notes: list[Problem] = []

    def region(self, region: str, collectors: Iterable[CloudCollector]) -> None:
        """Ask all collectors for a region."""
        api = self._sources.apis.get(region)
        remembered = RememberedApi(api) if api is not None else None
        for collector in collectors:
            ways = list(self._ways(collector, remembered, region))
            chosen = next((way for way in ways if way.whole), None)
            before = ways[:-1] if chosen else ways
            if chosen is None:
                chosen = _first(ways, self._nobody(collector, region))
                chosen = Attempt(chosen.items, [*chosen.problems, *(p for way in before for p in way.problems)])
            else:
                self._notes += [problem for way in before for problem in way.problems]
            self._attempts.append(chosen)

    def reading(self, began: datetime, lacking: Sequence[Problem] = ()) -> Reading:
        """What was read, and how completely; `lacking` says what else could not be asked."""
        if lacking:
            self._attempts.append(Attempt(problems=lacking))
        outcome = outcome_of(self._attempts)
        if outcome.status == "complete":
            outcome = Outcome("complete", tuple(dict.fromkeys(self._notes)))
        records, attributes = once(item for each in self._attempts for item in each.items)
        return Reading(self._scope, began, outcome, records, attributes)

    def _ways(self, collector: CloudCollector, api: RememberedApi | None, region: str) -> Iterator[Attempt]:
        """API first, then database; what follows a way that gave all is not asked."""
        name, source = collector.name, self._scope.source
        if api is not None and collector.fetch_api and collector.parse_api:
            fetch_api = collector.fetch_api
            told = attempt(name, source, lambda: fetch_api(api), collector.parse_api)
            yield told
            if told.whole:
                return
        if self._database is not None and collector.fetch_database and collector.parse_database:
            database, fetch_database = self._database, collector.fetch_database
            yield attempt(name, source, lambda: fetch_database(database, region), collector.parse_database)

    def _nobody(self, collector: CloudCollector, region: str) -> Problem:
        missing = self._sources.missing or {}
        for name in (f"OpenStack {region}", "OpenStack", "mysql"):
            if name in missing:
                return missing[name]
        return Problem(
            f"{self._scope.source} of {region}",
            f"no source gives {collector.name}.",
            "Add an OpenStack (or mysql) section to the environment.",
        )


def _first(ways: Sequence[Attempt], nobody: Problem) -> Attempt:
    """The first way that gave anything; else the first; else that there is none."""
    giving = next((way for way in ways if way.items), None)
    return giving or next(iter(ways), Attempt(problems=(nobody,)))
