"""Sources whose requests are measured: how long each took, and how it failed."""

from __future__ import annotations

import re
import time
from collections.abc import Collection as Names
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from collectors.collection import Collection
from collectors.hosts import host_sites
from collectors.sources.protocols import (
    JSON,
    ApiSource,
    CommandResult,
    DatabaseSource,
    HostShell,
    ShellSource,
    SourceError,
    Sources,
    accepted,
)
from graph_schema.commands import Command
from graph_schema.metrics import HOST_SECONDS, SOURCE_FAILURES, SOURCE_SECONDS
from graph_schema.records import InventoryView, Reading
from topology.metrics import METER

# Words of the catalog, which a cloud may choose: others than these are told as one.
_SERVICES = frozenset({"identity", "compute", "network", "placement", "image", "volumev3"})


@dataclass(frozen=True, slots=True)
class Measure:
    """Measures the requests to one source of one environment."""

    environment: str
    source: str

    @contextmanager
    def __call__(self, kind: str) -> Iterator[None]:
        """Measure what the block asks."""
        begun = time.monotonic()
        try:
            yield
        except SourceError as error:
            METER.count(SOURCE_FAILURES, self.environment, self.source, kind, _word(error))
            raise
        finally:
            METER.observe(SOURCE_SECONDS, time.monotonic() - begun, self.environment, self.source, kind)


def _word(error: SourceError) -> str:
    """CommandFailed → command_failed."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()


def measured(sources: Sources, environment: str) -> Sources:
    """The same sources, measured."""
    api = Measure(environment, "openstack")
    return replace(
        sources,
        apis={region: MeasuredApi(source, api) for region, source in sources.apis.items()},
        database=sources.database and MeasuredDatabase(sources.database, Measure(environment, "mysql")),
        shells=sources.shells and MeasuredShells(sources.shells, Measure(environment, "ssh")),
    )


class MeasuredCollection(Collection):
    """A collection that tells measured shells what kind of host each is."""

    def read_hosts(self, view: InventoryView, only: Names[str] | None = None) -> Iterator[Reading]:
        """One reading for each host of the view (or those of `only`), as they finish."""
        if isinstance(self._sources.shells, MeasuredShells):
            kinds = {None: "unknown", "": "other"}
            self._sources.shells.kinds = {site.host: kinds.get(site.hypervisor, "compute") for site in host_sites(view)}
        return super().read_hosts(view, only)


@dataclass(slots=True)
class MeasuredApi:
    """An ApiSource whose requests are measured, by service."""

    _source: ApiSource
    _measure: Measure

    @property
    def region(self) -> str:
        """Name of the region."""
        return self._source.region

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        """As the source tells. Raises SourceError."""
        with self._measure("identity"):
            return self._source.endpoints()

    def listing(self, service: str, path: str, key: str) -> list[JSON]:
        """As the source tells. Raises SourceError."""
        with self._measure(_service(service)):
            return self._source.listing(service, path, key)

    def exists(self, service: str, path: str) -> bool:
        """As the source tells. Raises SourceError."""
        with self._measure(_service(service)):
            return self._source.exists(service, path)


def _service(name: str) -> str:
    return name if name in _SERVICES else "other"


@dataclass(slots=True)
class MeasuredDatabase:
    """A DatabaseSource whose queries are measured, by the service whose database it is."""

    _source: DatabaseSource
    _measure: Measure

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """As the source tells. Raises SourceError."""
        with self._measure(database):
            return self._source.rows(database, table, columns)


@dataclass(slots=True)
class MeasuredShells:
    """A ShellSource whose connections and commands are measured. `kinds`: what kind of host each is."""

    _source: ShellSource
    _measure: Measure
    kinds: Mapping[str, str] = field(default_factory=dict)

    @contextmanager
    def connect(self, host: str, address: str) -> Iterator[HostShell]:
        """As the source connects. Raises Refused, Unreachable."""
        with METER.timed(HOST_SECONDS, self._measure.environment, self.kinds.get(host, "unknown")):
            with ExitStack() as stack:
                with self._measure("connect"):
                    shell = stack.enter_context(self._source.connect(host, address))
                yield MeasuredShell(shell, self._measure)


@dataclass(slots=True)
class MeasuredShell:
    """A HostShell whose commands are measured, all as one kind."""

    _shell: HostShell
    _measure: Measure

    @property
    def host(self) -> str:
        """Id of the host."""
        return self._shell.host

    @property
    def concurrent(self) -> bool:
        """As the shell that is measured."""
        return self._shell.concurrent

    def run(self, command: Command, arguments: Sequence[str] = ()) -> str:
        """As the host answers. Raises SourceError."""
        with self._measure("command"):
            return accepted(self._shell.result(command, arguments), command, self.host)

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        """As the host answers. Raises SourceError."""
        with self._measure("command"):
            return self._shell.result(command, arguments)
