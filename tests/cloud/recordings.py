"""One cloud recorded through its APIs and its databases at the same time, as sources that count what they are asked.

Zed with 2 network hosts and 2 computes of nova's fake driver, one of them disabled and dead like one DHCP agent; an HA
and a distributed router, trunks, aggregates, instances in many states, one of them never scheduled; nasty names.
"""

from __future__ import annotations

import copy
import importlib
import json
import pkgutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import collectors.cloud
from collectors.contracts import CloudCollector
from collectors.sources.protocols import NotOffered, SourceError
from graph_schema.records import Attributes, Problem, Record

DATA = Path(__file__).parent.parent / "data"
REGION = "RegionOne"
Item = Record | Attributes | Problem

COLLECTORS: Mapping[str, CloudCollector] = {
    module.COLLECTOR.name: module.COLLECTOR
    for each in pkgutil.iter_modules(collectors.cloud.__path__)
    if hasattr(module := importlib.import_module(f"collectors.cloud.{each.name}"), "COLLECTOR")
}


def recorded(folder: str, name: str) -> Any:
    """The answer in a file of tests/data."""
    return json.loads((DATA / folder / f"{name}.json").read_text())["answer"]


class RecordedApi:
    """An ApiSource of the recorded answers, by service and path without its query; they may be changed.

    A SourceError among the answers is raised.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            path.stem: recorded("api", path.stem)
            for path in sorted((DATA / "api").glob("*.json"))
            if path.stem.split("-")[0] in ("compute", "identity", "network")
        }
        self.catalog: Mapping[str, Sequence[str]] = recorded("api", "catalog")
        self.asked: list[str] = []

    @property
    def region(self) -> str:
        return REGION

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        return self.catalog

    def listing(self, service: str, path: str, key: str) -> list[Any]:
        assert key
        self.asked.append(f"{service} {path}")
        name = f"{service}-{path.partition('?')[0].replace('/', '-')}"
        answer = self.answers.get(name, NotOffered(service, f"no {path}"))
        if isinstance(answer, SourceError):
            raise answer
        return list(copy.deepcopy(answer))

    def exists(self, service: str, path: str) -> bool:
        self.asked.append(f"{service} {path}")
        listing, _, id = path.partition("/")
        return id in [each["id"] for each in self.answers[f"{service}-{listing}"]]


class RecordedDatabase:
    """A DatabaseSource of the recorded rows, by `database-table`; they may be changed. A SourceError is raised."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {
            path.stem: recorded("db", path.stem) for path in sorted((DATA / "db").glob("*.json"))
        }
        self.asked: list[str] = []

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        self.asked.append(f"{database}.{table}")
        rows = self.tables[f"{database}-{table}"]
        if isinstance(rows, SourceError):
            raise rows
        return [{column: row[column] for column in columns if column in row} for row in rows]


def from_api(name: str, api: RecordedApi | None = None) -> list[Item]:
    """Everything that the collector of that name makes of the API's answers."""
    collector = COLLECTORS[name]
    assert collector.fetch_api is not None
    assert collector.parse_api is not None
    return list(collector.parse_api(collector.fetch_api(api or RecordedApi())))


def from_database(name: str, database: RecordedDatabase | None = None) -> list[Item]:
    """Everything that the collector of that name makes of the databases' rows."""
    collector = COLLECTORS[name]
    assert collector.fetch_database is not None
    assert collector.parse_database is not None
    return list(collector.parse_database(collector.fetch_database(database or RecordedDatabase(), REGION)))


def records(items: Iterable[Item], type: str) -> dict[str, Record]:
    """The records of a type by id."""
    return {item.id: item for item in items if isinstance(item, Record) and item.type == type}


def attributes(items: Iterable[Item]) -> dict[str, Attributes]:
    """The attributes by object."""
    return {item.id: item for item in items if isinstance(item, Attributes)}


def problems(items: Iterable[Item]) -> list[Problem]:
    """The problems."""
    return [item for item in items if isinstance(item, Problem)]
