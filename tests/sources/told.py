"""Sources in memory that tell what a test puts into them, errors too, and count what they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from collectors.sources.protocols import CommandResult, HostShell, NotOffered, SourceError, accepted
from graph_schema.commands import Command


def _given(told: Any) -> Any:
    if isinstance(told, Exception):
        raise told
    return told


@dataclass
class ToldApi:
    """An ApiSource: path → list or error; ids in `there` exist."""

    region: str = "RegionOne"
    listings: dict[str, Any] = field(default_factory=dict)
    urls: Any = field(default_factory=lambda: {"compute": ["http://nova"], "network": ["http://neutron"]})
    there: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        found: Mapping[str, Sequence[str]] = _given(self.urls)
        return found

    def listing(self, service: str, path: str, key: str) -> list[Any]:
        self.asked.append(path)
        missing = NotOffered(f"{service} {self.region}", f"{path} answers 404.")
        found: list[Any] = _given(self.listings.get(path, missing))
        return found

    def exists(self, service: str, path: str) -> bool:
        return path in self.there


@dataclass
class ToldDatabase:
    """A DatabaseSource: `database.table` → rows or error."""

    tables: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        name = f"{database}.{table}"
        self.asked.append(name)
        found: list[dict[str, Any]] = _given(self.tables.get(name, NotOffered("mysql", f"{name} is not there.")))
        return found


@dataclass
class ToldShell:
    """A HostShell: command → result or error."""

    host: str
    results: Mapping[str, Any]
    concurrent: bool = False

    def run(self, command: Command, arguments: Sequence[str] = ()) -> str:
        return accepted(self.result(command, arguments), command, self.host)

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        key = " ".join([command.name, *arguments])
        found: CommandResult = _given(self.results.get(key, CommandResult("", "not found", 127)))
        return found


@dataclass
class ToldShells:
    """A ShellSource: host → its results, or the error of connecting to it."""

    hosts: Mapping[str, Mapping[str, Any] | SourceError | Exception]
    connected: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def connect(self, host: str, address: str) -> Iterator[HostShell]:
        self.connected.append((host, address))
        yield ToldShell(host, _given(self.hosts[host]))
