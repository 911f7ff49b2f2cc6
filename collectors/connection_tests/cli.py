"""The CLI section: a sample of hosts, each with its name, its sshd, the login, and every command that is run there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collectors.connection_tests.attempt import Attempt, Failed, Stopped
from collectors.connection_tests.network import reach
from collectors.sources.protocols import NOT_INSTALLED, HostShell, Refused, SourceError, accepted
from collectors.sources.sections import shells_of
from collectors.sources.ssh import SshHosts
from collectors.sources.ssh_connection import Address
from graph_schema.commands import COMMANDS, DOMAIN_XML, DOMAINS, UUID, Command

SAMPLE = 3
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class KnownHost:
    """A host that the graph knows, and its address."""

    id: str
    address: str


def try_hosts(attempt: Attempt, section: Mapping[str, Any], known: Sequence[KnownHost], pins: Path) -> None:
    """Try it. Raises Stopped."""
    shells = attempt.need(
        "configuration", lambda: shells_of(section, pins), lambda _: "the key can be used", kind="configuration"
    )
    try:
        if shells.has_master:
            _try_master(attempt, section, shells)
        hosts = sample(section, known, through=shells.has_master)
        for host in hosts:
            with suppress(Stopped):
                _try_host(attempt, shells, host)
        if not hosts:
            attempt.warn(
                "hosts", "missing", "no host is known yet: the first scan asks nova for them.", "Scan, then test."
            )
    finally:
        shells.close()


def sample(section: Mapping[str, Any], known: Sequence[KnownHost], *, through: bool) -> list[KnownHost]:
    """Some hosts of all: the section's own, then first, last and middle of those that the graph knows.

    >>> hosts = [KnownHost(f"h{n}", "") for n in range(9)]
    >>> [host.id for host in sample({"hosts": {"h3": "10.0.0.3"}}, hosts, through=True)]
    ['h3', 'h0', 'h8']
    """
    own = dict(section.get("hosts") or {})
    if section.get("host") and not through:
        own.setdefault(str(section["host"]), section["host"])
    named = [KnownHost(str(name), str(address)) for name, address in own.items()]
    rest = [host for host in known if host.id not in own]
    spread = [rest[place] for place in dict.fromkeys((0, len(rest) - 1, len(rest) // 2))] if rest else []
    return [*named, *spread][:SAMPLE]


def _try_master(attempt: Attempt, section: Mapping[str, Any], shells: SshHosts) -> None:
    address = Address.parse(str(section["host"]), section.get("port") or 22)
    reach(attempt, address.host, address.port, _TIMEOUT, called="the master host")
    attempt.need("login to the master host", shells.master, lambda _: "logged in")


def _try_host(attempt: Attempt, shells: SshHosts, host: KnownHost) -> None:
    if not shells.has_master:
        address = shells.address_of(host.id, host.address)
        reach(attempt, address.host, address.port, _TIMEOUT, called=host.id)
    with ExitStack() as connected:
        shell = attempt.need(
            f"login to {host.id}",
            lambda: connected.enter_context(shells.connect(host.id, host.address)),
            lambda _: "logged in",
        )
        attempt.check(f"commands on {host.id}", lambda: _commands(shell), str)


@dataclass(slots=True)
class _Ran:
    """How the commands went on a host."""

    well: int = 0
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    failing: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        not_there = f"; not installed: {', '.join(dict.fromkeys(self.missing))}" if self.missing else ""
        nothing = f"; allowed, with nothing there to answer: {'; '.join(self.failing)}" if self.failing else ""
        return f"{self.well} commands answer{not_there}{nothing}"

    def one(self, shell: HostShell, command: Command, arguments: Sequence[str]) -> None:
        """Run one command; what it prints is not looked at."""
        try:
            result = shell.result(command, arguments)
            if result.status == NOT_INSTALLED:
                self.missing.append(command.words[0])
                return
            accepted(result, command, shell.host)
            self.well += 1
        except Refused as error:
            self.refused.append(_told(command, error))
        except SourceError as error:
            self.failing.append(_told(command, error))


def _told(command: Command, error: SourceError) -> str:
    return f"{command.words[0]} for {command.purpose} ({error.problem.what.rstrip('.')})"


def _commands(shell: HostShell) -> _Ran:
    """Run every declared command, but for those that only stand in for others. Raises Failed."""
    ran = _Ran()
    for command in COMMANDS.values():
        arguments = _arguments(shell, command)
        if not command.fallback_for and arguments is not None:
            ran.one(shell, command, arguments)
    if ran.refused:
        raise Failed(
            "rights",
            f"{len(ran.refused)} commands may not be run: {'; '.join(ran.refused)}.",
            "Allow them, and nothing else, in sudoers: docs/reference/commands.md lists all that is run.",
        )
    return ran


def _arguments(shell: HostShell, command: Command) -> list[str] | None:
    """What a command is asked for; None where there is nothing to ask for."""
    if command is not DOMAIN_XML:
        return []
    try:
        found = UUID.search(shell.result(DOMAINS).stdout)
    except SourceError:
        return None
    return [found[0]] if found else None
