"""What a source looks like to a collector: raw answers of a cloud, a database, a host. Recordings look the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from graph_schema.commands import Command
from graph_schema.records import Problem

NOT_INSTALLED = 127  # what a shell's status says of a command that is not there
JSON = Any  # a decoded JSON value: what it holds is checked by the parser that reads it


class SourceError(Exception):
    """A source that did not give an answer. `problem` says where, what and what to do; it holds no secret."""

    def __init__(self, where: str, what: str, remedy: str = "") -> None:
        self.problem = Problem(where, what, remedy)
        super().__init__(str(self.problem))


class Refused(SourceError):
    """The source is there and does not let us in: credentials, host key, missing rights."""


class Unreachable(SourceError):
    """No connection: name, address, port, firewall, timeout, or it was lost half-way."""


class Malformed(SourceError):
    """An answer came and is not what the interface promises: not JSON, truncated, a key is missing."""


class NotOffered(SourceError):
    """The source answers and does not have this at all: an extension, a table or a service that this cloud lacks."""


class CommandFailed(SourceError):
    """A command ran on a host and failed, did not end, or is not installed."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command printed, undecodable bytes replaced, and its exit status."""

    stdout: str
    stderr: str
    status: int


class ApiSource(Protocol):
    """One region of a cloud through its APIs.

    `service` is a service type of the catalog (compute, network, identity); `path` is relative to the service's
    versioned endpoint, without a slash in front: `servers/detail?all_tenants=1`, `ports`, `projects`.

    Compute is asked with the newest microversion up to 2.87: 2.41 gives aggregates their uuid, 2.69 tells servers of a
    cell that is down, and from 2.88 on os-hypervisors asks each host for its uptime, waiting for those that are down.
    """

    @property
    def region(self) -> str:
        """Name of the region."""
        ...

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        """Service type → URLs of the region, from the token's catalog. Raises SourceError."""
        ...

    def listing(self, service: str, path: str, key: str) -> list[JSON]:
        """All pages of a listing, `key` being the list in each page. Raises SourceError, never half a list.

        NotOffered where the service does not know the path (404): an extension that this cloud does not have.
        """
        ...

    def exists(self, service: str, path: str) -> bool:
        """Whether one object answers: True for 200, False for 404, else SourceError."""
        ...


class DatabaseSource(Protocol):
    """The cloud's databases, read only."""

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """All rows of a table that is not soft-deleted. `database` is the service (nova, nova_api, neutron, keystone).

        A column that this version of the service does not have is left out of the rows. Values are JSON values: a
        time is its ISO 8601 string. Raises SourceError: NotOffered for a table that is not there.
        """
        ...


class HostShell(Protocol):
    """One host over one connection. The same command is run once, however often it is asked for."""

    @property
    def host(self) -> str:
        """Id of the host."""
        ...

    @property
    def concurrent(self) -> bool:
        """Whether several threads may ask at once, and gain by it."""
        ...

    def run(self, command: Command, arguments: Sequence[str] = ()) -> str:
        """Standard output of a declared command. Raises CommandFailed for a status that it does not accept."""
        ...

    def result(self, command: Command, arguments: Sequence[str] = ()) -> CommandResult:
        """Its whole result, whatever the status. Raises SourceError when the host cannot be asked."""
        ...


class ShellSource(Protocol):
    """All hosts of the cloud."""

    def connect(self, host: str, address: str) -> AbstractContextManager[HostShell]:
        """A shell on the host, at an address to use where its name does not resolve. Raises Refused, Unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of one environment: any may be missing, then others give the same where they can.

    `missing` says of each section that is configured and gave no source at all why (wrong password, say). `regions`
    are the regions that the configuration or the catalog names, also those whose API could not be opened. `closers`
    end the connections.
    """

    apis: Mapping[str, ApiSource]  # region → API
    database: DatabaseSource | None = None
    shells: ShellSource | None = None
    missing: Mapping[str, Problem] | None = None
    regions: Sequence[str] = ()
    closers: Sequence[Callable[[], None]] = ()

    def close(self) -> None:
        """Give back every connection."""
        for close in self.closers:
            close()


def accepted(result: CommandResult, command: Command, host: str) -> str:
    """What the command printed. Raises CommandFailed for a status that the command does not accept."""
    if result.status in command.accepts:
        return result.stdout
    where = f"host {host}: {' '.join(command.words)}"
    if result.status == NOT_INSTALLED:
        raise CommandFailed(where, "not installed.", "What it tells is left out.")
    said = result.stderr.strip().splitlines()
    raise CommandFailed(
        where,
        f"ended with status {result.status}: {said[-1][:300] if said else 'no message'}.",
        f"Run it on the host as the same user to see why ({command.purpose}).",
    )
