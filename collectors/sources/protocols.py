"""What a source looks like to a collector: raw answers of one cloud, one database, one host. Recordings look the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from graph_schema.commands import Command
from graph_schema.records import Problem

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


class CommandFailed(SourceError):
    """A command ran on a host and failed, or is not installed."""


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
    """

    @property
    def region(self) -> str:
        """Name of the region."""
        ...

    def endpoints(self) -> Mapping[str, Sequence[str]]:
        """Service type → URLs of the region, from the token's catalog. Raises SourceError."""
        ...

    def listing(self, service: str, path: str, key: str) -> list[JSON]:
        """All pages of a listing, `key` being the list in each page. Raises SourceError, never half a list."""
        ...

    def exists(self, service: str, path: str) -> bool:
        """Whether one object answers: True for 200, False for 404, else SourceError."""
        ...


class DatabaseSource(Protocol):
    """The cloud's databases, read only."""

    def rows(self, database: str, table: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """All rows of a table that is not soft-deleted. `database` is the service (nova, nova_api, neutron, keystone).

        A column that this version of the service does not have is left out of the rows. Raises SourceError.
        """
        ...


class HostShell(Protocol):
    """One host over one connection. The same command is run once, however often it is asked for."""

    @property
    def host(self) -> str:
        """Id of the host."""
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

    `missing` says of each section that is configured and gave no source at all why (wrong password, say).
    """

    apis: Mapping[str, ApiSource]  # region → API
    database: DatabaseSource | None = None
    shells: ShellSource | None = None
    missing: Mapping[str, Problem] | None = None
